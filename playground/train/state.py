"""The Train page: its figures, the weights typed or pasted there, and the row or the drawing that is tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from backprop_core import ConfigError
from backprop_core.data import Preparation
from backprop_core.nn import Array
from backprop_core.settings import Address
from backprop_core.training import Snapshot
from playground.charts.pictures import wrong_rows
from playground.session import runs
from playground.session.session import press, session, theme
from playground.train import drawing, raw_rows, weight_text
from playground.train.board import Board, Views

PLACE = "try_place"
PAD, DRAWN, DRAW_PLACE = "pad", "drawn", "draw_place"


@dataclass
class TriedRow:
    """The row of the panel "Try a row", and the last answer to it.

    preparation, rows : of the run whose columns it has
    place, steps : the row that it began with, and the steps of its number fields
    values : of its columns
    is_changed : whether one of them was changed since
    answer, refused, epoch : the answer or why there is none, and its epoch
    asked : what the answer belongs to
    """

    preparation: Preparation | None = None
    rows: Array = field(default_factory=lambda: np.empty((0, 0)))
    place: int = 0
    steps: list[float] = field(default_factory=list)
    values: list[float | str | None] = field(default_factory=list)
    is_changed: bool = False
    answer: raw_rows.Answer | None = None
    refused: str = ""
    epoch: int = 0
    asked: tuple[Any, ...] = ()

    def begin_with(self, place: int) -> None:
        """Take the values of one of the rows."""
        if self.preparation is not None:
            self.place, self.is_changed = place, False
            self.values = [*self.preparation.raw(self.rows[place]).values()]


@dataclass
class Drawing:
    """The drawing of the panel "Draw a digit", and the last answer to it.

    ink : booleans, 4 × 4 for each pixel of a picture
    picture : what the network is given
    place : of the row that it is, in `raw_rows.rows_of`; None if it was drawn
    truth : what the data say about that row
    version : how often a row or nothing was put into the field, which is to be told
    changes : how often it changed
    answer, epoch : the answer and its epoch
    asked : what the answer belongs to
    message : why a button did nothing
    """

    ink: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    picture: Array = field(default_factory=lambda: np.empty((0, 0)))
    place: int | None = None
    truth: str = ""
    version: int = 0
    changes: int = 0
    answer: drawing.Answer | None = None
    epoch: int = 0
    asked: tuple[Any, ...] = ()
    message: str = ""

    def take(self, ink: Array) -> None:
        """Take a bitmap that was drawn, centred and scaled."""
        self.ink, self.picture = ink, drawing.counted(drawing.fitted(ink))
        self.place, self.truth, self.message = None, "", ""
        self.changes += 1

    def put(self, ink: Array) -> None:
        """Put a bitmap into the field that was not drawn there."""
        self.take(ink)
        self.version += 1

    def begin_with(self, place: int) -> None:
        """Put one of the rows into the field, as it is."""
        run = session().run
        picture = raw_rows.rows_of(run)[place].reshape(self.picture.shape)
        self.put(drawing.inked(picture))
        self.picture, self.place, self.truth = picture, place, raw_rows.truth(run, place)


@dataclass
class Panels:
    """The figures, what they were made for, and by text area why pasted weights were refused."""

    board: Board | None = None
    board_key: tuple[Any, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


def board(views: Views) -> Board:
    """The figures for these views; made anew only if run, views or theme have changed."""
    current = session()
    panels = current.part(Panels)
    key = (current.runs, views, theme())
    if panels.board is None or panels.board_key != key:
        panels.board, panels.board_key = Board(current.run, views, theme(), current.shown), key
    return panels.board


def layer_text(layer: int) -> str:
    """The weights and biases of a layer at the shown epoch, as text that `paste_weights` reads."""
    current = session()
    return weight_text.written(*current.run.at(current.shown).params[layer - 1])


@press
def paste_weights(layer: int, key: str) -> None:
    """A layer's starting weights were pasted: make them edits at epoch 0, which links and files keep."""
    current, panels = session(), session().part(Panels)
    fan_in, fan_out = current.run.network.sizes[layer - 1 : layer + 1]
    current.error, panels.refused = "", {}
    try:
        block = weight_text.parse(st.session_state[key], fan_in, fan_out).tolist()
        values: dict[Address, float] = {
            (layer, "b", j) if i == fan_in else (layer, "W", i, j): value
            for i, row in enumerate(block)
            for j, value in enumerate(row)
        }
        runs.edit(lambda run: run.edit(params=values))
    except ConfigError as error:
        panels.refused = {key: str(error)}
    else:
        current.notice = f"The starting weights of layer {layer} are those you gave."


def refusal(key: str) -> str:
    """Why the text of a text area was refused, or ""."""
    return session().part(Panels).refused.get(key, "")


@press
def edit_weights(layer: int, key: str, units: tuple[str, ...]) -> None:
    """The table of a layer's weights was edited: go on from the shown epoch with the new values."""
    current = session()
    fan_in = current.run.network.sizes[layer - 1]
    values: dict[Address, float] = {}
    for row, cells in st.session_state[key]["edited_rows"].items():
        for name, number in cells.items():
            unit = units.index(name)
            values[(layer, "b", unit) if int(row) == fan_in else (layer, "W", int(row), unit)] = number
    current.error = ""
    try:
        runs.edit(lambda run: run.edit(params=values))
    except ConfigError as error:
        current.error = str(error)


def field_key(number: int) -> str:
    """The key of the field of a column of the tried row."""
    return f"try_field_{number}"


def tried_row(preparation: Preparation) -> TriedRow:
    """The row that is tried: the first of the table until another is chosen, also when the table is another one."""
    tried, rows = session().part(TriedRow), raw_rows.rows_of(session().run)
    if tried.preparation != preparation or not np.array_equal(tried.rows, rows):
        tried.preparation, tried.rows, tried.steps = preparation, rows, raw_rows.steps_of(rows, preparation)
        tried.begin_with(0)
    return tried


def answered(snapshot: Snapshot) -> TriedRow:
    """The tried row with the answer at the shown epoch; while the run plays, with the answer that it has already."""
    current = session()
    tried = current.part(TriedRow)
    row = (current.runs, *tried.values)
    asked = (*row, current.edits, snapshot.epoch)
    is_new = asked != tried.asked if current.mode == "paused" else row != tried.asked[: len(row)]
    if is_new:
        tried.asked, tried.epoch, tried.answer, tried.refused = asked, snapshot.epoch, None, ""
        try:
            tried.answer = raw_rows.answer(current.run, snapshot, tried.values)
        except ValueError as error:
            tried.refused = str(error)
    return tried


@press
def try_place() -> None:
    """Another row of the table was chosen to begin with."""
    tried = session().part(TriedRow)
    tried.begin_with(min(max(int(st.session_state[PLACE]), 1), len(tried.rows)) - 1)


@press
def try_value(number: int) -> None:
    """A value of the tried row was changed."""
    tried = session().part(TriedRow)
    tried.values[number], tried.is_changed = st.session_state[field_key(number)], True


def drawn(shape: tuple[int, int]) -> Drawing:
    """The drawing, for pictures of this shape; nothing at first."""
    current = session().part(Drawing)
    if current.picture.shape != shape:
        current.put(np.zeros((shape[0] * drawing.BLOCK, shape[1] * drawing.BLOCK), dtype=bool))
    return current


def drawn_answer(snapshot: Snapshot) -> Drawing:
    """The drawing with the answer at the shown epoch; while the run plays, with the answer that it has already."""
    current = session()
    on_pad = current.part(Drawing)
    asked = (current.runs, on_pad.changes, current.edits, snapshot.epoch)
    is_new = asked != on_pad.asked if current.mode == "paused" else asked[:2] != on_pad.asked[:2]
    if is_new:
        on_pad.asked, on_pad.epoch, on_pad.answer = asked, snapshot.epoch, None
        if on_pad.ink.any():
            on_pad.answer = drawing.answer(current.run, snapshot, on_pad.picture)
    return on_pad


@press
def draw() -> None:
    """A stroke was drawn."""
    on_pad = session().part(Drawing)
    ink = drawing.read(st.session_state[PAD].get(DRAWN), on_pad.ink.shape)
    if ink is not None:
        on_pad.take(ink)


@press
def clear_drawing() -> None:
    """The field is to be empty."""
    on_pad = session().part(Drawing)
    on_pad.put(np.zeros_like(on_pad.ink))


@press
def draw_place() -> None:
    """A row was chosen to begin with."""
    place = st.session_state[DRAW_PLACE]
    if place is not None:
        session().part(Drawing).begin_with(min(max(int(place), 1), len(raw_rows.rows_of(session().run))) - 1)


@press
def draw_wrong_row() -> None:
    """Begin with the next row that is wrong at the shown epoch, after the last one the first again."""
    current = session()
    on_pad, places = current.part(Drawing), _wrong_places(current.run.at(current.shown))
    if not places:
        on_pad.message = f"No row is wrong at epoch {current.shown:,}."
        return
    at = places.index(on_pad.place) + 1 if on_pad.place in places else 0
    on_pad.begin_with(places[at % len(places)])


def _wrong_places(snapshot: Snapshot) -> list[int]:
    """Places in `raw_rows.rows_of` of the rows that are wrong, test rows first."""
    wrong, training = wrong_rows(snapshot), len(snapshot.data.X)
    return [int(place) + (training if number < wrong.tests else 0) for number, place in enumerate(wrong.places)]
