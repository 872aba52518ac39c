"""What a column of a user's table holds, in a few words and as a histogram."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from backprop_core.data import typed
from backprop_core.data.cells import MAX_NUMBER

BARS = 12
MOST_WORDS_LISTED = 4


class Summary(NamedTuple):
    """The range or the words of a column, and the bars of a histogram."""

    values: str
    bars: list[int]


def of_numbers(values: pd.Series[float]) -> Summary:
    """The range of numbers, without gaps and those that are too large."""
    known = values[values.abs() <= MAX_NUMBER]
    if known.empty:
        return Summary("too large", [])
    low, high = known.min(), known.max()
    bars = [len(known)] if low == high else np.histogram(known, BARS)[0].tolist()
    return Summary(f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}", bars)


def of_words(texts: pd.Series[str]) -> Summary:
    """The most frequent words with their counts."""
    counts = texts.value_counts()
    if len(counts) > 1 and counts.iloc[0] == 1:
        return Summary(f"{len(counts):,} different, such as {typed(counts.index[0])}", [])
    listed = [f"{typed(word)} ({count:,})" for word, count in counts[:MOST_WORDS_LISTED].items()]
    more = f", {len(counts) - MOST_WORDS_LISTED:,} more" if len(counts) > MOST_WORDS_LISTED else ""
    return Summary(", ".join(listed) + more, counts[:BARS].tolist())
