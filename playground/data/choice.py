"""What a visitor chooses about a table of their own, what is suggested, and the rows that come of it: pure functions.

Columns are given by their place in the table, for names may change while it is typed.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backprop_core.data.plain_names import unique
from backprop_core.data.rows import MAX_INPUTS, TableRows
from backprop_core.nn.activations import Array
from backprop_core.training.presets import suggested_for
from playground.data.tables.cells import is_number, objection, safe_cell
from playground.data.tables.table import Table
from playground.data.tables.to_rows import MAX_NUMBER, Kind, offers, to_rows, with_scaled_target

Missing = Literal["drop", "mean"]

TASKS: dict[Kind, str] = {"classes": "classes", "number": "a number"}
MISSING: dict[Missing, str] = {"drop": "leave out the row", "mean": "use the mean"}
FEWEST_COUNTED = 5  # rows, from which on a column that counts them is taken for their numbers
USUAL = 3.0  # numbers within ±USUAL, and not all close together, need not be standardised
MOST_LISTED = 6


@dataclass(frozen=True)
class Choice:
    """What is chosen: the target's column, those of the inputs, and what is done with them."""

    target: int
    inputs: tuple[int, ...]
    task: Kind
    missing: Missing = "drop"
    standardise: bool = False
    scale_target: bool = False
    test_share: float | None = None  # None: as suggested


def suggested_choice(table: Table, target: int | None = None) -> Choice:
    """What is likely wanted of a table: the last column learned from the others that are numbers."""
    target = len(table.names) - 1 if target is None else target
    inputs = [column for column, numeric in enumerate(table.numeric) if numeric and column != target]
    telling = [column for column in inputs if not _counts_rows(table, column)]
    inputs = (telling or inputs)[:MAX_INPUTS]
    return Choice(
        target,
        tuple(inputs),
        offers(table, target)[0],
        standardise=any(_is_unusual(table, column) for column in inputs),
        scale_target=table.numeric[target] and _is_unusual(table, target),
    )


def names(table: Table) -> tuple[str, ...]:
    """Names of the columns, fit to be shown."""
    return unique(table.names)


def rows_of(table: Table, choice: Choice) -> TableRows:
    """The rows for a network that the choice makes of a table. Raises ConfigError."""
    rows = to_rows(
        table,
        choice.target,
        choice.inputs,
        task=choice.task,
        missing=choice.missing,
        standardise=choice.standardise,
    )
    return with_scaled_target(rows) if choice.scale_target else rows


def test_share(rows: TableRows, choice: Choice) -> float:
    """The share of rows to be held back: as chosen, or as suggested for so many rows."""
    return suggested_for(rows).share_held_back if choice.test_share is None else choice.test_share


def remarks(table: Table, choice: Choice) -> tuple[str, ...]:
    """Sentences about columns that one might take for inputs, and that are not among them."""
    said = []
    for column, name in enumerate(names(table)):
        if column in {choice.target, *choice.inputs}:
            continue
        if table.numeric[column] and _counts_rows(table, column):
            said.append(f"“{name}” only counts the rows, so it is no input unless you choose it.")
        slip = _slip(table, column)
        if slip:
            said.append(f"“{name}” is no input, for {slip}.")
    return tuple(said[:MOST_LISTED])


def missing_values(table: Table) -> str:
    """A sentence about missing values; "" if there are none."""
    counts = [f"{name} {count:,}" for name, count in zip(names(table), table.missing, strict=True) if count]
    more = f" and {len(counts) - MOST_LISTED} more columns" if len(counts) > MOST_LISTED else ""
    return f"Missing values: {', '.join(counts[:MOST_LISTED])}{more}." if counts else ""


def found(table: Table) -> tuple[str, ...]:
    """What was found out in reading a file or a text, in sentences."""
    encoding = f"Encoding: {table.encoding}." if table.encoding != "text" else ""
    header = "The first row is the names of the columns." if table.header else ""
    numbers = sum(table.numeric)
    kinds = f"{numbers} of {len(table.names)} columns are numbers." if numbers < len(table.names) else ""
    return tuple(filter(None, (*table.notes, header, encoding, kinds, missing_values(table))))


def as_csv(table: Table) -> bytes:
    """The table as a CSV file that spreadsheets open: with decimal points, and no cell that they would run."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe_cell(name) for name in table.names])
    for cells in zip(*table.columns, strict=True):
        writer.writerow([safe_cell(_pointed(cell, table.decimal)) for cell in cells])
    return file.getvalue().encode("utf-8-sig")  # with a mark, or Excel takes it for its own encoding


def _pointed(cell: str, decimal: str) -> str:
    return cell.replace(decimal, ".") if decimal != "." and is_number(cell, decimal) else cell


def _values(table: Table, column: int) -> Array:
    """The numbers of a column that is one of numbers, without those that are missing."""
    values = np.array(table.numbers[column], dtype=float)
    return values[~np.isnan(values)]


def _counts_rows(table: Table, column: int) -> bool:
    values = _values(table, column)
    with np.errstate(invalid="ignore"):
        return len(values) >= FEWEST_COUNTED and bool((np.diff(values) == 1).all())


def _slip(table: Table, column: int) -> str:
    """What keeps a column from being numbers where most of its cells are; "" where there is no such thing."""
    place = table.slips[column]
    if place is None:
        return ""
    return f"in row {table.rows[place]} {objection(table.columns[column][place], MAX_NUMBER, table.decimal)}"


def _is_unusual(table: Table, column: int) -> bool:
    """Whether numbers are far from 0, or so close together that a network would hardly tell them apart."""
    values = _values(table, column)
    values = values[np.isfinite(values)]
    if len(values) == 0 or np.ptp(values) == 0:
        return False
    return bool(np.abs(values).max() > USUAL or values.std() < 1 / (10 * USUAL))
