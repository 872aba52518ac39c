"""Long formulas and texts scroll within their own box, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from playground.components.scripts import script

SOURCE = Path(__file__).with_suffix(".js")


def by_keyboard() -> None:
    """Let the keyboard focus formulas and texts, so that it can scroll them."""
    with st.container(key="scrolling"):
        script("scrolling", SOURCE)()
