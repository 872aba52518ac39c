"""What pages that play have in common: their readouts, their buttons, and playing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.components import live
from playground.components.bursts import burst
from playground.session import playing, transport, widgets
from playground.session.session import next_frame, session


@dataclass(frozen=True)
class Readouts:
    """The line that says what is going on, and the channel through which frames bring charts and numbers."""

    status: DeltaGenerator
    channel: DeltaGenerator

    def say(self, text: str) -> None:
        """Say what is going on."""
        self.status.markdown(text)

    def send(
        self,
        patches: Mapping[str, Mapping[str, Any]],
        numbers: Mapping[str, str],
        alts: Mapping[str, str],
        *,
        still: bool,
    ) -> None:
        """Bring charts, numbers, the timeline and what the charts say in words to the shown epoch."""
        with self.channel:
            live.send(
                next_frame(),
                patches,
                still=still,
                numbers=numbers,
                timeline=live.Timeline(session().shown, transport.end()),
                alts=alts,
            )


def timeline() -> None:
    """The slider over the run's epochs, those that are still to be trained among them."""
    st.slider("Timeline", 0, transport.end(), key="timeline", on_change=transport.scrub, label_visibility="collapsed")


def play(draw: Callable[[], None]) -> None:
    """Play, or finish, and draw; then run the script again."""
    current = session()
    burst(lambda: current.mode != "paused", playing.play_frame, draw, frames_per_second=playing.FRAMES_PER_SECOND)


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


def button(key: str, label: str, icon: str, callback: Callable[..., None], help: str, **options: Any) -> None:
    """A button with an icon; `options` are those of st.button."""
    st.button(label, key=key, icon=f":material/{icon}:", on_click=callback, help=help, **options)
