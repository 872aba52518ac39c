"""A row of options of which one is always chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.session import widgets

Option = TypeVar("Option")


def switch(
    key: str,
    options: Sequence[Option],
    label: str = "",
    *,
    place: DeltaGenerator | None = None,
    default: Option | None = None,
    **looks: Any,
) -> Option:
    """Draw the row and return the chosen option, which is kept while other pages are open.

    `looks` are further arguments of st.segmented_control, whose label is hidden by default.
    """
    widgets.keep_choice(key, options, default)
    draw = st.segmented_control if place is None else place.segmented_control
    draw(
        label or key,
        options,
        key=key,
        required=True,
        on_change=widgets.keep,
        args=(key,),
        **{"label_visibility": "collapsed", "width": "content"} | looks,
    )
    chosen: Option = widgets.value(key)
    return chosen
