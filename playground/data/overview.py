"""What was understood of a table, column by column, and what a network will be shown of it: pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backprop_core.data import TableRows, typed
from playground.data.choice import Choice, names
from playground.data.tables.columns import Column
from playground.data.tables.table import Table
from playground.data.tables.to_rows import MAX_NUMBER

BARS = 12
MOST_WORDS_LISTED = 4
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
            zip(names(table), table.kinds, table.missing, summaries(table), strict=True)
        )
    ]
    return pd.DataFrame(rows)


def summaries(table: Table) -> list[tuple[str, list[int]]]:
    """The range or the words of each column, and a histogram. Kept with the table, as nothing else changes them."""
    known: list[tuple[str, list[int]]] | None = table.__dict__.get("_summaries")
    if known is None:
        known = [
            _numbers(table.values[i]) if table.numeric[i] else _words(table.texts[i]) for i in range(len(table.names))
        ]
        table.__dict__["_summaries"] = known
    return known


def _use(place: int, column: Column, choice: Choice) -> str:
    if place in choice.targets:
        return "target"
    if place in choice.inputs:
        return f"{len(column.words)} inputs" if len(column.words) > 2 else "input"
    return "left out"


def _numbers(values: pd.Series[float]) -> tuple[str, list[int]]:
    known = values[values.abs() <= MAX_NUMBER]
    if known.empty:
        return "too large", []
    low, high = known.min(), known.max()
    bars = [len(known)] if low == high else np.histogram(known, BARS)[0].tolist()
    return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}", bars


def _words(texts: pd.Series[str]) -> tuple[str, list[int]]:
    counts = texts.value_counts()
    if len(counts) > 1 and counts.iloc[0] == 1:
        return f"{len(counts):,} different, such as {typed(counts.index[0])}", []
    listed = [f"{typed(word)} ({count:,})" for word, count in counts[:MOST_WORDS_LISTED].items()]
    more = f", {len(counts) - MOST_WORDS_LISTED:,} more" if len(counts) > MOST_WORDS_LISTED else ""
    return ", ".join(listed) + more, counts[:BARS].tolist()


def network_table(rows: TableRows) -> pd.DataFrame:
    """The first rows as a network is shown them, before they are standardised, and what it has to answer."""
    frame = pd.DataFrame(rows.X[:ROWS_SHOWN], columns=list(rows.inputs))
    frame.insert(0, "row", list(rows.row_numbers[:ROWS_SHOWN]), allow_duplicates=True)
    targets: Any = rows.y[:ROWS_SHOWN]
    if rows.classes and targets.ndim == 1:
        frame["→ class"] = [rows.classes[int(number)] for number in targets]
    else:
        for k, column in enumerate(np.atleast_2d(targets.T)):
            frame[f"→ {rows.classes[k] if rows.classes else k + 1}"] = column
    return frame
