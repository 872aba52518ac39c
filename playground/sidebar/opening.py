"""Opening a run from the page's address or a file: it is trained again, slice by slice, and then shown."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.training import Saved, saving
from playground.session import playing, runs, widgets
from playground.session.session import press, session
from playground.sidebar import links

SLICE_SECONDS = 0.3
ROUNDING = "Another machine rounds differently here and there."
NOT_ALL = "Not everything in the link could be used."


@dataclass
class Opening:
    """A run that is being opened.

    going : trains it on, None when there is nothing to open
    otherwise : the same without edits, to open if one of the edits is impossible
    run, epochs : the run so far, and how far to train it
    saved : the file it comes from, if any
    notice, warning : what to say when it is shown
    address_read : whether the page's address was read in this session
    for_pages : the parts of that address that belong to a page, not to the run
    """

    going: Iterator[Run] | None = None
    otherwise: Iterator[Run] | None = None
    run: Run | None = None
    epochs: int = 0
    saved: Saved | None = None
    notice: str = ""
    warning: str = ""
    address_read: bool = False
    for_pages: dict[str, str] = field(default_factory=dict)


def opening() -> Opening:
    """What is being opened."""
    return session().part(Opening)


def from_address() -> None:
    """At the beginning of a session, open the run of the page's address; most are ready after one slice of time."""
    current = opening()
    if current.address_read:
        return
    current.address_read = True
    parts = dict(st.query_params)
    current.for_pages = {name: parts.pop(name) for name in links.OF_PAGES if name in parts}
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
    proceed()


@press
def from_file(key: str) -> None:
    """A file was uploaded: open its run, or say why that is impossible."""
    file = widgets.value(key)
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
    """Train the run that is being opened for one slice of time; show it when it is ready."""
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
    """Show the run as far as it is trained."""
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
    """A sentence about whether the run ended with the parameters in the file."""
    difference = saved.difference(run.params)
    if difference == 0:
        return f"Opened: {run.epoch:,} epochs, and every number as it was saved, to the last bit."
    if math.isinf(difference):
        return f"Opened: {run.epoch:,} epochs. The weights that were saved with it are those of another network."
    return f"Opened. Its weights differ from those saved by up to {difference:.2g}. {ROUNDING}"
