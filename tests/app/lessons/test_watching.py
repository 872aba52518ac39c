"""What a student still has to do, and whether a guess is right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_lesson import SMALLEST, parsed

from backprop_core import Config, Edit
from playground.lessons.answers import is_right, right_option
from playground.lessons.language.expression import Named
from playground.lessons.language.table import LessonError
from playground.lessons.lesson import Ask
from playground.lessons.watching import Seen, lacking

LESSON = parsed(SMALLEST)
DONE = Seen("train", Config(seed=1, epochs=10), (Edit(5, (1, "W", 0, 1), 1.0),), 10)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, None),
        ({"page": "step"}, "page"),
        ({"config": Config(epochs=10)}, "settings"),
        ({"config": Config(seed=1, epochs=99, stop_loss=0.1)}, None),  # where to stop changes no number
        ({"config": Config(seed=1, momentum=0.5)}, None),  # SGD has no momentum
        ({"edits": ()}, "edits"),
        ({"edits": (*DONE.edits, Edit(7, "learning_rate", 0.1))}, "edits"),
        ({"edits": (*DONE.edits, Edit(70, "learning_rate", 0.1))}, None),  # not yet in force
        ({"epoch": 9}, "epoch"),
        ({"epoch": 11}, None),
        ({"epoch": 9, "diverged": True}, None),
    ],
)
def test_the_first_thing_that_is_lacking_is_named(changes: dict[str, object], what: str | None) -> None:
    assert lacking(LESSON.steps[0].do, LESSON, replace(DONE, **changes)) == what  # type: ignore[arg-type]


def test_a_sweep_counts_when_it_is_finished() -> None:
    do = LESSON.steps[1].do
    grid = LESSON.runs["grid"].grid
    assert grid is not None
    other = replace(grid, seeds=(0, 2))
    assert lacking(do, LESSON, Seen("sweep", Config())) == "sweep"
    assert lacking(do, LESSON, Seen("sweep", Config(), sweeps=(other,))) == "sweep"
    assert lacking(do, LESSON, Seen("sweep", Config(), sweeps=(other, grid))) is None


def test_quantity_and_choices_count_too() -> None:
    do = replace(LESSON.steps[0].do, run=None, epoch=0, quantity="δ1", choices=(("scale", "log"),))
    assert lacking(do, LESSON, DONE) == "quantity"
    assert lacking(do, LESSON, replace(DONE, quantity="δ1")) == "choice"
    assert lacking(do, LESSON, replace(DONE, quantity="δ1", choices={"scale": "log"})) is None


def of(named: Named) -> float:
    return {0: 8.0, 5: 4.0}.get(named.epoch or 0, 0.0)


def asked(change: str) -> Ask:
    number = 'kind = "number", question = "How much?", answer = "run.loss", factor = 2'
    assert number in SMALLEST
    return parsed(SMALLEST.replace(number, change)).steps[0].ask


def test_a_number_is_right_within_its_factor_or_distance() -> None:
    ask = asked('kind = "number", question = "?", answer = "run.loss", factor = 2')
    assert [is_right(ask, guess, of) for guess in (4, 16.0, 3.9, 16.1, -8, "8")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    ask = asked('kind = "number", question = "?", answer = "run.loss", within = 1')
    assert [is_right(ask, guess, of) for guess in (7, 9.0, 6.9, 9.1)] == [True, True, False, False]


def test_a_sign_is_right_or_wrong() -> None:
    ask = asked('kind = "sign", question = "?", answer = "-1 * run.loss"')
    assert [is_right(ask, guess, of) for guess in ("negative", "zero", "positive")] == [True, False, False]


def test_a_curve_is_right_within_a_share_of_its_range() -> None:
    ask = asked('kind = "curve", question = "?", answer = "run.loss", at = [0, 5, 10], within = 0.25')
    assert is_right(ask, (8.0, 4.0, 0.0), of)
    assert is_right(ask, (6.0, 6.0, 2.0), of)
    assert not is_right(ask, (5.9, 4.0, 0.0), of)
    assert not is_right(ask, (8.0, 4.0), of)


def test_exactly_one_option_must_be_right() -> None:
    ask = LESSON.steps[1].ask
    assert right_option(ask, of) == 0
    assert [is_right(ask, place, of) for place in (0, 1, 2)] == [True, False, False]
    first, second = ask.options
    for options in ((second, second), (first, first)):
        with pytest.raises(LessonError, match="options are right, and one should be"):
            right_option(replace(ask, options=options), of)
