"""A forward pass as a table: every unit's weighted sum z and activation a, layer by layer."""

from __future__ import annotations

import numpy as np

from backprop_core.nn import ACTIVATIONS, OUTPUTS, Array
from backprop_core.training import Run, Snapshot
from playground.charts.of_run import unit_names

MOST_TERMS = 8  # of a weighted sum that are written out
DIGITS, TERM_DIGITS = 8, 4


def layer_titles(run: Run) -> list[str]:
    """The layers of a network with their activation functions, inputs first."""
    network, data = run.network, run.data
    hidden = [f"Hidden {l} ({ACTIVATIONS[name].label})" for l, name in enumerate(network.activations, 1)]
    output = f"Output ({OUTPUTS[network.output].label})"
    return [_scaled("Input", data.scaling), *hidden, _scaled(output, data.target_scaling)]


def number(value: float, digits: int = TERM_DIGITS) -> str:
    """A number with this many significant digits."""
    return f"{value:.{digits}g}".replace("-", "−")


def table(run: Run, snapshot: Snapshot, row: Array) -> dict[str, list[str]]:
    """The forward pass of a row (d,) in the user's units through the network of a snapshot: a line for each unit."""
    z, a = snapshot.forward(row[np.newaxis])
    names = [run.data.input_labels, *unit_names(run)[1:]]
    columns: dict[str, list[str]] = {"Layer": [], "Unit": [], "z": [], "a": [], "How z is computed": []}
    for l, (title, units) in enumerate(zip(layer_titles(run), names, strict=True)):
        for i, unit in enumerate(units):
            own_z = terms = ""
            if l:
                W, b = snapshot.params[l - 1]
                own_z, terms = number(z[l - 1][0, i], DIGITS), _terms(W[:, i], a[l - 1][0], float(b[i]))
            cells = (title, unit, own_z, number(a[l][0, i], DIGITS), terms)
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
    return columns


def _terms(weights: Array, below: Array, bias: float) -> str:
    """Weights (n,) times the values below them (n,), and the bias: "0.5 · 1 − 2 · 0.3 + 0.1"."""
    if len(weights) > MOST_TERMS:
        return f"{len(weights)} products of a weight and an a, and the bias {number(bias)}"
    terms = [
        (weight, f" · {number(value)}" if value >= 0 else f" · ({number(value)})")
        for weight, value in zip(weights.tolist(), below.tolist(), strict=True)
    ]
    text = ""
    for factor, rest in [*terms, (bias, "")]:
        sign = ("−" if factor < 0 else "") if not text else (" − " if factor < 0 else " + ")
        text += f"{sign}{number(abs(factor))}{rest}"
    return text


def _scaled(head: str, scaling: object) -> str:
    return f"{head}, scaled" if scaling else head
