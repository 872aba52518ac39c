"""The loop of a page that trains and draws until it is done: in bursts, between which the script runs again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from playground.components.turns import PLAYING
from playground.session import browser

BURST_SECONDS = 10.0  # Streamlit and the browser remember something of every frame until the script ends
SHORTEST_WAIT = 0.002  # seconds for the thread that sends frames to the browser


def burst(
    goes_on: Callable[[], bool],
    advance: Callable[[], object],
    draw: Callable[[], object],
    *,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
    frames_per_second: float | None = None,
) -> None:
    """Advance and draw for a while, then run the script again, which draws everything that frames leave out.

    While the browser is behind, nothing is drawn, and the script does not run again. `turn` is held for each frame;
    `frames_per_second` keeps it from drawing more frames than a browser can paint. The function never returns:
    `st.rerun` ends it, or Streamlit does when something is pressed.
    """
    PLAYING.drawn()  # others who play need not wait while this page does
    due = time.perf_counter()
    end = due + BURST_SECONDS
    while goes_on() and (time.perf_counter() < end or browser.is_behind()):
        with turn():
            advance()
            if not browser.is_behind():
                draw()
        if frames_per_second:
            pause = 1 / frames_per_second
            due = max(due + pause, time.perf_counter() - pause)  # catches up with one late frame at most
            time.sleep(max(SHORTEST_WAIT, due - time.perf_counter()))
    st.rerun()
