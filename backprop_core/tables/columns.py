"""What one column of a user's table is: numbers, words, dates, or nothing to learn from, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from backprop_core.data import MAX_INPUTS, quoted, typed
from backprop_core.data.cells import TRUTH, UNITS, hint

Kind = Literal["numbers", "words", "marked numbers", "nothing"]

MOST_WORDS = 12  # different words of a column that is suggested as inputs, one for each
MOST_LOOKED_AT = 100  # words of a column that are looked at for signs of numbers
FEWEST_COUNTED = 5  # rows, from which on a column that counts them is taken for their numbers
NO = frozenset({"no", "false", "n", "f", "off", "nein", "non", "0", "✗", "✘", "☐"})
TICKS = frozenset({"✓", "✔", "☑", "☒", "x"})
_IDENTIFIER = re.compile(
    r"(?:.*[\W_])?(?:id|uid|uuid|index|idx|key|nr|no)\.?|.*[a-z]I[dD]|row ?names?|unnamed:.*", re.IGNORECASE
)


@dataclass(frozen=True)
class Column:
    """What was recognised of a column.

    kind : "marked numbers" look like numbers or dates to people, but some or all have signs or letters in them
    words : the different words, in the order of the inputs made of them; of two, the first is 0 and the second 1
    blank : the word that an empty cell of the column stands for; "" where it is a missing value
    doubt : why the column is not suggested as an input, to stand after its name; "" if it is
    slip : the place of the first cell that keeps the column from being numbers, where most of its cells are
    """

    kind: Kind
    words: tuple[str, ...] = ()
    blank: str = ""
    doubt: str = ""
    slip: int | None = None


def understood(
    name: str, cells: pd.Series[str], values: pd.Series[float], *, is_named: bool = True, is_words: bool = False
) -> Column:
    """What a column is, given its cells and the numbers they say, missing where they are.

    `is_words` says that it is words, whatever they look like.
    """
    present = cells.dropna()
    if present.empty:
        return Column("nothing", doubt="has no values")
    if is_words:
        words = ordered([str(word) for word in present.unique()])
        return Column("words", words, doubt=_doubt_about_words(words, present))
    known = values[present.index]
    if known.notna().all():
        return Column("numbers", doubt=_doubt_about_numbers(name, known, is_named))
    others = present[known.isna()]
    if 2 * len(others) < len(present):
        return Column("marked numbers", slip=int(others.index[0]))
    words = ordered([str(word) for word in present.unique()])
    marks = list(filter(None, (_mark(word, len(words)) for word in words[:MOST_LOOKED_AT])))
    if 2 * len(marks) > min(len(words), MOST_LOOKED_AT):
        return Column(
            "marked numbers", doubt=f"cannot be read as numbers, as {quoted(others.iloc[0])} is not one ({marks[0]})"
        )
    if len(words) == 1 and words[0].lower() in TICKS and len(present) < len(cells):
        return Column("words", ("no", *words), blank="no")
    return Column("words", words, doubt=_doubt_about_words(words, present))


def _mark(word: str, words: int) -> str:
    """Why a word is a number with signs or letters in it, or a date; "" if it can be one of a few categories."""
    why = hint(word)
    return "" if why == TRUTH or (why == UNITS and words <= MOST_WORDS) else why


def ordered(words: list[str]) -> tuple[str, ...]:
    """Words in the order of the alphabet; of two, one that says no comes first, so that the other is 1."""
    words = sorted(words)
    return tuple(words[::-1] if len(words) == 2 and words[1].lower() in NO and words[0].lower() not in NO else words)


def _doubt_about_numbers(name: str, known: pd.Series[float], is_named: bool) -> str:
    array = known.to_numpy()
    if (array == array[0]).all():
        return f"is {array[0]:.6g} in every row"
    with np.errstate(all="ignore"):
        counts_rows = bool((np.diff(array) == 1).all())
    if counts_rows and len(array) >= FEWEST_COUNTED:
        return "only counts the rows"
    if counts_rows and not is_named:
        return "has no name in the file and only counts the rows"
    if known.is_unique and len(array) >= FEWEST_COUNTED and (array == np.trunc(array)).all():
        if not is_named:
            return "has no name in the file and a different number in every row"
        if _IDENTIFIER.fullmatch(name):
            return "has a different number in every row, so it seems to name the row"
    return ""


def _doubt_about_words(words: tuple[str, ...], present: pd.Series[str]) -> str:
    if len(words) == 1:
        return f"is {quoted(words[0])} in every row"
    if len(words) == len(present) > 2:
        return "has a different text in every row"
    if len(words) > MAX_INPUTS:
        return f"has {len(words):,} different words, and a network can have at most {MAX_INPUTS} inputs"
    if len(words) > MOST_WORDS:
        return f"has {len(words):,} different words, each of which would be an input"
    return ""


def input_names(name: str, words: tuple[str, ...]) -> list[str]:
    """Names of the inputs made of a column of words: "colour = red", one for each word, or one for two of them."""
    head, chosen = typed(name), words[1:] if len(words) == 2 else words
    return [f"{head if len(head) + len(typed(word)) < 37 else head[:18].rstrip() + '…'} = {word}" for word in chosen]
