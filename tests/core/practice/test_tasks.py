"""Every generated task: right answers are marked right however rounded, each slip is named, none for a right answer.

Some hundred tasks of each kind are tried; as many as the environment variable PRACTICE_TASKS says, if it is set.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from functools import cache

import numpy as np
import pytest

from backprop_core import ConfigError
from backprop_core.explain.mistakes import MISTAKES
from backprop_core.explain.recomputation import Switches, recompute
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.practice.assignment import Assignment
from backprop_core.practice.generator import check, read, tasks_of
from backprop_core.practice.kinds import KINDS
from backprop_core.practice.labels import plain_formula
from backprop_core.practice.marks import marks_of_many
from backprop_core.practice.suitable import in_order
from backprop_core.practice.task import Field, Task, number_text

TASKS = int(os.environ.get("PRACTICE_TASKS", "200"))  # of every kind

# Between them, these have every kind of δ, one and several rows, one and two hidden layers.
CLASSES = (
    Assignment(),
    Assignment(sizes=(2, 2, 2), loss="mse", output="linear", rows=2, digits=5),
    Assignment(sizes=(2, 3, 2), activation="tanh", output="softmax", loss="cross_entropy", digits=4),
    Assignment(sizes=(2, 2, 2, 1), activation="relu", loss="bce", rate=0.8, digits=5),
)

Rounded = Callable[[float, int], str]


@cache
def tasks(kind: str) -> tuple[Task, ...]:
    """As many tasks of a kind as are tried, from all classes."""
    made: list[Task] = []
    for assignment in CLASSES:
        of_kind = Assignment(**{**vars(assignment), "kinds": (kind,)})
        codes = [f"{kind} {i}" for i in range(math.ceil(TASKS / len(CLASSES) / of_kind.tasks))]
        made += [task for own in tasks_of(of_kind, codes).values() for task in own]
    return tuple(made)


def half_up(value: float, digits: int) -> str:
    return number_text(value, digits)


def cut_off(value: float, digits: int) -> str:
    return str(Decimal(f"{value:.12f}").quantize(Decimal(1).scaleb(-digits), ROUND_DOWN))


def longer(value: float, digits: int) -> str:
    return f"{value:.{digits + 3}f}".replace(".", ",")


def at(numbers: Mapping[str, Array], field: Field) -> float:
    """The number that a field stands for."""
    assert field.place is not None
    return float(numbers[field.place[0]][field.place[1]])


def answers(task: Task, rounded: Rounded) -> dict[str, str]:
    """All answers right, numbers written in a certain way."""
    return {
        field.key: rounded(at(task.numbers, field), task.digits) if field.place else field.right
        for field in task.fields
    }


def rounding_on_the_way(task: Task) -> dict[str, str]:
    """All answers computed with every number before them rounded to the digits asked."""
    own: dict[str, Array] = {}
    for name in in_order(task.numbers):
        own[name] = np.round(recompute(task.homework, Switches(), own)[name], task.digits)
    return {
        field.key: number_text(at(own, field), task.digits) if field.place else field.right for field in task.fields
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rounded", [half_up, cut_off, longer])
def test_right_answers_are_right_however_rounded(kind: str, rounded: Rounded) -> None:
    for task, marks in zip(tasks(kind), marks_of_many([(t, answers(t, rounded)) for t in tasks(kind)]), strict=True):
        assert {mark.status for mark in marks} == {"right"}, [mark for mark in marks if mark.status != "right"]
        assert not any(mark.slips for mark in marks), task


@pytest.mark.parametrize("kind", ["finish", "slip"])
def test_rounding_on_the_way_is_no_slip(kind: str) -> None:
    for marks in marks_of_many([(task, rounding_on_the_way(task)) for task in tasks(kind)]):
        bad = [(mark.field.key, mark.typed, mark.field.right, mark.status) for mark in marks if not mark.is_earned]
        assert not bad
        assert not any(mark.slips for mark in marks)


def test_each_slip_is_named_where_it_first_shows() -> None:
    """The number that is written down on the sheet, given as an answer, is recognised as that slip and no other."""
    answered, expected = [], []
    for task in tasks("slip"):
        where, what, value = task.fields
        shown = next(table for table in task.tables if table.name == where.right)
        assert value.place is not None
        index = value.place[1]
        row, column = ((0, 0, *index)[-2:]) if index else (0, 0)
        answered.append((task, {"value": shown.cells[row][column]}))
        expected.append(what.right)
    named = set()
    for (task, typed), right, marks in zip(answered, expected, marks_of_many(answered), strict=True):
        assert [slip.label for slip in marks[2].slips] == [right], (task.number, typed, marks[2])
        assert not marks[2].is_earned
        named.add(right)
    assert len(named) > 12, named


def test_a_wrong_value_does_not_spoil_what_follows() -> None:
    """Whoever forgets f′ in δ1 and computes on from there loses the marks of δ1 alone."""
    full = [task for task in tasks("finish") if task.fields[0].key.startswith("z1")]
    some = [task for task in full if task.homework.activation != "relu"][:20]
    answered = []
    for task in some:
        numbers = recompute(task.homework, Switches(slope="missing", layer=1))
        wrong = {f.key: number_text(at(numbers, f), task.digits) for f in task.fields}
        answered.append((task, wrong))
    assert answered
    for marks in marks_of_many(answered):
        lost = [mark for mark in marks if not mark.is_earned]
        assert {mark.field.key[:6] for mark in lost} == {"delta1"}, lost
        assert {slip.name for mark in lost for slip in mark.slips} >= {"slope_missing"}
        assert {mark.status for mark in marks if mark.field.key.startswith("dW1")} == {"follows"}


def test_nonsense_and_few_digits_are_told_apart() -> None:
    task = next(task for task in tasks("finish") if len(task.fields) > 20)
    first, second, third = task.fields[:3]
    (marks,) = marks_of_many([(task, {first.key: "<b>`x`", second.key: second.right[:4], third.key: "9e99", "?": "1"})])
    assert [mark.status for mark in marks[:4]] == ["unreadable", "coarse", "wrong", "empty"]
    choice = tasks("which")[0]
    (marks,) = marks_of_many([(choice, {choice.fields[0].key: "perhaps", choice.fields[1].key: "A"})])
    assert marks[0].status == "unreadable"
    assert marks[1].status == ("right" if choice.fields[1].right == "larger" else "wrong")


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_made_for_hands(kind: str) -> None:
    for task in tasks(kind):
        h = task.homework
        for array in (h.X, h.y, *(array for pair in h.params for array in pair)):
            np.testing.assert_array_equal(np.round(array, 1), array)
        for l, (W, b) in enumerate(h.params, start=1):
            assert (np.abs(task.numbers[f"dW{l}"]) >= 10.0 ** (1 - task.digits)).all()
            for before, after in ((W, task.numbers[f"W{l}_new"]), (b, task.numbers[f"b{l}_new"])):
                assert (np.round(before, task.digits) != np.round(after, task.digits)).all()
        assert task.why.endswith("?")
        assert not set("\\{}") & set(task.model + "".join(table.formula for table in task.tables))


def test_tasks_fade_from_the_end() -> None:
    own = tasks_of(Assignment(kinds=("finish",)), ["ada"])["ada"]
    counts = [len(task.fields) for task in own]
    assert counts == [9, 18, 21, 28]
    assert own[0].fields[0].key == "W1_new[1,1]"


def test_twelve_lines_of_code_have_one_wrong_one() -> None:
    two_layers = [task for task in tasks("debug") if len(task.homework.params) == 2]
    assert {len(task.code) for task in two_layers} == {12}
    assert len({task.fields[0].right for task in two_layers}) > 4


def test_tasks_depend_on_assignment_and_code_alone() -> None:
    """If this fails although nothing was meant to change, students would get other tasks: then raise VERSION."""
    together = tasks_of(Assignment(), ["ada", "7", "grace"])
    assert [task.fields for task in together["7"]] == [task.fields for task in tasks_of(Assignment(), ["7"])["7"]]
    tasks = [task for own in together.values() for task in own]
    parts = [(task.homework.X, task.homework.params, [(f.key, f.right) for f in task.fields]) for task in tasks]
    assert hashlib.sha256(repr(parts).encode()).hexdigest()[:16] == "fe2c6547f7f8f8b9"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_has_tasks(activation: str) -> None:
    check(Assignment(activation=activation, output="linear", loss="mse", rows=2, digits=5))


def test_an_assignment_that_permits_no_tasks_is_refused() -> None:
    with pytest.raises(ConfigError, match="too rare"):
        check(Assignment(sizes=(3, 3, 3, 3), rows=3, digits=3))


def test_an_assignments_text_leads_back_to_it() -> None:
    for assignment in CLASSES:
        assert read(assignment.text) == assignment
    text = CLASSES[0].text
    changes = (("2-2-1", "2-9-1"), ("slip", "quiz"), ("1;", "9;"), (";4;", ";٤;"), (";0.5;", ";nan;"), (";4", ";4;4"))
    for bad in ("", "1;x", "1" * 400, *(text.replace(*change, 1) for change in changes)):
        with pytest.raises(ConfigError):
            read(bad)


def test_formulas_are_plain_text() -> None:
    functions = [*OUTPUTS.values(), *LOSSES.values(), *FUSED.values()]
    names = ("latex", "latex_derivative", "latex_gradient")
    for text in (getattr(function, name) for function in functions for name in names if hasattr(function, name)):
        assert not set("\\{}") & set(plain_formula(text)), (text, plain_formula(text))


def test_all_mistakes_have_names_of_their_own() -> None:
    assert len({mistake.label for mistake in MISTAKES.values()}) == len(MISTAKES)
