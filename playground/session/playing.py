"""Playing and finishing: training slice by slice, frame by frame, until the end or until something stops it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from playground.session.session import Mode, session

SPEEDS = ("1", "10", "100", "1000", "auto")
AUTO_SECONDS = 10.0  # how long a whole run takes at speed "auto"
FRAMES_PER_SECOND = 60  # at most; a browser paints no more
LONGEST_FRAME = 0.25  # seconds that count at speed "auto": a page that gets fewer frames trains slower
SLICE_SECONDS = 0.03  # how long training goes on before anything pressed is noticed


@dataclass
class Pace:
    """How fast playing goes.

    `last_frame` is the time of the last frame at speed "auto", `seconds` the time spent on training since playing
    began, `trained` the newest epoch when it began.
    """

    last_frame: float = 0.0
    seconds: float = 0.0
    trained: int = 0


def start(mode: Mode, until: int) -> None:
    """Play or finish up to an epoch; at the end of a diverged run, say why that is impossible."""
    current = session()
    current.error = current.notice = ""
    if current.run.diverged is not None and current.shown == current.run.epoch:
        say_why_stopped()
        return
    current.mode, current.until = mode, until
    pace = current.part(Pace)
    pace.seconds, pace.trained = 0.0, current.run.epoch


def stop() -> None:
    """Pause, as on pages that cannot play: before the address is written, which then names the shown epoch."""
    session().mode = "paused"


def play_frame(share: float = 1.0) -> None:
    """Advance the shown epoch by one frame, training for no more than this share of the usual time."""
    current = session()
    run = current.run
    goal = min(current.shown + _epochs_a_frame(), current.until)
    trains = goal > run.epoch
    if trains:
        _train(goal, share)
        session()  # ends this script if something was pressed meanwhile: the next one shows the run, and stays there
    current.shown = min(goal, run.epoch)
    stuck = trains and (run.diverged is not None or run.goal_reached)
    if current.shown >= current.until or stuck:
        current.mode = "paused"
        say_why_stopped()


def progress() -> str:
    """How far finishing has come: epochs, speed and time left."""
    current = session()
    pace = current.part(Pace)
    epochs, rate = current.run.epoch, (current.run.epoch - pace.trained) / max(pace.seconds, 1e-9)
    left = (current.until - epochs) / max(rate, 1e-9)
    return (
        f":material/fast_forward: **{epochs:,}** of {current.until:,} epochs · {rate:,.0f} epochs a second · "
        f"{left:,.0f} s left · Pause stops"
    )


def say_why_stopped() -> None:
    """Say why the run has stopped at the shown epoch, if there is a reason."""
    current = session()
    run = current.run
    if run.diverged is not None and current.shown == run.epoch:
        current.error = (
            f"Training diverged: at epoch {run.diverged:,} the numbers grew beyond what a computer can hold. You see "
            f"the last sound epoch, {run.epoch:,}. Try a smaller learning rate, or go back and change it earlier."
        )
    elif run.goal_reached:
        current.notice = f"Stop condition met at epoch {run.epoch:,}. Play goes on from here."
    elif current.shown >= run.config.epochs:
        current.notice = f"All {current.shown:,} epochs are trained. Play goes on; or set more epochs."


def _epochs_a_frame() -> int:
    current = session()
    if current.mode == "finishing":
        return current.until
    speed = st.session_state.get("speed") or "auto"
    if speed == "auto":
        now, pace = time.perf_counter(), current.part(Pace)
        since, pace.last_frame = min(now - pace.last_frame, LONGEST_FRAME), now
        return max(1, round(current.run.config.epochs * since / AUTO_SECONDS))
    return int(speed)


def _train(goal: int, share: float) -> None:
    """Train towards an epoch for one slice of time, or a share of it."""
    current = session()
    begin = time.perf_counter()
    current.run.advance_for(share * SLICE_SECONDS * (6 if current.mode == "finishing" else 1), goal)
    current.part(Pace).seconds += time.perf_counter() - begin
