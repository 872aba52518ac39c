"""“What am I looking at?”: an icon in the head of a chart, which opens sentences about what it shows.

They are written by the script, not by frames: they name the epoch that they are about.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground import wording
from playground.session import presenting

WORDS: dict[str, str] = wording.sentences(__file__, "explained.toml")


def explain(head: DeltaGenerator, chart: str, sentences: Callable[[], str]) -> None:
    """Draw the icon, as the last thing in the head of a chart; nothing where the address or presenter mode hides it."""
    if presenting.hides("about"):
        return
    with head.popover(WORDS["what"], icon=":material/help:", type="tertiary", key=f"explain_{chart}"):
        st.markdown(sentences())
