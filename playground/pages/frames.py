"""What pages that play have in common: their readouts, their buttons, and the loop that draws frames."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.state import playing, widgets
from playground.state.session import session

BURST_SECONDS = 1.5  # of frames drawn by one run of the script; then it runs again, and the timeline follows


@dataclass(frozen=True)
class Readouts:
    """The elements that show numbers, by name, and the line that says what is going on."""

    numbers: dict[str, DeltaGenerator]
    status: DeltaGenerator
    channel: DeltaGenerator


def play(draw: Callable[[], None]) -> None:
    """Draw frames for a while, no faster than the browser can paint them, then run the script again."""
    current = session()
    due = time.perf_counter()
    end = due + BURST_SECONDS
    while current.mode != "paused" and time.perf_counter() < end:
        playing.play_frame()
        draw()
        due = max(due + 1 / playing.FRAMES_A_SECOND, time.perf_counter() - 1 / playing.FRAMES_A_SECOND)
        time.sleep(max(0.002, due - time.perf_counter()))
    st.rerun()


def choose_speed() -> None:
    """A choice of epochs per frame."""
    widgets.keep_choice("speed", playing.SPEEDS, "auto")
    st.segmented_control(
        "Speed",
        playing.SPEEDS,
        key="speed",
        required=True,
        on_change=widgets.keep,
        args=("speed",),
        label_visibility="collapsed",
        width="content",
    )


def button(key: str, label: str, icon: str, call: Callable[..., None], help: str, **options: Any) -> None:
    """A button with an icon; `options` are those of st.button."""
    st.button(label, key=key, icon=f":material/{icon}:", on_click=call, help=help, **options)
