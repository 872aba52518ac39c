"""What is shown while a run from a link or a file is being trained again."""

from __future__ import annotations

import streamlit as st

from playground.components.bursts import burst
from playground.sidebar import opening


def page() -> None:
    """Train the run on and show how far it has come, unless it is ready at once."""
    current = opening.opening()
    opening.proceed()
    if current.going is None:
        st.rerun()
    st.markdown("#### Training the run again …", anchors=False)
    bar = st.empty()
    st.button("Stop here", icon=":material/stop:", key="stop_opening", on_click=opening.stop)

    def draw() -> None:
        if current.going is not None:
            epochs = current.run.epoch if current.run else 0
            bar.progress(epochs / max(current.epochs, 1), f"{epochs:,} of {current.epochs:,} epochs")

    draw()
    burst(lambda: current.going is not None, opening.proceed, draw)
