"""Draw a digit: a field to draw in, the picture that it becomes, and the answer of the network at the shown epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from backprop_core.nn import Array
from backprop_core.training import Snapshot
from playground.charts.theme import Theme
from playground.components.scripts import script
from playground.session import widgets
from playground.session.session import session, theme
from playground.train.digit import drawing, state
from playground.train.one_row import raw_rows

OPEN = "try_drawing"
PAD = Path(__file__).with_name("pad.js")
LABEL = "Drawing field. Arrows move the pen, Space inks, Shift with an arrow draws a line, Delete removes ink."
FIELD_WIDTH = 150
PIXEL = 16  # pixels of the screen for each of the picture
HEAD_HEIGHT, ROW_HEIGHT, MOST_ROWS_SHOWN = 38, 28, 10


def panel(snapshot: Snapshot) -> None:
    """Draw it, closed until it is opened. While the run plays, it keeps the answer that it had."""
    shape = snapshot.data.picture
    if shape is None or not drawing.can_draw(session().run):
        return
    widgets.keep_value(OPEN, False)
    place = st.expander("Draw a digit", icon=":material/draw:", key=OPEN, on_change=widgets.keep, args=(OPEN,))
    if place.open:
        with place, st.container(horizontal=True, key="drawing", gap="medium"):
            state.drawn(shape)
            on_pad = state.drawn_answer(snapshot)
            with st.container(width="content", key="drawing_field"):
                _field(on_pad)
                st.container(key="drawing_said").markdown(_said(on_pad))
                st.caption("Mouse, finger, or keys: arrows move, Space inks, Shift with arrows draws a line.")
            with st.container(width="content", key="drawing_given"):
                _given(on_pad)
            with st.container(width="content", key="drawing_outputs"):
                _outputs(on_pad)


def _field(on_pad: state.Drawing) -> None:
    data = {"ink": drawing.written(on_pad.ink), "size": len(on_pad.ink), "version": on_pad.version, "label": LABEL}
    script("pad", PAD)(key=state.PAD, data=data, on_drawn_change=state.draw, width="content")


def _given(on_pad: state.Drawing) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = len(raw_rows.rows_of(session().run))
        widgets.give(state.DRAW_PLACE, None if on_pad.place is None else on_pad.place + 1)
        st.number_input(
            "Begin with row", 1, count, value=None, step=1, key=state.DRAW_PLACE, on_change=state.draw_place,
            width=FIELD_WIDTH, placeholder="a drawing",
            help=f"One of the {count:,} rows: those to train on come first, then those to test.",
        )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Clear", key="draw_clear", icon=":material/ink_eraser:", on_click=state.clear_drawing)
        st.button(
            "Wrong row", key="draw_wrong", icon=":material/skip_next:", on_click=state.draw_wrong_row,
            help="The next row that the network gets wrong at the shown epoch.",
        )  # fmt: skip
    tall, wide = on_pad.picture.shape
    inked = int((on_pad.picture > 0).sum())
    st.image(
        shaded(on_pad.picture, theme()),
        width=wide * PIXEL,
        alt=f"The {tall} × {wide} pixels that the network is given, {inked} of them with ink.",
    )
    st.caption(
        f"What the network is given: {tall} × {wide} pixels, each of which counts the ink in {drawing.BLOCK} × "
        f"{drawing.BLOCK} pixels of the field. A drawing is first scaled to the full height and centred, as the digits "
        "of the data are; a row is taken as it is."
    )


def _said(on_pad: state.Drawing) -> str:
    """The answer in a line, or what to do."""
    if on_pad.message:
        return on_pad.message
    answer = on_pad.answer
    if answer is None:
        return "Draw a digit in the field, or begin with a row."
    truth = f" :small[:gray[The data say {on_pad.truth}.]]" if on_pad.truth else ""
    return f":small[Epoch {on_pad.epoch:,}:] **{answer.chosen}**, {answer.outputs[answer.chosen]:.2f}{truth}"


def _outputs(on_pad: state.Drawing) -> None:
    answer = on_pad.answer
    if answer is None:
        return
    name = "Probability" if answer.are_shares else "Output"
    column = st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0, width="medium")
    st.dataframe(
        {"Digit": list(answer.outputs), name: list(answer.outputs.values())},
        hide_index=True,
        height=HEAD_HEIGHT + ROW_HEIGHT * min(len(answer.outputs), MOST_ROWS_SHOWN),
        row_height=ROW_HEIGHT,
        column_config={name: column} if answer.are_shares else None,
        key="draw_outputs",
    )


def shaded(picture: Array, colours: Theme) -> Array:
    """A picture as an image (rows, columns, 3) of bytes, `PIXEL` × `PIXEL` for each of its pixels."""
    paper, ink = (
        np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for colour in (colours.middle, colours.text)
    )
    share = np.kron(picture, np.ones((PIXEL, PIXEL)))[..., None] / drawing.BLOCK**2
    return np.round(paper + (ink - paper) * share).astype(np.uint8)
