"""The Data page: the ways to bring a table, what each of them brought, and what is chosen about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.data.plain_names import plain
from backprop_core.data.rows import MAX_ROWS, Brought
from backprop_core.training.presets import suggested_for
from playground.data import choice
from playground.data.choice import Choice
from playground.data.figures import Clicking, Points
from playground.data.tables.cells import MAX_CELL, tidy
from playground.data.tables.table import MAX_COLUMNS, Table, grid, read
from playground.data.tables.to_rows import offers
from playground.session import runs, widgets
from playground.session.session import press, session, theme

Way = Literal["file", "paste", "type", "click"]
Cells = list[list[str]]

FILE, TEXT, POINTS = "data_file", "data_text", "data_points"
HEADERS: dict[str, bool | None] = {"as found": None, "names": True, "data": False}
EXAMPLE_NAMES = ("x1", "x2", "y")
EXAMPLE_CELLS = (("0", "0", "0"), ("0", "1", "1"), ("1", "0", "1"), ("1", "1", "0"))
MOST_UNDO = 100
MOST_UNDO_CELLS = 3_000_000  # of all tables that Undo can bring back to the editor
MOST_NAMES = MAX_COLUMNS * (MAX_CELL + 2)  # characters of the names of columns, as they are typed
CHART_HEIGHT = 460


@dataclass
class Found:
    """What one way brought: a table, or why there is none. `content` is what it was read from.

    `choice` is what the visitor chose for columns of these `names`; None while all is as suggested.
    """

    label: str = ""
    content: bytes | str = ""
    header: str = "as found"
    table: Table | None = None
    error: str = ""
    version: int = -1  # of the editor whose cells were read
    choice: Choice | None = None
    names: tuple[str, ...] = ()


@dataclass
class Typing:
    """The table that is typed. The editor holds what was changed of `given`; `cells` is the table as it stands."""

    names: tuple[str, ...] = EXAMPLE_NAMES
    given: Cells = field(default_factory=lambda: [list(row) for row in EXAMPLE_CELLS])
    cells: Cells = field(default_factory=lambda: [list(row) for row in EXAMPLE_CELLS])
    version: int = 0
    undo: list[tuple[tuple[str, ...], Cells]] = field(default_factory=list)


@dataclass
class Drawing:
    """The points that were clicked, what they were before, and where the last click was."""

    points: Points = ()
    undo: list[Points] = field(default_factory=list)
    last: tuple[float, float] | None = None
    chart: Clicking | None = None
    chart_for: Any = None


@dataclass
class Bringing:
    """What the page remembers, for every way by itself, so that trying another loses nothing."""

    way: Way = "file"
    found: dict[Way, Found] = field(default_factory=dict)
    typing: Typing = field(default_factory=Typing)
    drawing: Drawing = field(default_factory=Drawing)
    error: str = ""


def bringing() -> Bringing:
    """What the page remembers."""
    return session().part(Bringing)


def found() -> Found:
    """What the chosen way brought."""
    current = bringing()
    return current.found.setdefault(current.way, Found())


def choose_way() -> None:
    """Another way to bring a table was chosen."""
    press()
    bringing().error = ""
    bringing().way = st.session_state["data_way"]


def upload() -> None:
    """A file was uploaded, or taken away again."""
    press()
    bringing().error = ""
    file = st.session_state[FILE]
    if file is None:
        bringing().found["file"] = Found()
    else:
        _take("file", Found(plain(file.name), file.getvalue()))


def paste() -> None:
    """Text was pasted."""
    press()
    bringing().error = ""
    text = st.session_state[TEXT]
    header = bringing().found.get("paste", Found()).header
    _take("paste", Found("The pasted text", text, header) if text.strip() else Found())


def choose_header() -> None:
    """It was said whether the first row is the names of the columns."""
    press()
    bringing().error = ""
    shown = found()
    shown.header = st.session_state["data_header"]
    _take(bringing().way, shown)


# The table that is typed


def editor_key() -> str:
    """The key of the editor. It is another one after the page was left, for the editor's own memory is gone then."""
    typing = bringing().typing
    if f"data_editor_{typing.version}" not in st.session_state:
        _give(typing, typing.names, typing.cells)
    return f"data_editor_{typing.version}"


def edited(columns: Mapping[str, Sequence[Any]]) -> None:
    """The editor shows these columns: they are the table now."""
    typing = bringing().typing
    cells = [["" if cell is None else str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
    shown = found()
    if (shown.table or shown.error) and cells == typing.cells and shown.version == typing.version:
        return  # read before: most script runs change no cell
    typing.cells = cells
    _take("type", Found("The typed table", version=typing.version), lambda: grid(typing.names, typing.cells))


def rename_columns() -> None:
    """The names of the columns were typed: columns are renamed, begun, or left out at the end."""
    press()
    bringing().error = ""
    typing, current = bringing().typing, bringing()
    typed = st.session_state["data_names"]
    names = tuple(map(tidy, typed.split(","))) if len(typed) <= MOST_NAMES else ()
    if not 2 <= len(names) <= MAX_COLUMNS or not all(names) or len(set(names)) < len(names):
        current.error = f"Give 2 to {MAX_COLUMNS} different names, separated by commas."
        return
    if names != typing.names:
        _remember_typing(typing)
        _give(typing, names, [[*row, *[""] * len(names)][: len(names)] for row in typing.cells])


def type_again() -> None:
    """Take the table that another way brought into the editor; Undo there brings back what it had."""
    press()
    bringing().error = ""
    table = found().table
    if table is None:
        return
    typing = bringing().typing
    _remember_typing(typing)
    _give(typing, table.names, [list(row) for row in zip(*table.columns, strict=True)])
    bringing().way = "type"


def clear_typing() -> None:
    """Begin with an empty table of the same columns."""
    press()
    bringing().error = ""
    typing = bringing().typing
    _remember_typing(typing)
    _give(typing, typing.names, [[""] * len(typing.names) for _ in range(4)])


def undo_typing() -> None:
    """Bring back the typed table as it was before it was cleared, replaced, or its columns changed."""
    press()
    bringing().error = ""
    typing = bringing().typing
    if typing.undo:
        _give(typing, *typing.undo.pop())


def _remember_typing(typing: Typing) -> None:
    typing.undo = [*typing.undo, (typing.names, typing.cells)][-MOST_UNDO:]
    while sum(len(names) * len(cells) for names, cells in typing.undo) > MOST_UNDO_CELLS:
        del typing.undo[0]


def _give(typing: Typing, names: tuple[str, ...], cells: Cells) -> None:
    typing.names, typing.given, typing.cells = names, cells, cells
    typing.version += 1
    st.session_state["data_names"] = ", ".join(names)


# The points that are clicked


def click() -> None:
    """A place of the plane was clicked: a point of the chosen class is there now.

    A second click at the same place reaches us as the end of the selection there.
    """
    press()
    bringing().error = ""
    drawing = bringing().drawing
    selected = st.session_state[POINTS]["selection"]["points"]
    place = (float(selected[0]["x"]), float(selected[0]["y"])) if selected else drawing.last
    if place is None:
        return
    drawing.last = place
    others = tuple(point for point in drawing.points if point[:2] != place)
    _draw((*others, (*place, str(st.session_state["data_class"]))))


def undo_click() -> None:
    """Bring back the points as they were before the last click, or before they were cleared."""
    press()
    bringing().error = ""
    drawing = bringing().drawing
    if drawing.undo:
        drawing.points = drawing.undo.pop()
        _take_points()


def clear_points() -> None:
    """Take all points away; Undo brings them back."""
    press()
    bringing().error = ""
    _draw(())


def clicking() -> Clicking:
    """The plane to be clicked; made anew only when the theme is another."""
    drawing = bringing().drawing
    if drawing.chart is None or drawing.chart_for != theme():
        drawing.chart, drawing.chart_for = Clicking(theme(), CHART_HEIGHT), theme()
    drawing.chart.update_points(drawing.points)
    return drawing.chart


def _draw(points: Points) -> None:
    drawing = bringing().drawing
    if points != drawing.points and len(points) <= MAX_ROWS:
        drawing.undo = [*drawing.undo, drawing.points][-MOST_UNDO:]
        drawing.points = points
        _take_points()


def _take_points() -> None:
    points = bringing().drawing.points
    _take("click", Found("The points"), lambda: grid(("x1", "x2", "class"), points) if points else None)


# What is done with a table


def chosen(table: Table) -> Choice:
    """What is chosen about a table; widgets show it."""
    shown = found()
    wanted = shown.choice or choice.suggested_choice(table)
    given = {"target": wanted.target, "task": wanted.task, "missing": wanted.missing}
    given |= {"standardise": wanted.standardise, "scale_target": wanted.scale_target}
    for name, value in given.items():
        widgets.give(f"data_{name}", value)
    widgets.give("data_inputs", list(wanted.inputs))
    return wanted


def choose() -> None:
    """Something about the table was chosen; another target brings its own suggestions."""
    press()
    bringing().error = ""
    shown, values = found(), st.session_state
    if shown.table is None:
        return
    before = shown.choice or choice.suggested_choice(shown.table)
    if values["data_target"] != before.target:
        _choose(choice.suggested_choice(shown.table, values["data_target"]))
    else:
        chosen = {name: values[f"data_{name}"] for name in ("task", "missing", "standardise", "scale_target")}
        _choose(replace(before, inputs=tuple(values["data_inputs"]), **chosen))


def choose_test_share() -> None:
    """The share of the test rows was chosen."""
    press()
    bringing().error = ""
    shown = found()
    if shown.table is not None:
        before = shown.choice or choice.suggested_choice(shown.table)
        _choose(replace(before, test_share=st.session_state["data_test_share"]))


def _choose(wanted: Choice) -> None:
    shown = found()
    if shown.table is not None:
        shown.choice, shown.names = wanted, shown.table.names


def train(rows: Brought, test_share: float) -> None:
    """Start a run on these rows, with the settings suggested for them; Undo brings back the run shown until now."""
    press()
    bringing().error = ""
    config = suggested_for(rows).replace(test_share=test_share)
    try:
        run = Run(config, data=rows)
    except ConfigError as error:
        bringing().error = str(error)
        return
    runs.start(run, f"Your own data: {len(rows.X):,} rows, with settings that suit them.")


def _take(way: Way, brought: Found, make: Callable[[], Table | None] | None = None) -> None:
    """Read what a way brought; what is chosen stays while the columns do."""
    current = bringing()
    before = current.found.get(way)
    current.found[way] = brought
    brought.table, brought.error = None, ""
    try:
        if make is not None:
            brought.table = make()
        elif brought.content:
            brought.table = read(
                brought.content, brought.label if way == "file" else "", header=HEADERS[brought.header]
            )
    except ConfigError as error:
        brought.error = str(error)
    if before is not None and before.choice is not None:
        if brought.table is None or _fits(before.choice, before.names, brought.table):
            brought.choice, brought.names = before.choice, before.names
        else:
            brought.choice, brought.names = None, ()


def _fits(made: Choice, names: tuple[str, ...], table: Table) -> bool:
    """Whether a choice made for columns of these names is one for this table."""
    return names == table.names and made.task in offers(table, made.target)
