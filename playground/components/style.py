"""The style sheet and the icon that all pages share, each read from its file once."""

from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent


@cache
def icon() -> str:
    """The app's icon, as SVG."""
    return (FOLDER / "icon.svg").read_text("utf-8")


def use_style() -> None:
    """Apply the style sheet to the page."""
    st.html(_style())


@cache
def _style() -> str:
    return f"<style>{(FOLDER / 'style.css').read_text('utf-8')}</style>"
