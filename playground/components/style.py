"""The style sheet that all pages share."""

from pathlib import Path

import streamlit as st

STYLE = Path(__file__).with_name("style.css")


def use_style() -> None:
    """Apply it to the page."""
    st.html(STYLE)
