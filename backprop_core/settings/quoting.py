"""A value of any kind, as it can stand in a sentence."""

from __future__ import annotations

import reprlib
from typing import Any

MOST_QUOTED = 420  # characters

_SHORT = reprlib.Repr()
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = 10
_SHORT.maxlong = MOST_QUOTED  # a number is quoted whole while it can be read
_SHORT.maxstring = _SHORT.maxother = 60


def quoted(value: Any) -> str:
    """A value as Python would write it, on one line and short; whatever it is, never an exception."""
    try:
        text = " ".join(_SHORT.repr(value).split())
    except Exception:  # noqa: BLE001 - integers of too many digits, and a `__repr__` of the user's own
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"
