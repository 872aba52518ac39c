"""Guesses: what a table of text does not say of itself, but shows."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter

from playground.data.tables.cells import is_missing, is_number, tidy

DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas", " ": "spaces"}

SAMPLE = 100  # rows looked at to find the delimiter
SAMPLE_CELLS = 20_000  # cells of these looked at: a row can be as long as a file

_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def find_delimiter(text: str, *, spaces: bool) -> str:
    """The character that makes the most rows equally long, and then the most cells numbers.

    Spaces are it only if they may be and if no other serves half of the rows, for they stand within cells too. This is
    not left to csv.Sniffer, which takes letters for delimiters, and decimal commas.
    """

    def fit(delimiter: str) -> tuple[float, float]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            rows = [row for row in itertools.islice(reader, SAMPLE) if any(map(tidy, row))]
        except csv.Error:
            return 0.0, 0.0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return 0.0, 0.0
        cells = [tidy(cell) for cell in itertools.islice(itertools.chain.from_iterable(rows), SAMPLE_CELLS)]
        numeric = sum(is_number(cell) or is_number(cell, ",") for cell in cells)
        return max(widths.values()) / len(rows), numeric / len(cells)

    best = max((sign for sign in DELIMITERS if sign != " "), key=fit)
    return " " if spaces and fit(best)[0] < 0.5 else best


def find_decimal(cells: list[str], delimiter: str) -> str:
    """The decimal sign of a table: a comma where cells have one and none has a decimal point.

    "1,234" is a thousand to some and a bit more than one to others; it counts only beside cells such as "0,5", or where
    semicolons separate cells, which is done for decimal commas.
    """
    commas = [cell for cell in cells if "," in cell and _COMMA.fullmatch(cell.replace("−", "-"))]
    sure = delimiter == ";" or not all(_THOUSANDS.fullmatch(cell.replace("−", "-")) for cell in commas)
    if not commas or not sure or any(_POINT.fullmatch(cell.replace("−", "-")) for cell in cells if "." in cell):
        return "."
    return ","


def has_header(rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row is names: text above a column of numbers, or all of it unlike anything below."""
    first, *body = rows
    text = [not is_missing(cell) and not is_number(cell, decimal) for cell in first]
    columns = [[cell for cell in cells if not is_missing(cell)] for cells in zip(*body, strict=True)]
    for is_text, cells in zip(text, columns, strict=False):
        if is_text and 2 * sum(is_number(cell, decimal) for cell in cells) > len(cells):
            return True
    unlike = all(name not in cells for name, cells in zip(first, columns, strict=False))
    return all(text) and unlike and len(set(first)) == len(first)
