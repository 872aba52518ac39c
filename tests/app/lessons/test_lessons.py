"""The twelve lessons: every claim is trained, every answer is filled in, every step can be done."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import pytest

from backprop_core import Run
from backprop_core.explain import explain
from backprop_core.settings import SPECS, fields
from backprop_core.sweep import plan
from playground.lessons import answers, reading
from playground.lessons.language.expression import Claim
from playground.lessons.language.table import LessonError
from playground.lessons.lesson import Lesson, Step, names, texts
from playground.lessons.results import Results
from playground.lessons.watching import Seen, different, lacking
from playground.session.widget_values import from_config, to_config
from playground.step import page as step_page
from playground.train.board import CURVE_VIEWS, GRADIENT_VIEWS

LESSONS = reading.lessons()
STEPS = [(lesson, number) for lesson in LESSONS for number in range(len(lesson.steps))]
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "<"}
MARGIN = 0.05
MOST_CHANGES = 4  # of settings that a student makes by hand in one step
VIEWS = {
    "curves_view": CURVE_VIEWS,
    "gradients_view": GRADIENT_VIEWS,
    "learned_view": ("Surface", "Table", "Units"),
    "step_view": step_page.VIEWS,
}

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
every_step = pytest.mark.parametrize(
    ("lesson", "number"), STEPS, ids=[f"{lesson.name}-{number + 1}" for lesson, number in STEPS]
)


@functools.lru_cache(len(LESSONS))
def results(lesson: Lesson) -> Results:
    """The numbers of a lesson, whose runs are trained once for all tests."""
    return Results(lesson)


def failing(lesson: Lesson, of: Results) -> list[str]:
    """The claims that do not hold, or whose numbers do not exist."""
    return [str(claim) for claim in lesson.claims if not _holds(claim, of)]


def _holds(claim: Claim, of: Results) -> bool:
    try:
        return claim.holds(of)
    except LessonError:
        return False


def turned(claim: Claim) -> Claim:
    """The contrary of a claim, or of an equality something that excludes it."""
    return replace(claim, comparison=OPPOSITE[claim.comparison])


def seen_at_first(lesson: Lesson, step: Step) -> Seen:
    """What is on the screen when a step begins."""
    recipe = lesson.runs[step.run].recipe
    if step.page == "sweep":
        return Seen("sweep", recipe.config)
    return Seen(step.page, recipe.config, recipe.edits, step.epoch)


def seen_at_last(lesson: Lesson, step: Step) -> Seen:
    """What is on the screen when a student has done what a step asks for."""
    do = step.do
    recipe = lesson.runs[do.run or step.run].recipe
    grid = lesson.runs[do.sweep].grid if do.sweep else None
    sweeps = () if grid is None else (plan(grid.config.replace(seed=7), dict(grid.axes), grid.seeds),)
    return Seen(do.page, recipe.config, recipe.edits, do.epoch, False, do.quantity or "", dict(do.choices), sweeps)


def test_there_are_twelve_lessons_in_order() -> None:
    assert [lesson.number for lesson in LESSONS] == list(range(1, 13))
    assert len({lesson.name for lesson in LESSONS}) == len(LESSONS)
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)


@every_lesson
def test_every_claim_holds(lesson: Lesson) -> None:
    assert failing(lesson, results(lesson)) == []


@every_lesson
def test_claims_hold_with_a_margin(lesson: Lesson) -> None:
    for claim in lesson.claims:
        left, right = claim.left.value(results(lesson)), claim.right.value(results(lesson))
        if claim.comparison in {"<", ">"} and "mistaken_loss" not in str(claim):  # which is off by very little
            assert abs(left - right) > MARGIN * max(abs(left), abs(right)), str(claim)


@every_lesson
def test_a_lesson_whose_claim_is_turned_around_fails(lesson: Lesson) -> None:
    for place, claim in enumerate(lesson.claims):
        claims = (*lesson.claims[:place], turned(claim), *lesson.claims[place + 1 :])
        assert failing(replace(lesson, claims=claims), results(lesson)) == [str(turned(claim))]


@pytest.mark.parametrize(
    ("file", "what", "instead"),
    [
        ("01_hidden_layer", "settings = { hidden = [2] }", "settings = { hidden = [1] }"),
        ("03_learning_rate", "learning_rate = 0.32", "learning_rate = 0.28"),
        ("04_zero_weights", 'hidden = [3], init = "zeros"', "hidden = [3]"),
        ("06_dead_relu", "value = -5.0", "value = 0.0"),
    ],
)
def test_a_lesson_whose_run_is_another_fails(file: str, what: str, instead: str) -> None:
    content = (reading.CONTENT / f"{file}.toml").read_text(encoding="utf-8")
    assert what in content
    lesson = reading.parse(content.replace(what, instead), 1, "changed")
    assert failing(lesson, Results(lesson)) != []


@every_lesson
def test_every_text_is_filled_with_numbers(lesson: Lesson) -> None:
    for text, where in texts(lesson):
        filled = text.filled(results(lesson))
        assert "{" not in filled, where
        assert "nan" not in filled.split(), where


@every_lesson
def test_numbers_in_answers_are_computed_and_never_typed(lesson: Lesson) -> None:
    for step in lesson.steps:
        for text in (step.show, step.why.answer):
            assert re.findall(r"\d\.\d|\d ?%", text.typed) == []
    assert all(step.show.placeholders for step in lesson.steps)


@every_step
def test_every_question_has_one_right_answer(lesson: Lesson, number: int) -> None:
    ask, of = lesson.steps[number].ask, results(lesson)
    match ask.kind:
        case "choice":
            right = answers.right_option(ask, of)
            assert [place for place in range(len(ask.options)) if answers.is_right(ask, place, of)] == [right]
        case "sign":
            assert [sign for sign in answers.SIGNS if answers.is_right(ask, sign, of)] == [answers.sign(ask, of)]
        case "number":
            assert answers.is_right(ask, answers.number(ask, of), of)
            assert not answers.is_right(ask, -1.0 - 10 * abs(answers.number(ask, of)), of)
        case "curve":
            heights = answers.curve(ask, of)
            assert answers.is_right(ask, heights, of)
            assert not answers.is_right(ask, tuple(height + 2 * max(heights) for height in heights), of)


@every_step
def test_a_step_is_not_done_before_it_is_done(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    assert lacking(step.do, lesson, seen_at_first(lesson, step)) is not None
    assert lacking(step.do, lesson, seen_at_last(lesson, step)) is None


@every_step
def test_what_is_to_be_set_can_be_set_by_hand(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    if step.do.run is None:
        return
    before, after = (lesson.runs[name].recipe.config for name in (step.run, step.do.run))
    changes = different(before, after)
    assert len(changes) <= MOST_CHANGES
    assert to_config(from_config(after)) == after
    if {*changes} & {*fields("learning")}:
        assert step.epoch == 0, "a change made later is an edit, and makes another run"
    assert "dataset" not in changes, "other settings follow the dataset"


@every_step
def test_finish_trains_as_far_as_a_step_asks_for(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    if step.page == "train" and step.do.epoch > lesson.runs[step.run].recipe.epochs:
        assert SPECS["epochs"].label in step.do.text.typed, "the student is told to set the epochs"


@every_step
def test_widgets_and_quantities_of_a_step_exist(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    for key, value in step.do.choices:
        assert value in VIEWS[key]
    if step.do.quantity is not None:
        recipe = lesson.runs[step.do.run or step.run].recipe
        update = explain(Run(recipe.config, data=recipe.data, params=recipe.params).at(0))
        assert step.do.quantity in {quantity.name for quantity in update.quantities}


@every_step
def test_settings_and_edits_are_named_in_what_is_to_be_done(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    if step.do.run is None:
        return
    before, after = (lesson.runs[name].recipe for name in (step.run, step.do.run))
    labels = {"hidden": "Hidden size"}
    for name in different(before.config, after.config):
        label = labels.get(name, SPECS[name].label)
        assert label in step.do.text.typed or "Hidden layers" in step.do.text.typed
    if after.edits != before.edits:
        assert any(word in step.do.text.typed for word in ("Edit", "Type"))


@every_lesson
def test_every_run_is_used(lesson: Lesson) -> None:
    named = {name.run for name, _ in names(lesson)}
    opened = {name for step in lesson.steps for name in (step.run, step.do.run, step.do.sweep, *step.pins)}
    assert set(lesson.runs) <= named | opened


@every_lesson
def test_lessons_are_short(lesson: Lesson) -> None:
    path = reading.CONTENT / f"{lesson.number:02}_{lesson.name}.toml"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80
    assert 3 <= len(lesson.steps) <= 5
