"""Try a row: fields for a row as the user's file has it, and the answer of the network at the shown epoch.

With two inputs it is a point, which can also be clicked on the surface, and its forward pass is shown with all numbers.
"""

from __future__ import annotations

import streamlit as st

from backprop_core.data import Preparation, RawColumn, TableRows, typed
from backprop_core.training import Snapshot
from playground.components.markdown import escaped
from playground.session import widgets
from playground.session.session import session
from playground.train.one_row import raw_rows, state

FIELD_WIDTH = 150
HEAD_HEIGHT, ROW_HEIGHT, MOST_ROWS_SHOWN = 38, 28, 9
CLICK = "Type a point, or click one on the surface while the run is paused."


def panel(snapshot: Snapshot) -> None:
    """Draw it, closed until it is opened. While the run plays, it keeps the answer that it had."""
    preparation = raw_rows.preparation_of(session().run)
    if preparation is None:
        return
    is_point = raw_rows.is_point(session().run, preparation)
    widgets.keep_value(state.OPEN, False)
    place = st.expander(
        "Try a point" if is_point else "Try a row", icon=":material/edit_note:", key=state.OPEN,
        on_change=widgets.keep, args=(state.OPEN,),
    )  # fmt: skip
    if place.open:
        with place:
            _fields(preparation, is_point=is_point)
            _answer(snapshot)
            _about_the_table()


def _fields(preparation: Preparation, *, is_point: bool) -> None:
    tried = state.tried_row(preparation)
    with st.container(horizontal=True, key="try_fields", vertical_alignment="bottom"):
        widgets.give(state.PLACE, tried.place + 1)
        count = len(tried.rows)
        st.number_input(
            "Begin with row", 1, count, step=1, key=state.PLACE, on_change=state.try_place, width=FIELD_WIDTH,
            help=f"One of the {count:,} rows that are used: it fills the fields beside it.",
        )  # fmt: skip
        for number, column in enumerate(preparation.columns):
            _field(number, column, tried)
        if is_point:
            st.caption(CLICK)


def _field(number: int, column: RawColumn, tried: state.TriedRow) -> None:
    value, ends = tried.values[number], tried.ranges[number]
    key = state.field_key(number)
    widgets.give(key, value)
    label = escaped(typed(column.name))
    if column.words:
        options = [*column.words, *([None] if column.fill is not None else [])]
        st.selectbox(
            label, options, key=key, on_change=state.try_value, args=(number,), width=FIELD_WIDTH,
            format_func=lambda word: "missing" if word is None else typed(word), placeholder="missing",
        )  # fmt: skip
    else:
        placeholder = "missing" if column.fill is None else f"missing: {column.fill:.6g}"
        low, high = ends or (None, None)
        st.number_input(
            label, low, high, None, tried.steps[number], format="%g", key=key, on_change=state.try_value,
            args=(number,), width=FIELD_WIDTH, placeholder=placeholder,
            help=None if ends is None else f"From {low:g} to {high:g}, as far as the picture of the plane reaches.",
        )  # fmt: skip


def _answer(snapshot: Snapshot) -> None:
    tried = state.answered(snapshot)
    if tried.refused:
        st.warning(escaped(tried.refused))
        return
    if tried.answer is None:
        return
    others = f" :small[:gray[{escaped(tried.answer.more)}]]" if tried.answer.more else ""
    st.markdown(f":small[Epoch {tried.epoch:,}:] **{escaped(tried.answer.text)}**{others}{_truth(tried)}")
    st.dataframe(
        tried.answer.table,
        hide_index=True,
        height=_height(tried.answer),
        row_height=ROW_HEIGHT,
        key="try_activations",
    )


def _truth(tried: state.TriedRow) -> str:
    """What the table says about the row, as long as no value of it was changed."""
    if tried.is_changed:
        return ""
    run = session().run
    truth = escaped(raw_rows.truth(run, tried.place))
    is_point = tried.preparation is not None and raw_rows.is_point(run, tried.preparation)
    return f" :small[:gray[{f'The row says {truth}' if is_point else f'The table says {truth}'}.]]"


def _height(answer: raw_rows.Answer) -> int:
    rows = max(map(len, answer.table.values()))
    return HEAD_HEIGHT + ROW_HEIGHT * min(rows, MOST_ROWS_SHOWN)


def _about_the_table() -> None:
    rows = session().run.user_rows
    if isinstance(rows, TableRows) and rows.report:
        with st.popover("What was done to the table", icon=":material/checklist:", type="tertiary"):
            st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in rows.report))
