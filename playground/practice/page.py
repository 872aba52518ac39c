"""Practice: a network of one's own to calculate, marked at once; and the teacher's side of the same link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from backprop_core import ConfigError
from backprop_core.practice import KINDS, Field, FieldMark, Table, Task, functions, marks_of, network_tables
from playground import wording
from playground.components.markdown import escaped
from playground.components.switch import switch
from playground.practice import state, teacher
from playground.practice.tables import code_html, facts_html, tables_html, text_html
from playground.session import widgets

SIDES = ("Student", "Teacher")
CELL = 132  # pixels of a field for a number
MOST_TYPED = 60
MANY, LONG = 4, 14  # options, and characters of one, that need lines of their own


def page() -> None:
    """Draw the page."""
    widgets.prepare()
    current = state.remembered()
    with st.container(key="practice_head", horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {escaped(current.assignment.name)}")
        side = switch(state.SIDE, SIDES, "Side")
    if current.problem:
        st.warning(escaped(current.problem), icon=":material/warning:")
    if side == SIDES[1]:
        teacher.view()
    else:
        _student()


def _student() -> None:
    current = state.remembered()
    assignment = current.assignment
    with st.container(key="practice_code_row", horizontal=True, vertical_alignment="bottom"):
        state.fill(state.CODE, current.code if not current.refused else widgets.value(state.CODE, ""))
        st.text_input(
            "Your code", key=state.CODE, max_chars=MOST_TYPED, on_change=state.enter_code, width=220,
            placeholder="a number or initials",
        )  # fmt: skip
        st.caption(
            f"Your code decides your numbers: the same code always gets the same {assignment.tasks} tasks. No account. "
            "Your answers are marked here and kept only while this page is open; nothing is stored or passed on."
        )
    if current.refused:
        st.warning(escaped(current.refused), icon=":material/warning:")
    if not current.code:
        return
    try:
        tasks = state.tasks()
    except ConfigError as error:
        st.warning(escaped(str(error)), icon=":material/warning:")
        return
    marks = [marks_of(task, state.answers(task)) for task in tasks]
    task = _choose_task(tasks, marks)
    own = marks[task.number - 1]
    left, right = st.columns([5, 7], gap="small")
    with left.container(key="panel_practice_task"):
        _printed(task)
    with right.container(key="panel_practice_answers"):
        _fields(task, own)
        _feedback(own)
        if all(mark.status != "empty" for mark in own):
            _explanation(task)
            if task.number < len(tasks):
                st.button("Next task", key="practice_next", on_click=state.next_task, icon=":material/arrow_forward:")
    with st.expander("Hand in", icon=":material/outbox:"):
        st.caption("Your answers as a table, for whoever marks them. Copy it, or save it as a file.")
        st.code(state.own_answers(), language=None)


def _choose_task(tasks: Sequence[Task], marks: Sequence[tuple[FieldMark, ...]]) -> Task:
    number = min(state.remembered().task, len(tasks))
    widgets.give("practice_task", number)
    st.pills(
        "Task",
        range(1, len(tasks) + 1),
        key="practice_task",
        format_func=lambda n: f"{n} {KINDS[tasks[n - 1].kind].label} · {_score(marks[n - 1])}",
        required=True,
        on_change=state.open_task,
        args=("practice_task",),
        label_visibility="collapsed",
    )
    return tasks[number - 1]


def _score(marks: Sequence[FieldMark]) -> str:
    return f"{state.earned(marks)}/{len(marks)}"


def _printed(task: Task) -> None:
    st.markdown(f"**{escaped(task.question)}**")
    if task.facts:
        st.html(facts_html(task.facts))
    if task.network:
        st.html(tables_html(network_tables(task.homework)))
        st.html(text_html(f"Learning rate η = {task.homework.learning_rate:g}. {functions(task.homework)}"))
    if task.code:
        st.html(code_html(task.code))
    if task.network:
        st.caption(f"{task.digits} decimals. δ = ∂L/∂z. Weights: a row per input, a column per unit.")


def _fields(task: Task, marks: Sequence[FieldMark]) -> None:
    by_key = {mark.field.key: mark for mark in marks}
    asked = [table for table in task.tables if any(map(any, table.keys))]
    printed = [table for table in task.tables if table not in asked]
    if printed:
        st.html(tables_html(printed))
    with st.container(key="practice_numbers", horizontal=True, gap="medium", vertical_alignment="top"):
        for table in asked:
            _asked(task, table, by_key)
    in_tables = {key for table in asked for row in table.keys for key in row}
    for mark in marks:
        if mark.field.key not in in_tables:
            _single(task, mark)


def _asked(task: Task, table: Table, marks: Mapping[str, FieldMark]) -> None:
    columns = len(table.columns)
    with st.container(width=CELL * columns + 16 * (columns - 1), gap=None):
        st.html(text_html(table.formula))
        for keys in table.keys:
            with st.container(horizontal=True, gap="small"):
                for key in keys:
                    with st.container(width=CELL, gap=None):
                        _number(task, marks[key])


def _number(task: Task, mark: FieldMark) -> None:
    key = state.key(task, mark.field.key)
    state.fill(key, mark.typed or state.answers(task).get(mark.field.key, ""))
    st.text_input(
        mark.field.label, key=key, max_chars=MOST_TYPED, on_change=state.answer,
        args=(task.number, mark.field.key, key),
    )  # fmt: skip
    st.markdown(_short(mark))


def _single(task: Task, mark: FieldMark) -> None:
    field, key = mark.field, state.key(task, mark.field.key)
    if not field.options:
        with st.container(width=300, gap=None):
            _number(task, mark)
        return
    state.fill(key, mark.typed or None)
    _choose(task, field, key)
    if mark.status != "empty":
        st.markdown(_short(mark))


def _choose(task: Task, field: Field, key: str) -> None:
    arguments = (task.number, field.key, key)
    if len(field.options) <= MANY or max(map(len, field.options)) <= LONG:
        st.pills(field.label, field.options, key=key, on_change=state.answer, args=arguments)
    else:
        st.radio(field.label, field.options, key=key, on_change=state.answer, args=arguments)


def _short(mark: FieldMark) -> str:
    if mark.status == "empty":
        return "&nbsp;"
    return f"{wording.MARK_ICONS[mark.status]} {wording.MARKS[mark.status]}"


def _feedback(marks: Sequence[FieldMark]) -> None:
    """What there is to say about each answer that is not simply right."""
    filled = [mark for mark in marks if mark.status != "empty"]
    if not filled:
        return
    left = len(marks) - len(filled)
    st.markdown(f"**{state.earned(filled)} of {len(filled)} right**{f', {left} to go' if left else ''}")
    for mark in filled:
        if mark.status not in {"right", "follows"}:
            typed, slips = escaped(mark.typed[:MOST_TYPED]), ", ".join(slip.label for slip in mark.slips)
            icon, named = wording.MARK_ICONS[mark.status], f" **{slips}**" if slips else ""
            st.markdown(f"{icon} {escaped(mark.field.label)} = {typed}: {escaped(mark.message)}{named}")
    for slip in dict.fromkeys(slip for mark in filled for slip in mark.slips):
        st.markdown(f"- **{slip.label}:** {slip.explanation}")
    following = [mark for mark in filled if mark.status == "follows"]
    if following:
        names = ", ".join(escaped(mark.field.label) for mark in following)
        st.markdown(f"{wording.MARK_ICONS['follows']} {names}: {following[0].message}")


def _explanation(task: Task) -> None:
    key = state.key(task, "why")
    state.fill(key, state.reason(task))
    st.text_area(escaped(task.why), key=key, height=68, max_chars=1_000, on_change=state.give_reason,
                 args=(task.number, key), placeholder="In your own words")  # fmt: skip
    if state.is_revealed(task):
        st.markdown("**One explanation, with your numbers**")
        st.html(text_html(task.model))
    else:
        st.button("Show an explanation", key=state.key(task, "reveal"), on_click=state.reveal, args=(task.number,))
