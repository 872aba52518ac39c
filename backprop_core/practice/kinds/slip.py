"""Find the slip: a worked update in which exactly one slip was made."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backprop_core.explain.mistakes import MISTAKES, Mistake
from backprop_core.explain.recomputation import Switches
from backprop_core.explain.rounding import Rounding, reach, to_decimals
from backprop_core.nn.activations import Array
from backprop_core.practice.labels import formula, label, place_label, table
from backprop_core.practice.suitable import in_order
from backprop_core.practice.task import Draft, Field, Task, TaskKind

LEAST_OFF = 3  # units of the last digit by which a slip's first wrong numbers differ from the right ones
LEAST_DIGITS = 10  # the first wrong number in units of its last digit: fewer say too little
SAME = 1  # unit of the last digit: rounded and cut off, a number may differ by as much
OPTIONS = 5

Wrong = tuple[Mistake, Switches, Mapping[str, Array]]


def make(draft: Draft) -> Task | None:
    """The task of a draft; None if no slip shows without any other explanation."""
    names = in_order(draft.numbers)
    right = draft.right_digits(names)
    wrong = list(zip(draft.mistaken, draft.mistaken_digits(names), strict=True))
    bounds = reach(draft.homework, dict(draft.numbers), Rounding(to_decimals(draft.assignment.digits), 0.0, {}))
    visible = sorted({entry[0].name for entry, digits in wrong if not np.array_equal(digits, right)})
    for name in draft.shuffled([mistake for mistake in MISTAKES if mistake in visible], 2):
        others = [digits for (mistake, _, _), digits in wrong if mistake.name != name]
        for entry, digits in wrong:
            if entry[0].name != name or not _is_made_once(entry[1], entry[0]):
                continue
            first = _first_wrong(names, draft.numbers, right, digits)
            if first is None:
                continue
            cell, quantity, cells = first
            if (
                abs(digits[cell]) >= LEAST_DIGITS
                and _shows(right, digits, cells)
                and _beyond_rounding(draft, entry, quantity, bounds)
                and all(abs(other[cell] - digits[cell]) > SAME for other in others if np.isfinite(other[cell]))
            ):
                return _task(draft, names, entry, quantity, visible)
    return None


def _is_made_once(switches: Switches, mistake: Mistake) -> bool:
    """Whether a variant is one slip at one place, not the same at every layer."""
    return switches.layer is not None or not (mistake.by_layer or mistake.one_layer)


def _first_wrong(
    names: list[str], numbers: Mapping[str, Array], right: Array, digits: Array
) -> tuple[int, str, slice] | None:
    """The first number that a slip changes, its quantity, and where the numbers of that quantity are."""
    different = np.flatnonzero(right != digits)
    if not len(different) or not np.isfinite(digits).all():
        return None
    start = 0
    for name in names:
        end = start + numbers[name].size
        if different[0] < end:
            return int(different[0]), name, slice(start, end)
        start = end
    return None


def _shows(right: Array, digits: Array, cells: slice) -> bool:
    """Whether every number of a quantity is either right or clearly wrong."""
    off = np.abs(right[cells] - digits[cells])
    return bool(((off == 0) | (off >= LEAST_OFF)).all()) and bool((np.abs(digits) < 1e6).all())


def _beyond_rounding(draft: Draft, entry: Wrong, name: str, bounds: Mapping[str, Array]) -> bool:
    """Whether rounding on the way cannot lead to any of the wrong numbers of a quantity."""
    off = np.abs(entry[2][name] - draft.numbers[name])
    return bool(((off < draft.unit / 10) | (off > bounds[name] + 1.5 * draft.unit)).all())


def _task(draft: Draft, names: list[str], entry: Wrong, quantity: str, visible: list[str]) -> Task:
    mistake, _, numbers = entry
    text, right = draft.text, draft.numbers[quantity]
    wrong = numbers[quantity]
    others = [name for name in draft.shuffled([*MISTAKES], 9) if name in visible and name != mistake.name]
    options = draft.shuffled([MISTAKES[name].label for name in [mistake.name, *others[: OPTIONS - 1]]], 16)
    where = tuple(map(label, names))
    later = where.index(label(quantity))
    reasons = {
        option: "Everything here follows from numbers before it, or is right." if i > later else "This is right."
        for i, option in enumerate(where)
    }
    shown = [table(draft, name, numbers[name]) for name in names]
    first = next(i for i in np.ndindex(right.shape) if text(float(wrong[i])) != text(float(right[i])))
    return Task(
        draft.number,
        SLIP.name,
        draft.homework,
        draft.numbers,
        draft.assignment.digits,
        "In this update exactly one slip was made; everything after it was computed correctly from it. Where does it "
        "first show, what is it, and what is the right value?",
        (
            Field("where", "It first shows in", label(quantity), where, reasons=reasons),
            Field("what", "The slip", mistake.label, tuple(options), reasons=_explanations()),
            Field(
                "value",
                "The right value of the first wrong number",
                text(float(right[first])),
                place=(quantity, first),
            ),
        ),
        "Why does this slip give the number that was written down?",
        f"{mistake.explanation} {place_label(quantity, first)} was written as {text(float(wrong[first]))}. "
        f"{formula(draft.homework, quantity)} gives {text(float(right[first]))}.",
        tables=tuple(shown),
        conventions=False,
    )


def _explanations() -> dict[str, str]:
    return {mistake.label: f"Not that one. It would mean: {mistake.explanation}" for mistake in MISTAKES.values()}


SLIP = TaskKind(
    "slip",
    "Find the slip",
    "A worked update with exactly one slip: where it first shows, what it is, and the right value.",
    make,
    needs_mistakes=True,
)
