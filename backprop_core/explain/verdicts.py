"""Verdicts on a sheet of answers: each is marked with the earlier answers taken into account.

An answer that is not right to its digits is checked for, in this order: another sign convention, a known mistake (a
slip), rounding on the way. A slip is therefore reported before rounding can excuse it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from backprop_core.explain.diagnosis import diagnose, noises, quantities
from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import Mark, Typed, distance, mark, read
from backprop_core.explain.mistakes import Mistake
from backprop_core.explain.rounding import Rounding, reach, to_digits
from backprop_core.nn.activations import Array

Place = tuple[str, tuple[int, ...]]  # a quantity's name, and an index into it

OTHER_SIGN = "in the other sign convention: δ = (target − output)·f′, which points downhill"
THRESHOLD = "as a threshold: θ is −b"
FEWEST_DIGITS = 2  # that a hand calculation carries along, even if its answer has only one
FEW_UNITS = 10  # of the last digit: if rounding errors can be larger, they rarely reproduce a slip's digits by chance

_NAME = re.compile(r"(z|a|delta|dW|db|W|b|loss)(\d*)(_new)?")


@dataclass(frozen=True)
class Verdict:
    """The mark of one answer, and the slips that explain it if it is wrong."""

    mark: Mark
    slips: tuple[Mistake, ...] = ()


@dataclass(frozen=True, eq=False)
class _Sheet:
    """Answers, and what is known from those that were marked already.

    known : how far off the answers are that count as right; NaN elsewhere
    turned : places whose answers have the opposite sign by convention
    reached : cache of error bounds for rounding, by quantity, digits and unit, shared by the answers to one quantity
    """

    homework: Homework
    right: Mapping[str, Array]
    noise: Mapping[str, Array]
    answers: Mapping[Place, str]
    known: dict[str, Array]
    turned: set[Place] = field(default_factory=set)
    reached: dict[tuple[str, int, Decimal], Mapping[str, Array]] = field(default_factory=dict)


def judge(homework: Homework, answers: Mapping[Place, str]) -> dict[Place, Verdict]:
    """A verdict on every answer, in the order of `answers`; answers to quantities that do not exist are left out.

    Answers to earlier quantities limit what rounding can explain: errors are bounded by their digits, or by the digits
    of the answer itself if they are missing. Raises ConfigError as `Homework.run` does.
    """
    right = quantities(homework)
    known = {name: np.full(values.shape, np.nan) for name, values in right.items()}
    sheet = _Sheet(homework, right, noises(homework), answers, known)
    verdicts = {}
    for place in sorted((place for place in answers if _exists(right, place)), key=lambda place: _turn(place[0])):
        verdicts[place] = _judged(sheet, place)
    return {place: verdicts[place] for place in answers if place in verdicts}


def _exists(right: Mapping[str, Array], place: Place) -> bool:
    name, index = place
    shape = right[name].shape if name in right else (-1,)
    return len(index) == len(shape) and all(0 <= i < n for i, n in zip(index, shape, strict=True))


def _turn(name: str) -> tuple[int, int, int]:
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
    right, noise = float(sheet.right[name][index]), float(sheet.noise[name][index])
    plain, number = mark(typed, right, noise), read(typed)
    if number is None or plain.status not in {"right", "wrong"}:
        return Verdict(plain)
    if plain.status == "right":
        _remember(sheet, place, number, right)
        return Verdict(plain)
    if not number.digits or not np.isfinite(right):
        return Verdict(plain)
    convention = _convention(sheet, place)
    if convention and number.says(-right, noise):
        sheet.turned.add(place)
        _remember(sheet, place, number, -right)
        return Verdict(Mark("convention", plain.off, f"Right, {convention}."))
    bound = _explained(sheet, place, number)
    slips = diagnose(sheet.homework, name, index, typed)
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
    return Verdict(plain)


def _convention(sheet: _Sheet, place: Place) -> str:
    """The convention in which the opposite sign would be right at this place; empty if there is none.

    Gradients follow other answers: db if the new bias is given as a threshold, dW and db if the δ of their layer has
    the opposite sign.
    """
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
    right, noise = (float(values[place[0]][place[1]]) for values in (sheet.right, sheet.noise))
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
        rounding = Rounding(to_digits(digits, float(number.unit)), 0.0, sheet.known)
        sheet.reached[key] = reach(sheet.homework, dict(sheet.right), rounding)
    return float(sheet.reached[key][name][index])


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
