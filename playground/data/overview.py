"""What was understood of a table, column by column, and what a network will be shown of it: pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backprop_core.data import TableRows
from backprop_core.tables import Choice, Column, Table, names

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
    frame = pd.DataFrame(rows.X[:ROWS_SHOWN], columns=list(rows.inputs))
    frame.insert(0, "row", list(rows.row_numbers[:ROWS_SHOWN]), allow_duplicates=True)
    targets: Any = rows.y[:ROWS_SHOWN]
    if rows.classes and targets.ndim == 1:
        frame["→ class"] = [rows.classes[int(number)] for number in targets]
    else:
        for column, values in zip(choice.targets, np.atleast_2d(targets.T), strict=True):
            frame[f"→ {names(table)[column]}"] = values
    return frame
