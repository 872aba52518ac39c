"""Style sheets, and the icon that all pages share."""

from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent


@cache
def icon() -> str:
    """The app's icon, as SVG."""
    return (FOLDER / "icon.svg").read_text("utf-8")


def use_style(name: str = "style.css") -> None:
    """Apply one of this folder's style sheets to the page."""
    st.html(FOLDER / name)
