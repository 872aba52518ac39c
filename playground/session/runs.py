"""The run that is shown: starting another one, editing it, resetting it, and undoing all that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.data import TableRows
from playground.session import widgets
from playground.session.session import Replaced, press, session

MOST_UNDO = 20


@dataclass(frozen=True)
class Aside:
    """A run that was put aside, as it was shown, and what Undo brought back at that time."""

    run: Run
    shown: int
    preset: str | None
    undo: tuple[Replaced, ...]


def start(run: Run, notice: str, preset: str | None = None) -> None:
    """Show another run, paused at its newest epoch, with a notice; Undo brings back the run shown until now."""
    current = session()
    before = shown()
    if before is not None:
        _remember(before)
    _replace(run, notice)
    current.shown, current.preset = run.epoch, preset
    widgets.show(run.current)


def edit(change: Callable[[Run], None]) -> None:
    """Edit the run at the shown epoch; epochs trained beyond it are dropped, which can be undone.

    If the edit raises ConfigError, the run stays as it was.
    """
    current = session()
    run = current.run
    before, branches = Replaced(run.recipe, current.preset), current.shown < run.epoch
    if branches:
        run.rewind(current.shown)
    try:
        change(run)
    except ConfigError:
        if branches:
            _replace(Run.replay(before.recipe), "")
        raise
    if branches:
        _remember(before)
        current.notice = f"A new future starts at epoch {current.shown:,}."
    current.edits += 1


def put_aside() -> Aside:
    """Keep the run as it is shown, with its Undo; what is shown next begins with nothing to undo."""
    current = session()
    current.mode = "paused"
    aside = Aside(current.run, current.shown, current.preset, tuple(current.undo))
    current.run, current.undo = current.run.copy(), []  # what is done with it from here on is done with a copy
    current.runs += 1
    return aside


def bring_back(aside: Aside, since: Sequence[Replaced], notice: str) -> None:
    """Show a run that was put aside; Undo brings back what was shown `since`, and then what it did before."""
    current = session()
    _replace(aside.run, notice)
    current.shown, current.preset = aside.shown, aside.preset
    current.undo = [*aside.undo, *since]
    widgets.show(current.run.config_at(current.shown))


def shown() -> Replaced | None:
    """The run shown as Undo would keep it; None if it is nothing but its settings."""
    current = session()
    if current.run.epoch or current.run.edits or isinstance(current.run.user_rows, TableRows):
        return Replaced(current.run.recipe, current.preset)
    return None


@press
def reset() -> None:
    """Back to epoch 0 with the settings in force, keeping weights that were typed in at epoch 0."""
    current = session()
    run = current.run
    typed = tuple(edit for edit in run.edits if edit.epoch == 0)
    recipe = replace(run.recipe, config=run.config_at(current.shown), edits=typed, epochs=0)
    start(Run.replay(recipe), "Back at epoch 0.", current.preset)


@press
def undo() -> None:
    """Go back to the run as it stood before the last start over, reset or branch."""
    current = session()
    if current.undo:
        before = current.undo.pop()
        with st.spinner("Training the earlier run again …"):
            _replace(Run.replay(before.recipe), "Undone.")
        current.shown, current.preset = before.recipe.epochs, before.preset
        widgets.show(current.run.current)


def _replace(run: Run, notice: str) -> None:
    current = session()
    current.run, current.mode, current.error, current.notice = run, "paused", "", notice
    current.runs += 1


def _remember(before: Replaced) -> None:
    current = session()
    current.undo = [*current.undo, before][-MOST_UNDO:]
