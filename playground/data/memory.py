"""What the Data page remembers: the four sources of a table, the two editors, and what was chosen about each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from backprop_core.tables import CONTINENTAL, ENGLISH, Choice, NumberFormat, Result, Table
from playground.charts.theme import Theme
from playground.data.figures import Clicking, Points

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
    result: Result | None = None  # of the last choice


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
    point_editor: PointEditor = field(default_factory=PointEditor)
    error: str = ""


def texts(columns: Mapping[str, Sequence[Any]]) -> Cells:
    """The rows of a table given by its columns, each cell as text."""
    return [["" if cell is None else str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
