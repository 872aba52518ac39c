"""Verdicts on a sheet of answers: each is marked with the earlier answers taken into account.

An answer that is not right to its digits is checked for, in this order: another sign convention, a known mistake (a
slip), rounding on the way. A slip is therefore reported before rounding can excuse it. If asked for, an answer that
follows from earlier wrong ones is recognised before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from backprop_core.explain.diagnosis import Workings, workings
from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import FLOAT_NOISE, Mark, Typed, distance, mark, read
from backprop_core.explain.mistakes import Mistake
from backprop_core.explain.rounding import Rounding, reach, to_decimals, to_digits
from backprop_core.nn.activations import Array

Place = tuple[str, tuple[int, ...]]  # a quantity's name, and an index into it

OTHER_SIGN = "in the other sign convention: δ = (target − output)·f′, which points downhill"
THRESHOLD = "as a threshold: θ is −b"
FEWEST_DIGITS = 2  # that a hand calculation carries along, even if its answer has only one
MOST_GOING_ON = 10**6  # larger answers are nonsense, and nothing follows from them
MOST_UNITS_OFF = 5  # of the last digit that rounding may account for in an answer that follows from wrong ones
FEW_UNITS = 10  # of the last digit: if rounding errors can be larger, they rarely reproduce a slip's digits by chance

FOLLOWING = "following"  # the key of error bounds of what follows from wrong answers, which are exact

_NAME = re.compile(r"(z|a|delta|dW|db|W|b|loss)(\d*)(_new)?")


@dataclass(frozen=True)
class Verdict:
    """The mark of one answer, and the slips that explain it if it is wrong."""

    mark: Mark
    slips: tuple[Mistake, ...] = ()


@dataclass(frozen=True, eq=False)
class _Sheet:
    """Answers, and what is known from those that were marked already.

    decimals : that every number on the way may be rounded to; None if that depends on the digits of the answer
    conventions : whether other sign conventions are right too
    own : what follows from the answers themselves, where they are wrong
    known : how far off the answers are that count as right; NaN elsewhere
    turned : places whose answers have the opposite sign by convention
    reached : cache of error bounds for rounding, by quantity, digits and unit, shared by the answers to one quantity
    """

    homework: Homework
    numbers: Workings
    own: Workings | None
    answers: Mapping[Place, str]
    decimals: int | None
    conventions: bool
    known: dict[str, Array]
    turned: set[Place] = field(default_factory=set)
    reached: dict[tuple[str, int, Decimal], Mapping[str, Array]] = field(default_factory=dict)


def judge(
    homework: Homework,
    answers: Mapping[Place, str],
    numbers: Workings | None = None,
    own: Workings | None = None,
    decimals: int | None = None,
    *,
    conventions: bool = True,
) -> dict[Place, Verdict]:
    """A verdict on every answer, in the order of `answers`; answers to quantities that do not exist are left out.

    Answers to earlier quantities limit what rounding can explain: errors are bounded by their digits, or by the digits
    of the answer itself if they are missing.

    numbers : the homework's `workings`, if they are known already
    own : those that follow from wrong answers (`wrong_values`); an answer that agrees with them is marked "follows"
    decimals : that numbers on the way may be rounded to; what this explains counts as right even if a slip gives the
        same digits
    conventions : whether other sign conventions are right too

    Raises ConfigError as `Homework.run` does.
    """
    numbers = numbers or workings(homework)
    right = numbers.right
    known = {name: np.full(values.shape, np.nan) for name, values in right.items()}
    sheet = _Sheet(homework, numbers, own, answers, decimals, conventions, known)
    verdicts = {}
    for place in sorted((place for place in answers if _exists(right, place)), key=lambda place: turn(place[0])):
        verdicts[place] = _judged(sheet, place)
    return {place: verdicts[place] for place in answers if place in verdicts}


def wrong_values(numbers: Workings, answers: Mapping[Place, str]) -> dict[str, Array]:
    """The answers that are numbers and wrong in either sign convention, by name; NaN elsewhere. For `recompute`."""
    values: dict[str, Array] = {}
    for place in answers:
        number = read(answers[place]) if _exists(numbers.right, place) else None
        if number is None or not number.digits or abs(number.value) > MOST_GOING_ON:
            continue
        name, index = place
        right, noise = float(numbers.right[name][index]), float(numbers.noise[name][index])
        by_convention = name.startswith(("delta", "d")) and number.says(-right, noise)
        if not (number.says(right, noise) or by_convention):
            values.setdefault(name, np.full(numbers.right[name].shape, np.nan))[index] = float(number.value)
    return values


def _exists(right: Mapping[str, Array], place: Place) -> bool:
    name, index = place
    shape = right[name].shape if name in right else (-1,)
    return len(index) == len(shape) and all(0 <= i < n for i, n in zip(index, shape, strict=True))


def turn(name: str) -> tuple[int, int, int]:
    """A sort key for the order of computation: forward, backward from the last layer, update, the loss after it."""
    kind, number, new = _NAME.fullmatch(name).groups()  # type: ignore[union-attr]
    layer = int(number or 0)
    if kind == "loss":
        return (4, 0, 0) if new else (1, 0, 0)
    if new:
        return 3, layer, 0
    if kind in "za":
        return 0, layer, "za".index(kind)
    return 2, -layer, ("delta", "dW", "db").index(kind)


def _judged(sheet: _Sheet, place: Place) -> Verdict:
    (name, index), typed = place, sheet.answers[place]
    right, noise = float(sheet.numbers.right[name][index]), float(sheet.numbers.noise[name][index])
    plain, number = mark(typed, right, noise), read(typed)
    if number is None or plain.status not in {"right", "wrong"}:
        return Verdict(plain)
    if plain.status == "right":
        _remember(sheet, place, number, right)
        return Verdict(plain)
    if not number.digits or not np.isfinite(right):
        return Verdict(plain)
    following = _following(sheet, place, number, plain)
    if following is not None and following.mark.status == "follows":
        return following
    convention = _convention(sheet, place)
    if convention and number.says(-right, noise):
        sheet.turned.add(place)
        _remember(sheet, place, number, -right)
        return Verdict(Mark("convention", plain.off, f"Right, {convention}."))
    bound = _explained(sheet, place, number)
    if sheet.decimals is not None and _is_within(number, right, bound):
        _remember(sheet, place, number, right)
        return Verdict(Mark("rounded", plain.off, _on_the_way(number, right, bound)))
    slips = sheet.numbers.explaining(name, index, number)
    if slips and bound < FEW_UNITS * float(number.unit) and _is_within(number, right, bound):
        return Verdict(Mark("wrong", plain.off, _either(number, right)), tuple(slips))
    if slips:
        return Verdict(plain, tuple(slips))
    if _is_within(number, right, bound):
        _remember(sheet, place, number, right)
        return Verdict(Mark("rounded", plain.off, _on_the_way(number, right, bound)))
    if convention and _is_within(number, -right, bound):
        sheet.turned.add(place)
        _remember(sheet, place, number, -right)
        return Verdict(Mark("convention", plain.off, _on_the_way(number, -right, bound, f"{convention}; ")))
    return following or Verdict(plain)


def _following(sheet: _Sheet, place: Place, number: Typed, plain: Mark) -> Verdict | None:
    """The verdict on an answer in the light of wrong ones before it; None if nothing of it depends on them."""
    if sheet.own is None:
        return None
    name, index = place
    right, noise = float(sheet.numbers.right[name][index]), float(sheet.numbers.noise[name][index])
    value = float(sheet.own.right[name][index])
    if not np.isfinite(value) or abs(value - right) <= noise + float(FLOAT_NOISE) * abs(right):
        return None
    digits = max(number.digits, FEWEST_DIGITS)
    key = FOLLOWING, digits, number.unit
    if key not in sheet.reached:
        sheet.reached[key] = reach(sheet.homework, dict(sheet.own.right), _rounding(sheet, number, {}))
    bound = float(sheet.reached[key][name][index])
    if number.says(value, noise) or _is_within(number, value, min(bound, MOST_UNITS_OFF * float(number.unit))):
        return Verdict(Mark("follows", plain.off, "Follows from your own earlier value: this step is right."))
    slips = sheet.own.explaining(name, index, number)
    return Verdict(plain, tuple(slips)) if slips else None


def _convention(sheet: _Sheet, place: Place) -> str:
    """The convention in which the opposite sign would be right at this place; empty if there is none.

    Gradients follow other answers: db if the new bias is given as a threshold, dW and db if the δ of their layer has
    the opposite sign.
    """
    if not sheet.conventions:
        return ""
    name, index = place
    kind, layer, _ = _NAME.fullmatch(name).groups()  # type: ignore[union-attr]
    if kind == "delta":
        return OTHER_SIGN
    if kind == "b":
        return THRESHOLD
    if kind == "db" and _is_turned(sheet, (f"b{layer}_new", index)):
        return THRESHOLD
    if kind in {"dW", "db"}:
        units = [place for place in sheet.answers if place[0] == f"delta{layer}" and place[1][-1:] == index[-1:]]
        if units and all(unit in sheet.turned for unit in units):
            return OTHER_SIGN
    return ""


def _is_turned(sheet: _Sheet, place: Place) -> bool:
    """Whether the answer at a place is the right one with the opposite sign."""
    number = read(sheet.answers.get(place, ""))
    if number is None or not number.digits:
        return False
    right, noise = (float(values[place[0]][place[1]]) for values in (sheet.numbers.right, sheet.numbers.noise))
    return number.says(-right, noise) and not number.says(right, noise)


def _remember(sheet: _Sheet, place: Place, number: Typed, right: float) -> None:
    """Record how far off an answer is, because later answers may have been computed from it."""
    name, index = place
    half = float(to_digits(FEWEST_DIGITS, 0.0)(np.array(right)))
    sheet.known[name][index] = max(abs(float(number.off(right))), min(float(number.unit) / 2, half))


def _explained(sheet: _Sheet, place: Place, number: Typed) -> float:
    """The largest error of an answer that rounding on the way can explain."""
    (name, index), digits = place, max(number.digits, FEWEST_DIGITS)
    key = name, digits, number.unit
    if key not in sheet.reached:
        sheet.reached[key] = reach(sheet.homework, dict(sheet.numbers.right), _rounding(sheet, number, sheet.known))
    return float(sheet.reached[key][name][index])


def _rounding(sheet: _Sheet, number: Typed, known: Mapping[str, Array]) -> Rounding:
    """How the numbers on the way to an answer may have been rounded."""
    if sheet.decimals is not None:
        return Rounding(to_decimals(sheet.decimals), 0.0, known)
    return Rounding(to_digits(max(number.digits, FEWEST_DIGITS), float(number.unit)), 0.0, known)


def _is_within(number: Typed, right: float, bound: float) -> bool:
    """Whether rounding, up to `bound` on the way and once more in the last digit, can explain a number.

    Never if half a unit of the last digit is larger than the right value itself, or if the error is unbounded (a
    `bound` of 0).
    """
    half = number.unit / 2
    return bound > 0 and half <= abs(Decimal(right)) and abs(number.off(right)) <= Decimal(bound) + half


def _either(number: Typed, right: float) -> str:
    away = distance(number, right)
    return f"{away.capitalize()}: a slip gives these digits, but rounding on the way can too. More digits tell which."


def _on_the_way(number: Typed, right: float, bound: float, convention: str = "") -> str:
    return (
        f"Right, {convention}with rounding on the way: {distance(number, right)}, and rounding to these digits at "
        f"every step can lead {bound + float(number.unit) / 2:.2g} off."
    )
