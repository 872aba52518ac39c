"""Names and formulas of the quantities of a task, in plain text, and their tables."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.practice.task import Draft, Field, Table

_PLAIN = (
    (r"\\tfrac1\{nk\}", "1/(n·k) "),
    (r"\\tfrac1n", "1/n "),
    (r"\\tfrac12", "½ "),
    (r"\\tfrac\{2\}\{nk\}", "2/(n·k) "),
    (r"\\tfrac\{(\w)\}\{(\w)\}", r"\1/\2 "),
    (r"\\tfrac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/\2 "),
    (r"\\sqrt\{2/\\pi\}", "√(2/π)"),
    (r"\\frac\{1\}\{1\+e\^\{-z\}\}", "1 / (1 + e^−z)"),
    (r"\\frac\{(\w)\}\{(\w)\}", r"\1/\2"),
    (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1) / (\2)"),
    (r"\\frac\{e\^\{z_i\}\}\{\\sum_j e\^\{z_j\}\}", "e^zᵢ / Σⱼ e^zⱼ"),
    (r"\\operatorname\{(\w+)\}", r"\1"),
    (r"\\text\{([^{}]*)\}", r"\1"),
    (r"\\sum", "Σ "),
    (r"\\sigma", "σ"),
    (r"\\pi", "π"),
    (r"\\le(?!ft)", " ≤ "),
    (r"\\(?:left|right|quad)", " "),
    (r"\\(ln|tanh|max|min)", r" \1 "),
    (r"\\[,;!]", " "),
    (r"\^2", "²"),
    (r"\^3", "³"),
    (r"-", "−"),
)


def plain_formula(latex: str) -> str:
    """A registry's formula without LaTeX."""
    for pattern, text in _PLAIN:
        latex = re.sub(pattern, text, latex)
    text = " ".join(latex.split())
    text = re.sub(r"\b(max|min|ln|tanh) (?=\()", r"\1", text)
    return re.sub(r"(?<=[(\[]) | (?=[)\],])", "", text)


def label(name: str) -> str:
    """A quantity as it is printed: z1, δ2, new W1, L."""
    if name == "loss":
        return "L"
    text = name.replace("delta", "δ")
    return f"new {text.removesuffix('_new')}" if name.endswith("_new") else text


def layer_of(name: str) -> int:
    """The layer of a quantity, from 1; 0 for the loss."""
    return int("".join(filter(str.isdigit, name)) or 0)


def place_label(name: str, index: tuple[int, ...]) -> str:
    """One number of a quantity, counted from 1: dW1[2, 1]."""
    return label(name) + (f"[{', '.join(str(i + 1) for i in index)}]" if index else "")


def place_key(name: str, index: tuple[int, ...]) -> str:
    """The key of a field: dW1[2,1]."""
    return name + (f"[{','.join(str(i + 1) for i in index)}]" if index else "")


def formula(h: Homework, name: str) -> str:
    """How a quantity is computed."""
    l, layers = layer_of(name), len(h.params)
    below = f"a{l - 1}" if l > 1 else "X"
    if name == "loss":
        return f"L of a{layers} and y"
    kind = name.rstrip("0123456789") if not name.endswith("_new") else "new"
    if kind == "z":
        return f"z{l} = {below} · W{l} + b{l}"
    if kind == "a":
        return f"a{l} = {'g' if l == layers else 'f'}(z{l})"
    if kind == "delta":
        return f"δ{l} = {_delta(h, l)}"
    if kind == "dW":
        return f"dW{l} = {below}ᵀ · δ{l}"
    if kind == "db":
        return f"db{l} = Σ δ{l}" if len(h.X) > 1 else f"db{l} = δ{l}"
    parameter = name.removesuffix("_new")
    return f"new {parameter} = {parameter} − η · d{parameter}"


def _delta(h: Homework, l: int) -> str:
    """The right side of a layer's δ."""
    layers = len(h.params)
    if l < layers:
        return f"(δ{l + 1} · W{l + 1}ᵀ) ⊙ f′(z{l})"
    fused = FUSED.get((h.output, h.loss))
    if fused:
        return plain_formula(fused.latex).replace("a−y", f"a{l}−y")
    return f"∂L/∂a{l} ⊙ g′(z{l})"


def functions(h: Homework) -> str:
    """The functions of a network in one line: hidden activation, output and loss, with what backpropagation needs."""
    hidden, output, loss = ACTIVATIONS[h.activation], OUTPUTS[h.output], LOSSES[h.loss]
    parts = [
        f"Hidden: f(z) = {plain_formula(hidden.latex)}, f′ = {plain_formula(hidden.latex_derivative)}",
        f"output: g(z) = {plain_formula(output.latex)}",
        f"L = {plain_formula(loss.latex)}",
    ]
    if not FUSED.get((h.output, h.loss)):
        parts[1] += f", g′ = {plain_formula(output.latex_derivative)}"
        parts[2] += f", ∂L/∂a = {plain_formula(loss.latex_gradient)}"
    counts = f" (n = {len(h.X)} rows, k = {h.y.shape[1]} outputs)" if "nk" in loss.latex else ""
    return "; ".join(parts) + counts + "."


def rows_of(name: str, count: int) -> tuple[str, ...]:
    """Names of the rows of a quantity's table."""
    if name == "loss" or name.startswith(("b", "db")):
        return ("",)
    if "W" in name:
        l = layer_of(name)
        return tuple(f"from x{i + 1}" if l == 1 else f"from unit {i + 1}" for i in range(count))
    return tuple(f"row {i + 1}" for i in range(count)) if count > 1 else ("",)


def table(draft: Draft, name: str, values: Array, asked: Collection[str] = ()) -> Table:
    """A quantity as a table, its cells filled in, or to be filled in if it is asked."""
    grid = np.atleast_2d(values)
    rows, columns = grid.shape
    keys = [
        [place_key(name, (i, j)[2 - np.ndim(values) :]) if name in asked else "" for j in range(columns)]
        for i in range(rows)
    ]
    return Table(
        label(name),
        formula(draft.homework, name),
        rows_of(name, rows),
        tuple(f"unit {j + 1}" for j in range(columns)) if columns > 1 else ("",),
        tuple(tuple("" if keys[i][j] else draft.text(grid[i, j]) for j in range(columns)) for i in range(rows)),
        tuple(map(tuple, keys)),
    )


def number_fields(draft: Draft, name: str) -> list[Field]:
    """A field for every number of a quantity."""
    values = draft.numbers[name]
    return [
        Field(
            place_key(name, index),
            place_label(name, index),
            draft.text(float(values[index])),
            place=(name, index),
        )
        for index in np.ndindex(values.shape)
    ]


def network_tables(h: Homework) -> tuple[Table, ...]:
    """Rows, targets, weights and biases of a network."""
    rows = rows_of("z", len(h.X))
    inputs, outputs = h.X.shape[1], h.y.shape[1]
    tables = [
        _given("X", rows, tuple(f"x{i + 1}" for i in range(inputs)), h.X),
        _given("y", rows, tuple(f"y{k + 1}" for k in range(outputs)) if outputs > 1 else ("y",), h.y),
    ]
    for l, (W, b) in enumerate(h.params, start=1):
        columns = tuple(f"unit {j + 1}" for j in range(W.shape[1]))
        tables.append(_given(f"W{l}", rows_of(f"W{l}", len(W)), columns, W))
        tables.append(_given(f"b{l}", ("",), columns, b))
    return tuple(tables)


def _given(name: str, rows: tuple[str, ...], columns: tuple[str, ...], values: Array) -> Table:
    cells = tuple(tuple(f"{value:.1f}" for value in row) for row in np.atleast_2d(values))
    return Table(name, name, rows, columns, cells)
