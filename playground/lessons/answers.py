"""Whether a guess is right, by the numbers of the lesson's runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from playground.lessons.language.expression import Expression, Value
from playground.lessons.language.table import LessonError
from playground.lessons.lesson import Ask

Sign = Literal["negative", "zero", "positive"]
SIGNS: tuple[Sign, ...] = ("negative", "zero", "positive")
Guess = int | float | str | tuple[float, ...]


def right_option(ask: Ask, of: Value) -> int:
    """The place of the one option whose claim holds. Raises LessonError if none does, or several do."""
    holding = [place for place, option in enumerate(ask.options) if option.when is not None and option.when.holds(of)]
    if len(holding) != 1:
        raise LessonError(f"{len(holding)} options are right, and one should be: {ask.question.typed!r}")
    return holding[0]


def number(ask: Ask, of: Value) -> float:
    """The number that is asked for."""
    return _answer(ask).value(of)


def sign(ask: Ask, of: Value) -> Sign:
    """The sign that is asked for."""
    value = number(ask, of)
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def curve(ask: Ask, of: Value) -> tuple[float, ...]:
    """The heights that are asked for, one for each epoch of `ask.at`."""
    (name,) = _answer(ask).names
    return tuple(of(replace(name, epoch=epoch)) for epoch in ask.at)


def is_right(ask: Ask, guess: Guess, of: Value) -> bool:
    """Whether a guess is right: the place of an option, a number, a sign's name, or a height for each epoch."""
    match ask.kind:
        case "choice":
            return guess == right_option(ask, of)
        case "sign":
            return guess == sign(ask, of)
        case "number":
            return isinstance(guess, int | float) and _is_near(float(guess), number(ask, of), ask)
        case "curve":
            return isinstance(guess, tuple) and _is_along(guess, curve(ask, of), ask.within)


def _is_along(guess: tuple[float, ...], heights: tuple[float, ...], share: float) -> bool:
    """Whether every height is met within a share of the curve's range."""
    room = share * (max(heights) - min(heights))
    pairs = zip(guess, heights, strict=False)
    return len(guess) == len(heights) and all(abs(guessed - height) <= room for guessed, height in pairs)


def _is_near(guess: float, value: float, ask: Ask) -> bool:
    if ask.factor:
        return value != 0 and 1 / ask.factor <= guess / value <= ask.factor
    return abs(guess - value) <= ask.within


def _answer(ask: Ask) -> Expression:
    if ask.answer is None:
        raise LessonError(f"This question has options and no answer of its own: {ask.question.typed!r}")
    return ask.answer
