"""Try a row: fields for a row as the user's file has it, and the answer of the network at the shown epoch."""

from __future__ import annotations

import streamlit as st

from backprop_core.data import Preparation, RawColumn, TableRows, typed
from backprop_core.training import Snapshot
from playground.components.markdown import escaped
from playground.session import widgets
from playground.session.session import session
from playground.train import raw_rows, state

FIELD_WIDTH = 150
HEAD_HEIGHT, ROW_HEIGHT, MOST_ROWS_SHOWN = 38, 28, 9
OPEN = "try_row"


def panel(snapshot: Snapshot) -> None:
    """Draw it, closed until it is opened. While the run plays, it keeps the answer that it had."""
    preparation = raw_rows.preparation_of(session().run)
    if preparation is None:
        return
    widgets.keep_value(OPEN, False)
    place = st.expander("Try a row", icon=":material/edit_note:", key=OPEN, on_change=widgets.keep, args=(OPEN,))
    if place.open:
        with place:
            _fields(preparation)
            _answer(snapshot)
            _about_the_table()


def _fields(preparation: Preparation) -> None:
    tried = state.tried_row(preparation)
    with st.container(horizontal=True, key="try_fields", vertical_alignment="bottom"):
        widgets.give(state.PLACE, tried.place + 1)
        count = len(tried.rows)
        st.number_input(
            "Begin with row", 1, count, step=1, key=state.PLACE, on_change=state.try_place, width=FIELD_WIDTH,
            help=f"One of the {count:,} rows that are used: it fills the fields beside it.",
        )  # fmt: skip
        for number, (column, step) in enumerate(zip(preparation.columns, tried.steps, strict=True)):
            _field(number, column, step, tried.values[number])


def _field(number: int, column: RawColumn, step: float, value: float | str | None) -> None:
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
        st.number_input(
            label, step=step, format="%g", key=key, on_change=state.try_value, args=(number,), width=FIELD_WIDTH,
            value=None, placeholder=placeholder,
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
        tried.answer.activations,
        hide_index=True,
        height=_height(tried.answer),
        row_height=ROW_HEIGHT,
        key="try_activations",
    )


def _truth(tried: state.TriedRow) -> str:
    """What the table says about the row, as long as no value of it was changed."""
    if tried.is_changed:
        return ""
    return f" :small[:gray[The table says {escaped(raw_rows.truth(session().run, tried.place))}.]]"


def _height(answer: raw_rows.Answer) -> int:
    rows = max(map(len, answer.activations.values()))
    return HEAD_HEIGHT + ROW_HEIGHT * min(rows, MOST_ROWS_SHOWN)


def _about_the_table() -> None:
    rows = session().run.user_rows
    if isinstance(rows, TableRows) and rows.report:
        with st.popover("What was done to the table", icon=":material/checklist:", type="tertiary"):
            st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in rows.report))
