"""The row or the point that is tried: what was chosen, and the last answer to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from backprop_core.data import Preparation
from backprop_core.nn import Array
from backprop_core.training import Snapshot
from playground.session import widgets
from playground.session.session import press, session
from playground.train.one_row import raw_rows
from playground.train.plane import Point
from playground.train.question import Question

BELOW = "The forward pass of this point, with all numbers, is below the charts."
PLACE, OPEN, SURFACE = "try_place", "try_row", "learned_chart"


@dataclass
class TriedRow:
    """The row of the panel "Try a row", or the point of "Try a point", and the last answer to it.

    preparation, rows : of the run whose columns it has
    place : the row that it began with
    ranges, steps : of its number fields
    clicked : the place of the surface that was clicked last
    values : of its columns
    is_changed : whether one of them was changed since
    answer, refused, epoch : the answer or why there is none, and its epoch
    question : what the answer belongs to
    """

    preparation: Preparation | None = None
    rows: Array = field(default_factory=lambda: np.empty((0, 0)))
    place: int = 0
    ranges: list[raw_rows.Range | None] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    clicked: Point | None = None
    values: list[float | str | None] = field(default_factory=list)
    is_changed: bool = False
    answer: raw_rows.Answer | None = None
    refused: str = ""
    epoch: int = 0
    question: Question = field(default_factory=Question)

    def begin_with(self, place: int) -> None:
        """Take the values of one of the rows."""
        if self.preparation is not None:
            self.place, self.is_changed = place, False
            self.values = [*self.preparation.raw(self.rows[place]).values()]

    def fits(self, preparation: Preparation, ranges: Sequence[raw_rows.Range | None]) -> bool:
        """Whether somebody chose a point that is on this plane too."""
        if not self.is_changed or self.preparation is None or self.preparation.columns != preparation.columns:
            return False
        return all(
            ends is not None and (not isinstance(value, float) or ends[0] <= value <= ends[1])
            for value, ends in zip(self.values, ranges, strict=True)
        )


def marked() -> Point | None:
    """The point that is tried, while the panel is open."""
    preparation = raw_rows.preparation_of(session().run)
    if preparation is None or not widgets.choices().get(OPEN) or not raw_rows.is_point(session().run, preparation):
        return None
    return raw_rows.place_of(preparation, tried_row(preparation).values)


def field_key(number: int) -> str:
    """The key of the field of a column of the tried row."""
    return f"try_field_{number}"


def tried_row(preparation: Preparation) -> TriedRow:
    """The row that is tried: the first of the table until another is chosen, also when the table is another one.

    A point that was chosen stays as long as the plane has it.
    """
    run = session().run
    tried, rows = session().part(TriedRow), raw_rows.rows_of(run)
    if tried.preparation != preparation or not np.array_equal(tried.rows, rows):
        ranges = raw_rows.ranges_of(run, preparation)
        stays = tried.fits(preparation, ranges)
        tried.preparation, tried.rows, tried.ranges = preparation, rows, ranges
        tried.steps, tried.clicked = raw_rows.steps_of(rows, preparation, ranges), None
        if stays:
            tried.place = 0
        else:
            tried.begin_with(0)
    return tried


def answered(snapshot: Snapshot) -> TriedRow:
    """The tried row with the answer at the shown epoch; while the run plays, with the answer that it has already."""
    current = session()
    tried = current.part(TriedRow)
    if tried.question.is_new(tuple(tried.values), snapshot.epoch):
        tried.epoch, tried.answer, tried.refused = snapshot.epoch, None, ""
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
    value = st.session_state[field_key(number)]
    ends = tried.ranges[number]
    if isinstance(value, float) and ends is not None:  # a late message may be about another plane
        value = min(max(value, ends[0]), ends[1])
    tried.values[number], tried.is_changed = value, True


@press
def click() -> None:
    """A point of the surface was clicked: try it. A second click at the same place arrives as an empty selection.

    So does any click while the run plays, which means nothing.
    """
    run = session().run
    preparation = raw_rows.preparation_of(run)
    if session().mode != "paused" or preparation is None or not raw_rows.is_point(run, preparation):
        return
    tried, selected = tried_row(preparation), st.session_state[SURFACE]["selection"]["points"]
    tried.clicked = (float(selected[-1]["x"]), float(selected[-1]["y"])) if selected else tried.clicked
    if tried.clicked is None:
        return
    values, place = raw_rows.point_at(run, preparation, *tried.clicked)
    if place is not None:
        tried.begin_with(place)
    else:
        tried.values, tried.is_changed = [*values], True
    widgets.give(OPEN, True)
    session().notice = BELOW
