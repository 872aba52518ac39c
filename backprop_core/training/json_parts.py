"""Parts of a saved file or of a link: values of an exact type, packed text, and what was done to a user's table."""

from __future__ import annotations

import base64
import math
import re
import zlib
from typing import Any

from backprop_core.data.cells import MAX_CELL
from backprop_core.data.preparation import Preparation, RawColumn
from backprop_core.data.rows import MAX_INPUTS, MAX_ROWS, TableRows

MOST_SENTENCES = 200
LONGEST_SENTENCE = 5_000  # characters
MOST_UNPACKED = 300_000  # bytes of a text from an address

# No table that was read has these in a cell, and no browser could be sent half a character.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def members(values: Any, *names: str) -> list[Any]:
    """The values of an object that has exactly these names."""
    if set(one_of(values, dict)) != {*names}:
        raise KeyError(*names)
    return [values[name] for name in names]


def one_of(value: Any, *kinds: type) -> Any:
    """The value itself. Raises TypeError unless it has one of these types exactly: a bool does not count as an int."""
    if type(value) not in kinds:
        raise TypeError(type(value))
    return value


def packed(text: str) -> str:
    """A text compressed for an address."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    """What `packed` packed. Raises ValueError for any other text, or for more than `MOST_UNPACKED` bytes."""
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), MOST_UNPACKED)
    except zlib.error as error:
        raise ValueError(text) from error
    if not unpacking.eof:
        raise ValueError(len(content))
    return content


def write_table(rows: TableRows) -> dict[str, Any]:
    """What was done to the table that rows come from; nothing if that is not known."""
    preparation = rows.preparation
    if preparation is None:
        return {}
    columns = [
        {"name": column.name, "words": list(column.words), "fill": column.fill} for column in preparation.columns
    ]
    return {
        "table": {
            "columns": columns,
            "targets": list(preparation.targets),
            "classes": list(preparation.classes),
            "decimal": preparation.decimal,
            "thousands": preparation.thousands,
            "rows": list(rows.row_numbers),
            "report": list(rows.report),
        }
    }


def read_table(values: Any, inputs: int, classes: int, count: int) -> dict[str, Any]:
    """The arguments of `TableRows` that say what was done to the table; {} for None.

    `inputs`, `classes` and `count` are the numbers of inputs, of classes and of rows. Raises LookupError, TypeError or
    ValueError for what does not fit them, or is not as it was saved.
    """
    if values is None:
        return {}
    columns, targets, known_classes, decimal, thousands, rows, report = members(
        values, "columns", "targets", "classes", "decimal", "thousands", "rows", "report"
    )
    preparation = Preparation(
        tuple(_column(column) for column in _list(columns, MAX_INPUTS)),
        _texts(targets, MAX_INPUTS),
        _texts(known_classes, MAX_INPUTS),
        _text(decimal, 1),
        _text(thousands, 10),
    )
    numbers = tuple(one_of(row, int) for row in _list(rows, MAX_ROWS))
    names = {column.name for column in preparation.columns}
    if preparation.width != inputs or len(names) < len(preparation.columns):
        raise ValueError("columns")
    if preparation.decimal not in {".", ","} or len(numbers) not in {0, count}:
        raise ValueError("rows")
    if preparation.classes and len(preparation.classes) != classes:
        raise ValueError("classes")
    return {
        "preparation": preparation,
        "row_numbers": numbers,
        "report": _texts(report, MOST_SENTENCES, LONGEST_SENTENCE),
    }


def _column(values: Any) -> RawColumn:
    name, words, fill = members(values, "name", "words", "fill")
    column = RawColumn(_text(name), _texts(words, MAX_INPUTS), one_of(fill, str, int, float, type(None)))
    if len({*column.words}) < len(column.words):
        raise ValueError("words")
    if fill is None:
        return column
    if column.words:
        if fill not in column.words:
            raise ValueError("fill")
        return column
    number = float(one_of(fill, int, float))
    if not math.isfinite(number):
        raise ValueError("fill")
    return RawColumn(column.name, (), number)


def _list(values: Any, most: int) -> list[Any]:
    if len(one_of(values, list)) > most:
        raise ValueError(len(values))
    return list(values)


def _texts(values: Any, most: int, longest: int = MAX_CELL) -> tuple[str, ...]:
    return tuple(_text(value, longest) for value in _list(values, most))


def _text(value: Any, longest: int = MAX_CELL) -> str:
    text: str = one_of(value, str)
    if len(text) > longest or _CONTROL.search(text):
        raise ValueError("text")
    return text
