"""What a figure shows, in words: the alternative text that screen readers read out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from backprop_core.data import Data
from backprop_core.nn import Array
from playground.charts.live_figure import short
from playground.charts.matrices import Matrix

MOST_NUMBERS = 16  # that are read out one by one; of more than these, only the range
DIGITS = 3


def number(value: float) -> str:
    """A number in a few characters."""
    return short(float(value) + 0.0, DIGITS) if np.isfinite(value) else "no number"


def reach(values: Array) -> str:
    """The range of these values: "from -1 to 2"."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return "no number"
    low, high = number(finite.min()), number(finite.max())
    return low if low == high else f"from {low} to {high}"


def matrices(what: str, epoch: int, names: Sequence[Matrix], values: Sequence[Array]) -> str:
    """Every number of these matrices with its name, or the range of each matrix where there are many."""
    few = sum(matrix.size for matrix in values) <= MOST_NUMBERS
    texts = (_matrix(*pair) if few else f"{pair[0].title} {reach(pair[1])}" for pair in zip(names, values, strict=True))
    return f"{what} after epoch {epoch:,}: {'; '.join(texts)}."


def _matrix(names: Matrix, values: Array) -> str:
    """A matrix titled "W1, b1" has its biases in the last row; rows of any other are samples."""
    weights, _, biases = names.title.partition(", ")
    cells = zip(names.rows, values.tolist(), strict=True)
    texts = []
    for row, numbers in cells:
        bias = bool(biases) and row == names.rows[-1]
        for column, value in zip(names.columns, numbers, strict=True):
            place = f"{biases} {column}" if bias else f"{row}→{column}" if biases else f"{row} {column}"
            texts.append(f"{place} {number(value)}")
    return f"{weights} {', '.join(texts)}"


def network(epoch: int, sizes: Sequence[int], names: Sequence[Matrix], values: Sequence[Array]) -> str:
    """How large a network is, and which of its weights are the strongest."""
    layers = "-".join(map(str, sizes))
    weights = [
        (abs(value), f"{row}→{column} {number(value)}")
        for matrix, numbers in zip(names, values, strict=True)
        for row, line in zip(matrix.rows[:-1], numbers[:-1].tolist(), strict=True)
        for column, value in zip(matrix.columns, line, strict=True)
    ]
    strongest = sorted(weights, key=lambda weight: -weight[0])[:3]
    return f"Network {layers} after epoch {epoch:,}, strongest weights: {', '.join(text for _, text in strongest)}."


def curves(what: str, names: Sequence[str], values: Sequence[Array], epochs: Array, epoch: int) -> str:
    """The value of each curve at an epoch, and its first value."""
    at = int(np.searchsorted(epochs, epoch, side="right")) - 1
    texts = [
        f"{name} {number(curve[at])}" + (f", from {number(curve[0])} at epoch {int(epochs[0]):,}" if at else "")
        for name, curve in zip(names, values, strict=True)
    ]
    known = f" Known up to epoch {int(epochs[-1]):,}." if epochs[at] < epochs[-1] else ""
    return f"{what} at epoch {int(epochs[at]):,}: {'; '.join(texts)}.{known}"


def losses(series: str, runs: Sequence[tuple[str, Array]], epoch: int) -> str:
    """The loss of every run at an epoch, or at its last epoch if that is earlier; for "Both", the training loss."""
    texts = [
        f"{name} {number(loss[min(epoch, len(loss) - 1)])}" if len(loss) else f"{name} has no test rows"
        for name, loss in runs
    ]
    what = "Test loss" if series == "Test" else "Train loss"
    return f"{what} at epoch {epoch:,}: {'; '.join(texts)}."


def learned(view: str, data: Data, epoch: int, outputs: Array, score: float) -> str:
    """The network's outputs (rows, k) for the training rows, each of them for a small table, and the score."""
    right = f"{score:.1%} of the training rows right" if data.task == "classification" else f"R² {number(score)}"
    if view == "Table" and outputs.size <= MOST_NUMBERS:
        rows = (
            f"{', '.join(map(number, x))} → {', '.join(map(number, out))}, target {', '.join(map(number, y))}"
            for x, out, y in zip(data.rows.tolist(), outputs.tolist(), data.targets.tolist(), strict=True)
        )
        return f"Table after epoch {epoch:,}: {'; '.join(rows)}; {right}."
    return f"{view} after epoch {epoch:,}: outputs of the training rows {reach(outputs)}; {right}."


def responses(inputs: Sequence[str], names: Sequence[Sequence[str]], activations: Sequence[Array]) -> str:
    """What the pictures in the units are of, after the sentence about the network; arguments as of `units`."""
    plane = " and ".join(inputs)
    return f"In each unit a picture of what it gives over the plane of {plane}; {_given(names, activations)}."


def units(epoch: int, names: Sequence[Sequence[str]], activations: Sequence[Array]) -> str:
    """The range of every unit's activation over the training rows; `activations` holds (rows, units) for each layer."""
    return f"Units after epoch {epoch:,}, {_given(names, activations)}."


def _given(names: Sequence[Sequence[str]], activations: Sequence[Array]) -> str:
    texts = [
        f"{name} {reach(layer[:, i])}"
        for layer_names, layer in zip(names, activations, strict=True)
        for i, name in enumerate(layer_names)
    ]
    if len(texts) > MOST_NUMBERS:
        texts = [f"layer {l} {reach(layer)}" for l, layer in enumerate(activations, start=1)]
    return f"over the training rows: {', '.join(texts)}"


def confusion(classes: Sequence[str], epoch: int, counts: Array) -> str:
    """How many rows of each class were classified correctly; `counts` has the true classes as its rows."""
    right = counts.diagonal()
    classed = ", ".join(
        f"{name} {of_it} of {all_}" for name, of_it, all_ in zip(classes, right, counts.sum(axis=1), strict=True)
    )
    return f"Confusion after epoch {epoch:,}: {right.sum()} of {counts.sum()} rows right; {classed}."


def patterns(epoch: int, names: Sequence[str], W: Array, what: str = "weights") -> str:
    """The range of the weights or gradients (pixels, units) of a layer, or of each unit's where they are few."""
    texts = [f"{name} {reach(weights)}" for name, weights in zip(names, W.T, strict=True)]
    each = f": {', '.join(texts)}" if len(texts) <= MOST_NUMBERS else f", {reach(W)}"
    return f"Patterns after epoch {epoch:,}, the {what} of {len(names)} units at each pixel{each}."


def wrong_rows(epoch: int, summary: str, pairs: Sequence[tuple[str, str]]) -> str:
    """How many rows are wrong, and what each of the first is taken for; `pairs` are true and predicted classes."""
    texts = [f"{true} taken for {predicted}" for true, predicted in pairs[:MOST_NUMBERS]]
    return f"Wrong rows after epoch {epoch:,}. {summary.rstrip('.')}{': ' if texts else ''}{', '.join(texts)}."


def cells(what: str, names: tuple[Sequence[str], Sequence[str]], values: Array, *, hidden: bool = False) -> str:
    """The numbers in the cells of an array with the names of its rows and columns; no numbers while they are hidden."""
    if hidden:
        return f"{what}: {values.shape[0]} × {values.shape[1]} numbers, hidden until they are revealed."
    if values.size > MOST_NUMBERS:
        return f"{what}: {values.shape[0]} × {values.shape[1]} numbers {reach(values)}."
    texts = (
        f"{row} {column} {number(value)}"
        for row, line in zip(names[0], values.tolist(), strict=True)
        for column, value in zip(names[1], line, strict=True)
    )
    return f"{what}: {', '.join(texts)}."


def points(placed: Sequence[tuple[float, float, str]]) -> str:
    """Points of named classes on a plane: where each is, or how many there are."""
    if not placed:
        return "A plane without points; a click puts one there."
    if len(placed) <= MOST_NUMBERS // 2:
        texts = ", ".join(f"{name} at {number(x1)}, {number(x2)}" for x1, x2, name in placed)
    else:
        counts = Counter(name for _, _, name in placed)
        texts = ", ".join(f"{count} of {name}" for name, count in sorted(counts.items()))
    return f"A plane with {len(placed)} point{'s' * (len(placed) > 1)}: {texts}."


def grid(title: str, names: tuple[Sequence[str], Sequence[str]], titles: tuple[str, str], values: Array) -> str:
    """The lowest and the highest cell of a map (A, B) of a measure over two settings."""
    known = np.isfinite(values)
    if not known.any():
        return f"{title}: nothing is known yet of {values.size} cells."
    ends = {"lowest": np.nanargmin(values), "highest": np.nanargmax(values)}
    texts = []
    for end, flat in ends.items():
        i, j = divmod(int(flat), values.shape[1])
        place = f"{titles[0]} {names[0][i]}" + (f", {titles[1]} {names[1][j]}" if titles[1] else "")
        texts.append(f"{end} {number(values[i, j])} at {place}")
    return f"{title} in {known.sum()} of {values.size} cells: {'; '.join(texts)}."


def bundle(seeds: Sequence[int], losses: Array, chosen: int) -> str:
    """The final losses of a cell's runs, and which run is chosen."""
    texts = (
        ", ".join(f"seed {seed} {number(loss)}" for seed, loss in zip(seeds, losses.tolist(), strict=True))
        if len(seeds) <= MOST_NUMBERS
        else reach(losses)
    )
    return f"Losses at the end of {len(seeds)} run{'s' * (len(seeds) > 1)}: {texts}. Chosen: seed {seeds[chosen]}."


def landscape(what: str, heights: Array, epoch: int, point: Sequence[float], loss: float) -> str:
    """The loss over a plane, and where on it the run is."""
    place = ", ".join(map(number, point))
    return f"{what}: loss {reach(heights)}; at epoch {epoch:,} the run is at ({place}), where it is {number(loss)}."
