"""Cells of a user's table: which number the text of one is, why it may be none, and how it is made safe to export."""

from __future__ import annotations

import math
import re
import unicodedata
from numbers import Integral, Real
from typing import Any

from backprop_core.data.names import composed, quoted

MAX_CELL = 200  # characters
MAX_NUMBER = 1e12  # squares of such numbers, summed over all rows, are far from overflow

MISSING = frozenset({"", "?", "na", "n/a", "<na>", "#n/a", "#na", "#nv", "nan", "-nan", "null"})

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")  # one way to match: linear
_INFINITE = re.compile(r"([+-]?)(?:inf|infinity|∞)", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # what web pages and byte order marks leave behind

# Why a cell may not be a number although it looks like one to people.
TRUTH, UNITS = "write 1 or 0", "it has letters after its digits"
_HINTS = [
    (re.compile(pattern, re.IGNORECASE), hint)
    for pattern, hint in [
        (r"[=@].*", "it is a formula"),
        (r"#.*[!?]", "it is an error of the spreadsheet"),
        (r".*[0-9]\s*%", "it has a percent sign"),
        (r"[€$£¥].*[0-9].*|.*[0-9]\s*[€$£¥]", "it has a currency sign"),
        (r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}(?![0-9]).*", "it looks like a date"),
        (r"[12][0-9]{3}([-/])[01]?[0-9]", "it looks like a date"),
        (r"[0-9]{1,2}:[0-9]{2}.*", "it looks like a time"),
        (r"true|false|yes|no", TRUTH),
        (r"[+-]?[0-9]{1,3}([,. '’_])[0-9]{3}(\1[0-9]{3})*([.,][0-9]+)?", "it may have thousands separators"),
        (r"[+-]?[0-9]*,[0-9]+(e[+-]?[0-9]+)?", "it has a decimal comma where a decimal point is expected"),
        (r"[+-]?[0-9.,]+\s*[^\W\d_]+.*", UNITS),
    ]
]


def tidy(cell: str) -> str:
    """The text of a cell without white space around it or invisible characters, in one Unicode spelling."""
    return cell.strip() if cell.isascii() else composed(cell.translate(_INVISIBLE)).strip()


def has_invisible(text: str) -> bool:
    """Whether `tidy` drops invisible characters of a text."""
    return not text.isascii() and text.translate(_INVISIBLE) != text


def text_of(value: Any) -> str:
    """The text of a cell's value: "" for None and NaN, exact digits for a number.

    Raises ValueError, which says what the cell has, for a number that float64 cannot hold or that has too many digits,
    and for what is no number and no text.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return str(value).lower()
    if isinstance(value, Real):
        try:
            return f"{int(value)}" if isinstance(value, Integral) else repr(float(value))
        except (OverflowError, ValueError):
            raise ValueError("a number that is too large") from None
    if isinstance(value, str):
        return value
    raise ValueError("neither a number nor a text")


def is_missing(cell: str) -> bool:
    """Whether a cell has no value: it is empty, a question mark, or one of NA, N/A, NaN, null."""
    return cell.lower() in MISSING


def grouped(signs: str, decimal: str) -> str:
    """A pattern for numbers whose digits are grouped in threes by one of some signs: 1,234,567.8."""
    return rf"[+-]?[1-9][0-9]{{0,2}}(?:[{re.escape(signs)}][0-9]{{3}})+(?:{re.escape(decimal)}[0-9]+)?"


def pointed(cell: str, decimal: str, thousands: str) -> str:
    """The text of a number with a decimal point and no sign between its digits, as programs write it."""
    text = cell.replace("−", "-")
    if thousands and re.fullmatch(grouped(thousands, decimal), text):
        text = text.translate(dict.fromkeys(map(ord, thousands)))
    return text.replace(decimal, ".")


def number(cell: str, decimal: str = ".", thousands: str = "") -> float | None:
    """The number that a cell says; infinite for "inf" and for what float64 cannot hold; None where it says none.

    `thousands` are the signs that may stand between groups of three digits. A cell of more than `MAX_CELL` characters
    says no number.
    """
    if len(cell) > MAX_CELL:
        return None
    text = pointed(cell, decimal, thousands)
    if _NUMBER.fullmatch(text):
        return float(text)
    infinite = _INFINITE.fullmatch(text)
    return float(f"{infinite[1]}inf") if infinite else None


def hint(cell: str) -> str:
    """Why a cell is not a number although it looks like one; "" if it does not."""
    text = re.sub(r"\s", " ", tidy(cell[:MAX_CELL]))
    return next((hint for pattern, hint in _HINTS if pattern.fullmatch(text)), "")


def objection(cell: str, most: float, decimal: str = ".", thousands: str = "") -> str:
    """What is wrong with a cell as a number of at most this size, to stand after "Row 3, column “a”: "; "" if nothing.

    "“12%” is not a number (it has a percent sign)"
    """
    value = number(cell, decimal, thousands)
    if value is None:
        why = hint(cell)
        return f"{quoted(cell)} is not a number" + (f" ({why})" if why else "")
    if abs(value) <= most:
        return ""
    if math.isinf(value) and not any(character.isdigit() for character in cell):
        return f"{quoted(cell)} is not a finite number"
    return f"{quoted(cell)} is beyond ±{most:,.0f}"


def safe_cell(text: str) -> str:
    """Text as a cell to be written to CSV: what a spreadsheet might run as a formula has an apostrophe before it.

    Control characters are left out; line breaks become spaces. Numbers stay numbers, negative ones too.
    """
    kept = text if text.isprintable() else _without_controls(text)
    first = unicodedata.normalize("NFKC", kept.strip()[:1])[:1]  # full-width signs too
    return f"'{kept}" if first and first in "=+-@" and not _NUMBER.fullmatch(kept.strip()) else kept


def _without_controls(text: str) -> str:
    return "".join(" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c)[0] != "C")
