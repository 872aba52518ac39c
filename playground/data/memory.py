"""What the Data page remembers: the four sources of a table, the two editors, and what was chosen about each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from backprop_core.tables import CONTINENTAL, ENGLISH, Choice, NumberFormat, Result, Table, choice, offers
from playground.charts.theme import Theme
from playground.data import views
from playground.data.figures import Clicking, Points
from playground.data.views import Views

Way = Literal["file", "paste", "type", "click"]
Cells = list[list[str]]

EXAMPLE_NAMES = ("x1", "x2", "y")
EXAMPLE_CELLS = (("0", "0", "0"), ("0", "1", "1"), ("1", "0", "1"), ("1", "1", "0"))
# How a file is read: as its content suggests, or as the user says.
HEADERS: dict[str, bool | None] = {"as found": None, "names": True, "data": False}
NUMBERS: dict[str, NumberFormat | None] = {"as found": None, "1,234.5": ENGLISH, "1.234,5": CONTINENTAL}
MOST_UNDO = 100
MOST_UNDO_CELLS = 3_000_000  # of all tables that Undo can bring back to the editor


@dataclass
class UseEditor:
    """The table in which the use of each column is chosen: its version, and the columns that it shows.

    Streamlit's editor keeps what was changed in it, so each choice of columns gets a new version.
    """

    version: int = 0
    columns: pd.DataFrame | None = None

    def shows(self, columns: pd.DataFrame) -> int:
        """The version that shows these columns."""
        if self.columns is not columns:
            if self.columns is None or not self.columns.equals(columns):
                self.version += 1
            self.columns = columns
        return self.version


@dataclass
class Source:
    """What one way brought: a table, or why there is none. `content` is what it was read from.

    `choice` is what the user chose for columns of these `names`; None while everything is as suggested.
    """

    label: str = ""
    content: bytes | str = ""
    header: str = "as found"
    numbers: str = "as found"
    table: Table | None = None
    error: str = ""
    version: int = -1  # of the editor whose cells were read
    choice: Choice | None = None
    names: tuple[str, ...] = ()
    suggestion: Choice | None = None  # for the table
    result: Result | None = None  # of the last choice
    views: Views | None = None  # of the last result

    def chosen(self, table: Table) -> Choice:
        """What is chosen about its table: as suggested, until the user chooses."""
        if self.choice is not None:
            return self.choice
        if self.suggestion is None:
            self.suggestion = choice.suggested_choice(table)
        return self.suggestion

    def result_of(self, table: Table, current: Choice) -> Result:
        """What the choice makes of a table, computed only when one of them has changed."""
        known, asked = self.result, replace(current, test_share=None)
        if known is None or known.table is not table or known.choice != asked:
            known = self.result = choice.result_of(table, asked)
        return known

    def views_of(self, result: Result, share: float) -> Views:
        """What the page shows of a result, computed only when it, or the share held back, has changed."""
        known = self.views
        if known is None or known.result is not result or known.share != share:
            known = self.views = views.of(result, share)
        return known

    def keep_choice(self, before: Source) -> None:
        """Keep what was chosen about a table read before, unless this one has other columns."""
        fits = self.table is None or (
            before.names == self.table.names
            and before.choice is not None
            and before.choice.task in offers(self.table, before.choice.targets)
        )
        self.choice, self.names = (before.choice, before.names) if fits else (None, ())


@dataclass
class TableEditor:
    """The table that is typed.

    Streamlit's editor keeps only what the user changed of the cells it began with, `start`; `cells` is the table with
    these changes. Each `version` is an editor of its own.
    """

    names: tuple[str, ...] = EXAMPLE_NAMES
    start: Cells = field(default_factory=lambda: [list(row) for row in EXAMPLE_CELLS])
    cells: Cells = field(default_factory=lambda: [list(row) for row in EXAMPLE_CELLS])
    version: int = 0
    undo: list[tuple[tuple[str, ...], Cells]] = field(default_factory=list)

    def give(self, names: tuple[str, ...], cells: Cells) -> None:
        """Begin a new version with these cells."""
        self.names, self.start, self.cells = names, cells, cells
        self.version += 1

    def remember(self) -> None:
        """Let Undo bring back the table as it is now."""
        self.undo = [*self.undo, (self.names, self.cells)][-MOST_UNDO:]
        while sum(len(names) * len(cells) for names, cells in self.undo) > MOST_UNDO_CELLS:
            del self.undo[0]


@dataclass
class PointEditor:
    """The points that were clicked, what they were before, where the last click was, and the chart to click on."""

    points: Points = ()
    undo: list[Points] = field(default_factory=list)
    last: tuple[float, float] | None = None
    chart: Clicking | None = None
    chart_theme: Theme | None = None

    def replace(self, points: Points) -> None:
        """Have these points from now on; Undo brings back the ones there are now."""
        self.undo = [*self.undo, self.points][-MOST_UNDO:]
        self.points = points


@dataclass
class DataPage:
    """What the page remembers. Each way keeps its own source, so that trying another way loses nothing."""

    way: Way = "file"
    sources: dict[Way, Source] = field(default_factory=dict)
    table_editor: TableEditor = field(default_factory=TableEditor)
    use_editor: UseEditor = field(default_factory=UseEditor)
    point_editor: PointEditor = field(default_factory=PointEditor)
    error: str = ""


def texts(columns: Mapping[str, Sequence[Any]]) -> Cells:
    """The rows of a table given by its columns, each cell as text."""
    return [["" if cell is None else str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
