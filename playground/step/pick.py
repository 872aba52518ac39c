"""A choice among the layers, samples or units of a step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.session import widgets
from playground.step import state


def pick(label: str, key: str, options: Sequence[str]) -> int:
    """Draw a choice among these options; returns its index: the last choice or, if that has gone, the first."""
    widgets.keep_choice(key, range(len(options)))
    st.selectbox(
        label,
        range(len(options)),
        format_func=lambda i: options[i],
        key=key,
        on_change=state.choose,
        args=(key,),
    )
    return int(widgets.value(key))
