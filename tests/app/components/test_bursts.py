"""The loop in which pages train and draw."""

from __future__ import annotations

import time

import pytest
import streamlit as st
from support.patience import PATIENCE

from playground.components import bursts
from playground.components.turns import PLAYING
from playground.session import browser


class RerunError(Exception):
    """Stands for the end of a script run."""


@pytest.fixture(autouse=True)
def rerun(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> None:
        raise RerunError

    monkeypatch.setattr(st, "rerun", end)


def frames_until(last: int, frames_per_second: float | None = None) -> list[str]:
    """The frames of a burst, if there is nothing more to do after so many."""
    steps: list[str] = []
    with pytest.raises(RerunError):
        bursts.burst(
            lambda: len(steps) < last,
            lambda: steps.append("frame"),
            lambda: None,
            frames_per_second=frames_per_second,
        )
    return steps


@pytest.mark.parametrize("last", [0, 1, 3])
def test_there_are_frames_until_it_is_done_and_then_the_script_runs_again(last: int) -> None:
    assert len(frames_until(last)) == last


def test_others_who_play_do_not_wait_until_a_burst_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.components.turns.LONGEST_WAIT", PATIENCE)

    def frame() -> None:
        with PLAYING.turn(lambda: pytest.fail("the page is still taken for one that is being drawn")):
            frames.append("frame")

    frames: list[str] = []
    with PLAYING.drawing(), pytest.raises(RerunError):
        bursts.burst(lambda: len(frames) < 3, frame, lambda: None)
    assert len(frames) == 3


def test_a_burst_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "BURST_SECONDS", 0.05)
    assert 0 < len(frames_until(10**9, frames_per_second=100)) < 50


def test_a_burst_does_not_end_while_the_browser_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, True] * 3 + [False])  # it is asked before each frame, and before that is drawn
    monkeypatch.setattr(browser, "is_behind", lambda: next(answers))
    monkeypatch.setattr(bursts, "BURST_SECONDS", 0.0)
    assert len(frames_until(10**9)) == 3


def test_frames_are_no_faster_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(bursts, "BURST_SECONDS", 1.0)
    assert len(frames_until(10**9, frames_per_second=20)) == pytest.approx(20, abs=1)
    assert waits == pytest.approx([0.05] * len(waits))
