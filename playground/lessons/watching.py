"""Whether a student has done what a step asks for, from what the session shows. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backprop_core import Config, Edit
from backprop_core.settings import fields
from playground import wording
from playground.lessons.lesson import Do, Lesson, NamedRun

Lacking = Literal["page", "settings", "edits", "epoch", "quantity", "choice", "sweep"]


@dataclass(frozen=True)
class Swept:
    """A sweep that has come to its end: what its runs share, its axes, and its seeds."""

    config: Config
    axes: Mapping[str, tuple[Any, ...]]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Seen:
    """What is on the screen.

    config, edits : of the run shown
    epoch : the epoch shown, on Compare that of its slider
    diverged : whether the run has diverged, so that it has no further epoch
    quantity : where the walk through an update stands, by its name: δ1
    choices : what is chosen in widgets, by their keys
    sweeps : finished sweeps
    """

    page: str
    config: Config
    edits: tuple[Edit, ...] = ()
    epoch: int = 0
    diverged: bool = False
    quantity: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    sweeps: tuple[Swept, ...] = ()


def lacking(do: Do, lesson: Lesson, seen: Seen) -> Lacking | None:
    """What a student still has to do, the first thing first; None if everything is done."""
    if seen.page != do.page:
        return "page"
    if do.sweep is not None and not any(_is(lesson.runs[do.sweep], swept) for swept in seen.sweeps):
        return "sweep"
    if do.run is not None:
        recipe = lesson.runs[do.run].recipe
        if different(seen.config, recipe.config):
            return "settings"
        if _until(seen.edits, seen.epoch) != _until(recipe.edits, seen.epoch):
            return "edits"
    if seen.epoch < do.epoch and not seen.diverged:
        return "epoch"
    if do.quantity is not None and seen.quantity != do.quantity:
        return "quantity"
    if any(seen.choices.get(key) != value for key, value in do.choices):
        return "choice"
    return None


def different(shown: Config, needed: Config) -> tuple[str, ...]:
    """The settings in which a configuration differs from the one needed, goals and what does not matter left out."""
    names = wording.relevant(needed) - set(fields("goal"))
    return tuple(name for name in needed.to_dict() if name in names and getattr(shown, name) != getattr(needed, name))


def _until(edits: tuple[Edit, ...], epoch: int) -> set[Edit]:
    return {edit for edit in edits if edit.epoch <= epoch}


def _is(sweep: NamedRun, swept: Swept) -> bool:
    """Whether a finished sweep is the lesson's: one setting, the same values and seeds, all else the same."""
    axes = {name: tuple(values) for name, values in swept.axes.items()}
    if axes != sweep.axes or swept.seeds != tuple(range(sweep.seeds)):
        return False
    own, needed = swept.config.to_dict(), sweep.recipe.config.to_dict()
    return all(own[name] == needed[name] for name in own if name not in {*axes, "seed"})
