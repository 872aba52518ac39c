"""The panels of the Train page: their figures, and the weights typed into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from backprop_core import ConfigError
from backprop_core.config import Address
from playground.figures.board import Board, Views
from playground.state import runs
from playground.state.session import press, session, theme


@dataclass
class Panels:
    """The figures on the page, and what they were made for."""

    board: Board | None = None
    made_for: tuple[Any, ...] = ()


def board(views: Views) -> Board:
    """The figures for these views; made anew only when run, views or theme are others."""
    current = session()
    panels = current.part(Panels)
    wanted = (current.runs, views, theme())
    if panels.board is None or panels.made_for != wanted:
        panels.board, panels.made_for = Board(current.run, views, theme(), current.shown), wanted
    return panels.board


def edit_weights(layer: int, key: str, units: tuple[str, ...]) -> None:
    """The table of a layer's weights was edited: continue from the shown epoch with the new values."""
    press()
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
