"""The channel through which frames change the charts and numbers that are on the page already."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

SOURCES = [Path(__file__).with_name(name) for name in ("paint.js", "live.js")]


class Timeline(NamedTuple):
    """The value and the end of the slider with the key `timeline`."""

    epoch: int
    end: int


@st.cache_resource
def _component() -> Any:
    js = "\n".join(source.read_text("utf-8") for source in SOURCES)
    return st.components.v2.component("backprop_playground_live", js=js, isolate_styles=False)


def send(
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
    alts : alternative texts of the charts, sent here because st.plotly_chart would mount a new chart for another `alt`
    """
    frame = {"number": number, "still": still, "charts": patches, "numbers": numbers or {}, "alts": alts or {}}
    _component()(data=frame | {"timeline": timeline and timeline._asdict()})
