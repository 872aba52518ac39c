"""Reading tables: an uploaded file, text pasted from a spreadsheet, or a grid, into columns of text.

What is in doubt is decided by the whole table and said in `Table.notes`; what cannot be decided is refused, in a
sentence that names the row as the user's own program counts it. Nothing but `ConfigError` is raised.

Rows are split into cells by the csv module and not by pandas, which fills short rows up in silence, drops the cells of
long ones, reads `"u"x` as ux, and does not tell the numbers of rows. What the cells say is pandas' part.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from backprop_core.data import MAX_ROWS, quoted, typed
from backprop_core.data.cells import MAX_CELL, has_invisible, text_of, tidy
from backprop_core.settings import ConfigError
from backprop_core.tables import layout
from backprop_core.tables.decoding import decoded, refusal
from backprop_core.tables.layout import DELIMITERS, NumberFormat, Opening
from backprop_core.tables.table import Table

MAX_COLUMNS = 200

Row = tuple[int, list[str]]


def read(
    content: bytes | str, name: str = "", *, header: bool | None = None, numbers: NumberFormat | None = None
) -> Table:
    """The table of an uploaded file (bytes), or of text pasted from a spreadsheet or typed.

    Encodings are UTF-8, UTF-16 with a byte order mark, and Windows-1252 for what is neither. Cells are separated by the
    one of `DELIMITERS` that makes the most rows equally long. Blank lines are passed over; empty columns at the end are
    left out. The first row is a header, unless `header` says otherwise, where one of its cells is text above a column
    of numbers, or all are unlike anything below. How numbers are written is decided by all cells, unless it is given.

    Raises
    ------
    ConfigError
        With the field `data`, for what is not a table, is no rectangle, has names twice, or exceeds a limit.
    """
    subject = quoted(name) if name else "The text" if isinstance(content, str) else "The file"
    text, encoding = decoded(content, subject)
    opening = layout.read_opening(text)
    if not opening.text.strip("\r\n" + "".join(DELIMITERS)):
        raise refusal(f"{subject} is empty.")
    delimiter = opening.delimiter or layout.find_delimiter(opening.text)
    records, classes = _without_counts(_records(opening, delimiter, subject))
    records = _rectangle(records, delimiter)
    row, first = records[0]
    if len(first) == 1:
        raise refusal(
            f"{subject} has only one column, and a network needs an input and a target; columns are separated by "
            "commas, semicolons, tabs, vertical bars or spaces."
        )
    if classes:
        named = f"The first line counts the rows and names the classes {', '.join(map(typed, classes))}."
        opening = replace(opening, notes=(*opening.notes, named))
        records = [(row, [*cells[:-1], _class_name(cells[-1], classes)]) for row, cells in records]
    numbers = numbers or _number_format(records, delimiter)
    names = list(opening.names) if header is not False else []
    if not names and header is None:
        header = not classes and layout.has_header([cells for _, cells in records], numbers)
        names = [] if header else layout.names_in_comment(opening.comment, delimiter, first)
    declared = bool(names)
    if declared:
        header = True
        if len(names) != len(first):
            raise refusal(f"{subject} declares {len(names):,} columns, but row {row} has {len(first):,} cells.")
    elif header:
        names, records = first, records[1:]
    else:
        names = [f"x{i + 1}" for i in range(len(first))]
    unnamed = tuple(i for i, name in enumerate(names) if not name)
    names = [name or _place_name(i, names) for i, name in enumerate(names)]
    _check_names(names, row if header else None)
    if not records:
        raise refusal(f"{subject} has the names of columns, but no rows below them.")
    told = {"header": bool(header), "declared": declared, "unnamed": unnamed, "numbers": numbers}
    notes = (*opening.notes, "The last one names the columns.") if declared and not opening.names else opening.notes
    if header and not declared and has_invisible(opening.text.lstrip().partition("\n")[0]):
        notes = (*notes, layout.INVISIBLE)
    return _table(names, records, delimiter=delimiter, encoding=encoding, opening=notes, **told)


def grid(names: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: NumberFormat | None = None) -> Table:
    """The table of a grid that was filled in: cells are text, numbers, truth values, or None where there is nothing.

    Rows count from 1; those that are empty are passed over. How numbers are written is decided by all cells, unless it
    is given. Raises ConfigError as `read` does.
    """
    names = [_sound(str(name)) for name in names]
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
    numbers = numbers or layout.find_number_format([cell for _, cells in records for cell in cells], "")
    return _table(names, records, numbers=numbers)


def _records(opening: Opening, delimiter: str, subject: str) -> list[Row]:
    """The rows that are not blank, with their numbers, blank ones counted too."""
    lines = io.StringIO(layout.one_space(opening.text, delimiter), newline="")
    reader = csv.reader(lines, delimiter=delimiter, quotechar=opening.quote, skipinitialspace=True, strict=True)
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


def _without_counts(records: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows without a first line that only counts them, and the names of classes that stand in it."""
    rows = [cells for _, cells in records]
    classes = layout.class_names_ahead(rows[0], rows[1:]) if len(rows) > 1 else ()
    return (records[1:], classes) if classes else (records, ())


def _class_name(cell: str, classes: tuple[str, ...]) -> str:
    return classes[int(cell)] if cell.isdecimal() and len(cell) < 4 and int(cell) < len(classes) else cell


def _place_name(place: int, names: list[str]) -> str:
    name = f"column {place + 1}"
    return name if name not in names else f"unnamed {name}"


def _rectangle(records: list[Row], delimiter: str) -> list[Row]:
    """Rows of equal length, without the columns at the end in which every cell is empty."""
    first, names = records[0]
    filled = [len(cells) - next(i for i, cell in enumerate(reversed(cells)) if cell) for _, cells in records]
    if delimiter in " \t" and len(records) > 1 and {*filled[1:]} == {len(names) + 1} and layout.is_text(names):
        records = [(first, ["", *names]), *records[1:]]  # R writes no name above the names of rows
        return _rectangle(records, delimiter)
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


def _number_format(records: list[Row], delimiter: str) -> NumberFormat:
    return layout.find_number_format((cell for _, cells in records for cell in cells), delimiter)


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
                f"Columns {earlier} and {column} are both called {quoted(name)}{where}; "
                "every column needs a name of its own."
            )


def _too_long(what: str, cell: str) -> ConfigError:
    quote = "; perhaps a quote is not closed" if "\n" in cell or "\r" in cell else ""
    return refusal(f"{what} has {len(cell):,} characters, and at most {MAX_CELL} can be read{quote}.")


def _table(names: list[str], records: list[Row], **told: Any) -> Table:
    _check_size(len(records), len(names))
    for row, cells in records:
        for name, cell in zip(names, cells, strict=True):
            if len(cell) > MAX_CELL:
                raise _too_long(f"Row {row}, column {quoted(name)}", cell)
    columns = tuple(zip(*(cells for _, cells in records), strict=True))
    return Table(tuple(names), columns, tuple(row for row, _ in records), **told)


def _sound(text: str) -> str:
    """Text without halves of characters, which no program can write."""
    return tidy(text.encode("utf-8", "ignore").decode())


def _typed(value: Any, row: int, column: int) -> str:
    """The text of a value from a grid."""
    try:
        return _sound(text_of(value))
    except ValueError as error:
        raise refusal(f"Row {row}, column {column} has {error}.") from None
