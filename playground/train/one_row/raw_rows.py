"""A row as the user's file has it, and a network's answer to it in the file's own words: pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data import Preparation, RawColumn, TableRows, typed
from backprop_core.nn import OUTPUTS, Array
from backprop_core.training import Run, Snapshot
from playground.charts.learned import reach
from playground.train.one_row import forward_pass
from playground.train.plane import Point

MOST_FIELDS = 32  # columns of a built-in dataset with a field each: not the pixels of a digit
MOST_OTHERS = 4  # classes beside the answer
STEPS = 50  # of a number field, from the smallest value of its column to the largest
STEPS_OF_PLANE = 12  # at least, across a plane
FLAT = 1e-6  # an axis of the plane that is shorter than this counts as a single value

Range = tuple[float, float]
Values = Sequence[float | str | None]


def preparation_of(run: Run) -> Preparation | None:
    """How raw rows become inputs; None where they are too many to be filled in by hand, or are one called x."""
    if isinstance(run.user_rows, TableRows) and run.user_rows.preparation is not None:
        return run.user_rows.preparation
    names = run.data.inputs
    has_no_names = all(name in {"x", f"x{i}"} for i, name in enumerate(names, 1))
    if len(names) > MOST_FIELDS or (has_no_names and len(names) != 2):
        return None
    return Preparation(tuple(RawColumn(name) for name in names), classes=run.data.classes)


def rows_of(run: Run) -> Array:
    """All rows of a run in the user's units: in the order of the user's table, otherwise those to train on first."""
    data = run.data
    return run.user_rows.X if isinstance(run.user_rows, TableRows) else np.vstack([data.rows, data.rows_test])


def is_point(run: Run, preparation: Preparation) -> bool:
    """Whether a row is a point in a plane: two columns that are one input each."""
    return len(preparation.columns) == 2 == run.data.X.shape[1]


def ranges_of(run: Run, preparation: Preparation) -> list[Range | None]:
    """The lowest and the highest value of each column's field: the ends of the plane's axes; otherwise None."""
    if not is_point(run, preparation):
        return [None] * len(preparation.columns)
    ranges: list[Range | None] = []
    for low, high in zip(*(ends.tolist() for ends in reach(run.data)), strict=True):
        wider = 0.0 if high - low > FLAT else 1.0
        digits = _digits(high - low + 2 * wider)
        unit = 10.0**-digits
        first, last = math.floor((low - wider) / unit + FLAT), math.ceil((high + wider) / unit - FLAT)
        ranges.append((round(first * unit, digits), round(last * unit, digits)))
    return ranges


def point_at(run: Run, preparation: Preparation, x: float, y: float) -> tuple[Values, int | None]:
    """The values at a place of the plane, in as many digits as one can point at, and the row exactly there, if any."""
    rows = rows_of(run)
    there = np.flatnonzero((rows == (x, y)).all(axis=1))
    if len(there):
        return [*preparation.raw(rows[there[0]]).values()], int(there[0])
    values: list[float | str | None] = []
    for column, place, ends in zip(preparation.columns, (x, y), ranges_of(run, preparation), strict=True):
        low, high = ends or (-math.inf, math.inf)
        if column.words:
            values.append(column.words[int(np.clip(round(place), 0, len(column.words) - 1))])
        else:
            values.append(min(max(round(place, _digits(high - low)), low), high))
    return values, None


def place_of(preparation: Preparation, row: Values) -> Point | None:
    """Where on the plane a row of two columns is; None if it has no place there."""
    try:
        x, y = preparation.inputs(row).tolist()
    except ValueError:
        return None
    return x, y


def _digits(span: float) -> int:
    """How many digits behind the decimal sign a place on an axis of this length has."""
    return 1 - math.floor(math.log10(span / STEPS_OF_PLANE))


def steps_of(rows: Array, preparation: Preparation, ranges: Sequence[Range | None]) -> list[float]:
    """A step for each column's number field: 1, 10, 0.1, … in which its range has about `STEPS`; 0 for words.

    Along an axis of the plane, of which `ranges` has the ends, a step is ten times the last digit one can point at.
    """
    steps, start = [], 0
    for column, ends in zip(preparation.columns, ranges, strict=True):
        values = rows[:, start]
        spread = float(np.ptp(values)) or 1.0
        step = 10.0 ** round(math.log10(spread / STEPS))
        is_whole = bool((values == np.trunc(values)).all())
        if ends is not None:
            step = 10.0 ** (1 - _digits(ends[1] - ends[0]))
        elif is_whole:
            step = max(step, 1.0)
        steps.append(0.0 if column.words else step)
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
    """What a network answers to a row: its class or numbers, what else is to be said, and a table by its columns.

    table : every layer's activations; of a point, every unit's z and a
    """

    text: str
    more: str
    table: dict[str, list[str]]


def answer(run: Run, snapshot: Snapshot, row: Values) -> Answer:
    """The forward pass of a raw row through the network of a snapshot. Raises ValueError for an impossible row."""
    preparation = preparation_of(run)
    if preparation is None:
        raise ValueError("A row of this dataset has too many columns.")
    inputs = preparation.inputs(row)
    activations = snapshot.forward(inputs[None])[1]
    outputs = snapshot.data.answer(activations[-1])[0]
    if is_point(run, preparation):
        return Answer(*_output(run, outputs), forward_pass.table(run, snapshot, inputs))
    return Answer(*_words(run, outputs), _table(run, [layer[0] for layer in activations]))


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


def _output(run: Run, outputs: Array) -> tuple[str, str]:
    """As `_words`, but a single output that decides between two classes is what the network computes."""
    classes = _classes(run)
    if len(outputs) > 1 or not classes:
        return _words(run, outputs)
    number = int(run.data.labels(outputs[None])[0])
    side = "above ½" if number else "not above ½"
    return f"Output {forward_pass.number(outputs[0], forward_pass.DIGITS)}", f"{side}: class {typed(classes[number])}."


def _table(run: Run, activations: list[Array]) -> dict[str, list[str]]:
    """A column of texts for each layer, all equally long."""
    names: list[Any] = [run.data.input_labels, *([None] * len(run.network.activations)), None]
    if run.data.outputs > 1:
        names[-1] = _output_names(run)
    longest = max(map(len, activations))
    table = {}
    for head, units, values in zip(forward_pass.layer_titles(run), names, activations, strict=True):
        texts = [forward_pass.number(value) for value in values]
        if units is not None:
            texts = [f"{text}  {unit}" for text, unit in zip(texts, units, strict=True)]
        table[head] = [*texts, *[""] * (longest - len(texts))]
    return table
