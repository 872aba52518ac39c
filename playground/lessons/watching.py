"""Whether a student has done what a step asks for, from what the session shows. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from backprop_core import Config, Edit
from backprop_core.settings import fields
from backprop_core.sweep import Grid
from playground import wording
from playground.lessons.lesson import Do, Lesson

Lacking = Literal["page", "settings", "edits", "epoch", "quantity", "choice", "sweep"]


@dataclass(frozen=True)
class Seen:
    """What is on the screen.

    config, edits : of the run shown
    epoch : the epoch shown, on Compare that of its slider
    diverged : whether the run has diverged, so that it has no further epoch
    quantity : where the walk through an update stands, by its name: δ1
    choices : what is chosen in widgets, by their keys
    sweeps : the grids of sweeps that have come to their end
    """

    page: str
    config: Config
    edits: tuple[Edit, ...] = ()
    epoch: int = 0
    diverged: bool = False
    quantity: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    sweeps: tuple[Grid, ...] = ()


def lacking(do: Do, lesson: Lesson, seen: Seen) -> Lacking | None:
    """What a student still has to do, the first thing first; None if everything is done."""
    if seen.page != do.page:
        return "page"
    if do.sweep is not None and not any(_same(grid, lesson.runs[do.sweep].grid) for grid in seen.sweeps):
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


def _same(one: Grid, other: Grid | None) -> bool:
    """Whether two sweeps train the same runs."""
    return other is not None and one.cells == other.cells and one.seeds == other.seeds
