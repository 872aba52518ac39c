"""Weights given by hand: typed into tables at any epoch, or pasted as starting weights."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backprop_core.training import Snapshot
from playground.charts.of_run import unit_names, with_bias
from playground.session import widgets
from playground.session.session import session
from playground.train import state

WAYS = ("One by one", "Paste starting weights")


def editor(snapshot: Snapshot) -> None:
    """Draw the button that opens it; while a run plays, it cannot be opened."""
    paused = session().mode == "paused"
    popover = st.popover("Edit", icon=":material/edit:", key="edit_weights", disabled=not paused)
    if not paused:
        return
    with popover:
        way = _way()
        if way == WAYS[0]:
            _tables(snapshot)
        elif way == WAYS[1]:
            _blocks(snapshot)


def _way() -> str | None:
    """How weights are given, which is asked first: tables that nobody looks at would make every press slower."""
    key = "weights_way"
    widgets.keep_value(key, None)
    st.segmented_control("Edit", WAYS, key=key, on_change=widgets.keep, args=(key,), label_visibility="collapsed")
    return widgets.chosen(key, WAYS)


def _tables(snapshot: Snapshot) -> None:
    """A table for each layer, whose cells can be edited."""
    st.caption(f"Type a new value; training goes on from epoch {snapshot.epoch:,} with it.")
    names = unit_names(session().run)
    for l, (W, b) in enumerate(snapshot.params, start=1):
        key = f"weights_{l}_{session().runs}_{session().edits}_{snapshot.epoch}"
        table = pd.DataFrame(with_bias(W, b), columns=list(names[l]))
        table.insert(0, f"W{l}, b{l}", [*names[l - 1], "bias"])
        numbers = {name: st.column_config.NumberColumn(format="%.6g", width="small") for name in names[l]}
        st.data_editor(
            table,
            key=key,
            on_change=state.edit_weights,
            args=(l, key, names[l]),
            disabled=[f"W{l}, b{l}"],
            column_config=numbers,
            hide_index=True,
        )


def _blocks(snapshot: Snapshot) -> None:
    """A text area for each layer, into which starting weights can be pasted."""
    if snapshot.epoch:
        st.caption("Starting weights are those of epoch 0: press **Reset**, or move the timeline there.")
        return
    st.caption("Rows of numbers, as a spreadsheet or NumPy writes them: a row for each input, the last for the biases.")
    for l, (W, _) in enumerate(snapshot.params, start=1):
        key = f"block_{l}_{session().runs}_{session().edits}"
        with st.form(f"form_{key}", border=False):
            st.text_area(
                f"W{l} over b{l}: {W.shape[0] + 1} rows of {W.shape[1]}", state.layer_text(l), key=key, height=110,
                help="Separated by tabs, spaces, commas or semicolons; or as NumPy, PyTorch, Keras and MATLAB do.",
            )  # fmt: skip
            if state.refusal(key):
                st.error(state.refusal(key), icon=":material/error:")
            st.form_submit_button(
                f"Use these in layer {l}", key=f"use_block_{l}", on_click=state.paste_weights, args=(l, key)
            )
