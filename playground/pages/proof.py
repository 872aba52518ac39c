"""One step's proof: a gradient as its chain-rule sum against a central difference, or all gradients at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from backprop_core.explain import Explanation, chain, parameter_index
from backprop_core.nudging import central_differences, relative_error, relative_errors
from backprop_core.run import Snapshot
from playground import charts
from playground.figures import said
from playground.figures.board import parameter_names, unit_names
from playground.figures.cells import cells, window
from playground.figures.matrices import Matrices
from playground.pages.pick import pick
from playground.state import walk
from playground.state.session import session, theme

NARROW = 330  # pixels for the cells in the left panel
MOST_CHECKED = 2_000_000_000  # nudges × rows × units of a check of all gradients: about ten seconds


def view(snapshot: Snapshot, explanation: Explanation, digits: int) -> None:
    """Draw the view: one gradient as a sum over the samples, and beside it what nudging its weight shows."""
    network, names = explanation.network, unit_names(session().run)
    one, two, three = st.columns(3)
    with one:
        layer = pick("Layer", "proved_layer", [f"W{l}, b{l}" for l in range(1, len(network.sizes))]) + 1
    with two:
        row = pick("From", "proved_row", [*names[layer - 1], "bias"])
    with three:
        unit = pick("To", "proved_unit", names[layer])
    terms = chain(explanation, layer, row, unit)
    numeric = float(central_differences(snapshot, [parameter_index(network, layer, row, unit)])[0])
    gradient = terms.gradient
    error = float(relative_error(np.array(gradient), np.array(numeric), explanation.step.loss))
    below = "1" if row == network.sizes[layer - 1] else f"a_{{{layer - 1}}}"
    left, right = st.columns([5, 7], gap="small")
    with left.container(key="panel_proof"):
        st.latex(rf"\frac{{\partial L}}{{\partial w}} = \sum_{{samples}} {below}\cdot\delta_{{{layer}}}")
        penalty = f"\n\nPenalty's share: **{terms.penalty:.{digits}g}**" if terms.penalty else ""
        st.markdown(
            f"Sum over the samples: **{terms.total:.{digits}g}**{penalty}\n\n"
            f"By nudging this weight up and down (central difference): **{numeric:.{digits}g}**\n\n"
            f"Relative error: **{error:.2g}**"
        )
        st.button("Check all gradients", key="check_all", on_click=walk.check_all, type="primary")
    with right.container(key="panel_terms"):
        rows = [f"row {index + 1}" for index in explanation.step.rows.tolist()]
        table = np.column_stack([terms.a, terms.delta, terms.products])
        part = window((len(table), 3), 0, 0, digits)
        figure = cells(table[part.rows], (rows[part.rows], ("a", "δ", "a · δ")), None, theme(), digits=digits)
        alt = said.cells("Factors and product", (rows[part.rows], ("a", "δ", "a · δ")), table[part.rows])
        st.plotly_chart(figure, config=charts.config(), key="step_terms", alt=alt)
        if part.rows.stop < len(table):
            st.caption(f"The first {part.rows.stop} of {len(table):,} samples; the sum is over all.")
    with left.container(key="panel_layer"):
        st.caption("All gradients of this layer. Choose another by its cell.")
        gradients = np.vstack([explanation.step.dW[layer - 1], explanation.step.db[layer - 1]])
        part = window((len(gradients), gradients.shape[1]), row, unit, 3, NARROW)
        figure = cells(
            gradients[part.rows, part.columns],
            ([*names[layer - 1], "bias"][part.rows], names[layer][part.columns]),
            (row - part.rows.start, unit - part.columns.start),
            theme(),
            digits=3,
        )
        start = (part.rows.start, part.columns.start)
        st.plotly_chart(
            figure,
            config=charts.config(),
            key="step_layer",
            alt=said.cells(
                f"Gradients of layer {layer}",
                ([*names[layer - 1], "bias"][part.rows], names[layer][part.columns]),
                gradients[part.rows, part.columns],
            ),
            on_select=lambda: walk.choose_cell("step_layer", ("proved_row", "proved_unit"), start),
            selection_mode="points",
        )
    if walk.is_checking():
        _all_gradients(snapshot, explanation, names)


def _all_gradients(snapshot: Snapshot, explanation: Explanation, names: Sequence[Sequence[str]]) -> None:
    network = explanation.network
    work = 2 * network.parameters * len(explanation.step.rows) * sum(network.sizes)
    if work > MOST_CHECKED:
        st.warning("This network and batch are too large to check every gradient at once; choose a smaller batch size.")
        return
    with st.spinner("Nudging every weight …"):
        errors = relative_errors(explanation, central_differences(snapshot))
    st.markdown(
        f"All {network.parameters:,} gradients checked. Largest relative error: **{max(e.max() for e in errors):.2g}**"
    )
    matrices = Matrices(parameter_names(names, ""), theme(), 260)
    matrices.update_cells(errors)
    matrices.settle()
    alt = said.matrices("Relative errors of the gradients", snapshot.epoch, parameter_names(names, ""), errors)
    st.plotly_chart(matrices.figure, config=charts.config(), key="step_errors", alt=alt)
