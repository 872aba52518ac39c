"""Opening a run from the page's address or from a file: trained again, slice by slice, before it is shown."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.training import saving
from backprop_core.training.saving import Saved
from playground.session import playing, runs
from playground.session.session import press, session
from playground.sidebar import links

SLICE_SECONDS = 0.3
ROUNDING = "Another machine rounds differently here and there."
NOT_ALL = "Not everything in the link could be used."


@dataclass
class Opening:
    """The run on its way, and how far it is to go; what to say when it is there; and whether the address was read.

    `otherwise` is the same run without its edits: what to open if one of them cannot be made.
    """

    going: Iterator[Run] | None = None
    otherwise: Iterator[Run] | None = None
    run: Run | None = None
    epochs: int = 0
    saved: Saved | None = None
    notice: str = ""
    warning: str = ""
    address_read: bool = False


def opening() -> Opening:
    """What is being opened."""
    return session().part(Opening)


def from_address() -> None:
    """When a session begins: open what the page's address asks for."""
    current = opening()
    if current.address_read:
        return
    current.address_read = True
    parts = dict(st.query_params)
    if not parts:
        return
    link = links.read(parts)
    try:
        Run.replay(replace(link.recipe, edits=(), epochs=0))
    except ConfigError as error:
        session().error = f"The link cannot be opened: {error}"
        return
    current.going = Run.replaying(link.recipe)
    current.otherwise = Run.replaying(replace(link.recipe, edits=()))
    current.epochs, current.saved, current.notice = link.recipe.epochs, None, "Opened from the link."
    current.warning = " ".join([NOT_ALL, *link.ignored]) if link.ignored else ""


@press
def from_file(key: str) -> None:
    """A saved run was uploaded: open it; for anything else, say what is wrong and leave all as it is."""
    file = st.session_state[key]
    if file is None:
        return
    session().error = session().notice = ""
    try:
        saved = saving.read(file.getvalue())
        Run.replay(replace(saved.recipe, edits=(), epochs=0))
    except ConfigError as error:
        session().error = str(error) if error.field == "file" else f"This file cannot be opened: {error}"
        return
    current = opening()
    current.going = Run.replaying(saved.recipe)
    current.otherwise = None
    current.epochs, current.saved, current.notice, current.warning = saved.recipe.epochs, saved, "", ""


def proceed() -> None:
    """Train the run on its way for one slice of time; when it is there, show it."""
    current, start = opening(), time.perf_counter()
    try:
        while current.going is not None and time.perf_counter() - start < SLICE_SECONDS:
            run = next(current.going, None)
            if run is None:
                _arrive(current)
            else:
                current.run = run
    except ConfigError as error:
        current.going, current.otherwise, current.run = current.otherwise, None, None
        if current.going is None:
            session().error = f"It cannot be opened: {error}"
        else:
            current.warning = f"{current.warning or NOT_ALL} The edits: {error}"


@press
def stop() -> None:
    """Show the run as far as it has come."""
    current = opening()
    if current.run is not None:
        current.notice, current.saved = (
            f"Stopped on the way, at epoch {current.run.epoch:,} of {current.epochs:,}.",
            None,
        )
        _arrive(current)
    current.going = None


def _arrive(current: Opening) -> None:
    run, current.going, current.run = current.run, None, None
    if run is None:
        return
    runs.start(run, current.notice if current.saved is None else _compared(run, current.saved))
    if run.diverged is not None:
        playing.say_why_stopped()
    session().error = " ".join(filter(None, [current.warning, session().error]))


def _compared(run: Run, saved: Saved) -> str:
    """Whether the run ended where the file says it did."""
    difference = saved.difference(run.params)
    if difference == 0:
        return f"Opened: {run.epoch:,} epochs, and every number as it was saved, to the last bit."
    if math.isinf(difference):
        return f"Opened: {run.epoch:,} epochs. The weights that were saved with it are those of another network."
    return f"Opened. Its weights differ from those saved by up to {difference:.2g}. {ROUNDING}"
