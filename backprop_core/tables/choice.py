"""What is chosen about a table, what is suggested, and the rows that come of it: pure functions.

Columns are given by their place in the table, for names may change while it is typed.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from backprop_core.data import MAX_CLASSES, MAX_INPUTS, TableRows, quoted, unique
from backprop_core.data.cells import MAX_NUMBER, number, objection, pointed, safe_cell
from backprop_core.settings import ConfigError
from backprop_core.tables.inputs import Missing
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import Kind, offers, to_rows, with_scaled_target

TASKS: dict[Kind, str] = {"classes": "classes", "number": "a number"}
MISSING: dict[Missing, str] = {
    "drop": "leave out the row",
    "mean": "use the mean",
    "median": "use the median",
    "most_frequent": "use the most frequent",
}
USUAL = 3.0  # numbers within ±USUAL, and not all close together, need not be standardised
Use = Literal["input", "target", "another target", "left out"]
USES: tuple[Use, ...] = get_args(Use)
MOST_LISTED = 6
FEWEST_A_VALUE = 10  # rows on average, from which on it is no chance that a column tells the target
FEWEST_MARKS = 3  # columns at the end of a table that are taken for classes, each marked with 1
_TARGET = re.compile(r"target|label|outcome|diagnosis|species|survived", re.IGNORECASE)  # wherever it stands
_TARGET_AT_AN_END = re.compile(r"class|y", re.IGNORECASE)  # elsewhere: of a cabin, or a place in a plane


@dataclass(frozen=True)
class Choice:
    """What is chosen: the columns of the targets, those of the inputs, and what is done with them."""

    targets: tuple[int, ...]
    inputs: tuple[int, ...]
    task: Kind
    missing: Missing = "drop"
    standardise: bool = False
    scale_target: bool = False
    test_share: float | None = None  # None: as suggested


def suggested_choice(table: Table, targets: tuple[int, ...] | None = None) -> Choice:
    """What is likely wanted of a table: a column with the name of a target, or the last that can be learned, from the
    others.
    """
    targets = _suggested_targets(table) if targets is None else targets
    possible = [i for i, column in enumerate(table.kinds) if column.kind in ("numbers", "words") and i not in targets]
    inputs = [i for i in possible if not table.kinds[i].doubt] or [i for i in possible if table.numeric[i]]
    inputs = _as_fit(table, inputs)
    is_numeric = all(table.numeric[column] for column in targets)
    return Choice(
        targets,
        tuple(inputs),
        offers(table, targets)[0],
        missing="median" if 2 * _complete(table, (*inputs, *targets)) < _complete(table, targets) else "drop",
        standardise=any(_is_unusual(table, column) for column in inputs),
        scale_target=is_numeric and any(_is_unusual(table, column) for column in targets),
    )


def with_targets(table: Table, before: Choice, targets: tuple[int, ...]) -> Choice:
    """A choice with other targets: what was only suggested is suggested anew, what the user chose stays."""
    old, new = suggested_choice(table, before.targets), suggested_choice(table, targets)
    names = ("missing", "standardise", "scale_target", "test_share")
    chosen = {name: getattr(before, name) for name in names if getattr(before, name) != getattr(old, name)}
    inputs = tuple(column for column in before.inputs if column not in targets)
    if inputs and set(before.inputs) != set(old.inputs):
        chosen["inputs"] = inputs
    return replace(new, **chosen)


def use_of(column: int, choice: Choice) -> Use:
    """What a column is used as."""
    if column in choice.targets:
        return "target" if column == choice.targets[0] else "another target"
    return "input" if column in choice.inputs else "left out"


def with_use(table: Table, before: Choice, column: int, use: Use) -> Choice:
    """A choice with another use of one column. Raises ConfigError where no target would be left."""
    targets = tuple(target for target in before.targets if target != column)
    if use == "target":
        return with_targets(table, before, (column,))
    if use == "another target":
        return before if column in before.targets else with_targets(table, before, (*targets, column))
    if not targets:
        raise ConfigError("target", "A network needs something to learn: make another column the target first.")
    if targets != before.targets:
        before = with_targets(table, before, targets)
    inputs = [other for other in before.inputs if other != column]
    if use == "input":
        inputs.insert(bisect.bisect(inputs, column), column)
    return replace(before, inputs=tuple(inputs))


def _suggested_targets(table: Table) -> tuple[int, ...]:
    last = len(table.names) - 1
    marks = 0
    while marks <= min(last, MAX_CLASSES) and _is_mark(table, last - marks):
        marks += 1
    for count in range(marks, FEWEST_MARKS - 1, -1):
        columns = tuple(range(last + 1 - count, last + 1))
        if count <= last and (table.values[list(columns)].sum(axis=1) == 1).all():
            return columns
    filled = [i for i, column in enumerate(table.kinds) if column.kind != "nothing"]
    learnable = [i for i in filled if _is_learnable(table, i)]
    ends = [columns[end] for columns in (filled, learnable) if columns for end in (0, -1)]
    named = [i for i, name in enumerate(table.names) if _TARGET.fullmatch(name)] or [
        i for i in dict.fromkeys(ends) if _TARGET_AT_AN_END.fullmatch(table.names[i])
    ]
    return (named[0] if len(named) == 1 else learnable[-1] if learnable else last,)


def _is_mark(table: Table, column: int) -> bool:
    return table.numeric[column] and bool(table.values[column].isin((0.0, 1.0)).all())


def _is_learnable(table: Table, column: int) -> bool:
    kind = table.kinds[column]
    return 2 <= len(kind.words) <= MAX_CLASSES if kind.kind == "words" else not kind.doubt


def _as_fit(table: Table, columns: list[int]) -> list[int]:
    """The first of the columns, as many as become no more inputs than a network can have."""
    words = [len(table.kinds[column].words) for column in columns]
    widths = np.cumsum([1 if count <= 2 else count for count in words])
    return columns[: int((widths <= MAX_INPUTS).sum())]


def _complete(table: Table, columns: tuple[int, ...]) -> int:
    """How many rows have a value in each of some columns."""
    return int(table.texts[list(columns)].notna().all(axis=1).sum())


def names(table: Table) -> tuple[str, ...]:
    """Names of the columns as they were typed, all different."""
    return unique(table.names)


def rows_of(table: Table, choice: Choice) -> TableRows:
    """The rows for a network that the choice makes of a table. Raises ConfigError."""
    rows = to_rows(
        table,
        choice.targets,
        choice.inputs,
        task=choice.task,
        missing=choice.missing,
        standardise=choice.standardise,
    )
    return with_scaled_target(rows) if choice.scale_target else rows


@dataclass(frozen=True)
class Result:
    """What a choice makes of a table: rows, or why there are none, and what is to be said about it."""

    table: Table
    choice: Choice
    rows: TableRows | None
    error: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]


def result_of(table: Table, choice: Choice) -> Result:
    """What a choice makes of a table."""
    rows, error = None, ""
    try:
        rows = rows_of(table, choice)
    except ConfigError as refused:
        error = str(refused)
    return Result(table, choice, rows, error, remarks(table, choice), warnings(table, choice))


def warnings(table: Table, choice: Choice) -> tuple[str, ...]:
    """Sentences about what may spoil what is learned: inputs that give the target away, and many gaps."""
    telling = [
        f"“{names(table)[column]}” alone determines the target: leave it out if it is only known afterwards."
        for column in choice.inputs
        if _tells(table, column, choice.targets)
    ]
    return tuple(filter(None, (*telling, _about_gaps(table, choice))))


def _about_gaps(table: Table, choice: Choice) -> str:
    """A sentence about rows that are left out for their gaps, where these are most of them; "" if they are few."""
    used, kept = _complete(table, choice.targets), _complete(table, (*choice.inputs, *choice.targets))
    if 2 * kept >= used:
        return ""
    says = f"Only {kept:,} of {used:,} rows have a value in every input"
    if choice.missing == "drop":
        return f"{says}, and the others are left out. Fill the gaps to use them all."
    return f"{says}, so gaps are filled."


def remarks(table: Table, choice: Choice) -> tuple[str, ...]:
    """Sentences about columns that are no inputs although they might be."""
    said = list[str]()
    for column, (name, kind) in enumerate(zip(names(table), table.kinds, strict=True)):
        if column in {*choice.targets, *choice.inputs}:
            continue
        slip = slip_of(table, column)
        if slip:
            said.append(f"“{name}” is not an input, because {slip}.")
        elif kind.doubt:
            unless = " unless you choose it" if kind.kind in ("numbers", "words") else ""
            said.append(f"“{name}” {kind.doubt}, so it is not an input{unless}.")
    more = len(said) - MOST_LISTED
    return (
        (*said[:MOST_LISTED], f"{more} more columns are not inputs for similar reasons.") if more > 1 else tuple(said)
    )


def _tells(table: Table, column: int, targets: tuple[int, ...]) -> bool:
    """Whether a few values of a column, each in several rows, stand for one value of the target each."""
    if len(targets) != 1 or column in targets:
        return False
    pairs = table.texts[[column, *targets]].dropna()
    values = pairs[column].nunique()
    if not 2 <= values <= MAX_CLASSES or len(pairs) < FEWEST_A_VALUE * values:
        return False
    return bool(pairs.groupby(column)[targets[0]].nunique().max() == 1)


def missing_values(table: Table) -> str:
    """A sentence about missing values; "" if there are none."""
    counts = [f"{name} {count:,}" for name, count in zip(names(table), table.missing, strict=True) if count]
    more = f" and {len(counts) - MOST_LISTED} more columns" if len(counts) > MOST_LISTED else ""
    return f"Missing values: {', '.join(counts[:MOST_LISTED])}{more}." if counts else ""


def reading_notes(table: Table) -> tuple[str, ...]:
    """What was decided in reading a file or a text, in sentences."""
    encoding = f"Encoding: {table.encoding}." if table.encoding != "text" else ""
    header = "The first row is the names of the columns." if table.header and not table.declared else ""
    numbers = sum(table.numeric)
    kinds = f"{numbers} of {len(table.names)} columns are numbers." if numbers < len(table.names) else ""
    blank = [
        f"In {quoted(table.names[i])}, an empty cell means no." for i, column in enumerate(table.kinds) if column.blank
    ]
    return tuple(filter(None, (*table.notes, header, encoding, kinds, *blank, missing_values(table))))


def as_csv(table: Table) -> bytes:
    """The table as a CSV file that spreadsheets open: with decimal points, and no cell that they would run."""

    def cell_text(cell: str) -> str:
        decimal, thousands = table.decimal, table.numbers.thousands
        is_number = (decimal != "." or thousands) and number(cell, decimal, thousands) is not None
        return safe_cell(pointed(cell, decimal, thousands) if is_number else cell)

    frame = pd.DataFrame(zip(*table.columns, strict=True)).map(cell_text)
    # with a byte order mark, or Excel takes it for its own encoding
    return str(frame.to_csv(index=False, header=[safe_cell(name) for name in table.names])).encode("utf-8-sig")


def slip_of(table: Table, column: int) -> str:
    """What keeps a column from being numbers where most of its cells are; "" where there is no such thing."""
    place = table.kinds[column].slip
    if place is None:
        return ""
    cell = table.columns[column][place]
    return f"in row {table.rows[place]} {objection(cell, MAX_NUMBER, table.decimal, table.numbers.thousands)}"


def _is_unusual(table: Table, column: int) -> bool:
    """Whether numbers are far from 0, or so close together that a network would hardly tell them apart."""
    values = table.values[column].dropna().to_numpy()
    values = values[np.abs(values) <= MAX_NUMBER]
    if not table.numeric[column] or len(values) == 0 or np.ptp(values) == 0:
        return False
    return bool(np.abs(values).max() > USUAL or values.std() < 1 / (10 * USUAL))
