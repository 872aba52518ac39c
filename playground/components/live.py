"""The channel through which frames reach the charts and numbers that stand on the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

SOURCE = Path(__file__).with_suffix(".js")


class Timeline(NamedTuple):
    """Where the slider with the key `timeline` stands, and where it ends."""

    epoch: int
    end: int


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("backprop_playground_live", js=SOURCE.read_text("utf-8"), isolate_styles=False)


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

    Charts and `numbers` go by the keys of their containers; a number is the bold text in its container.
    The `number` of the frame differs from frame to frame. `alts` says in words what the charts show then: with another
    `alt`, st.plotly_chart would mount a new chart.
    """
    frame = {"number": number, "still": still, "charts": patches, "numbers": numbers or {}, "alts": alts or {}}
    _component()(data=frame | {"timeline": timeline and timeline._asdict()})
