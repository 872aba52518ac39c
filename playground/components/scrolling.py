"""Long formulas and texts scroll within their own box, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

SOURCE = Path(__file__).with_suffix(".js")


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "backprop_playground_scrolling", js=SOURCE.read_text("utf-8"), isolate_styles=False
    )


def by_keyboard() -> None:
    """Let the keyboard focus formulas and texts, so that it can scroll them."""
    with st.container(key="scrolling"):
        _component()()
