"""What was understood of a table, column by column, and what a network will be shown of it: pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backprop_core.data import Data, TableRows
from backprop_core.tables import Choice, Table, choice, names

KINDS = {"numbers": "numbers", "words": "words", "marked numbers": "numbers with signs, or dates", "nothing": "empty"}
ROWS_SHOWN = 200


def column_table(table: Table, current: Choice) -> pd.DataFrame:
    """A row for each column of a table: what it is, what is in it, and what it is used as."""
    rows = [
        {
            "column": name,
            "use": choice.use_of(place, current),
            "kind": KINDS[kind.kind],
            "values": values,
            "gaps": gaps,
            "histogram": bars,
            "note": _note(table, place, current),
        }
        for place, (name, kind, gaps, (values, bars)) in enumerate(
            zip(names(table), table.kinds, table.missing, table.summaries, strict=True)
        )
    ]
    return pd.DataFrame(rows)


def _note(table: Table, place: int, current: Choice) -> str:
    """How many inputs a column becomes, or why it is not suggested as one."""
    column, use = table.kinds[place], choice.use_of(place, current)
    if use == "input" and len(column.words) == 2:
        return f"0 is {column.words[0]}, 1 is {column.words[1]}"
    if use == "input":
        return f"{len(column.words)} inputs, one per word" if len(column.words) > 2 else ""
    return (choice.slip_of(table, place) or column.doubt) if use == "left out" else ""


def network_table(table: Table, current: Choice, rows: TableRows, data: Data) -> pd.DataFrame:
    """The first rows exactly as the network gets them, and what it has to answer."""
    frame = pd.DataFrame(data.show(rows.X[:ROWS_SHOWN]), columns=list(rows.inputs))
    frame.insert(0, "row", list(rows.row_numbers[:ROWS_SHOWN]), allow_duplicates=True)
    targets: Any = rows.y[:ROWS_SHOWN]
    if rows.classes and targets.ndim == 1:
        frame["→ class"] = [rows.classes[int(number)] for number in targets]
        return frame
    targets = targets.reshape(len(targets), -1)
    if data.target_scaling:
        targets = data.target_scaling.scale(targets)
    for column, values in zip(current.targets, targets.T, strict=True):
        frame[f"→ {names(table)[column]}"] = values
    return frame


def about_scaling(data: Data) -> str:
    """In which units `network_table` shows the inputs and the target."""
    inputs = (
        "Inputs as the network gets them: minus the mean, divided by the standard deviation of the training rows."
        if data.scaling
        else "Inputs as the network gets them: the file's own numbers, not standardised."
    )
    return inputs + (" The target is standardised too." if data.target_scaling else "")


def class_balance(rows: TableRows) -> str:
    """The share of each class, and how good always answering the most frequent one is; "" if there are no classes."""
    if not rows.classes:
        return ""
    counts = np.bincount(rows.y.astype(int), minlength=len(rows.classes)) if rows.y.ndim == 1 else rows.y.sum(axis=0)
    shares = counts / counts.sum()
    largest = int(shares.argmax())
    listed = ", ".join(f"{name} {share:.0%}" for name, share in zip(rows.classes, shares, strict=True))
    best = f"Always answering “{rows.classes[largest]}” is right for {shares[largest]:.0%} of the rows."
    return f"Class balance: {listed}. {best}"
