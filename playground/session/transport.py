"""The transport: its buttons and the timeline move through the epochs of the run."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from playground.session import playing
from playground.session.session import press, session


@dataclass
class TimelineMoves:
    """The values last given to the timeline, and where the visitor moved it since the last run of the script."""

    values: tuple[int, ...] = ()
    moved: int | None = None


@press
def toggle_play() -> None:
    """Play, or pause what is playing or finishing."""
    current = session()
    if current.mode == "paused":
        playing.start("playing", _end())
    else:
        current.mode = "paused"


@press
def finish() -> None:
    """Train to the last epoch."""
    playing.start("finishing", _end())


@press
def step() -> None:
    """Show the next epoch, training it if need be."""
    current = session()
    current.mode, current.error, current.notice = "paused", "", ""
    if current.shown == current.run.epoch:
        current.run.advance(1)
    current.shown = min(current.shown + 1, current.run.epoch)
    playing.say_why_stopped()


@press
def back() -> None:
    """Show the epoch before."""
    current = session()
    current.mode, current.error, current.notice = "paused", "", ""
    current.shown = max(0, current.shown - 1)


def go_to(epoch: int) -> None:
    """Show an epoch; finish up to it first, if it lies ahead."""
    current = session()
    if epoch > current.run.epoch:
        playing.start("finishing", epoch)
    else:
        current.mode, current.shown = "paused", epoch
        current.error = current.notice = ""


def scrub() -> None:
    """The timeline was moved; what that means is decided when all that was done is known, in `follow_timeline`."""
    session().part(TimelineMoves).moved = st.session_state["timeline"]


def follow_timeline() -> None:
    """Go where the timeline was moved, before anything is drawn, and let it show the epoch shown.

    When something is pressed just as the timeline follows the training, the browser still sends the timeline's old
    value along. That is no move.
    """
    current = session()
    moves = current.part(TimelineMoves)
    goal, stale = moves.moved, current.pressed and moves.moved in moves.values
    moves.moved, current.pressed = None, False
    if goal is not None and not stale:
        go_to(goal)
    st.session_state["timeline"] = current.shown
    moves.values = (*moves.values[-2:], current.shown)


def end() -> int:
    """The last epoch that the timeline reaches."""
    current = session()
    return max(current.run.config.epochs, current.run.epoch, current.until)


def _end() -> int:
    """Where playing stops: the last epoch, or, once there, as far again."""
    current = session()
    epochs = current.run.config.epochs
    return epochs if current.shown < epochs else current.shown + epochs
