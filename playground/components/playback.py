"""What pages that play have in common: their readouts, their buttons, and playing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.components import live
from playground.components.bursts import burst
from playground.components.switch import switch
from playground.components.turns import PLAYING
from playground.session import browser, playing, presenting, transport, widgets
from playground.session.session import next_frame, session


@dataclass(frozen=True)
class Readouts:
    """The status line, and the channel through which frames update charts and numbers."""

    status: DeltaGenerator
    channel: live.Channel

    def say(self, text: str) -> None:
        """Show a text in the status line."""
        self.status.markdown(text)

    def send(
        self,
        patches: Mapping[str, Mapping[str, Any]],
        numbers: Mapping[str, str],
        alts: Mapping[str, str],
        *,
        still: bool,
    ) -> None:
        """Update charts, numbers, the timeline and the alternative texts to the shown epoch."""
        self.channel.send(
            next_frame(),
            patches,
            still=still,
            numbers=numbers,
            timeline=live.Timeline(session().shown, transport.end()),
            alts=alts,
        )


def timeline() -> None:
    """The slider over the run's epochs, including those that are still to be trained."""
    if presenting.hides("timeline"):
        return
    with st.container(key="moving_timeline"):  # where live.js finds it
        st.slider(
            "Timeline", 0, transport.end(), key="timeline", on_change=transport.scrub, label_visibility="collapsed"
        )


def play(draw: Callable[[], None]) -> None:
    """Play, or finish, and draw; then run the script again.

    Playing waits for a browser that is behind, as that of a phone in a pocket is; finishing goes on, but is not drawn.
    """
    current = session()

    def advance() -> None:
        session()  # ends this script if something is pressed
        if current.mode == "finishing" or not browser.is_behind():
            playing.play_frame(1 / (1 + 2 * PLAYING.waiting))  # training slows down before frames get fewer

    burst(
        lambda: current.mode != "paused",
        advance,
        draw,
        turn=lambda: PLAYING.turn(session),
        frames_per_second=playing.FRAMES_PER_SECOND,
    )


def choose_speed() -> None:
    """The choice of how many epochs are trained for each frame."""
    if presenting.hides("speed"):
        widgets.keep_choice("speed", playing.SPEEDS, "auto")
    else:
        switch("speed", playing.SPEEDS, "Speed", default="auto")


def button(key: str, label: str, icon: str, callback: Callable[..., None], help: str, **options: Any) -> None:
    """A button with an icon, unless the address hides it; `options` are those of st.button."""
    if presenting.hides(key):
        return
    st.button(label, key=key, icon=f":material/{icon}:", on_click=callback, help=help, **options)
