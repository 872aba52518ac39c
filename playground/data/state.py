"""The Data page: the ways to bring a table, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Literal, ParamSpec

import pandas as pd
import streamlit as st

from backprop_core import ConfigError, Run
from backprop_core.data import MAX_CELL, MAX_ROWS, TableRows, typed
from backprop_core.tables import MAX_COLUMNS, USES, Choice, Table, choice, grid, read
from backprop_core.training import suggested_for
from playground.data import column_names
from playground.data.figures import Clicking, Points
from playground.data.memory import HEADERS, NUMBERS, DataPage, Source, Way, texts
from playground.session import runs, widgets
from playground.session.session import press, session, theme

FILE, TEXT, POINTS = "data_file", "data_text", "data_points"
EMPTY_ROWS = 4  # of a table that was cleared
MOST_NAMES = MAX_COLUMNS * (MAX_CELL + 2)  # characters of the names of columns, as they are typed
CHART_HEIGHT = 460

Arguments = ParamSpec("Arguments")


def data_page() -> DataPage:
    """What the page remembers."""
    return session().part(DataPage)


def source() -> Source:
    """The source of the way that is open."""
    page = data_page()
    return page.sources.setdefault(page.way, Source())


def clearing_error(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Decorate a callback: it first clears the error of the action before."""

    @wraps(callback)
    def cleared(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        data_page().error = ""
        callback(*args, **kwargs)

    return cleared


@press
@clearing_error
def choose_way() -> None:
    """Another way to bring a table was chosen."""
    data_page().way = st.session_state["data_way"]


@press
@clearing_error
def upload() -> None:
    """A file was uploaded, or taken away again."""
    file = st.session_state[FILE]
    if file is None:
        data_page().sources["file"] = Source()
    else:
        _read("file", Source(typed(file.name), file.getvalue()))


@press
@clearing_error
def paste() -> None:
    """Text was pasted."""
    text = st.session_state[TEXT]
    before = data_page().sources.get("paste", Source())
    new = Source("The pasted text", text, before.header, before.numbers)
    _read("paste", new if text.strip() else Source())


@press
@clearing_error
def choose_reading(name: Literal["header", "numbers"]) -> None:
    """The user said whether the first row is the names of the columns, or how numbers are written."""
    setattr(source(), name, st.session_state[f"data_{name}"])
    _read(data_page().way, source())


# The table that is typed


def editor_key() -> str:
    """The key of the editor. It changes when the page was left, because the editor then forgets what was typed."""
    editor = data_page().table_editor
    if f"data_editor_{editor.version}" not in st.session_state:
        _give(editor.names, editor.cells)
    return f"data_editor_{editor.version}"


@press
def change_cells() -> None:
    """A cell was changed: the page itself reads the editor, by `take_cells`."""


def take_cells(columns: Mapping[str, Sequence[Any]]) -> None:
    """Take over the columns that the editor shows."""
    editor, current, cells = data_page().table_editor, source(), texts(columns)
    if (current.table or current.error) and cells == editor.cells and current.version == editor.version:
        return  # most script runs change no cell
    editor.cells = cells
    _read("type", Source("The typed table", version=editor.version), lambda: grid(editor.names, editor.cells))


@press
@clearing_error
def rename_columns() -> None:
    """The names of the columns were typed: rename columns, and add or remove columns at the end."""
    page, typed = data_page(), st.session_state["data_names"]
    editor = page.table_editor
    names = column_names.parse(typed) if len(typed) <= MOST_NAMES else ()
    if not 2 <= len(names) <= MAX_COLUMNS or not all(names) or len(set(names)) < len(names):
        page.error = f"Give 2 to {MAX_COLUMNS} different names, separated by commas."
        return
    if names != editor.names:
        editor.remember()
        _give(names, [[*row, *[""] * len(names)][: len(names)] for row in editor.cells])


@press
@clearing_error
def type_again() -> None:
    """Take the table that another way brought into the editor; Undo there brings back what it had."""
    table = source().table
    if table is None:
        return
    data_page().table_editor.remember()
    _give(table.names, [list(row) for row in zip(*table.columns, strict=True)])
    data_page().way = "type"


@press
@clearing_error
def clear_typing() -> None:
    """Begin with an empty table of the same columns."""
    editor = data_page().table_editor
    editor.remember()
    _give(editor.names, [[""] * len(editor.names) for _ in range(EMPTY_ROWS)])


@press
@clearing_error
def undo_typing() -> None:
    """Bring back the typed table as it was before it was cleared, replaced, or its columns changed."""
    editor = data_page().table_editor
    if editor.undo:
        _give(*editor.undo.pop())


def _give(names: tuple[str, ...], cells: list[list[str]]) -> None:
    data_page().table_editor.give(names, cells)
    st.session_state["data_names"] = column_names.written(names)


# The points that are clicked


@press
@clearing_error
def click() -> None:
    """A place of the plane was clicked: put a point of the chosen class there.

    A second click at the same place arrives as an empty selection.
    """
    editor = data_page().point_editor
    selected = st.session_state[POINTS]["selection"]["points"]
    place = (float(selected[0]["x"]), float(selected[0]["y"])) if selected else editor.last
    if place is None:
        return
    editor.last = place
    others = tuple(point for point in editor.points if point[:2] != place)
    _draw((*others, (*place, str(st.session_state["data_class"]))))


@press
@clearing_error
def undo_click() -> None:
    """Bring back the points as they were before the last click, or before they were cleared."""
    editor = data_page().point_editor
    if editor.undo:
        editor.points = editor.undo.pop()
        _read_points()


@press
@clearing_error
def clear_points() -> None:
    """Take all points away; Undo brings them back."""
    _draw(())


def clicking() -> Clicking:
    """The plane to be clicked; made anew only if the theme has changed."""
    editor = data_page().point_editor
    if editor.chart is None or editor.chart_theme != theme():
        editor.chart, editor.chart_theme = Clicking(theme(), CHART_HEIGHT), theme()
    editor.chart.update_points(editor.points)
    return editor.chart


def _draw(points: Points) -> None:
    editor = data_page().point_editor
    if points != editor.points and len(points) <= MAX_ROWS:
        editor.replace(points)
        _read_points()


def _read_points() -> None:
    points = data_page().point_editor.points
    _read("click", Source("The points"), lambda: grid(("x1", "x2", "class"), points) if points else None)


# What is done with a table


def show_choice(table: Table) -> Choice:
    """Let the widgets show what is chosen about a table, and return it."""
    current = source().chosen(table)
    for name in ("task", "missing", "standardise", "scale_target"):
        widgets.give(f"data_{name}", getattr(current, name))
    widgets.give("data_target", current.targets[0])
    widgets.give("data_more_targets", list(current.targets[1:]))
    widgets.give("data_inputs", list(current.inputs))
    return current


def uses_key(columns: pd.DataFrame) -> str:
    """The key of the editor of uses."""
    return f"data_uses_{data_page().use_editor.shows(columns)}"


@press
@clearing_error
def choose_uses(key: str) -> None:
    """The use of columns was changed in the editor with this key, which may have been replaced since."""
    table, edited = source().table, st.session_state.get(key)
    data_page().use_editor.columns = None
    if table is None or edited is None:
        return
    for column, cells in edited["edited_rows"].items():
        if cells.get("use") in USES:
            try:
                _choose(table, choice.with_use(table, source().chosen(table), int(column), cells["use"]))
            except ConfigError as error:
                data_page().error = str(error)


@press
@clearing_error
def choose() -> None:
    """Something about the table was chosen; another target brings its own suggestions."""
    table, values = source().table, st.session_state
    if table is None:
        return
    before = source().chosen(table)
    is_other = values["data_target"] != before.targets[0]
    targets = (values["data_target"], *(() if is_other else values["data_more_targets"]))
    if targets != before.targets:
        _choose(table, choice.with_targets(table, before, targets))
    else:
        changes = {name: values[f"data_{name}"] for name in ("task", "missing", "standardise", "scale_target")}
        _choose(table, replace(before, inputs=tuple(values["data_inputs"]), **changes))


@press
@clearing_error
def choose_test_share() -> None:
    """The share of the test rows was chosen."""
    table = source().table
    if table is not None:
        _choose(table, replace(source().chosen(table), test_share=st.session_state["data_test_share"]))


def _choose(table: Table, new: Choice) -> None:
    source().choice, source().names = new, table.names


@press
@clearing_error
def train(rows: TableRows, test_share: float) -> None:
    """Start a run on these rows, with the settings suggested for them; Undo brings back the run shown until now."""
    config = suggested_for(rows).replace(test_share=test_share)
    try:
        run = Run(config, data=rows)
    except ConfigError as error:
        data_page().error = str(error)
        return
    runs.start(run, f"Your own data: {len(rows.X):,} rows, with settings that suit them.")


def _read(way: Way, new: Source, make: Callable[[], Table | None] | None = None) -> None:
    """Read the table of a source; what was chosen stays as long as the columns do."""
    page = data_page()
    before = page.sources.get(way)
    page.sources[way] = new
    new.table, new.error, new.suggestion = None, "", None
    try:
        if make is not None:
            new.table = make()
        elif new.content:
            name = new.label if way == "file" else ""
            new.table = read(new.content, name, header=HEADERS[new.header], numbers=NUMBERS[new.numbers])
    except ConfigError as error:
        new.error = str(error)
    if before is not None:
        new.keep_choice(before)
