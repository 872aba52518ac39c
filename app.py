"""Backprop Playground: `streamlit run app.py`."""

import streamlit as st

from playground.pages import train

st.set_page_config(
    page_title="Backprop Playground", page_icon=":material/hub:", layout="wide", initial_sidebar_state=280
)
st.navigation([st.Page(train.page, title="Train", icon=":material/play_arrow:", default=True)], position="top").run()
