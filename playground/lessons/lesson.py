"""A lesson as data: its runs, its steps, and what it claims.

A step *asks*, lets the student *do* something with the real controls, then *shows* the answer and asks *why*. Sentences
hold no numbers of their own: each is a placeholder, `{run.loss@100}`, that is filled from the lesson's own runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from backprop_core.sweep import Grid
from backprop_core.training import Recipe
from playground.lessons.language.expression import Claim, Expression, Named
from playground.lessons.language.text import Text

PAGES = ("train", "step", "sweep", "compare", "landscape")
Kind = Literal["choice", "number", "sign", "curve"]
KINDS: tuple[Kind, ...] = ("choice", "number", "sign", "curve")


@dataclass(frozen=True)
class Source:
    """Where a misconception was described."""

    author: str
    year: int
    title: str
    address: str = ""


@dataclass(frozen=True, eq=False)
class NamedRun:
    """A run of the lesson: what defines it, and how far it is trained.

    mistake : the mistake that its first update is also computed with, by its name in `MISTAKES`
    grid : of a sweep, which has many runs in place of one
    """

    name: str
    recipe: Recipe
    mistake: str | None = None
    grid: Grid | None = None


@dataclass(frozen=True)
class Option:
    """An answer to choose. It is right if its claim holds; one without a claim never is."""

    text: Text
    when: Claim | None = None


@dataclass(frozen=True)
class Ask:
    """A question, answered before anything is seen.

    choice : one of `options`
    number : the value of `answer`, met within a factor or a distance
    sign : whether `answer` is above, at or below zero
    curve : the height of `answer` at each of the epochs `at`, met within a share of the curve's own range
    """

    kind: Kind
    question: Text
    options: tuple[Option, ...] = ()
    answer: Expression | None = None
    at: tuple[int, ...] = ()
    within: float = 0.0
    factor: float = 0.0


@dataclass(frozen=True)
class Do:
    """What the student does, and what must then be so for the step to count as done; all that is given must be.

    page : the page that is open
    run : the run shown has the settings and edits of this one
    epoch : the epoch shown is this one or a later one
    quantity : where the walk through an update stands, on One step
    choices : what is chosen in widgets, by their keys
    sweep : the sweep that is finished
    """

    text: Text
    page: str
    run: str | None = None
    epoch: int = 0
    quantity: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    sweep: str | None = None


@dataclass(frozen=True)
class Why:
    """A question to answer to oneself, and what to compare the answer with."""

    question: Text
    answer: Text


@dataclass(frozen=True)
class Step:
    """A step: the page it opens, the run and the epoch it shows there, the runs it pins, and its four parts.

    On the Sweep page the run is a sweep, which is set and not yet started.
    """

    page: str
    run: str
    epoch: int
    pins: tuple[str, ...]
    ask: Ask
    do: Do
    show: Text
    why: Why


@dataclass(frozen=True, eq=False)
class Lesson:
    """A lesson. `name` is that of its file without the number: its place in an address.

    practise : the stage of an update, from 1, that can be practised afterwards
    """

    number: int
    name: str
    title: str
    minutes: int
    opening: Text
    belief: str
    source: Source
    runs: Mapping[str, NamedRun]
    claims: tuple[Claim, ...]
    steps: tuple[Step, ...]
    closing: Text
    practise: int | None = None


def names(lesson: Lesson) -> Iterator[tuple[Named, str]]:
    """Every result that a lesson names, and where."""
    for text_, what in texts(lesson):
        yield from ((named, what) for named in text_.names)
    for claim_ in claims(lesson):
        yield from ((named, f"The claim {str(claim_)!r}") for named in claim_.names)
    for number, step in enumerate(lesson.steps, start=1):
        if step.ask.answer is not None:
            for named in step.ask.answer.names:
                yield from (
                    (replace(named, epoch=epoch), f"Step {number}, ask,") for epoch in step.ask.at or [named.epoch]
                )


def values(lesson: Lesson) -> Iterator[tuple[Expression, str]]:
    """Every number that a lesson shows or asks for, and where."""
    for text_, what in texts(lesson):
        yield from ((placeholder.value, what) for placeholder in text_.placeholders)
    for place, step in enumerate(lesson.steps, start=1):
        if step.ask.answer is not None:
            yield step.ask.answer, f"Step {place}, ask,"


def texts(lesson: Lesson) -> Iterator[tuple[Text, str]]:
    """Every text with placeholders, and where it stands."""
    yield lesson.opening, "The opening"
    for number, step in enumerate(lesson.steps, start=1):
        yield step.ask.question, f"Step {number}, question,"
        yield from ((option.text, f"Step {number}, options,") for option in step.ask.options)
        yield from [(step.do.text, f"Step {number}, do,"), (step.show, f"Step {number}, show,")]
        yield from [(step.why.question, f"Step {number}, why,"), (step.why.answer, f"Step {number}, why,")]
    yield lesson.closing, "The closing"


def claims(lesson: Lesson) -> Iterator[Claim]:
    """The claims of a lesson, and those that decide which option is right."""
    yield from lesson.claims
    for step in lesson.steps:
        yield from (option.when for option in step.ask.options if option.when is not None)
