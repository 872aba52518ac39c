"""What was understood of a file, as lines of text for the command line."""

from __future__ import annotations

from pathlib import Path

from backprop_core.data import TableRows
from backprop_core.tables import choice
from backprop_core.tables.choice import Choice
from backprop_core.tables.decoding import MAX_BYTES, refusal
from backprop_core.tables.reading import read
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import column_places

WIDEST = 40  # characters of a column of the report


def rows_of_file(path: str, targets: list[str] | None) -> tuple[TableRows, list[str]]:
    """The rows of a file as the Data page suggests them, and what is to be said about it.

    Without targets, the last column is learned. Raises ConfigError.
    """
    table = read(_content(path), Path(path).name)
    wanted_targets = column_places(table, targets or [len(table.names) - 1], "target")
    wanted = choice.suggested_choice(table, tuple(wanted_targets))
    rows = choice.rows_of(table, wanted)
    said = [*choice.reading_notes(table), *_columns(table, wanted), *choice.warnings(table, wanted)]
    return rows, [*said, *rows.report, *choice.remarks(table, wanted)]


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a file"
        raise refusal(f"{path} cannot be read: {reason}.") from None


def _columns(table: Table, wanted: Choice) -> list[str]:
    """A line for each column: name, kind, values, gaps, and what it is used as."""
    lines = []
    for place, (name, kind, gaps, summary) in enumerate(
        zip(choice.names(table), table.kinds, table.missing, table.summaries, strict=True)
    ):
        use = "target" if place in wanted.targets else "input" if place in wanted.inputs else "left out"
        lines.append([name, use, kind.kind, summary.values, f"{gaps:,} missing" if gaps else ""])
    widths = [min(max(map(len, cells)), WIDEST) for cells in zip(*lines, strict=True)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
