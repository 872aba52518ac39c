"""The named results of a lesson: its runs are trained when one of their numbers is first asked for."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Iterable
from typing import Any

from backprop_core import ConfigError, Run, Snapshot, sweep
from backprop_core.explain import MISTAKES, Homework, recompute
from backprop_core.nn import Array
from backprop_core.sweep import Result
from playground.lessons.language.expression import Named
from playground.lessons.language.table import LessonError
from playground.lessons.lesson import Lesson, NamedRun


class Results:
    """The numbers of a lesson's runs. Each run is trained once, also if several visitors ask at a time."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._runs: dict[str, Run] = {}
        self._sweeps: dict[str, Result] = {}
        self._values: dict[Named, float] = {}
        self._lock = threading.RLock()

    def __call__(self, name: Named) -> float:
        """The value of a result. Raises LessonError if its run has none, or if it is no finite number."""
        if name not in self._values:
            with self._lock:
                self._values[name] = self._read(name)
        return self._values[name]

    def knows(self, names: Iterable[Named]) -> bool:
        """Whether the values of these results have been asked for before, so that they take no time."""
        return all(name in self._values for name in names)

    def run(self, name: str) -> Run:
        """A run of the lesson, trained."""
        if name not in self._runs:
            self._runs[name] = Run.replay(self.lesson.runs[name].recipe)
        return self._runs[name]

    def sweep(self, name: str) -> Result:
        """A sweep of the lesson, trained."""
        if name not in self._sweeps:
            grid = self.lesson.runs[name].grid
            if grid is None:
                raise LessonError(f"{name!r} is a single run and no sweep.")
            self._sweeps[name] = sweep.run(grid.config, dict(grid.axes), grid.seeds)
        return self._sweeps[name]

    def _read(self, name: Named) -> float:
        try:
            value = name.entry.read(*self._sources(name), *name.indexes)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            reason = str(error) if isinstance(error, ConfigError) else "its run has no such thing."
            raise LessonError(f"{str(name)!r} cannot be read: {reason}") from error
        if not math.isfinite(value):
            raise LessonError(f"{str(name)!r} is not a finite number.")
        return float(value)

    def _sources(self, name: Named) -> list[Any]:
        """What a quantity is read from."""
        match name.entry.of:
            case "epoch":
                return [self._at(name)]
            case "history":
                return [self.run(name.run), self._at(name)]
            case "run":
                return [self.run(name.run)]
            case "config":
                return [self.lesson.runs[name.run].recipe.config]
            case "grid":
                return [self.lesson.runs[name.run].grid]
            case "sweep":
                return [self.sweep(name.run)]
            case "mistake":
                return [_mistaken(self.lesson.runs[name.run])]

    def _at(self, name: Named) -> Snapshot:
        run = self.run(name.run)
        return run.at(run.epoch if name.epoch is None else name.epoch)


@functools.lru_cache(16)
def _mistaken(named: NamedRun) -> dict[str, Array]:
    """The numbers of a run's first update, computed with its mistake."""
    if named.mistake is None:
        raise LessonError("Only a run with a mistake has mistaken numbers.")
    run = Run(named.recipe.config, data=named.recipe.data, params=named.recipe.params)
    return recompute(Homework.of(run), MISTAKES[named.mistake].ways[0])
