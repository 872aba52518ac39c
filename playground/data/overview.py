"""What was understood of a table, column by column, and what a network will be shown of it: pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backprop_core.data import TableRows, plain, typed
from backprop_core.tables import Choice, Column, Table, input_names, names

KINDS = {"numbers": "numbers", "words": "words", "marked numbers": "numbers with signs, or dates", "nothing": "empty"}
ROWS_SHOWN = 200


def column_table(table: Table, choice: Choice) -> pd.DataFrame:
    """A row for each column of a table: what it is, what is in it, and what it is used as."""
    rows = [
        {
            "column": name,
            "use": _use(place, kind, choice),
            "kind": KINDS[kind.kind],
            "values": values,
            "gaps": gaps,
            "histogram": bars,
        }
        for place, (name, kind, gaps, (values, bars)) in enumerate(
            zip(names(table), table.kinds, table.missing, table.summaries, strict=True)
        )
    ]
    return pd.DataFrame(rows)


def _use(place: int, column: Column, choice: Choice) -> str:
    if place in choice.targets:
        return "target"
    if place in choice.inputs:
        return f"{len(column.words)} inputs" if len(column.words) > 2 else "input"
    return "left out"


def network_table(table: Table, choice: Choice, rows: TableRows) -> pd.DataFrame:
    """The first rows as a network is shown them, before they are standardised, and what it has to answer."""
    typed_names = _typed_names(table, choice)
    frame = pd.DataFrame(rows.X[:ROWS_SHOWN], columns=[typed_names.get(name, name) for name in rows.inputs])
    frame.insert(0, "row", list(rows.row_numbers[:ROWS_SHOWN]), allow_duplicates=True)
    targets: Any = rows.y[:ROWS_SHOWN]
    if rows.classes and targets.ndim == 1:
        classes = [typed_names.get(name, name) for name in rows.classes]
        frame["→ class"] = [classes[int(number)] for number in targets]
    else:
        for column, values in zip(choice.targets, np.atleast_2d(targets.T), strict=True):
            frame[f"→ {names(table)[column]}"] = values
    return frame


def _typed_names(table: Table, choice: Choice) -> dict[str, str]:
    """What was typed for the plain names of inputs and classes."""
    typed_names = [word for column in choice.targets for word in map(typed, table.kinds[column].words)]
    for column in choice.inputs:
        kind, name = table.kinds[column], table.names[column]
        typed_names += map(typed, input_names(name, kind.words)) if kind.kind == "words" else [typed(name)]
    return {plain(name): name for name in typed_names}
