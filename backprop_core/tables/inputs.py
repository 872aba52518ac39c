"""From the columns of a user's table to the inputs of a network.

Gaps are filled by scikit-learn's SimpleImputer, words become inputs by its OneHotEncoder.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from backprop_core.data import MAX_INPUTS, RawColumn, quoted, typed
from backprop_core.nn import Array
from backprop_core.settings import ConfigError
from backprop_core.tables.columns import input_names, ordered
from backprop_core.tables.table import Table

Missing = Literal["drop", "mean", "median", "most_frequent"]

FILLED_BY: dict[str, str] = {"mean": "the mean", "median": "the median", "most_frequent": "the most frequent value"}


class Encoded(NamedTuple):
    """Inputs (N, d) with gaps filled and words as 0 and 1, their names, what was done to each column, and sentences."""

    X: Array
    names: list[str]
    columns: tuple[RawColumn, ...]
    report: list[str]


def encoded(table: Table, columns: pd.DataFrame, missing: Missing) -> Encoded:
    """The inputs that columns become. If any has a gap, what fills gaps is known of each."""
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
    parts, names, raw, said = list[Array](), list[str](), list[RawColumn](), list[str]()
    for column, values in columns.items():
        name = typed(table.names[column])
        filled, fill = _filled(values, missing) if gaps else (values.to_numpy(), None)
        part, heads, words = _part(filled, table.names[column])
        parts.append(part)
        names += heads
        raw.append(RawColumn(table.names[column], words, table.kinds[column].blank or fill))
        if different[column] == 1:
            value = values.dropna().iloc[0]
            value = f"{value:.6g}" if values.dtype == float else typed(value)
            said.append(f"The input “{name}” is {value} in every row, so nothing can be learned from it.")
    if gaps:
        number = "1 missing value was" if gaps == 1 else f"{gaps:,} missing values were"
        said.append(f"{number} replaced by {FILLED_BY[missing]} of the column{_but_words(columns, missing)}.")
    return Encoded(np.hstack(parts), names, tuple(raw), [*_about_words(raw), *said])


def _about_words(columns: list[RawColumn]) -> list[str]:
    """What the inputs mean that columns of words become: a sentence for columns of many words, one for those of two."""
    several = [f"“{typed(column.name)}” is {len(column.words)} inputs" for column in columns if len(column.words) > 2]
    pairs = [
        f"“{typed(column.name)}” is 0 for {typed(column.words[0])} and 1 for {typed(column.words[1])}"
        for column in columns
        if len(column.words) == 2
    ]
    said = list[str]()
    if several:
        said.append(f"{', '.join(several)}, one for each of {'its' if len(several) == 1 else 'their'} words.")
    if pairs:
        said.append(f"{'; '.join(pairs)}.")
    return said


def _but_words(columns: pd.DataFrame, missing: Missing) -> str:
    has_gaps = any(values.dtype != float and values.isna().any() for _, values in columns.items())
    return ", words by the most frequent one" if has_gaps and missing != "most_frequent" else ""


def _filled(values: pd.Series[Any], missing: Missing) -> tuple[Array, float | str]:
    """The values of a column (N,) without gaps, and what fills them."""
    from sklearn.impute import SimpleImputer  # takes a second to load, so only where it is needed

    is_number = values.dtype == float
    column = values.to_numpy(dtype=float if is_number else object)[:, None]
    imputer = SimpleImputer(strategy=missing if is_number else "most_frequent").fit(column)
    filled = imputer.transform(column)[:, 0]
    if not is_number:
        return filled, str(imputer.statistics_[0])
    low, high = values.min(), values.max()  # a mean rounds differently
    return np.clip(filled, low, high), float(np.clip(imputer.statistics_[0], low, high))


def _part(values: Array, name: str) -> tuple[Array, list[str], tuple[str, ...]]:
    """The inputs that a column becomes, their names, and its words."""
    if values.dtype == float:
        return values[:, None], [name], ()
    from sklearn.preprocessing import OneHotEncoder

    words = ordered(sorted({*values}))
    encoder = OneHotEncoder(categories=[list(words)], drop="if_binary", sparse_output=False)
    return encoder.fit_transform(values.astype(object)[:, None]), input_names(name, words), words
