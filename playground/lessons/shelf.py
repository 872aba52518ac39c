"""The lessons as the app reads them: files are read once, and runs are trained once."""

from __future__ import annotations

import functools

from playground.lessons import reading
from playground.lessons import words as wording
from playground.lessons.lesson import Lesson
from playground.lessons.results import Results


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name, in their order."""
    return {lesson.name: lesson for lesson in reading.lessons()}


@functools.cache
def words() -> wording.Words:
    """The words of the panel and of the list."""
    return wording.words()


@functools.cache
def results(name: str) -> Results:
    """The numbers of a lesson, whose runs are trained once for all visitors."""
    return Results(lessons()[name])
