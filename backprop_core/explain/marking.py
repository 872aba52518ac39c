"""Numbers as people write them: read from text, and compared to the digits that were given."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

MOST_CHARACTERS = 40  # float64 needs 24; more is not a hand calculation
COMPARED_DIGITS = 12
FAR = Decimal(10) ** 100  # off by more than this is not worth its digits
FLOAT_NOISE = Decimal(10) ** -COMPARED_DIGITS  # relative: sums in another order differ by this much or less

MINUS_SIGNS = "−‐‑‒–—﹣－⁻"
_SAME = str.maketrans(
    dict.fromkeys(MINUS_SIGNS, "-")
    | {ord("０") + digit: str(digit) for digit in range(10)}
    | {"，": ".", "．": ".", ",": ".", "＋": "+"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff")  # invisible, and left behind by copying from a web page
)
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

    def is_rounded(self, number: float, noise: float = 0.0) -> bool:
        """Whether it lies within half a unit of its last digit of a number that was computed up to a noise."""
        return math.isfinite(number) and abs(self.off(number)) <= self.unit / 2 + _noise(number, noise)

    def is_cut_off(self, number: float, noise: float = 0.0) -> bool:
        """Whether it is a number with its further digits left away; nothing but zeros is not.

        A number that is a whole unit larger up to its noise has other digits: 0.4 is not 0.49999999999999994 cut off.
        """
        if not math.isfinite(number) or not self.value or (self.value > 0) != (number > 0):
            return False
        return 0 <= _EXACT.subtract(abs(Decimal(number)), abs(self.value)) < self.unit - _noise(number, noise)

    def says(self, number: float, noise: float = 0.0) -> bool:
        """Whether its digits are a number's: rounded, or cut off."""
        return self.is_rounded(number, noise) or self.is_cut_off(number, noise)


@dataclass(frozen=True)
class Mark:
    """What is said of a typed number.

    `status` : right; rounded (right, with rounding on the way); convention (right, in another convention); coarse (it
        fits, but says too little to be right); wrong; empty (not filled in); or unreadable (not a number)
    `off` : how much larger than the right value it is; None where there is nothing to compare, or no float64 for it
    `message` : a sentence for a student
    """

    status: Literal["right", "rounded", "convention", "coarse", "wrong", "empty", "unreadable"]
    off: float | None
    message: str

    @property
    def is_right(self) -> bool:
        """Whether it counts as right."""
        return self.status in {"right", "rounded", "convention"}


def read(typed: str) -> Typed | None:
    """The number that a text says, with a point or a comma before its decimals; None where it says none.

    A dash of any length is a minus sign, and full-width digits are read too.
    """
    text = typed.strip()
    text = text.translate(_SAME).strip() if len(text) <= 4 * MOST_CHARACTERS else text
    if len(text) > MOST_CHARACTERS or not _FORM.fullmatch(text):
        return None
    value = Decimal(text)
    return Typed(value, Decimal((0, (1,), int(value.as_tuple().exponent))))


def mark(typed: str, right: float, noise: float = 0.0) -> Mark:
    """Compare a number as it was typed with the right value, to the digits given.

    '0.59', '0,59' and '5.9e-1' are right for 0.593269: a number is right where it lies within half a unit of its last
    digit (both neighbours of a tie are). `noise` is how far the right value itself may be off, since it was computed in
    float64: a tie such as 0.3925 is stored a hair below or above. A number is right too where further digits were cut
    off instead of rounded ('0.5' for 0.593269), and the message then says so: cutting off is no mistake of
    backpropagation. Nothing but zeros is right for 0 alone: elsewhere it has no digit that could be compared. Digits
    after the twelfth are not compared: float64 arithmetic in another order differs there.
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
    off = _finite(number.off(right))
    if number.is_rounded(right, noise):
        if number.digits == 0 and abs(right) > noise:
            return Mark("coarse", off, "This says too little to be right: all its digits are zeros. Give more of them.")
        if number.digits == 0:
            return Mark("right", off, "Right.")
        if number.digits > COMPARED_DIGITS:
            return Mark("right", off, f"Right to {COMPARED_DIGITS} digits; further ones are not compared.")
        given = f"{number.digits} digits" if number.digits > 1 else "one digit"
        return Mark("right", off, f"Right to the {given} given.")
    if number.is_cut_off(right, noise):
        return Mark("right", off, "Right, but cut off after its last digit instead of rounded.")
    return Mark("wrong", off, f"Wrong: {distance(number, right)}.")


def distance(number: Typed, right: float) -> str:
    """How far a number is from the right value, in words: '0.107 too large'."""
    off = number.off(right)
    way = "large" if off > 0 else "small"
    size = abs(float(off)) if abs(off) < FAR else math.inf
    if math.isinf(size):
        return f"far too {way}"
    return f"{size:.3g} too {way}" if size else f"a hair too {way}"


def _finite(off: Decimal) -> float | None:
    return float(off) if math.isfinite(float(off)) else None


def _noise(number: float, noise: float) -> Decimal:
    """How far a computed number may be off: by its own noise, and relative to its size."""
    return Decimal(noise) + FLOAT_NOISE * abs(Decimal(number))
