"""A row as the user's file has it, and a network's answer to it in the file's own words: pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data import Preparation, RawColumn, TableRows, typed
from backprop_core.nn import ACTIVATIONS, OUTPUTS, Array
from backprop_core.training import Run, Snapshot

MOST_FIELDS = 32  # columns of a built-in dataset with a field each: not the pixels of a digit
MOST_OTHERS = 4  # classes beside the answer
STEPS = 50  # of a number field, from the smallest value of its column to the largest

Values = Sequence[float | str | None]


def preparation_of(run: Run) -> Preparation | None:
    """How raw rows become inputs; None where the columns have no names, or are too many to be filled in by hand."""
    if isinstance(run.user_rows, TableRows) and run.user_rows.preparation is not None:
        return run.user_rows.preparation
    names = run.data.inputs
    if len(names) > MOST_FIELDS or all(name in {"x", f"x{i}"} for i, name in enumerate(names, 1)):
        return None
    return Preparation(tuple(RawColumn(name) for name in names), classes=run.data.classes)


def rows_of(run: Run) -> Array:
    """All rows of a run in the user's units: in the order of the user's table, otherwise those to train on first."""
    data = run.data
    return run.user_rows.X if isinstance(run.user_rows, TableRows) else np.vstack([data.rows, data.rows_test])


def steps_of(rows: Array, preparation: Preparation) -> list[float]:
    """A step for each column's number field: 1, 10, 0.1, … in which its range has about `STEPS`; 0 for words."""
    steps, start = [], 0
    for column in preparation.columns:
        values = rows[:, start]
        spread = float(np.ptp(values)) or 1.0
        step = 10.0 ** round(math.log10(spread / STEPS))
        is_whole = bool((values == np.trunc(values)).all())
        steps.append(0.0 if column.words else max(step, 1.0) if is_whole else step)
        start += column.width
    return steps


def truth(run: Run, place: int) -> str:
    """What the table says about a row, in one of `rows_of`: a class, or numbers."""
    rows, data = run.user_rows, run.data
    targets = rows.y if isinstance(rows, TableRows) else np.vstack([data.targets, data.targets_test])
    y = np.atleast_1d(targets[place])
    classes = _classes(run)
    if classes:
        is_number = targets.ndim == 1
        return classes[int(y[0]) if is_number else int(data.labels(y[None])[0])]
    return ", ".join(f"{value:.6g}" for value in y)


@dataclass(frozen=True)
class Answer:
    """What a network answers to a row: its class or numbers, what else is to be said, and every layer's activations."""

    text: str
    more: str
    activations: dict[str, list[str]]


def answer(run: Run, snapshot: Snapshot, row: Values) -> Answer:
    """The forward pass of a raw row through the network of a snapshot. Raises ValueError for an impossible row."""
    preparation = preparation_of(run)
    if preparation is None:
        raise ValueError("A row of this dataset has too many columns.")
    inputs = preparation.inputs(row)[None]
    activations = [snapshot.data.show(inputs), *snapshot.respond(inputs)]
    outputs = snapshot.data.answer(activations[-1])[0]
    text, more = _words(run, outputs)
    return Answer(text, more, _table(run, [layer[0] for layer in activations]))


def _classes(run: Run) -> tuple[str, ...]:
    preparation = preparation_of(run)
    return (preparation.classes if preparation is not None else ()) or run.data.classes


def _output_names(run: Run) -> list[str]:
    """Names of the outputs: classes, target columns, or y1, y2, …"""
    count, preparation = run.data.outputs, preparation_of(run)
    targets = preparation.targets if preparation is not None else ()
    for names in (_classes(run), targets):
        if len(names) == count:
            return [typed(name) for name in names]
    return ["y"] if count == 1 else [f"y{i + 1}" for i in range(count)]


def _words(run: Run, outputs: Array) -> tuple[str, str]:
    names = _output_names(run)
    if run.data.multilabel:
        chosen = [name for name, value in zip(names, outputs, strict=True) if value > 0.5]
        each = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, outputs, strict=True))
        return ", ".join(chosen) or "none of the labels", each
    classes = _classes(run)
    if not classes:
        return ", ".join(f"{name} = {value:.6g}" for name, value in zip(names, outputs, strict=True)), ""
    number = int(run.data.labels(outputs[None])[0])
    if len(outputs) == 1:
        value = float(outputs[0])
        is_probability = OUTPUTS[run.network.output].bounds == (0, 1)
        share = f"{value if number else 1 - value:.2f}" if is_probability else f"output {value:.4g}"
        return f"{typed(classes[number])}, {share}", ""
    others = [i for i in np.argsort(-outputs, kind="stable") if i != number]
    more = ", ".join(f"{typed(classes[i])} {outputs[i]:.2f}" for i in others[:MOST_OTHERS])
    return f"{typed(classes[number])}, {outputs[number]:.2f}", more


def _table(run: Run, activations: list[Array]) -> dict[str, list[str]]:
    """A column of texts for each layer, all equally long."""
    network = run.network
    labels = [ACTIVATIONS[name].label for name in network.activations]
    hidden = [f"Hidden {l} ({label})" for l, label in enumerate(labels, 1)]
    output = f"Output ({OUTPUTS[network.output].label})"
    heads = [_scaled("Input", run.data.scaling), *hidden, _scaled(output, run.data.target_scaling)]
    names: list[Any] = [run.data.input_labels, *([None] * len(network.activations)), None]
    if run.data.outputs > 1:
        names[-1] = _output_names(run)
    longest = max(map(len, activations))
    table = {}
    for head, units, values in zip(heads, names, activations, strict=True):
        texts = [f"{value:.4g}".replace("-", "−") for value in values]
        if units is not None:
            texts = [f"{text}  {unit}" for text, unit in zip(texts, units, strict=True)]
        table[head] = [*texts, *[""] * (longest - len(texts))]
    return table


def _scaled(head: str, scaling: object) -> str:
    return f"{head}, scaled" if scaling else head
