"""Numbers that are passed to the library, checked: whatever is none becomes a `ConfigError` with one sentence."""

from __future__ import annotations

import numbers
from decimal import Decimal
from typing import Any

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.settings.quoting import quoted
from backprop_core.settings.spec import ConfigError


def numbers_of(value: Any, field: str, wanted: str) -> Array:
    """The array of numbers that a user passed, a copy.

    `wanted` begins the sentence where it is none: "Rows must be a table of numbers". Text is not read as numbers, not
    even "1.5"; nor are missing values, complex numbers, or rows that differ in length. Infinity and NaN are numbers
    here.

    Raises
    ------
    ConfigError
        With this field.
    """
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(value)
            if _is_numeric(found):
                return np.array(found, dtype=float)
    except Exception as error:
        raise ConfigError(field, f"{wanted}, not {quoted(value)}.") from error
    raise ConfigError(field, f"{wanted}, not {quoted(value)}.")


def whole_number(value: Any, field: str, wanted: str) -> int:
    """A whole number that a user passed; true and false are none. Raises ConfigError with this field."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    raise ConfigError(field, f"{wanted}, not {quoted(value)}.")


def _is_numeric(found: Array) -> bool:
    if found.dtype.kind == "O":  # integers beyond 64 bits, fractions
        return all(isinstance(one, numbers.Real | Decimal) for one in found.flat)
    return found.dtype.kind in "biuf"
