"""Numbers as people write them: read from text, and compared to the digits that were given."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

MOST_CHARACTERS = 40  # float64 needs 24; more is not a hand calculation
COMPARED_DIGITS = 12
FLOAT_NOISE = Decimal(10) ** -COMPARED_DIGITS  # relative: sums in another order differ by this much or less

_FORM = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_EXACT = Context(prec=120)


@dataclass(frozen=True)
class Typed:
    """A number as typed: its `value`, and the `unit` of its last digit (0.01 for '0.59' and for '5.9e-1')."""

    value: Decimal
    unit: Decimal

    @property
    def digits(self) -> int:
        """Significant digits given; 0 where all of them are zeros."""
        return len(self.value.as_tuple().digits) if self.value else 0

    def off(self, number: float) -> Decimal:
        """How much larger than a finite number it is."""
        return _EXACT.subtract(self.value, Decimal(number))

    def is_rounded(self, number: float) -> bool:
        """Whether it lies within half a unit of its last digit of a number."""
        return math.isfinite(number) and abs(self.off(number)) <= max(self.unit / 2, FLOAT_NOISE * abs(Decimal(number)))

    def is_cut_off(self, number: float) -> bool:
        """Whether it is a number with its further digits left away; nothing but zeros is not."""
        if not math.isfinite(number) or not self.value or (self.value > 0) != (number > 0):
            return False
        return 0 <= _EXACT.subtract(abs(Decimal(number)), abs(self.value)) < self.unit

    def says(self, number: float) -> bool:
        """Whether its digits are a number's: rounded, or cut off."""
        return self.is_rounded(number) or self.is_cut_off(number)


@dataclass(frozen=True)
class Mark:
    """What is said of a typed number.

    `status` : right or wrong, empty (not filled in), or unreadable (not a number)
    `off` : how much larger than the right value it is; None where there is nothing to compare
    `message` : a sentence for a student
    """

    status: Literal["right", "wrong", "empty", "unreadable"]
    off: float | None
    message: str


def read(typed: str) -> Typed | None:
    """The number that a text says, with a point or a comma before its decimals; None where it says none."""
    text = typed.strip().replace("−", "-").replace(",", ".")
    if len(text) > MOST_CHARACTERS or not _FORM.fullmatch(text):
        return None
    value = Decimal(text)
    return Typed(value, Decimal((0, (1,), int(value.as_tuple().exponent))))


def mark(typed: str, right: float) -> Mark:
    """Compare a number as it was typed with the right value, to the digits given.

    '0.59', '0,59' and '5.9e-1' are right for 0.593269: a number is right where it lies within half a unit of its last
    digit (both neighbours of a tie are). It is right too where further digits were cut off instead of rounded ('0.5'
    for 0.593269), and the message then says so: cutting off is no mistake of backpropagation. A number of zeros only is
    never a cut-off one. Digits after the twelfth are not compared: float64 arithmetic in another order differs there.
    """
    if not typed.strip():
        return Mark("empty", None, "Not filled in.")
    number = read(typed)
    if number is None:
        shown = typed.strip()
        shown = shown if len(shown) <= MOST_CHARACTERS else shown[:MOST_CHARACTERS] + "…"
        return Mark("unreadable", None, f"“{shown}” is not a number. Write it like 0.593, −0,593 or 5.93e-1.")
    if not math.isfinite(right):
        return Mark("wrong", None, "The right value is too large for a computer's numbers, so this cannot be compared.")
    off = float(number.off(right))
    if number.is_rounded(right):
        if number.digits == 0 and right != 0:
            return Mark("right", off, "Right as far as it goes, but all its digits are zeros: give more of them.")
        if number.digits == 0:
            return Mark("right", off, "Right.")
        if number.digits > COMPARED_DIGITS:
            return Mark("right", off, f"Right to {COMPARED_DIGITS} digits; further ones are not compared.")
        given = f"{number.digits} digits" if number.digits > 1 else "one digit"
        return Mark("right", off, f"Right to the {given} given.")
    if number.is_cut_off(right):
        return Mark("right", off, "Right, but cut off after its last digit instead of rounded.")
    return Mark("wrong", off, f"Wrong: {abs(off):.3g} too {'large' if off > 0 else 'small'}.")
