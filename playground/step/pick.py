"""A choice among named things of one step: a layer, a sample, a unit."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.session import widgets
from playground.step import state


def pick(label: str, key: str, options: Sequence[str]) -> int:
    """A choice among named things, by number; it survives where there are fewer of them."""
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
