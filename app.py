"""Backprop Playground: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from playground.pages import train

ICON = Path(__file__).parent / "playground" / "icon.svg"

st.set_page_config(page_title="Backprop Playground", page_icon=ICON, layout="wide", initial_sidebar_state=280)
st.navigation([st.Page(train.page, title="Train", icon=":material/play_arrow:", default=True)], position="top").run()
