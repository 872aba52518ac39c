"""What is shown while a run from a link or a file is being trained again."""

from __future__ import annotations

import time

import streamlit as st

from playground.components.style import use_style
from playground.sidebar import opening

BURST_SECONDS = 1.5


def page() -> None:
    """Show how far it has come; train on, then run the script again."""
    use_style()
    current = opening.opening()
    opening.proceed()
    if current.going is not None:
        st.markdown("#### Training the run again …", anchors=False)
        bar = st.empty()
        st.button("Stop here", icon=":material/stop:", key="stop_opening", on_click=opening.stop)
        end = time.perf_counter() + BURST_SECONDS
        while current.going is not None and time.perf_counter() < end:
            epochs = current.run.epoch if current.run else 0
            bar.progress(epochs / max(current.epochs, 1), f"{epochs:,} of {current.epochs:,} epochs")
            opening.proceed()
    st.rerun()
