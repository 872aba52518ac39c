"""Files of lessons: what they may hold, and the one sentence that refuses all else."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.small_lesson import SMALLEST, parsed

from playground.lessons import reading
from playground.lessons.language.table import LessonError
from playground.lessons.words import words


def test_the_smallest_lesson_is_read() -> None:
    lesson = parsed(SMALLEST)
    assert (lesson.title, lesson.minutes, lesson.source.year, len(lesson.steps)) == ("Title", 5, 2000, 2)
    assert lesson.runs["like"].recipe.config.seed == 1
    assert [edit.field for edit in lesson.runs["like"].recipe.edits] == [(1, "W", 0, 1)]
    grid = lesson.runs["grid"].grid
    assert grid is not None
    assert (grid.axes, grid.seeds) == ((("hidden", ((2,), (3,))),), (0, 1))
    assert lesson.runs["slip"].recipe.config.dataset == "csv"
    assert lesson.steps[0].do.page == "train"


REFUSED: list[tuple[str, str, str]] = [
    ('title = "Title"\nminutes', "minutes", "needs title as a text"),
    ('title = "Title"\nminutes', 'title = ""\nminutes', "needs title as a text"),
    ('title = "Title"\nminutes', "title = 3\nminutes", "needs title as a text"),
    ("minutes = 5", "minutes = 0", "needs minutes as a whole number from 1 to 30, not 0"),
    ("minutes = 5", "minutes = true", "needs minutes as a whole number"),
    ("minutes = 5", "minutes = 5\ncolour = 1", "unknown key 'colour'"),
    ("minutes = 5", "minutes = ", "this is not TOML"),
    ('claims = ["run.loss > 0"]', "claims = []", "needs claims as a list of at least 1"),
    ('claims = ["run.loss > 0"]', "claims = [1]", "has 1 where a text is needed"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.loss"]', "is not a claim"),
    ('claims = ["run.loss > 0"]', 'claims = ["1 > 0"]', "a claim is about a run"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.loss > 0 > 1"]', "is not a claim"),
    ('claims = ["run.loss > 0"]', 'claims = ["other.loss > 0"]', "names a run 'other'"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.weird > 0"]', "'weird' is not a quantity"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.loss[1] > 0"]', "loss has no indexes"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.gradient > 0"]', "gradient has [layer]"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.loss@11 > 0"]', "that run has 10 epochs"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.rows@1 > 0"]', "rows belongs to no epoch"),
    ('claims = ["run.loss > 0"]', 'claims = ["grid.loss > 0"]', "which is a sweep and no single run"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.solved[0] > 0"]', "which is a single run and no sweep"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.mistaken_loss > 0"]', "which has no mistake"),
    ('claims = ["run.loss > 0"]', "claims = [\"__import__('os') > 0\"]", "neither a number nor a result"),
    ('claims = ["run.loss > 0"]', 'claims = ["run.loss + 1 > 0"]', "is not a value"),
    ("year = 2000", "year = 20000", "needs year as a whole number from 1,900 to 2,100"),
    ('title = "Title" }', 'title = "Title", address = "file:///etc" }', "an address that begins with https://"),
    ('author = "Author", ', "", "needs author as a text"),
    ("run = { epochs = 10 }", "run = 10", "needs run as a table"),
    ("run = { epochs = 10 }", "run = {}", "needs epochs as a whole number"),
    ("run = { epochs = 10 }", "run = { epochs = 10, settings = { hiden = [2] } }", "'hiden' is not a setting"),
    ("run = { epochs = 10 }", "run = { epochs = 10, settings = { hidden = [99] } }", "It must be a whole number"),
    ("run = { epochs = 10 }", 'run = { epochs = 10, settings = { dataset = "csv" } }', "cannot be"),
    ("run = { epochs = 10 }", "Run = { epochs = 10 }\nrun = { epochs = 10 }", "small letters"),
    ('like = { like = "run"', 'like = { like = "later"', "needs like as one of run"),
    ('preset = "mazur"', 'preset = "unknown"', "needs preset as one of"),
    ('mistake = "updated_weights"', 'mistake = "laziness"', "needs mistake as one of"),
    ('field = "W1[0, 1]"', 'field = "W7[0, 1]"', "is not a parameter of this network"),
    ('field = "W1[0, 1]"', 'field = "hidden"', "cannot be"),
    ('field = "W1[0, 1]"', 'field = "nothing"', "'nothing' is not a setting"),
    ("value = 1.0", 'value = "1.0"', "is not allowed"),
    ("epoch = 5", "epoch = -5", "needs epoch as a whole number"),
    ("vary = { hidden = [[2], [3]] }", "vary = { hidden = [[2], [99]] }", "cannot be"),
    ("vary = { hidden = [[2], [3]] }", "vary = { hidden = [[2]], seed = [1] }", "one setting and its values"),
    ("vary = { hidden = [[2], [3]] }", "vary = { colour = [1] }", "needs setting as one of"),
    ("seeds = 2, ", "", "needs seeds as a whole number"),
    ("seeds = 2, ", "seeds = 100000, ", "needs seeds as a whole number from 1 to 1,000"),
    ('page = "train"', 'page = "exam"', "needs page as one of"),
    ('page = "train"\nrun = "run"', 'page = "train"', "names a run None"),
    ('page = "train"\nrun = "run"', 'page = "train"\nrun = "run"\nepoch = 11', "whole number from 0 to 10"),
    ('page = "train"\nrun = "run"', 'page = "train"\nrun = "run"\npins = ["grid"]', "needs a single run"),
    ('page = "train"\nrun = "run"', 'page = "sweep"\nrun = "run"', "needs a sweep as its run on the page sweep"),
    ('page = "train"\nrun = "run"', 'page = "train"\nrun = "grid"', "needs a sweep as its run on the page sweep"),
    ('kind = "number"', 'kind = "essay"', "needs kind as one of choice, number, sign, curve"),
    ('answer = "run.loss", factor', "factor", "needs answer as a text"),
    ('answer = "run.loss", factor', 'answer = "run.loss > 1", factor', "a value is needed here"),
    (", factor = 2", "", "within or factor"),
    (", factor = 2", ", factor = 2, within = 1", "within or factor"),
    (", factor = 2", ", factor = -2", "needs factor as a number above 0"),
    ('kind = "number"', 'kind = "curve"', "needs at as a list of at least 2"),
    (
        'kind = "number", question = "How much?", answer = "run.loss", factor = 2',
        'kind = "curve", question = "How much?", answer = "run.rows", at = [0, 5], within = 0.2',
        "a quantity of every epoch",
    ),
    (
        'kind = "number", question = "How much?", answer = "run.loss", factor = 2',
        'kind = "curve", question = "How much?", answer = "run.loss", at = [5, 0], within = 0.2',
        "rising epochs",
    ),
    (
        'kind = "number", question = "How much?", answer = "run.loss", factor = 2',
        'kind = "curve", question = "How much?", answer = "run.loss", at = [0, 50], within = 0.2',
        "that run has 10 epochs",
    ),
    (', { text = "Two" }', "", "needs options as a list of at least 2"),
    (', when = "run.loss > 0"', "", "a claim (when) of the right one"),
    ('text = "Do it.", ', "", "needs text as a text"),
    ('do = { text = "Do it.", run = "like"', 'do = { text = "Do it.", run = "grid"', "needs a single run"),
    ('do = { text = "Do it.", run = "like"', 'do = { text = "Do it.", run = "none"', "names a run 'none'"),
    ('sweep = "grid" }', 'sweep = "run" }', "needs a sweep of the lesson"),
    ('show = "It is {run.loss}."', 'show = "It is {run.loss."', "a brace without its partner"),
    ('show = "It is {run.loss}."', 'show = "It is {}."', "is not a value"),
    ('show = "It is {run.loss}."', 'show = "It is {0.5}."', "numbers are read of runs"),
    ('answer = "run.loss", factor', 'answer = "0.5", factor', "numbers are read of runs"),
    ('show = "It is {run.loss}."', 'show = "It is {run.loss:red}."', "has an unknown form"),
    ('show = "It is {run.loss}."', 'show = "It is {run.loss.__class__}."', "neither a number nor a result"),
    ('why = { question = "Why?", answer = "Because." }', 'why = "Because."', "needs why as a table"),
    ('answer = "Because." }', 'answer = "Because.", code = "x" }', "unknown key 'code'"),
]


@pytest.mark.parametrize(("what", "instead", "sentence"), REFUSED)
def test_what_is_malformed_is_refused_in_one_sentence(what: str, instead: str, sentence: str) -> None:
    assert what in SMALLEST
    with pytest.raises(LessonError) as refused:
        parsed(SMALLEST.replace(what, instead, 1))
    message = str(refused.value)
    assert sentence in message
    assert "\n" not in message
    assert message.endswith(".")


@pytest.mark.parametrize("place", range(0, len(SMALLEST), 7))
def test_a_file_that_is_cut_off_is_refused_or_read(place: int) -> None:
    with contextlib.suppress(LessonError):  # and nothing else is raised
        parsed(SMALLEST[:place])


def leaves(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values in nested tables and lists."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from leaves(value, (*path, key))


@pytest.mark.parametrize("path", list(leaves(tomllib.loads(SMALLEST))), ids=lambda path: "-".join(map(str, path)))
def test_a_value_of_any_other_kind_is_refused_or_read(path: tuple[Any, ...]) -> None:
    odd = [0, -1, 10**30, 1.5, math.nan, math.inf, True, "", "x", "{", "run", [], [1], [[]], {}, {"a": 1}]
    for value in [*odd, dt.date(2000, 1, 1)]:
        values = place = tomllib.loads(SMALLEST)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with contextlib.suppress(LessonError):  # and nothing else is raised
            reading.build(values, 1, "odd")


def test_a_file_is_named_where_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "01_bad.toml"
    path.write_text("title = ", encoding="utf-8")
    with pytest.raises(LessonError, match=r"^01_bad\.toml: this is not TOML"):
        reading.lessons(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(LessonError, match=r"^01_bad\.toml: the file cannot be read as text"):
        reading.read(path)
    with pytest.raises(LessonError, match=r"bad\.toml: a lesson's file is called like"):
        reading.read(tmp_path / "bad.toml")


def test_another_language_is_another_folder(tmp_path: Path) -> None:
    (tmp_path / "01_smallest.toml").write_text(SMALLEST, encoding="utf-8")
    (lesson,) = reading.lessons(tmp_path)
    assert (lesson.number, lesson.name) == (1, "smallest")


def test_words_are_complete(tmp_path: Path) -> None:
    everything = (reading.CONTENT / "words.toml").read_text(encoding="utf-8")
    assert words().signs["zero"]
    with pytest.raises(LessonError, match=r"words\.toml cannot be read"):
        words(tmp_path)
    (tmp_path / "words.toml").write_text(everything.replace("belief = ", "relief = "), encoding="utf-8")
    with pytest.raises(LessonError, match="needs belief as a text"):
        words(tmp_path)
