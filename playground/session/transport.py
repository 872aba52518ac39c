"""Moving through the epochs of the run: the buttons, and the timeline."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from playground.session import playing
from playground.session.session import press, session


@dataclass
class TimelineMoves:
    """The values the timeline had last, and where the visitor moved it since the last run of the script."""

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
    """Show the previous epoch."""
    current = session()
    current.mode, current.error, current.notice = "paused", "", ""
    current.shown = max(0, current.shown - 1)


def go_to(epoch: int) -> None:
    """Show an epoch; if it is not trained yet, train up to it."""
    current = session()
    if epoch > current.run.epoch:
        playing.start("finishing", epoch)
    else:
        current.mode, current.shown = "paused", epoch
        current.error = current.notice = ""


def scrub() -> None:
    """The timeline was moved: `follow_timeline` decides what that means, when everything pressed is known."""
    session().part(TimelineMoves).moved = st.session_state["timeline"]


def follow_timeline() -> None:
    """Before a page is drawn: go where the timeline was moved, and set it to the shown epoch.

    If something else is pressed while the timeline follows the training, the browser sends one of the timeline's last
    values along. That is not a move.
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
    """Where playing stops: at the configured number of epochs or, once there, after as many again."""
    current = session()
    epochs = current.run.config.epochs
    return epochs if current.shown < epochs else current.shown + epochs
