"""The Train page: its figures, and the weights that are typed or pasted there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from backprop_core import ConfigError
from backprop_core.settings import Address
from playground.session import runs
from playground.session.session import press, session, theme
from playground.train import weight_text
from playground.train.board import Board, Views
from playground.train.one_row import state as one_row


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
    key, point = (current.runs, views, theme()), one_row.marked() if views.clickable else None
    if panels.board is None or panels.board_key != key:
        panels.board, panels.board_key = Board(current.run, views, theme(), current.shown, point), key
    panels.board.point = point
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
