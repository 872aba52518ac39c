"""The channel through which frames change the charts and numbers that are on the page already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.components.scripts import script

FOLDER = Path(__file__).parent


class Timeline(NamedTuple):
    """The value and the end of the slider in the container with the key `moving_timeline`."""

    epoch: int
    end: int


@dataclass(frozen=True)
class Channel:
    """The place through which frames are sent: once on a page that has charts which move, where nothing is shown."""

    place: DeltaGenerator
    component: Any

    def send(
        self,
        number: int,
        patches: Mapping[str, Mapping[str, Any]],
        *,
        still: bool,
        numbers: Mapping[str, str] | None = None,
        timeline: Timeline | None = None,
        alts: Mapping[str, str] | None = None,
    ) -> None:
        """Bring charts, numbers and the timeline to this frame, all in one message and painted together.

        number : of the frame, different for every frame
        patches, numbers : by the key of the container; a number is the bold text in its container
        alts : alternative texts of the charts, sent here because st.plotly_chart would mount a new chart for another
            `alt`
        """
        frame = {
            "number": number,
            "still": still,
            "charts": patches,
            "numbers": numbers or {},
            "timeline": timeline and timeline._asdict(),
            "alts": alts or {},
        }
        with self.place:
            self.component(data=json.dumps(frame).encode())  # in anything but bytes, Streamlit looks for tables


def channel() -> Channel:
    """A new channel."""
    with st.container(key="live"):
        script("live", FOLDER / "paint.js", FOLDER / "live.js")(key="live_code")
        return Channel(st.empty(), script("frame", FOLDER / "frame.js"))
