"""The names of columns as one line of text, separated by commas; a name with a comma stands in quotation marks."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from backprop_core.data import tidy


def parse(line: str) -> tuple[str, ...]:
    """The names in a line; () if it cannot be read."""
    try:
        return tuple(map(tidy, next(csv.reader([line], skipinitialspace=True), [])))
    except csv.Error:
        return ()


def written(names: Sequence[str]) -> str:
    """The line that is read as these names."""
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if name.startswith('"') or any(sign in name for sign in ",\r\n") else name
