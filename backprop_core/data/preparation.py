"""What was done to each column of a user's table, so that it can be done again to a row as the file has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data.cells import MAX_NUMBER, is_missing, objection, text_of, tidy
from backprop_core.data.cells import number as number_in
from backprop_core.data.names import quoted
from backprop_core.nn.activations import Array

MOST_LISTED = 8

Fill = float | str | None


@dataclass(frozen=True)
class RawColumn:
    """A column of the table, and the inputs that it becomes.

    name : as the file has it
    words : the values of a column of words, none for numbers. One word, or two, become a single input, 0 for the first
        of two and 1 for the second; more become an input of 0 and 1 for each.
    fill : what stands in for a missing value; None if a row needs one
    """

    name: str
    words: tuple[str, ...] = ()
    fill: Fill = None

    @property
    def width(self) -> int:
        """Number of inputs."""
        return len(self.words) if len(self.words) > 2 else 1

    def encoded(self, value: float | str) -> list[float]:
        """The inputs for a number, or for one of the words."""
        if not self.words:
            return [float(value)]
        if len(self.words) <= 2:
            return [float(value == self.words[-1])]
        return [float(value == word) for word in self.words]

    def decoded(self, inputs: Array) -> float | str:
        """The number or the word that has these inputs."""
        if not self.words:
            return float(inputs[0])
        return self.words[int(np.argmax(inputs)) if self.width > 1 else min(int(inputs[0]), len(self.words) - 1)]


@dataclass(frozen=True)
class Preparation:
    """How a row of a user's table becomes the inputs of a network, in the user's units.

    columns : those that are inputs, in their order
    targets : names of the target columns
    classes : what the file calls the classes, in the order of their numbers; empty if the target is not classes
    decimal, thousands : the decimal sign of its numbers, and the signs that may group their digits

    Names and words are as the file has them: they must be escaped where they are displayed.
    """

    columns: tuple[RawColumn, ...]
    targets: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return sum(column.width for column in self.columns)

    def inputs(self, row: Mapping[str, Any] | Sequence[Any]) -> Array:
        """The inputs (d,) for a row of texts, as the file has them, or of values.

        Parameters
        ----------
        row : dict or sequence
            Values by the names of the columns, of which others are ignored and absent ones count as missing; or a value
            for each of `columns`. A value is missing if it is None, NaN, or a text that means so, such as "" or "NA".

        Raises
        ------
        ValueError
            With one sentence, for a value that is missing or not possible, or a sequence of another length.
        """
        if isinstance(row, Mapping):
            values = [row.get(column.name) for column in self.columns]
        else:
            values = list(row)
            if len(values) != len(self.columns):
                raise ValueError(
                    f"A row has a value for each of {len(self.columns)} columns ({self._names()}), not {len(values)}."
                )
        encoded = [
            column.encoded(self._value(column, value)) for column, value in zip(self.columns, values, strict=True)
        ]
        return np.array([number for numbers in encoded for number in numbers])

    def raw(self, inputs: Array) -> dict[str, float | str]:
        """The row that has these inputs (d,): a number or a word by the name of each column."""
        row, start = dict[str, float | str](), 0
        for column in self.columns:
            row[column.name] = column.decoded(inputs[start : start + column.width])
            start += column.width
        return row

    def _value(self, column: RawColumn, value: Any) -> float | str:
        try:
            text = tidy(text_of(value))
        except ValueError as error:
            raise ValueError(f"Column {quoted(column.name)} has {error}.") from None
        if is_missing(text):
            if column.fill is None:
                raise ValueError(f"Column {quoted(column.name)} needs a value.")
            return column.fill
        if column.words:
            if text in column.words:
                return text
            more = len(column.words) - MOST_LISTED
            words = ", ".join(map(quoted, column.words[:MOST_LISTED])) + (f" and {more:,} more" if more > 0 else "")
            raise ValueError(f"Column {quoted(column.name)} has no value {quoted(text)}: it has {words}.")
        is_text = isinstance(value, str)  # others are written as programs do, whatever the table's signs
        decimal, thousands = (self.decimal, self.thousands) if is_text else (".", "")
        problem = objection(text, MAX_NUMBER, decimal, thousands)
        if problem:
            raise ValueError(f"Column {quoted(column.name)}: {problem}.")
        return float(number_in(text, decimal, thousands) or 0.0)

    def _names(self) -> str:
        more = len(self.columns) - MOST_LISTED
        names = ", ".join(quoted(column.name) for column in self.columns[:MOST_LISTED])
        return f"{names} and {more:,} more" if more > 0 else names
