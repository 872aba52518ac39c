"""The channel through which frames change the charts and numbers that are on the page already."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.components.scripts import NEWEST, script

FOLDER = Path(__file__).parent
STRIP_SECONDS = 0.075  # For the browser, a message is half of the work of a frame: at most one in this time.


class Timeline(NamedTuple):
    """The value and the end of the slider in the container with the key `moving_timeline`."""

    epoch: int
    end: int


@dataclass
class Channel:
    """The place through which frames are sent: once on a page that has charts which move, where nothing is shown.

    held : frames to be sent with the next one, as JSON; a picture that stands still takes their place
    sent : the time of the last message
    """

    place: DeltaGenerator
    component: Any
    held: list[str] = field(default_factory=list)
    sent: float = 0.0

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
        """Bring charts, numbers and the timeline to this frame, all painted together.

        A frame that moves may be held back, to be sent together with the next one.

        number : of the frame, different for every frame
        patches, numbers : by the key of the container; a number is the bold text in its container
        alts : alternative texts of the charts, sent here because st.plotly_chart would mount a new chart for another
            `alt`
        """
        now = time.perf_counter()
        frame = {
            "number": number,
            "time": round(1_000 * now, 1),
            "still": still,
            "charts": patches,
            "numbers": numbers or {},
            "timeline": timeline and timeline._asdict(),
            "alts": alts or {},
        }
        if still:
            self.held.clear()
        self.held.append(json.dumps(frame))
        if not still and now - self.sent < STRIP_SECONDS:
            return
        with self.place:
            self.component(data=f"[{','.join(self.held)}]".encode())  # bytes: in texts, Streamlit looks for tables
        self.held, self.sent = [], now


def channel() -> Channel:
    """A new channel."""
    with st.container(key="live"):
        script("live", FOLDER / "paint.js", FOLDER / "live.js")(key="live_code")
        return Channel(st.empty(), script("frame", NEWEST, FOLDER / "frame.js"))
