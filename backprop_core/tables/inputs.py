"""From the columns of a user's table to the inputs of a network.

Gaps are filled by scikit-learn's SimpleImputer, words become inputs by its OneHotEncoder.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from backprop_core.data import MAX_INPUTS, quoted, typed
from backprop_core.nn import Array
from backprop_core.settings import ConfigError
from backprop_core.tables.columns import input_names, ordered
from backprop_core.tables.table import Table

Missing = Literal["drop", "mean", "median", "most_frequent"]

FILLED_BY: dict[str, str] = {"mean": "the mean", "median": "the median", "most_frequent": "the most frequent value"}


def encoded(table: Table, columns: pd.DataFrame, missing: Missing) -> tuple[Array, list[str], list[str]]:
    """Inputs (N, d) with gaps filled and words as 0 and 1, their names, and what there is to say about them."""
    for column, is_empty in columns.isna().all().items():
        if is_empty:
            name = quoted(table.names[column])
            raise ConfigError("features", f"Column {name} has no values in rows with a target; leave the column out.")
    different = columns.nunique()
    if (different == 1).all():
        raise ConfigError("features", "Every input is the same in all rows, so there is nothing to learn from.")
    gaps = int(columns.isna().sum().sum())
    widths = {
        column: 1 if values.dtype == float or different[column] == 2 else int(different[column])
        for column, values in columns.items()
    }
    if sum(widths.values()) > MAX_INPUTS:
        widest = max(widths, key=lambda column: widths[column])
        raise ConfigError(
            "features",
            f"With one for each word, {sum(widths.values()):,} inputs come of these columns, and a network can have at "
            f"most {MAX_INPUTS} here; most come of column {quoted(table.names[widest])} ({widths[widest]:,}).",
        )
    parts, names, said = list[Array](), list[str](), list[str]()
    for column, values in columns.items():
        name = typed(table.names[column])
        part, heads, about = _part(values, table.names[column], missing)
        parts.append(part)
        names += heads
        said += [f"{about}."] if about else []
        if different[column] == 1:
            value = values.dropna().iloc[0]
            value = f"{value:.6g}" if values.dtype == float else typed(value)
            said.append(f"The input “{name}” is {value} in every row, so nothing can be learned from it.")
    if gaps:
        number = "1 missing value was" if gaps == 1 else f"{gaps:,} missing values were"
        said.append(f"{number} replaced by {FILLED_BY[missing]} of the column{_but_words(columns, missing)}.")
    return np.hstack(parts), names, said


def _but_words(columns: pd.DataFrame, missing: Missing) -> str:
    has_gaps = any(values.dtype != float and values.isna().any() for _, values in columns.items())
    return ", words by the most frequent one" if has_gaps and missing != "most_frequent" else ""


def _part(values: pd.Series[Any], name: str, missing: Missing) -> tuple[Array, list[str], str]:
    """The inputs that a column becomes, their names, and what was done about words."""
    is_number = values.dtype == float
    column = values.to_numpy(dtype=float if is_number else object)[:, None]
    if values.isna().any():
        from sklearn.impute import SimpleImputer  # takes a second to load, so only where it is needed

        imputer = SimpleImputer(strategy=missing if is_number else "most_frequent")
        column = imputer.fit_transform(column)
        if is_number:
            column = np.clip(column, values.min(), values.max())  # a mean rounds differently
    if is_number:
        return column, [name], ""
    from sklearn.preprocessing import OneHotEncoder

    words = ordered(sorted({*column[:, 0]}))
    encoder = OneHotEncoder(categories=[list(words)], drop="if_binary", sparse_output=False)
    heads = input_names(name, words)
    if len(words) == 2:
        about = f"“{typed(name)}” is 0 for {typed(words[0])} and 1 for {typed(words[1])}"
    else:
        about = f"“{typed(name)}” is {len(words)} inputs, one for each of its words" if len(words) > 2 else ""
    return encoder.fit_transform(column), heads, about
