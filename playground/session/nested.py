"""Whether rows or weights that were passed in different ways are the same."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def same_numbers(first: Any, second: Any) -> bool:
    """Whether two nested structures of arrays, lists, tuples and dataclasses hold the same numbers."""
    if dataclasses.is_dataclass(first) and type(first) is type(second):
        return same_numbers([*vars(first).values()], [*vars(second).values()])
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return np.array_equal(first, second)
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(same_numbers(a, b) for a, b in zip(first, second, strict=True))
    return bool(first == second)
