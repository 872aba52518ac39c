"""The run that is shown: starting another one, editing it, resetting it, and undoing all that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.data import TableRows
from playground.session import widgets
from playground.session.session import Replaced, press, session

MOST_UNDO = 20


def start(run: Run, notice: str, preset: str | None = None) -> None:
    """Show another run, paused at its newest epoch, with a notice; Undo brings back the run shown until now."""
    current = session()
    if current.run.epoch or current.run.edits or isinstance(current.run.user_rows, TableRows):
        _remember(Replaced(current.run.recipe, current.preset))
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
