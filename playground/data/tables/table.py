"""Tables that users bring: an uploaded file, text pasted from a spreadsheet, or a grid, read into columns of text.

What is in doubt is decided by the whole table and said in `Table.notes`; what cannot be decided is refused, in a
sentence that names the row as the user's own program counts it. Nothing but `ConfigError` is raised.
"""

from __future__ import annotations

import csv
import functools
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from backprop_core.data import MAX_ROWS, shown
from backprop_core.nn import Array
from backprop_core.settings import ConfigError
from playground.data.tables.cells import MAX_CELL, is_missing, is_number, numbers, tidy
from playground.data.tables.decoding import decoded, refusal
from playground.data.tables.sniffing import DELIMITERS, find_decimal, find_delimiter, has_header

MAX_COLUMNS = 200

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A table as its user wrote it: every cell is text, without the white space around it.

    names : of the columns, all different; x1, x2, … where the table has no header
    columns : the cells of each column
    rows : the number of each row in the user's file, counted from 1 with the header and blank lines
    header : whether a row of names was found
    delimiter : the character between cells, a space for any number of them, "" for a grid
    encoding : "UTF-8", "UTF-16", "Windows-1252", … or "text"
    decimal : the decimal sign of its numbers, a point or a comma

    Names and cells are as written: `cells.plain` makes them fit to be shown, `cells.safe_cell` to be exported.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    header: bool = True
    delimiter: str = ""
    encoding: str = "text"
    decimal: str = "."

    @functools.cached_property
    def numbers(self) -> tuple[Array | None, ...]:
        """The numbers of each column (N,), NaN where they are missing; None for a column that has other cells too.

        Cells are read as numbers here, once for a table: what asks about its columns asks often.
        """
        found = (numbers(cells, self.decimal) for cells in self.columns)
        return tuple(None if values is None else np.array(values) for values in found)

    @functools.cached_property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column is one of numbers: it has some, and nothing else but missing values."""
        return tuple(values is not None and not bool(np.isnan(values).all()) for values in self.numbers)

    @functools.cached_property
    def slips(self) -> tuple[int | None, ...]:
        """The place of the first cell that keeps a column from being numbers, where most of its cells are."""
        return tuple(
            None if values is not None else _slip(cells, self.decimal)
            for values, cells in zip(self.numbers, self.columns, strict=True)
        )

    @functools.cached_property
    def missing(self) -> tuple[int, ...]:
        """How many values are missing in each column."""
        return tuple(sum(map(is_missing, cells)) for cells in self.columns)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided in reading, in sentences for people."""
        notes = []
        if self.delimiter:
            decimals = ", decimals by a comma" if self.decimal == "," else ""
            notes.append(f"Cells are separated by {DELIMITERS[self.delimiter]}{decimals}.")
        if not self.header:
            notes.append(f"No names of columns were found, so they are called {self.names[0]} to {self.names[-1]}.")
        if self.encoding == "Windows-1252":
            notes.append(
                "The text is not UTF-8 and was read as Windows-1252: see whether letters like ä and é are right."
            )
        return tuple(notes)


def _slip(cells: Sequence[str], decimal: str) -> int | None:
    present = [(place, cell) for place, cell in enumerate(cells) if not is_missing(cell)]
    others = [place for place, cell in present if not is_number(cell, decimal)]
    return others[0] if others and 2 * len(others) < len(present) else None


def read(content: bytes | str, name: str = "", *, header: bool | None = None) -> Table:
    """The table of an uploaded file (bytes), or of text pasted from a spreadsheet or typed.

    Encodings are UTF-8, UTF-16 with a byte order mark, and Windows-1252 for what is neither. Cells are separated by the
    one of `DELIMITERS` that makes the most rows equally long; by spaces only in text that was pasted. Blank lines are
    passed over; empty columns at the end are left out. The first row is a header, unless `header` says otherwise, where
    one of its cells is text above a column of numbers, or all are unlike anything below.

    Raises
    ------
    ConfigError
        With the field `data`, for what is not a table, is no rectangle, has names twice, or exceeds a limit.
    """
    subject = shown(name) if name else "The text" if isinstance(content, str) else "The file"
    text, encoding = decoded(content, subject)
    if not text.strip("\r\n" + "".join(DELIMITERS)):
        raise refusal(f"{subject} is empty.")
    delimiter = find_delimiter(text, spaces=isinstance(content, str))
    records = _rectangle(_records(text, delimiter, subject), delimiter)
    row, first = records[0]
    if len(first) == 1:
        raise refusal(
            f"{subject} has only one column, and a network needs an input and a target; columns are separated by "
            "commas, semicolons, tabs or vertical bars."
        )
    decimal = find_decimal([cell for _, cells in records for cell in cells], delimiter)
    if header is None:
        header = has_header([cells for _, cells in records], decimal)
    if header:
        _check_names(first, row)
        names, records = first, records[1:]
    else:
        names = [f"x{i + 1}" for i in range(len(first))]
    if not records:
        raise refusal(f"{subject} has the names of columns, but no rows below them.")
    return _table(names, records, header=header, delimiter=delimiter, encoding=encoding, decimal=decimal)


def grid(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """The table of a grid that was filled in: cells are text, numbers, truth values, or None where there is nothing.

    Rows count from 1; those that are empty are passed over. Raises ConfigError as `read` does.
    """
    names = [tidy(str(name)) for name in names]
    _check_names(names, None)
    records, count = list[Row](), 0
    for row, values in enumerate(rows, start=1):
        cells = [_typed(value, row, column) for column, value in enumerate(values, start=1)]
        if len(cells) != len(names):
            raise refusal(
                f"Row {row} has {len(cells)} cell{'s' * (len(cells) != 1)}, but there are {len(names)} columns."
            )
        if any(cells):
            count += 1
            if count <= MAX_ROWS:  # those beyond are only counted
                records.append((row, cells))
    _check_size(count, 0)
    if not records:
        raise refusal("The table is empty.")
    return _table(names, records, decimal=find_decimal([cell for _, cells in records for cell in cells], ""))


def _records(text: str, delimiter: str, subject: str) -> list[Row]:
    """The rows that are not blank, with their numbers, blank ones counted too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    records, row, count = list[Row](), 0, 0
    try:
        for row, raw in enumerate(reader, start=1):
            cells = [tidy(cell) for cell in raw]
            if any(cells):
                count += 1
                if count <= MAX_ROWS + 1:  # one may be a header; those beyond are only counted
                    records.append((row, cells))
    except csv.Error as error:
        raise refusal(_broken_quotes(row + 1, str(error))) from error
    if not records:
        raise refusal(f"{subject} is empty.")
    if count > MAX_ROWS + 1:
        _check_size(count, 0)
    return records


def _broken_quotes(row: int, error: str) -> str:
    if "expected after" in error:
        return f"Row {row} has text after a closing quote; a quote within a quoted cell is written twice."
    if "limit" in error:
        return f"Row {row} has a cell of more than 100,000 characters, and at most {MAX_CELL} can be read."
    return f"Row {row} opens a quote that is never closed."


def _rectangle(records: list[Row], delimiter: str) -> list[Row]:
    """Rows of equal length, without the columns at the end in which every cell is empty."""
    first, names = records[0]
    filled = [len(cells) - next(i for i, cell in enumerate(reversed(cells)) if cell) for _, cells in records]
    most, width = len(names), min(len(names), max(filled))
    for (row, cells), used in zip(records, filled, strict=True):
        if used > most or len(cells) < width:
            count, expected = (used, most) if used > most else (len(cells), width)
            raise refusal(
                f"Row {row} has {count:,} cell{'s' * (count > 1)}, but row {first} has {expected:,}; "
                f"cells are separated by {DELIMITERS[delimiter]}."
            )
    _check_size(0, width)
    return [(row, cells[:width]) for row, cells in records]


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise refusal(f"The table has {rows:,} rows, and at most {MAX_ROWS:,} and a header can be read.")
    if columns > MAX_COLUMNS:
        raise refusal(f"The table has {columns:,} columns, and at most {MAX_COLUMNS} can be read.")


def _check_names(names: list[str], row: int | None) -> None:
    where = f" in row {row}" if row else ""
    for column, name in enumerate(names, start=1):
        if not name:
            raise refusal(f"Column {column} has no name{where}; give it one, or delete the column.")
        if len(name) > MAX_CELL:
            raise _too_long(f"The name of column {column}", name)
        earlier = names.index(name) + 1
        if earlier < column:
            raise refusal(
                f"Columns {earlier} and {column} are both called {shown(name)}{where}; "
                "every column needs a name of its own."
            )


def _too_long(what: str, cell: str) -> ConfigError:
    quote = "; perhaps a quote is not closed" if "\n" in cell or "\r" in cell else ""
    return refusal(f"{what} has {len(cell):,} characters, and at most {MAX_CELL} can be read{quote}.")


def _table(names: list[str], records: list[Row], **found: Any) -> Table:
    _check_size(len(records), len(names))
    for row, cells in records:
        for name, cell in zip(names, cells, strict=True):
            if len(cell) > MAX_CELL:
                raise _too_long(f"Row {row}, column {shown(name)}", cell)
    columns = tuple(zip(*(cells for _, cells in records), strict=True))
    return Table(tuple(names), columns, tuple(row for row, _ in records), **found)


def _typed(value: Any, row: int, column: int) -> str:
    """The text of a value from a grid."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return str(value).lower()
    if isinstance(value, Real):
        try:
            return f"{int(value)}" if isinstance(value, Integral) else repr(float(value))
        except (OverflowError, ValueError):  # more digits than Python writes, or than float64 holds
            raise refusal(f"Row {row}, column {column} has a number that is too large.") from None
    if isinstance(value, str):
        return tidy(value)
    raise refusal(f"Row {row}, column {column} has neither a number nor a text.")
