"""Sentences with placeholders for numbers: `{run.loss@100}`.

A form may follow after a colon: how many significant digits, `{a.loss / b.loss:2}`, or percent, `{run.accuracy:%}`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from playground.lessons.language.expression import Expression, Named, Value, expression
from playground.lessons.language.table import LessonError

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FORM = re.compile(r"[1-9]|1[0-7]|%", re.ASCII)
DIGITS = 3
SMALLEST, LARGEST = 1e-4, 1e7  # numbers beyond these are written with a power of ten
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Placeholder:
    """A value in a sentence; `form` is how many digits it has, or "%"."""

    value: Expression
    form: str = ""


@dataclass(frozen=True)
class Text:
    """A sentence or several, in pieces."""

    parts: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The values that are filled in."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def names(self) -> tuple[Named, ...]:
        """The results that are needed."""
        return tuple(name for placeholder in self.placeholders for name in placeholder.value.names)

    @property
    def typed(self) -> str:
        """What was written, without the values."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def filled(self, of: Value) -> str:
        """The sentence with its numbers, given the value of each result."""
        return "".join(part if isinstance(part, str) else _written(part, of) for part in self.parts)


def text(written: str) -> Text:
    """Parse a sentence. Raises LessonError for a placeholder that means nothing."""
    parts: list[str | Placeholder] = []
    for place, piece in enumerate(PLACEHOLDER.split(" ".join(written.split()))):
        if place % 2:
            parts.append(_placeholder(piece))
        elif "{" in piece or "}" in piece:
            raise LessonError(f"{piece.strip()!r} has a brace without its partner.")
        elif piece:
            parts.append(piece)
    return Text(tuple(parts))


def number(value: float, digits: int = DIGITS) -> str:
    """A number in so many significant digits: 0.693, 1,230, 4.5 × 10⁻⁸."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - exponent)
    if SMALLEST <= abs(rounded) < LARGEST:
        places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
        return f"{rounded:,.{places}f}".replace("-", "−")
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPTS)}".replace("-", "−", 1)


def _placeholder(written: str) -> Placeholder:
    value, colon, form = written.partition(":")
    if colon and not FORM.fullmatch(form.strip()):
        raise LessonError(f"{{{written}}} has an unknown form; it may be a number of digits, or %.")
    return Placeholder(expression(value.strip()), form.strip())


def _written(placeholder: Placeholder, of: Value) -> str:
    value, form = placeholder.value.value(of), placeholder.form
    if form == "%":
        return f"{value:.0%}"
    if form:
        return number(value, int(form))
    match placeholder.value.form:
        case "counted":
            return f"{value:,.0f}"
        case "exact":
            return f"{value:,.15g}"
        case "rounded":
            return number(value)
