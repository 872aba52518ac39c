"""Values of any type, quoted in an error message."""

from __future__ import annotations

import reprlib
from typing import Any

MOST_QUOTED = 420  # characters

_SHORT = reprlib.Repr()
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = 10
_SHORT.maxlong = MOST_QUOTED  # integers are quoted in full up to this length
_SHORT.maxstring = _SHORT.maxother = 60


def short_repr(value: Any) -> str:
    """The repr of a value, shortened and on one line; never raises an exception."""
    try:
        text = " ".join(_SHORT.repr(value).split())
    except Exception:  # noqa: BLE001 - integers of too many digits, and a user-defined `__repr__`
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"
