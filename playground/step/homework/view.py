"""Check my homework: a class types its own small network and its hand-computed values, and sees what is right."""

from __future__ import annotations

from functools import partial

import streamlit as st

from backprop_core import ConfigError
from backprop_core.explain import EXAMPLES, MOST_ROWS, MOST_UNITS, quantities
from backprop_core.training import PRESETS
from playground import wording
from playground.session import widgets
from playground.step.homework import state, worksheet
from playground.step.homework.worksheet import Sheet

FUNCTIONS = ("activation", "output", "loss")


def view() -> None:
    """Draw the homework view of the One step page."""
    sheet = state.sheet()
    left, right = st.columns([5, 7], gap="small")
    with left.container(key="panel_homework"):
        _network(sheet)
    with right.container(key="panel_answers"):
        try:
            names = list(quantities(sheet.homework))
        except ConfigError as error:
            st.error(str(error), icon=":material/error:")
            return
        _answers(sheet, names)


def _network(sheet: Sheet) -> None:
    homework = sheet.homework
    st.selectbox(
        "Start from",
        tuple(EXAMPLES),
        format_func=lambda name: PRESETS[name].label,
        key="homework_example",
        on_change=state.start,
        help="A ready network to change. Choosing one clears the sheet.",
    )
    inputs, *units = worksheet.sizes(homework)
    hidden = [*units[:-1], 0, 0][:2]
    counts = {
        "rows": len(homework.X),
        "inputs": inputs,
        "hidden 1": hidden[0],
        "hidden 2": hidden[1],
        "outputs": units[-1],
    }
    for column, (label, value) in zip(st.columns(5), counts.items(), strict=True):
        key = f"homework_{label}"
        widgets.give(key, value)
        low, high = (0 if "hidden" in label else 1), (MOST_ROWS if label == "rows" else MOST_UNITS)
        column.number_input(label.capitalize(), low, high, key=key, on_change=state.resize, help=f"{low} to {high}.")
    for column, name in zip(st.columns(3), FUNCTIONS, strict=True):
        widgets.give(f"homework_{name}", getattr(homework, name))
        column.selectbox(
            name.capitalize(),
            tuple(wording.REGISTRIES[name]),
            format_func=partial(wording.option, name),
            key=f"homework_{name}",
            on_change=state.change,
            args=(name,),
        )
    left, right = st.columns(2, vertical_alignment="bottom")
    widgets.give("homework_learning_rate", homework.learning_rate)
    widgets.give("homework_train_biases", homework.train_biases)
    left.number_input("Learning rate", 1e-6, 1e3, key="homework_learning_rate", format="%g", on_change=state.change,
                      args=("learning_rate",), help="0.000001 to 1,000.")  # fmt: skip
    right.toggle("Train biases", key="homework_train_biases", on_change=state.change, args=("train_biases",))
    st.markdown("**Inputs x and targets y**")
    key = state.table_key("rows")
    st.data_editor(worksheet.rows_table(homework), key=key, on_change=state.edit, args=(key, worksheet.with_rows))
    for layer in range(1, len(homework.params) + 1):
        st.markdown(f"**W{layer}, b{layer}**")
        key = state.table_key(f"weights_{layer}")
        st.data_editor(
            worksheet.weights_table(homework, layer),
            key=key,
            disabled=["from"],
            hide_index=True,
            on_change=state.edit,
            args=(key, worksheet.with_weights, layer),
        )


def _answers(sheet: Sheet, names: list[str]) -> None:
    widgets.keep_choice("homework_quantity", tuple(names))
    st.pills(
        "Quantity", names, key="homework_quantity", required=True, on_change=widgets.keep, args=("homework_quantity",)
    )
    name = str(widgets.value("homework_quantity"))
    key = state.table_key(f"answers_{name}")
    st.caption("Type what you computed, with as many digits as you have. A comma or a point; 1.5e-3 works too.")
    st.data_editor(
        worksheet.answers_table(sheet, name),
        key=key,
        disabled=["from"],
        hide_index=True,
        on_change=state.edit,
        args=(key, worksheet.with_answers, name),
    )
    results = worksheet.marked(sheet)
    if not results:
        st.info("Nothing to mark yet.", icon=":material/edit:")
        return
    right = sum(result.right for result in results)
    st.markdown(f"**{right} of {len(results)} right**")
    for result in results:
        icon = wording.MARK_ICONS.get(result.mark.status, wording.MARK_ICONS["unreadable"])
        st.markdown(f"{icon} `{result.place} = {_plain(result.typed)}` {result.mark.message}")
        for slip in result.slips:
            st.markdown(f"  - {slip}")


def _plain(typed: str) -> str:
    """What was typed, without backquotes, which would end the code span it is shown in."""
    return typed.replace("`", "'")[:40]
