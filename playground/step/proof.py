"""Prove a gradient: its chain-rule sum against a central difference, for one parameter or for all."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from backprop_core.explain import (
    Explanation,
    Kink,
    Nudged,
    chain,
    kinks_between,
    nudge,
    relative_error,
    relative_errors,
)
from backprop_core.nn import Array, Network
from backprop_core.settings import parameter_index
from backprop_core.training import Snapshot
from playground.charts import alt_text
from playground.charts.matrices import CROSS, Matrices, Matrix
from playground.charts.of_run import parameter_names, unit_names
from playground.components import chart_config
from playground.session.session import session, theme
from playground.step import state
from playground.step.figures import cells, window
from playground.step.pick import pick

NARROW = 330  # pixels available for the cells in the left panel
MOST_CHECKED = 2_000_000_000  # nudges × rows × units: checking all gradients takes about ten seconds
MOST_NAMED = 4  # rows or units that are listed; the others are counted


def view(snapshot: Snapshot, explanation: Explanation, digits: int) -> None:
    """Draw the view: one gradient as a sum over the samples, beside the central difference."""
    network, names = explanation.network, unit_names(session().run)
    one, two, three = st.columns(3)
    with one:
        layer = pick("Layer", "proved_layer", [f"W{l}, b{l}" for l in range(1, len(network.sizes))]) + 1
    with two:
        row = pick("From", "proved_row", [*names[layer - 1], "bias"])
    with three:
        unit = pick("To", "proved_unit", names[layer])
    terms = chain(explanation, layer, row, unit)
    place = parameter_index(network, layer, row, unit)
    nudged, kinks = nudge(snapshot, [place]), kinks_between(snapshot, place)
    numeric = float(nudged.central[0])
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
            + (_one_sided(nudged, digits) if kinks else "")
            + f"Relative error: **{error:.2g}**"
            + (", which says nothing across a kink" if kinks else "")
        )
        if kinks:
            st.info(_at_a_kink(kinks, names, explanation.step.rows, digits))
        st.button("Check all gradients", key="check_all", on_click=state.check_all, type="primary")
    with right.container(key="panel_terms"):
        rows = [f"row {index + 1}" for index in explanation.step.rows.tolist()]
        table = np.column_stack([terms.a, terms.delta, terms.products])
        part = window((len(table), 3), 0, 0, digits)
        figure = cells(table[part.rows], (rows[part.rows], ("a", "δ", "a · δ")), None, theme(), digits=digits)
        alt = alt_text.cells("Factors and product", (rows[part.rows], ("a", "δ", "a · δ")), table[part.rows])
        st.plotly_chart(figure, config=chart_config.config(), key="step_terms", alt=alt)
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
            config=chart_config.config(),
            key="step_layer",
            alt=alt_text.cells(
                f"Gradients of layer {layer}",
                ([*names[layer - 1], "bias"][part.rows], names[layer][part.columns]),
                gradients[part.rows, part.columns],
            ),
            on_select=partial(state.choose_cell, "step_layer", ("proved_row", "proved_unit"), start),
            selection_mode="points",
        )
    if state.is_checking():
        _all_gradients(snapshot, explanation, names)


def _all_gradients(snapshot: Snapshot, explanation: Explanation, names: Sequence[Sequence[str]]) -> None:
    network = explanation.network
    work = 2 * network.parameters * len(explanation.step.rows) * sum(network.sizes)
    if work > MOST_CHECKED:
        st.warning("This network and batch are too large to check every gradient at once; choose a smaller batch size.")
        return
    with st.spinner("Nudging every weight …"):
        nudged = nudge(snapshot)
        errors = relative_errors(explanation, nudged.central)
    st.markdown(_checked(nudged, np.concatenate([layer.ravel() for layer in errors])))
    matrices = Matrices(parameter_names(names, ""), theme(), 260)
    left_out = network.blocks(nudged.is_across)
    if nudged.across:
        matrices.cross_out(_notes(nudged, network, matrices.names))
    matrices.update_cells([np.where(mask, 0.0, layer) for mask, layer in zip(left_out, errors, strict=True)])
    matrices.settle()
    known = [np.where(mask, np.nan, layer) for mask, layer in zip(left_out, errors, strict=True)]
    alt = alt_text.matrices("Relative errors of the gradients", snapshot.epoch, matrices.names, known)
    st.plotly_chart(matrices.figure, config=chart_config.config(), key="step_errors", alt=alt)


def _checked(nudged: Nudged, errors: Array) -> str:
    """How many gradients were checked, with what result, and why others were left out; `errors` is (P,)."""
    left_out = int(nudged.is_across.sum())
    if not left_out:
        return f"All {len(errors):,} gradients checked. Largest relative error: **{errors.max():.2g}**"
    checked = errors[~nudged.is_across]
    largest = f" Largest relative error: **{checked.max():.2g}**" if len(checked) else ""
    labels = list(nudged.across)
    counts = ", ".join(f"{label}: {mask.sum():,}" for label, mask in nudged.across.items())
    whose = f"of {labels[0]}" if len(labels) == 1 else f"({counts})"
    return (
        f"{len(checked):,} of {len(errors):,} gradients checked.{largest}\n\n"
        f"Left out ({CROSS}): {left_out:,}, whose nudges reach across a kink {whose}, where there is no derivative to "
        "compare with."
    )


def _notes(nudged: Nudged, network: Network, names: Sequence[Matrix]) -> list[list[list[str]]]:
    """Notes on the cells that are left out; empty for the others."""
    labels = np.full(network.parameters, "", dtype=object)
    for label, mask in nudged.across.items():
        labels[mask] = [f"{before} and of {label}" if before else label for before in labels[mask]]
    return [
        [[_note(matrix, row, *pair) for pair in zip(matrix.columns, line, strict=True)] for row, line in lines]
        for matrix, block in zip(names, network.blocks(labels), strict=True)
        for lines in [zip(matrix.rows, block.tolist(), strict=True)]
    ]


def _note(matrix: Matrix, row: str, column: str, label: str) -> str:
    return f"{matrix.title}: {row} → {column}: across a kink of {label}, not checked" if label else ""


def _one_sided(nudged: Nudged, digits: int) -> str:
    up, down = float(nudged.up[0]), float(nudged.down[0])
    return f"Nudged up only: **{up:.{digits}g}**, down only: **{down:.{digits}g}**\n\n"


def _at_a_kink(kinks: Sequence[Kink], names: Sequence[Sequence[str]], rows: Array, digits: int) -> str:
    """Which rows and units are at a kink, where there is no derivative, and which value training uses there."""
    groups = [list(group) for _, group in itertools.groupby(sorted(kinks, key=_whose), key=_whose)]
    sentences = [_of_one_unit(group, names, rows, digits) for group in groups[:MOST_NAMED]]
    if len(groups) > MOST_NAMED:
        sentences.append(f"Likewise {len(groups) - MOST_NAMED} more.")
    exact = any(kink.is_exact for kink in kinks)
    title = "At a kink there is no derivative." if exact else "A kink lies between the nudges."
    return f"**{title}** " + "\n\n".join(sentences)


def _whose(kink: Kink) -> tuple[str, int, int, float, bool]:
    return kink.kind, kink.layer, kink.unit, kink.at, kink.is_exact


def _of_one_unit(kinks: Sequence[Kink], names: Sequence[Sequence[str]], rows: Array, digits: int) -> str:
    """Sentences about the kinks of one unit, all exact or none: where they are, and which value training uses there."""
    one = kinks[0]
    unit = names[one.layer][one.unit]
    subject = {
        "activation": f"{_rows([int(rows[kink.row]) + 1 for kink in kinks])}: z of {unit}",
        "loss": f"{_rows([int(rows[kink.row]) + 1 for kink in kinks])}: {unit} minus its target",
        "penalty": "This weight",
    }[one.kind]
    if not one.is_exact:
        return (
            f"{subject} is so near {one.at:g}, the kink of {one.label}, that the nudges reach across. "
            "Training takes the slope on its own side."
        )
    return (
        f"{subject} is exactly {one.at:g}, where {one.label} has a kink: its slope is {one.left:.{digits}g} below "
        f"and {one.right:.{digits}g} above. Training takes {one.taken:.{digits}g}, {_side(one)}."
    )


def _side(kink: Kink) -> str:
    if kink.taken == kink.left:
        return "the slope below"
    return "the slope above" if kink.taken == kink.right else "a value between the two"


def _rows(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:MOST_NAMED]))
    more = f" and {len(numbers) - MOST_NAMED:,} more" if len(numbers) > MOST_NAMED else ""
    return f"Row{'s' * (len(numbers) > 1)} {named}{more}"
