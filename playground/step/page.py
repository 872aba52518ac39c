"""One step: a single parameter update under the microscope, in four stages, with every number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from backprop_core.explain import STAGES, Explanation, Quantity, explain, mark, noise_of_terms, of_sample, with_numbers
from backprop_core.nn import Array
from backprop_core.training import Snapshot
from playground.charts import alt_text
from playground.charts.enlarged import enlarged_figure
from playground.charts.of_run import parameter_names, unit_names
from playground.components import chart_config, spoken
from playground.components.markdown import escaped
from playground.components.playback import button
from playground.components.switch import switch
from playground.session import navigation, presenting, transport, widgets
from playground.session.session import session, theme
from playground.sidebar import sidebar
from playground.step import proof, scrolling, slope, state
from playground.step.figures import cells, highlighted, window
from playground.step.homework import view as homework
from playground.step.pick import pick

VIEWS = ("Walk through", "Prove a gradient", "Check my homework")
DIGITS = (3, 17)
DIAGRAM_HEIGHT = 300


def page() -> None:
    """Draw the page."""
    widgets.prepare()
    current = session()
    scrolling.by_keyboard()
    with st.container(key="transport", horizontal=True, vertical_alignment="bottom"):
        view = switch("step_view", VIEWS, "View")
        if view != VIEWS[2]:
            digits = _choose_digits(current.shown)
    if view == VIEWS[2]:
        homework.view()  # has its own network, so no sidebar
        return
    sidebar.sidebar(current.run.config_at(current.shown))
    snapshot = current.run.at(current.shown)
    explanation = explain(snapshot)
    _choose_epoch(snapshot, explanation)
    spoken.say(snapshot)
    if view == VIEWS[0]:
        _walk(snapshot, explanation, digits)
    else:
        proof.view(snapshot, explanation, digits)


def _choose_digits(epoch: int) -> int:
    """Draw the buttons for the epoch and the choice of digits; returns the number of digits."""
    button("back", "Back", "skip_previous", transport.back, "One epoch back.", shortcut="B", disabled=epoch == 0)
    button("step", "Step", "skip_next", transport.step, "Make this update, one epoch.", shortcut="S")
    widgets.keep_value("digits", 6)
    if presenting.hides("digits"):
        return int(widgets.value("digits"))
    st.slider(
        "Digits",
        *DIGITS,
        key="digits",
        on_change=widgets.keep,
        args=("digits",),
        width=220,
        help=f"Significant digits of every number, {DIGITS[0]} to {DIGITS[1]}.",
    )
    return int(widgets.value("digits"))


def _choose_epoch(snapshot: Snapshot, explanation: Explanation) -> None:
    run = session().run
    st.slider(
        "Epoch",
        0,
        max(run.epoch, 1),
        key="timeline",
        on_change=transport.scrub,
        disabled=run.epoch == 0,
        label_visibility="collapsed" if presenting.presenting().on else "visible",
        help="The update made right after this epoch. Shared with the Train page.",
    )
    rows, batches = len(explanation.step.rows), -(-len(snapshot.data.X) // len(explanation.step.rows))
    batch = f"{rows:,} rows" if batches == 1 else f"the first of {batches} mini-batches, {rows:,} rows"
    _status(f"The update after epoch {snapshot.epoch:,}: {batch}, loss {explanation.step.loss:.8g}.")


def _status(text: str) -> None:
    error = session().error
    with st.container(key="status"):
        st.markdown(f":red[:material/error: {error}]" if error else text)


def _walk(snapshot: Snapshot, explanation: Explanation, digits: int) -> None:
    quantities = explanation.quantities
    position = state.stand(len(quantities))
    quantity = quantities[position]
    names = unit_names(session().run)
    with st.container(key="walk", horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Previous",
            key="walk_back",
            icon=":material/arrow_back:",
            on_click=state.move,
            args=(-1,),
            shortcut="Left",
            disabled=position == 0,
        )
        st.button(
            "Next",
            key="walk_on",
            icon=":material/arrow_forward:",
            on_click=state.move,
            args=(1,),
            type="primary",
            shortcut="Right",
            disabled=position == len(quantities) - 1,
        )
        for stage, title in enumerate(() if presenting.hides("stages") else STAGES):
            starts = [number for number, candidate in enumerate(quantities) if candidate.stage == stage]
            st.button(
                f"{stage + 1} {title}",
                key=f"stage_{stage}",
                on_click=state.go_to,
                args=(min(starts, default=0),),
                disabled=not starts,
                type="primary" if stage == quantity.stage else "secondary",
                shortcut=str(stage + 1),
            )
        for key in ("one_sample", "predict"):
            widgets.keep_value(key, default=False)
        st.toggle(
            "One sample",
            key="one_sample",
            on_change=state.choose,
            args=("one_sample",),
            help="Show the chosen sample alone, with its share of the gradients; off: the whole batch.",
        )
        st.toggle(
            "Predict, then reveal",
            key="predict",
            on_change=state.choose,
            args=("predict",),
            help="Hide the numbers; say first what you expect.",
        )
        if not presenting.hides("practise") and st.button(
            "Practise this stage", key="practise", icon=":material/edit_note:",
            help="Updates with numbers of your own, to be finished by hand from this stage on.",
        ):  # fmt: skip
            navigation.practise(quantity.stage)
    left, right = st.columns([5, 7], gap="small")
    with left.container(key="panel_diagram"):
        st.markdown(f"**Stage {quantity.stage + 1} of 4: {STAGES[quantity.stage]}** · {quantity.name}")
        figure = highlighted(names, explanation.step.params, quantity.layer, backward=quantity.stage == 2,
                             theme=theme(), height=DIAGRAM_HEIGHT)  # fmt: skip
        st.plotly_chart(
            _sized(figure), config=chart_config.config(), key="step_network",
            alt=f"Layer {quantity.layer} is computed now. {_network_alt(explanation, names)}",
        )  # fmt: skip
    with right.container(key="panel_quantity"):
        chosen = _quantity(explanation, quantity, names, digits)
    if presenting.hides("slopes"):
        return
    sentences = slope.stuck(snapshot, names)
    if chosen is None and not sentences:
        return
    with left.container(key="panel_slope"):
        if chosen is not None:
            rows = explanation.step.rows
            its_names = (f"row {rows[chosen[0]] + 1}", names[quantity.layer][chosen[1]])
            slope.picture(explanation, quantity.layer, chosen, its_names, digits)
        for sentence in sentences:
            st.markdown(f":small[:material/block: {escaped(sentence)}]")


def _quantity(
    explanation: Explanation, quantity: Quantity, names: Sequence[Sequence[str]], digits: int
) -> tuple[int, int] | None:
    """Draw the quantity with its formula; returns the chosen row and unit, if there are any that are not hidden."""
    alone = bool(widgets.value("one_sample")) and quantity.stage < len(STAGES) - 1
    samples = [f"row {number + 1}" for number in explanation.step.rows.tolist()]
    inputs = [*names[quantity.layer - 1], "bias"]
    choices = st.columns(2 + (alone and quantity.of_weights))
    sample = row = 0
    if alone or not quantity.of_weights:
        with choices[0]:
            sample = row = pick("Sample", "sample", samples)
    if quantity.of_weights:
        with choices[-2]:
            row = pick("From", "chosen_input", inputs)
    with choices[-1]:
        unit = pick("Unit", "unit", names[quantity.layer])
    rows = inputs if quantity.of_weights else samples
    if alone:
        place = explanation.quantities.index(quantity)
        explanation = of_sample(explanation, sample)
        quantity = explanation.quantities[place]
        rows, row = (inputs, row) if quantity.of_weights else (samples[sample : sample + 1], 0)
    hidden = bool(widgets.value("predict")) and not state.is_revealed()
    st.latex(quantity.latex)
    if hidden:
        _guess()
    else:
        st.latex(with_numbers(explanation, quantity, row, unit, digits))
        if widgets.value("predict"):
            noise = float(noise_of_terms(explanation, quantity)[row, unit])
            _verdict(float(quantity.values[row, unit]), noise, digits)
    shape = quantity.values.shape
    part = window(shape, row, unit, digits)
    visible = quantity.values[part.rows, part.columns]
    names_in_part = (rows[part.rows], names[quantity.layer][part.columns])
    chosen_in_part = (row - part.rows.start, unit - part.columns.start)
    figure = cells(visible, names_in_part, chosen_in_part, theme(), digits=digits, hidden=hidden)
    keys = ("chosen_input" if quantity.of_weights else "sample", "unit")
    start = (part.rows.start + (sample if alone and not quantity.of_weights else 0), part.columns.start)
    st.plotly_chart(
        _sized(figure),
        config=chart_config.config(),
        key="step_cells",
        alt=alt_text.cells(quantity.name, names_in_part, visible, hidden=hidden),
        on_select=partial(state.choose_cell, "step_cells", keys, start),
        selection_mode="points",
    )
    if not part.is_all(shape):
        st.caption(
            f"Rows {part.rows.start + 1} to {part.rows.stop} of {shape[0]}, columns "
            f"{part.columns.start + 1} to {part.columns.stop} of {shape[1]}, around the chosen one."
        )
    if not hidden and not presenting.hides("copy"):
        with st.popover("Copy", icon=":material/content_copy:"):
            st.caption("As plain text")
            st.code(_as_text(quantity.values, digits), language=None)
            st.caption("As a NumPy array, every digit")
            st.code(_as_numpy(quantity.values), language="python")
    return (sample, unit) if (alone or not quantity.of_weights) and not hidden else None


def _sized(figure: go.Figure) -> go.Figure:
    """A figure as it is, or enlarged in presenter mode."""
    return enlarged_figure(figure).update_layout(height=figure.layout.height) if presenting.presenting().on else figure


def _guess() -> None:
    left, middle, end = st.columns([3, 3, 2], vertical_alignment="bottom")
    left.text_input("Your value", key="guess", placeholder="0.593", max_chars=40)
    middle.segmented_control("or its sign", ("−", "0", "+"), key="guessed_sign")
    end.button("Reveal", key="reveal", type="primary", on_click=state.reveal, width="stretch")


def _verdict(right: float, noise: float, digits: int) -> None:
    typed, sign = state.guess()
    if typed.strip():
        verdict = mark(typed, right, noise)
        (st.success if verdict.is_right else st.warning)(verdict.message)
    elif sign:
        actual = "+" if right > noise else "−" if right < -noise else "0"
        if sign == actual:
            st.success(f"Right: it is {actual}.")
        else:
            st.warning(f"You said {sign}; it is {actual} ({right:.{digits}g}).")


def _network_alt(explanation: Explanation, names: Sequence[Sequence[str]]) -> str:
    """The network before the update, in words."""
    weights = [np.vstack(pair) for pair in explanation.step.params]
    return alt_text.network(session().shown, explanation.network.sizes, parameter_names(names, ""), weights)


def _as_text(values: Array, digits: int) -> str:
    return "\n".join("  ".join(f"{value:.{digits}g}" for value in row) for row in values.tolist())


def _as_numpy(values: Array) -> str:
    return f"np.array({values.tolist()!r})"
