"""Backprop Playground: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from playground.pages import step, train

ICON = Path(__file__).parent / "playground" / "icon.svg"

st.set_page_config(page_title="Backprop Playground", page_icon=ICON, layout="wide", initial_sidebar_state=280)
PAGES = [
    st.Page(train.page, title="Train", icon=":material/play_arrow:", default=True),
    st.Page(step.page, title="One step", icon=":material/search:", url_path="step"),
]
st.navigation(PAGES, position="top").run()
