"""From a user's table to rows that a network can train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from backprop_core.data import (
    MAX_CLASSES,
    MAX_INPUTS,
    Preparation,
    TableRows,
    marks_labels,
    quoted,
    standardising_targets,
    unique,
)
from backprop_core.data.cells import MAX_NUMBER, objection
from backprop_core.nn import Array
from backprop_core.settings import ConfigError
from backprop_core.tables.inputs import FILLED_BY, Missing, encoded
from backprop_core.tables.table import Table

Kind = Literal["classes", "number"]
Column = str | int | np.integer

ROWS_A_CLASS = 5  # whole numbers that recur less often than this are likelier measurements
MOST_LISTED = 10


def offers(table: Table, target: Column | Sequence[Column]) -> tuple[Kind, ...]:
    """What a target column can be learned as, the likelier first; several targets only as numbers.

    Text is classes. Two to `MAX_CLASSES` different whole numbers can be classes too; they likely are where there are
    but two, or where each stands in `ROWS_A_CLASS` rows on average. A column in which most cells are numbers, but not
    all, is likely one of numbers with a slip in it.
    """
    columns = column_places(table, target, "target")
    if len(columns) != 1:
        return ("number",)
    column = columns[0]
    if not table.numeric[column]:
        return ("number", "classes") if _is_mostly_numbers(table, column) else ("classes",)
    values = table.values[column].dropna()
    distinct = values.nunique()
    if not 2 <= distinct <= MAX_CLASSES or not (np.isfinite(values) & (values == np.trunc(values))).all():
        return ("number",)
    return ("classes", "number") if distinct == 2 or len(values) >= ROWS_A_CLASS * distinct else ("number", "classes")


def to_rows(
    table: Table,
    target: Column | Sequence[Column],
    features: Sequence[Column] | None = None,
    *,
    task: Kind | Literal["auto"] = "auto",
    missing: Missing = "drop",
    standardise: bool = False,
) -> TableRows:
    """The rows of a table for a network: columns to be shown to it, and a target to be learned.

    Parameters
    ----------
    table : Table
        As `read` or `grid` made it.
    target : name or index, or several
        Several are numbers to be met at once; or, where they are all 0 or 1, classes, if each row has one 1, and else
        labels, of which a row may have several.
    features : names or indices, optional
        The inputs; by default every other column. A column of words becomes an input of 0 and 1 for each word, or a
        single one where there are two words.
    task : optional
        What a single target is; by default what `offers` puts first.
    missing : optional
        Rows with a missing input are left out, or get the mean, the median or the most frequent value of its column;
        words the most frequent one in any case. That is measured on all rows, as it is not known here which will be
        held back; it knows nothing of targets. Rows without a target are left out.
    standardise : optional
        Passed on to `user_data`.

    Raises
    ------
    ConfigError
        With the argument as its field, or `data`: for columns that are not there, cells that are not numbers or too
        large, and where there are too few rows, too many classes, or nothing to learn.
    """
    targets = column_places(table, target, "target")
    others = [column for column in range(len(table.names)) if column not in targets]
    inputs = others if features is None else column_places(table, features, "features")
    _check_choice(table, targets, inputs, task, missing)
    if task == "auto":
        task = offers(table, targets)[0]
    Y, words = _classes(table, targets[0]) if task == "classes" else (_target_numbers(table, targets), ())
    shown_columns = _inputs(table, inputs)
    usable = ~np.isnan(Y).any(axis=1)
    if missing == "drop":
        usable &= shown_columns.notna().all(axis=1).to_numpy()
    kept = np.flatnonzero(usable)
    _check_enough(table, [*inputs, *targets] if missing == "drop" else targets, len(kept))
    X, names, columns, report = encoded(table, shown_columns.iloc[kept], missing)
    y, raw_classes, what = _learned(table, targets, Y[kept], words)
    report = [
        _about_rows(table, kept),
        f"{'The inputs are' if len(names) > 1 else 'The input is'} {_listed(unique(names))}.",
        what,
        *report,
    ]
    if standardise:
        report.append("Each input is given the mean 0 and the standard deviation 1 over the training rows.")
    return TableRows(
        X,
        y,
        unique(names),
        unique(raw_classes),
        bool(standardise),
        row_numbers=tuple(table.rows[row] for row in kept),
        report=tuple(report),
        preparation=Preparation(
            columns,
            tuple(table.names[column] for column in targets),
            raw_classes,
            table.decimal,
            table.numbers.thousands,
        ),
    )


def with_scaled_target(rows: TableRows) -> TableRows:
    """The rows with numbers to be met that are learned with the mean 0 and the standard deviation 1; classes and labels
    stay.

    Measured on all rows. The numbers themselves stay as they are, and so do the answers of a network.
    """
    if rows.classes or rows.scale_target or marks_labels(rows.y):
        return rows
    scaling = standardising_targets(rows.y.reshape(len(rows.y), -1))
    subjects = ["The target"] if len(scaling.mean) == 1 else [f"Target {k + 1}" for k in range(len(scaling.mean))]
    said = [
        f"{subject} is learned with the mean 0 and the standard deviation 1, so losses are in such units; its mean is "
        f"{center:.6g}, its standard deviation {unit:.6g}."
        for subject, center, unit in zip(subjects, scaling.mean, scaling.deviation, strict=True)
    ]
    return replace(rows, scale_target=True, report=(*rows.report, *said))


def _index(table: Table, column: Any, field: str) -> int:
    if isinstance(column, str):
        if column in table.names:
            return table.names.index(column)
        raise ConfigError(
            field, f"There is no column {quoted(column)}; the columns are {_listed(unique(table.names))}."
        )
    if isinstance(column, int | np.integer) and not isinstance(column, bool) and 0 <= column < len(table.names):
        return int(column)
    raise ConfigError(field, f"A column is given by its name, or by a whole number from 0 to {len(table.names) - 1}.")


def column_places(table: Table, columns: Any, field: str) -> list[int]:
    """The places of columns given by name or place, one or several. Raises ConfigError for those that are not there."""
    one = isinstance(columns, str) or not isinstance(columns, Sequence)
    return [_index(table, column, field) for column in ([columns] if one else columns)]


def _check_choice(table: Table, targets: list[int], inputs: list[int], task: str, missing: str) -> None:
    if task not in ("auto", "classes", "number"):
        raise ConfigError("task", "A target is learned as 'classes' or as a 'number'; 'auto' chooses.")
    if missing != "drop" and missing not in FILLED_BY:
        raise ConfigError(
            "missing",
            "Rows with missing values are left out ('drop') or filled with the 'mean', the 'median' or the "
            "'most_frequent' value.",
        )
    for field, columns, most, noun in (
        ("target", targets, MAX_CLASSES, "target"),
        ("features", inputs, MAX_INPUTS, "input"),
    ):
        if not columns:
            raise ConfigError(field, f"Choose a column as {noun}.")
        if len(columns) > most:
            raise ConfigError(field, f"{len(columns)} columns are {noun}s, and a network can have at most {most} here.")
        twice = next((column for column in columns if columns.count(column) > 1), None)
        if twice is not None:
            raise ConfigError(field, f"Column {quoted(table.names[twice])} is chosen twice.")
    both = next((column for column in inputs if column in targets), None)
    if both is not None:
        raise ConfigError(
            "features", f"Column {quoted(table.names[both])} is the target, so it cannot be an input too."
        )
    if task == "classes" and len(targets) > 1:
        raise ConfigError("task", f"Classes are read from one target column, not from {len(targets)}.")


def _numbers(table: Table, column: int, field: str) -> pd.Series[float]:
    """The numbers of a column, NaN where they are missing; what is no number, or too large a one, is refused."""
    remedy = "leave the column out" if field == "features" else "choose another target"
    name, values, cells = quoted(table.names[column]), table.values[column], table.frame[column].dropna()
    if cells.empty:
        raise ConfigError(field, f"Column {name} has no values; {remedy}.")
    objectionable = cells[~(values[cells.index].abs() <= MAX_NUMBER)]
    if not objectionable.empty:
        place = int(objectionable.index[0])
        problem = objection(objectionable.iloc[0], MAX_NUMBER, table.decimal, table.numbers.thousands)
        slip = "correct it, or " if _is_mostly_numbers(table, column) else ""
        raise ConfigError(field, f"Row {table.rows[place]}, column {name}: {problem}; {slip}{remedy}.")
    return values


def _is_mostly_numbers(table: Table, column: int) -> bool:
    return table.numeric[column] or (table.kinds[column].slip is not None and not table.kinds[column].doubt)


def _inputs(table: Table, columns: list[int]) -> pd.DataFrame:
    """The columns to be shown to a network: numbers, or words as text; NaN where they are missing."""
    return pd.DataFrame(
        {
            column: table.texts[column] if table.kinds[column].kind == "words" else _numbers(table, column, "features")
            for column in columns
        }
    )


def _target_numbers(table: Table, columns: list[int]) -> Array:
    """The numbers of target columns (N, k), NaN where they are missing; beside others, two words are 0 and 1."""
    values = [
        table.texts[column].map({word: float(i) for i, word in enumerate(table.kinds[column].words)}).astype(float)
        if len(columns) > 1 and len(table.kinds[column].words) == 2
        else _numbers(table, column, "target")
        for column in columns
    ]
    return np.stack([column.to_numpy(dtype=float) for column in values], axis=1)


def _classes(table: Table, column: int) -> tuple[Array, tuple[str, ...]]:
    """The class numbers of a column (N, 1), NaN where they are missing, and what the table calls its classes."""
    cells: pd.Series[Any] = table.texts[column]
    if table.numeric[column]:
        cells = _numbers(table, column, "target")
        for place in np.flatnonzero(cells.notna() & (cells != np.trunc(cells)))[:1]:
            name, cell = quoted(table.names[column]), quoted(table.columns[column][place])
            raise ConfigError(
                "task",
                f"Row {table.rows[place]}, column {name}: {cell} cannot be a class, for classes are whole numbers or "
                "text; learn it as a number.",
            )
    codes, words = pd.factorize(cells, sort=True)
    if not len(words):
        raise ConfigError("target", f"Column {quoted(table.names[column])} has no values; choose another target.")
    names = (f"{word:.0f}" if table.numeric[column] else str(word) for word in words)
    return np.where(codes < 0, np.nan, codes)[:, None], tuple(names)


def _check_enough(table: Table, columns: list[int], kept: int) -> None:
    if len(table.rows) < 2:
        raise ConfigError("data", "The table has only one row of data, and at least 2 are needed.")
    if kept < 2:
        worst = max(columns, key=lambda column: table.missing[column])
        raise ConfigError(
            "data",
            f"{'Only 1' if kept else 'None'} of the {len(table.rows):,} rows has a value in every column that is used; "
            f"most are missing in column {quoted(table.names[worst])} ({table.missing[worst]:,}).",
        )


def _learned(table: Table, targets: list[int], Y: Array, words: tuple[str, ...]) -> tuple[Array, tuple[str, ...], str]:
    """The targets of the rows that are left, what the file calls their classes, and a sentence about them."""
    raw = [table.names[column] for column in targets]
    names = unique(raw)
    if (Y.min(axis=0) == Y.max(axis=0)).all():
        value = quoted(words[int(Y[0, 0])]) if words else f"{Y[0, 0]:.6g}"
        raise ConfigError("target", f"The target “{names[0]}” is {value} in every row, so there is nothing to learn.")
    if words:
        used, y = np.unique(Y[:, 0], return_inverse=True)
        if len(used) > MAX_CLASSES:
            examples = " and ".join(quoted(words[int(code)]) for code in used[:2])
            raise ConfigError(
                "target",
                f"The target “{names[0]}” has {len(used):,} different values, such as {examples}, and at most "
                f"{MAX_CLASSES} classes can be learned.",
            )
        used_words = [words[int(code)] for code in used]
        classes = unique(used_words)
        counts = [f"{name} ({count:,})" for name, count in zip(classes, np.bincount(y), strict=True)]
        return (
            y.astype(float),
            tuple(used_words),
            f"The target “{names[0]}” has {len(classes)} classes: {_listed(counts, 20)}.",
        )
    if len(targets) > 1 and np.isin(Y, (0.0, 1.0)).all() and (Y.sum(axis=1) == 1).all():
        return Y, tuple(raw), f"The targets mark one of {len(names)} classes in each row: {_listed(names, 20)}."
    if marks_labels(Y):
        return Y, (), f"The targets are {len(names)} labels, of which a row may have several: {_listed(names, 20)}."
    if len(targets) == 1:
        return Y, (), f"The target “{names[0]}” is a number from {Y.min():.6g} to {Y.max():.6g}."
    return Y, (), f"The targets are {len(names)} numbers: {_listed(names, 20)}."


def _about_rows(table: Table, kept: Array) -> str:
    dropped = [row for row, left in zip(table.rows, ~np.isin(np.arange(len(table.rows)), kept), strict=True) if left]
    if not dropped:
        return f"All {len(kept):,} rows are used."
    if len(dropped) == 1:
        return f"1 row with a missing value was left out: row {dropped[0]}."
    return f"{len(dropped):,} rows with missing values were left out: rows {_listed(dropped)}."


def _listed(items: Sequence[Any], most: int = MOST_LISTED) -> str:
    if len(items) > most:
        return f"{', '.join(map(str, items[:most]))} and {len(items) - most:,} more"
    return ", ".join(map(str, items))
