"""A user's table: its cells as text, and what each column is."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import pandas as pd

from backprop_core.data import MAX_NAME, quoted, typed
from backprop_core.data.cells import MISSING, number, pointed
from backprop_core.tables import summary
from backprop_core.tables.columns import Column, understood
from backprop_core.tables.layout import DEFAULT, DELIMITERS, NumberFormat
from backprop_core.tables.summary import Summary

MOST_NAMED = 6


@dataclass(frozen=True)
class Table:
    """A table as its user wrote it: every cell is text, without the white space around it.

    names : of the columns, all different; x1, x2, … where the table has no header
    columns : the cells of each column
    rows : the number of each row in the user's file, counted from 1 with the header and blank lines
    header : whether a row of names was found
    delimiter : the character between cells, a space for any number of them or of tabs, "" for a grid
    encoding : "UTF-8", "UTF-16", "Windows-1252", … or "text"
    numbers : how its numbers are written
    unnamed : the places of columns that have no name in the file
    categories : the places of columns that are words whatever they look like
    declared : whether the names stand in lines before the table, and not in its first row
    opening : what was understood of the lines before the table, in sentences

    Names and cells are as written: `typed` makes them short enough to be shown, `cells.safe_cell` safe to be exported.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    header: bool = True
    delimiter: str = ""
    encoding: str = "text"
    numbers: NumberFormat = DEFAULT
    unnamed: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    declared: bool = False
    opening: tuple[str, ...] = ()

    @property
    def decimal(self) -> str:
        """The decimal sign of its numbers, a point or a comma."""
        return self.numbers.decimal

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """The cells as they are written, missing ones as NaN; columns and rows are numbered from 0."""
        columns = (pd.Series(cells, dtype="str") for cells in self.columns)
        return pd.DataFrame({i: cells.mask(cells.str.lower().isin(MISSING)) for i, cells in enumerate(columns)})

    @functools.cached_property
    def values(self) -> pd.DataFrame:
        """The numbers that the cells say, NaN where they say none: worked out once, as they are asked for often."""
        return self.frame.apply(numbers, decimal=self.decimal, thousands=self.numbers.thousands)

    @functools.cached_property
    def kinds(self) -> tuple[Column, ...]:
        """What each column is."""
        return tuple(
            understood(
                name, self.frame[i], self.values[i], is_named=i not in self.unnamed, is_words=i in self.categories
            )
            for i, name in enumerate(self.names)
        )

    @functools.cached_property
    def texts(self) -> pd.DataFrame:
        """The cells as words: as `frame`, with the word that an empty cell stands for where it does."""
        return self.frame.fillna({i: column.blank for i, column in enumerate(self.kinds) if column.blank})

    @functools.cached_property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column is one of numbers: it has some, and nothing else but missing values."""
        return tuple(column.kind == "numbers" for column in self.kinds)

    @functools.cached_property
    def missing(self) -> tuple[int, ...]:
        """How many values are missing in each column."""
        return tuple(map(int, self.texts.isna().sum()))

    @functools.cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """What each column holds."""
        return tuple(
            summary.of_numbers(self.values[i]) if is_numeric else summary.of_words(self.texts[i])
            for i, is_numeric in enumerate(self.numeric)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided in reading, in sentences for people."""
        notes = list(self.opening)
        if self.delimiter:
            decimals = ", decimals by a comma" if self.decimal == "," else ""
            notes.append(f"Cells are separated by {DELIMITERS[self.delimiter]}{decimals}.")
        if not self.header:
            notes.append(f"No names of columns were found, so they are called {self.names[0]} to {self.names[-1]}.")
        if self.unnamed:
            names = ", ".join(quoted(self.names[column]) for column in self.unnamed[:MOST_NAMED])
            more = f" and {len(self.unnamed) - MOST_NAMED} more" if len(self.unnamed) > MOST_NAMED else ""
            notes.append(f"Columns without a name are named by their position: {names}{more}.")
        short = [typed(name) for name in self.names if len(name) > MAX_NAME]
        if short:
            more = f" and {len(short) - MOST_NAMED} more" if len(short) > MOST_NAMED else ""
            notes.append(
                f"Names of more than {MAX_NAME} characters are shortened: "
                f"{', '.join(map(quoted, short[:MOST_NAMED]))}{more}."
            )
        notes += self._about_numbers()
        if self.encoding == "Windows-1252":
            notes.append(
                "The text is not UTF-8 and was read as Windows-1252: see whether letters like ä and é are right."
            )
        return tuple(notes)

    def _about_numbers(self) -> list[str]:
        decimal, thousands, example, doubtful = self.numbers
        notes = []
        if example:
            value = number(example, decimal, thousands)
            notes.append(f"Digits are grouped by thousands: {quoted(example)} is read as {value:.15g}.")
        if doubtful:
            big, small = doubtful.replace(",", "").replace(".", ""), doubtful.replace(",", ".")
            notes.append(
                f"{quoted(doubtful)} is read as {small}; choose below if {big} is meant."
                if decimal in doubtful
                else f"{quoted(doubtful)} can mean {big} or {small}: it is not read as a number until you choose below."
            )
        return notes


def numbers(cells: pd.Series[str], decimal: str = ".", thousands: str = "") -> pd.Series[float]:
    """The numbers that cells say, as `number` does; NaN where they say none, or are missing themselves."""
    present = cells.dropna()
    pointed_cells = present if decimal == "." else present.map(lambda cell: pointed(cell, decimal, thousands))
    values = pd.to_numeric(pointed_cells, errors="coerce").astype(float)
    others = present[values.isna()]
    known = {cell: number(cell, decimal, thousands) for cell in others.unique()}  # words recur
    return values.fillna(others.map(known).astype(float)).reindex(cells.index)
