"""The teacher's side: the assignment and its link, key, sheets and marks of a class."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from backprop_core import ConfigError, practice
from backprop_core.practice import (
    ANSWERS,
    DIGITS,
    KEY,
    KINDS,
    MOST_ROWS,
    MOST_TASKS,
    MOST_UNITS,
    RATES,
    Assignment,
)
from playground import wording
from playground.components.markdown import escaped
from playground.components.switch import switch
from playground.practice import state

FUNCTIONS = ("activation", "output", "loss")
HEIGHT = 150
PAPERS = {"any": "Any paper", "A4": "A4", "Letter": "Letter"}


def view() -> None:
    """Draw the teacher's side."""
    left, right = st.columns([5, 7], gap="small")
    with left.container(key="panel_practice_assignment"):
        _form()
        _link(state.remembered().assignment)
    with right.container(key="panel_practice_class"):
        _codes(state.remembered().assignment)
        _marks()


def _form() -> None:
    _draw("name", st.text_input, "Name", max_chars=40)
    _draw("kinds", st.pills, "Kinds of tasks, in turns", options=tuple(KINDS), selection_mode="multi",
          format_func=lambda kind: KINDS[kind].label)  # fmt: skip
    whole = {"tasks": (1, MOST_TASKS), "rows": (1, MOST_ROWS), "digits": DIGITS}
    labels = {"tasks": "Tasks", "rows": "Rows", "digits": "Decimals"}
    for column, (name, (low, high)) in zip(st.columns(3), whole.items(), strict=True):
        with column:
            _draw(name, st.number_input, labels[name], min_value=low, max_value=high, step=1)
    for column, name in zip(st.columns(4), state.LAYERS, strict=True):
        with column:
            low = 0 if name == "hidden 2" else 1
            _draw(name, st.number_input, name.capitalize(), min_value=low, max_value=MOST_UNITS, step=1)
    for column, name in zip(st.columns(3), FUNCTIONS, strict=True):
        with column:
            _draw(name, st.selectbox, name.capitalize(), options=tuple(wording.REGISTRIES[name]),
                  format_func=partial(wording.option, name))  # fmt: skip
    _draw("rate", st.selectbox, "Learning rate", options=RATES)


def _draw(name: str, widget: Any, label: str, **looks: Any) -> None:
    """A widget of the form that shows the draft."""
    key = f"practice_form_{name}".replace(" ", "_")
    value = state.remembered().draft[name]
    state.fill(key, list(value) if isinstance(value, tuple) else value)
    widget(label, key=key, on_change=state.change, args=(name, key), **looks)


def _link(assignment: Assignment) -> None:
    address = str(st.context.url or "").split("?")[0]
    st.markdown("**The link for students**")
    st.code(f"{address}?{urlencode({'practice': assignment.text})}", language=None, wrap_lines=True)
    st.caption(
        "The link is the assignment. Whoever has it can open this side too and see the key of any code, so it is for "
        "practice rather than for grades. Lists that you paste are kept only while this page is open."
    )


def _codes(assignment: Assignment) -> None:
    state.fill(state.CODES, state.remembered().codes)
    st.text_area("Codes of the class, one per line", key=state.CODES, height=HEIGHT, on_change=state.paste,
                 args=("codes", state.CODES), placeholder="ada\ngrace\nalan")  # fmt: skip
    try:
        codes = state.codes()
        for remark in codes.remarks:
            st.caption(escaped(remark))
        if not codes.codes:
            return
        rows = state.key_rows()
    except ConfigError as error:
        st.warning(escaped(str(error)), icon=":material/warning:")
        return
    count = "1 student" if len(codes.codes) == 1 else f"{len(codes.codes):,} students"
    st.markdown(f"**The key** · {count}, {assignment.tasks} {'task' if assignment.tasks == 1 else 'tasks'} each")
    st.dataframe(_columns(KEY, rows), hide_index=True, height=HEIGHT + 60)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button("Key, CSV", practice.table_text(KEY, rows), "key.csv", "text/csv", key="practice_key",
                           icon=":material/table:", on_click="ignore")  # fmt: skip
        paper = switch("practice_paper", tuple(PAPERS), "Paper", format_func=PAPERS.__getitem__)
        st.download_button("Sheets and key to print, HTML", partial(practice.sheets, assignment, codes.codes, paper),
                           "sheets.html", "text/html", key="practice_sheets", icon=":material/print:",
                           on_click="ignore")  # fmt: skip


def _marks() -> None:
    state.fill(state.ANSWERS, state.remembered().pasted)
    st.text_area("Answers to mark, as CSV", key=state.ANSWERS, height=HEIGHT, on_change=state.paste,
                 args=("pasted", state.ANSWERS), placeholder=",".join(ANSWERS),
                 help="What students copy under Hand in; several one below the other.")  # fmt: skip
    if not state.remembered().pasted.strip():
        return
    try:
        marks = state.class_marks()
    except ConfigError as error:
        st.warning(escaped(str(error)), icon=":material/warning:")
        return
    for remark in marks.remarks:
        st.caption(escaped(remark))
    rows = practice.mark_rows(marks)
    st.markdown("**Marks by student**")
    st.dataframe(_columns(practice.MARKS, rows), hide_index=True)
    st.download_button("Marks, CSV", practice.table_text(practice.MARKS, rows), "marks.csv", "text/csv",
                       key="practice_marks", icon=":material/table:", on_click="ignore")  # fmt: skip
    if marks.slips:
        st.markdown("**Slips in the class, most frequent first**")
        st.dataframe(_columns(practice.SLIPS, marks.slips), hide_index=True)


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name.capitalize(): [row[i] for row in rows] for i, name in enumerate(names)}
