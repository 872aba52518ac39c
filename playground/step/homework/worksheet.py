"""A homework sheet: the network a class typed in and its hand-computed values. Pure functions on a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from backprop_core.explain import EXAMPLES, Homework, Mark, judge, quantities
from backprop_core.nn import Array

MOST_KEPT = 200  # characters of an answer: no number is longer

Cell = tuple[str, tuple[int, ...]]
Edits = Mapping[Any, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The homework, and the answers as typed, by quantity and index."""

    homework: Homework
    answers: Mapping[Cell, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Marked:
    """One marked answer: its place, the typed text, its mark, and sentences about slips that explain it."""

    place: str
    typed: str
    mark: Mark
    slips: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return self.mark.is_right


def example(name: str) -> Sheet:
    """A fresh sheet for one of the ready examples."""
    return Sheet(EXAMPLES[name])


def sizes(homework: Homework) -> tuple[int, ...]:
    """The number of units of every layer, inputs first."""
    return (homework.X.shape[1], *(W.shape[1] for W, _ in homework.params))


def resized(sheet: Sheet, rows: int, layers: tuple[int, ...]) -> Sheet:
    """A sheet with other sizes. Numbers that still have a place keep it, new ones are 0; answers are removed."""
    homework = sheet.homework
    kept = list(homework.params)
    fans = list(zip(layers[:-1], layers[1:], strict=True))
    params = []
    for l, (fan_in, fan_out) in enumerate(fans):
        W, b = kept[l] if l < len(kept) else (np.zeros((0, 0)), np.zeros(0))
        params.append((_fitted(W, (fan_in, fan_out)), _fitted(b, (fan_out,))))
    changed = replace(
        homework,
        X=_fitted(homework.X, (rows, layers[0])),
        y=_fitted(homework.y, (rows, layers[-1])),
        params=params,
    )
    return Sheet(changed)


def with_setting(sheet: Sheet, **changes: Any) -> Sheet:
    """A sheet with another activation, output, loss, learning rate or `train_biases`; answers stay."""
    return replace(sheet, homework=replace(sheet.homework, **changes))


def rows_table(homework: Homework) -> dict[str, list[float]]:
    """Inputs and targets as columns x1, x2, …, y1, y2, …"""
    table = {f"x{i + 1}": column.tolist() for i, column in enumerate(homework.X.T)}
    return table | {f"y{i + 1}": column.tolist() for i, column in enumerate(homework.y.T)}


def with_rows(sheet: Sheet, edits: Edits) -> Sheet:
    """A sheet with edited cells in the table of inputs and targets."""
    X, y = sheet.homework.X.copy(), sheet.homework.y.copy()
    for row, cells in edits.items():
        for name, value in cells.items():
            (X if name[0] == "x" else y)[int(row), int(name[1:]) - 1] = _number(value)
    return replace(sheet, homework=replace(sheet.homework, X=X, y=y))


def weights_table(homework: Homework, layer: int) -> dict[str, list[Any]]:
    """Weights and biases of a layer, counted from 1, as columns of its units."""
    W, b = homework.params[layer - 1]
    names: dict[str, list[Any]] = {"from": [*(f"a{layer - 1}.{i + 1}" for i in range(len(W))), "bias"]}
    return names | {f"unit {j + 1}": [*W[:, j].tolist(), float(b[j])] for j in range(W.shape[1])}


def with_weights(sheet: Sheet, layer: int, edits: Edits) -> Sheet:
    """A sheet with edited weights of a layer."""
    params = [(W.copy(), b.copy()) for W, b in sheet.homework.params]
    W, b = params[layer - 1]
    for row, cells in edits.items():
        for name, value in cells.items():
            unit = int(name.split(" ")[1]) - 1
            if int(row) == len(W):
                b[unit] = _number(value)
            else:
                W[int(row), unit] = _number(value)
    return replace(sheet, homework=replace(sheet.homework, params=params))


def answers_table(sheet: Sheet, name: str) -> dict[str, list[str]]:
    """The answers for one quantity as text: a row for each sample or input, a column for each unit."""
    rows, columns = np.atleast_2d(quantities(sheet.homework)[name]).shape
    if name.startswith(("z", "a", "delta")):
        labels = [f"row {row + 1}" for row in range(rows)]
    else:
        below = "".join(filter(str.isdigit, name)) if "W" in name else ""
        labels = [f"a{int(below) - 1}.{row + 1}" for row in range(rows)] if below else [""]
    return {"from": labels} | {
        f"unit {column + 1}": [sheet.answers.get((name, _index(sheet, name, row, column)), "") for row in range(rows)]
        for column in range(columns)
    }


def with_answers(sheet: Sheet, name: str, edits: Edits) -> Sheet:
    """A sheet with edited answers for one quantity; an empty one is removed."""
    answers = dict(sheet.answers)
    for row, cells in edits.items():
        for column, text in cells.items():
            place = (name, _index(sheet, name, int(row), int(column.split(" ")[1]) - 1))
            if text is None or not str(text).strip():
                answers.pop(place, None)
            else:
                answers[place] = str(text)[:MOST_KEPT]
    return replace(sheet, answers=answers)


def marked(sheet: Sheet) -> list[Marked]:
    """Every answer, marked to the digits typed, with the slips that would lead to a wrong one. Raises ConfigError."""
    results = []
    for (name, index), verdict in judge(sheet.homework, sheet.answers).items():
        place = name + (f"[{', '.join(str(i + 1) for i in index)}]" if index else "")
        sentences = tuple(f"**{slip.label}:** {slip.explanation}" for slip in verdict.slips)
        results.append(Marked(place, sheet.answers[name, index], verdict.mark, sentences))
    return results


def _index(sheet: Sheet, name: str, row: int, column: int) -> tuple[int, ...]:
    """The index in the quantity's array of a cell in its table."""
    return (row, column)[2 - quantities(sheet.homework)[name].ndim :]


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    fitted = np.zeros(shape)
    common = tuple(slice(min(old, new)) for old, new in zip(array.shape, shape, strict=True))
    fitted[common] = array[common]
    return fitted


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)
