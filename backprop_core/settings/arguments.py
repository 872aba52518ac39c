"""Checks for numbers that users pass to the library: anything else raises a `ConfigError` with a one-sentence message.

`requirement` is the beginning of that sentence: "Rows must be a table of numbers".
"""

from __future__ import annotations

import numbers
from decimal import Decimal
from typing import Any

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError


def numbers_of(value: Any, field: str, requirement: str) -> Array:
    """A float64 copy of an array of numbers that a user passed.

    Text is rejected, even "1.5"; so are missing values, complex numbers, and rows that differ in length. Infinity and
    NaN are accepted.

    Raises
    ------
    ConfigError
        With this field.
    """
    try:
        with np.errstate(all="ignore"):
            array = np.asarray(value)
            if _is_numeric(array):
                return np.array(array, dtype=float)
    except Exception as error:
        raise ConfigError(field, f"{requirement}, not {short_repr(value)}.") from error
    raise ConfigError(field, f"{requirement}, not {short_repr(value)}.")


def whole_number(value: Any, field: str, requirement: str) -> int:
    """A whole number that a user passed; True and False are rejected. Raises ConfigError with this field."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    raise ConfigError(field, f"{requirement}, not {short_repr(value)}.")


def _is_numeric(array: Array) -> bool:
    if array.dtype.kind == "O":  # integers beyond 64 bits, fractions
        return all(isinstance(element, numbers.Real | Decimal) for element in array.flat)
    return array.dtype.kind in "biuf"
