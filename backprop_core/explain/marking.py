"""Numbers as people write them: parsed from text, and compared to the number of digits that were typed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

MOST_CHARACTERS = 40  # float64 needs 24; longer text is not from a hand calculation
COMPARED_DIGITS = 12
FAR = Decimal(10) ** 100  # larger differences are reported without a number
FLOAT_NOISE = Decimal(10) ** -COMPARED_DIGITS  # relative: sums in a different order differ by at most this

MINUS_SIGNS = "−‐‑‒–—﹣－⁻"
_SAME = str.maketrans(
    dict.fromkeys(MINUS_SIGNS, "-")
    | {ord("０") + digit: str(digit) for digit in range(10)}
    | {"，": ".", "．": ".", ",": ".", "＋": "+"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff")  # invisible characters that text copied from web pages may contain
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
        """Number of significant digits typed; 0 if all digits are zeros."""
        return len(self.value.as_tuple().digits) if self.value else 0

    def off(self, number: float) -> Decimal:
        """The typed value minus a finite number, exactly."""
        return _EXACT.subtract(self.value, Decimal(number))

    def is_rounded(self, number: float, noise: float = 0.0) -> bool:
        """Whether it is within half a unit of its last digit from a number, which may itself be off by `noise`."""
        return math.isfinite(number) and abs(self.off(number)) <= self.unit / 2 + _noise(number, noise)

    def is_cut_off(self, number: float, noise: float = 0.0) -> bool:
        """Whether it is the number with its further digits cut off; never for typed zeros.

        A number that is a whole unit larger, up to its noise, does not count: 0.4 is not 0.49999999999999994 cut off.
        """
        if not math.isfinite(number) or not self.value or (self.value > 0) != (number > 0):
            return False
        return 0 <= _EXACT.subtract(abs(Decimal(number)), abs(self.value)) < self.unit - _noise(number, noise)

    def says(self, number: float, noise: float = 0.0) -> bool:
        """Whether its digits match a number, either rounded or cut off."""
        return self.is_rounded(number, noise) or self.is_cut_off(number, noise)


@dataclass(frozen=True)
class Mark:
    """The assessment of a typed number.

    `status` : right; rounded (right, with rounding on the way); convention (right, in another convention); coarse (it
        fits, but has too few digits to be right); follows (from an earlier answer that is wrong); wrong; empty (not
        filled in); or unreadable (not a number)
    `off` : typed value minus right value; None if there is nothing to compare or float64 cannot hold the difference
    `message` : a sentence to show to the student
    """

    status: Literal["right", "rounded", "convention", "coarse", "follows", "wrong", "empty", "unreadable"]
    off: float | None
    message: str

    @property
    def is_right(self) -> bool:
        """Whether the number counts as right."""
        return self.status in {"right", "rounded", "convention"}


def read(typed: str) -> Typed | None:
    """The number in a text, with a decimal point or comma; None if the text is not a number.

    Dashes of any length are accepted as minus signs; full-width digits are accepted too.
    """
    text = typed.strip()
    text = text.translate(_SAME).strip() if len(text) <= 4 * MOST_CHARACTERS else text
    if len(text) > MOST_CHARACTERS or not _FORM.fullmatch(text):
        return None
    value = Decimal(text)
    return Typed(value, Decimal((0, (1,), int(value.as_tuple().exponent))))


def mark(typed: str, right: float, noise: float = 0.0) -> Mark:
    """Compare a number as typed with the right value, to the number of digits that were typed.

    A number is right if it is within half a unit of its last digit from the right value: '0.59', '0,59' and '5.9e-1'
    are right for 0.593269, and for a tie both neighbours are. `noise` is how far the right value itself may be off,
    because it was computed in float64: a tie such as 0.3925 is stored slightly below or above. A number is also right
    if further digits were cut off instead of rounded ('0.5' for 0.593269), with a message that says so: cutting off is
    not a mistake in backpropagation. Zeros are right only for 0; otherwise they have no digits to compare. Digits
    after the twelfth are not compared, because float64 arithmetic in a different order differs there.
    """
    if not typed.strip():
        return Mark("empty", None, "Not filled in.")
    number = read(typed)
    if number is None:
        text = typed.strip()
        text = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
        return Mark("unreadable", None, f"“{text}” is not a number. Write it like 0.593, −0,593 or 5.93e-1.")
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
        digits = f"{number.digits} digits" if number.digits > 1 else "one digit"
        return Mark("right", off, f"Right to the {digits} given.")
    if number.is_cut_off(right, noise):
        return Mark("right", off, "Right, but cut off after its last digit instead of rounded.")
    return Mark("wrong", off, f"Wrong: {distance(number, right)}.")


def distance(number: Typed, right: float) -> str:
    """The difference between a number and the right value, in words: '0.107 too large'."""
    off = number.off(right)
    direction = "large" if off > 0 else "small"
    size = abs(float(off)) if abs(off) < FAR else math.inf
    if math.isinf(size):
        return f"far too {direction}"
    return f"{size:.3g} too {direction}" if size else f"a hair too {direction}"


def _finite(off: Decimal) -> float | None:
    return float(off) if math.isfinite(float(off)) else None


def _noise(number: float, noise: float) -> Decimal:
    """How far a computed number may be off: by its own noise, and relative to its size."""
    return Decimal(noise) + FLOAT_NOISE * abs(Decimal(number))
