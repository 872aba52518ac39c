"""The channel through which frames reach the charts that stand on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

SOURCE = Path(__file__).with_suffix(".js")


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("backprop_playground_live", js=SOURCE.read_text("utf-8"), isolate_styles=False)


def send(number: int, patches: dict[str, dict[str, Any]], *, still: bool, alts: dict[str, str] | None = None) -> None:
    """Bring the charts, by the keys of their containers, to this frame. `number` differs from frame to frame.

    `alts` says in words what they show then; another `alt` of st.plotly_chart would mount a new chart.
    """
    _component()(data={"number": number, "still": still, "charts": patches, "alts": alts or {}})
