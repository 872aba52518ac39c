"""The drawing: its ink, and the last answer to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from backprop_core.nn import Array
from backprop_core.training import Snapshot
from playground.charts.pictures import wrong_rows
from playground.session.session import press, session
from playground.train.digit import drawing
from playground.train.one_row import raw_rows
from playground.train.question import Question

PAD, DRAWN, DRAW_PLACE = "pad", "drawn", "draw_place"


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
    question : what the answer belongs to
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
    question: Question = field(default_factory=Question)
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
    if on_pad.question.is_new((on_pad.changes,), snapshot.epoch):
        on_pad.epoch, on_pad.answer = snapshot.epoch, None
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
