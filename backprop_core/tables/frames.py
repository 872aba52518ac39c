"""A DataFrame as a table: read as a file of the same cells would be, but with its own types where it has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from backprop_core.data import TableRows, quoted
from backprop_core.settings import ConfigError
from backprop_core.tables import choice
from backprop_core.tables.layout import DEFAULT
from backprop_core.tables.reading import grid
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import Column, column_places


def rows_of_frame(frame: Any, target: Any, output: str) -> TableRows:
    """The rows of a DataFrame: its last column is learned, or `target`; inputs are those that the Data page suggests.

    Raises ConfigError as `read` and `to_rows` do.
    """
    table = table_of(frame)
    if target is None:
        target = len(table.names) - 1
    else:
        labels = [target] if isinstance(target, str) or not isinstance(target, Sequence) else list(target)
        known = [label for label in labels if _is_label(label, frame)]
        target = [str(label) for label in labels] if len(known) == len(labels) else target
    return _rows(table, target, None, output)


def rows_of_pair(X: Any, y: Any, output: str) -> TableRows:
    """The rows of inputs X and targets y of which one is a DataFrame, or y a Series.

    Every column of X is an input, and numbers stay as they are, as those of arrays do.
    """
    inputs = X if hasattr(X, "iloc") else pd.DataFrame(np.atleast_2d(X))
    if not hasattr(X, "iloc"):
        inputs.columns = [f"x{i + 1}" for i in range(inputs.shape[1])]
    targets = y if getattr(y, "ndim", 1) == 2 and hasattr(y, "iloc") else _one_column(y, {*map(str, inputs.columns)})
    if len(inputs) != len(targets):
        raise ConfigError(
            "data", f"There must be one target for each of the {len(inputs)} rows, but there are {len(targets)}."
        )
    width = inputs.shape[1]
    table = table_of(pd.concat([inputs.reset_index(drop=True), targets.reset_index(drop=True)], axis=1))
    return _rows(table, [*range(width, len(table.names))], [*range(width)], output)


def table_of(frame: Any) -> Table:
    """The table of a DataFrame. A column of categories is words, whatever they look like."""
    names = [str(name) for name in frame.columns]
    if len(names) < 2:
        raise ConfigError("data", "A DataFrame needs at least two columns, an input and a target.")
    cells = frame.astype(object).where(frame.notna(), None)
    rows = ([_cell(value) for value in row] for row in cells.itertuples(index=False, name=None))
    table = grid(names, rows, numbers=DEFAULT)
    categories = [i for i, kind in enumerate(frame.dtypes) if isinstance(kind, pd.CategoricalDtype)]
    return replace(table, categories=tuple(categories))


def _one_column(y: Any, taken: set[str]) -> Any:
    try:
        column = pd.Series(y)
    except (TypeError, ValueError) as error:
        raise ConfigError("data", "Targets y must be one value for each row.") from error
    name = "y" if column.name is None else str(column.name)
    return column.rename(f"{name} (target)" if name in taken else name).to_frame()


def _is_label(label: Any, frame: Any) -> bool:
    return isinstance(label, str) or (isinstance(label, int | tuple) and label in list(frame.columns))


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, str | Real | np.bool_) else str(value)


def _rows(table: Table, target: Column | Sequence[Column], inputs: list[int] | None, output: str) -> TableRows:
    """The rows with what is suggested; numbers are classes only where they are 0 and 1, or the output is softmax."""
    places = tuple(column_places(table, target, "target"))
    if not places:
        raise ConfigError("target", "Choose a column as target.")
    wanted = choice.suggested_choice(table, places)
    if len(places) == 1 and table.numeric[places[0]]:
        values = table.values[places[0]].dropna()
        wanted = replace(wanted, task="classes" if output == "softmax" or values.isin((0, 1)).all() else "number")
    wanted = replace(wanted, scale_target=wanted.scale_target and wanted.task == "number")
    if inputs is not None:
        wanted = replace(wanted, inputs=tuple(inputs), standardise=False, scale_target=False)
    if not wanted.inputs:
        raise ConfigError("data", f"No column beside {quoted(table.names[places[0]])} can be an input.")
    rows = choice.rows_of(table, wanted)
    return replace(rows, report=(*choice.warnings(table, wanted), *rows.report, *choice.remarks(table, wanted)))
