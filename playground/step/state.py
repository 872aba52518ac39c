"""The One step page: the position of the walk through a step, and what the visitor predicts and checks."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from playground.session import widgets
from playground.session.session import press, session


@dataclass
class Walk:
    """What the page remembers.

    position : the number of the quantity shown
    revealed : while predicting, the place whose numbers are shown
    guess, guessed_sign : what was predicted there
    checking : whether all gradients are checked
    """

    position: int = 0
    revealed: tuple[int, ...] = ()
    guess: str = ""
    guessed_sign: str = ""
    checking: bool = False


def stand(quantities: int) -> int:
    """The position of the walk, among this many quantities."""
    walk = _walk()
    walk.position = min(walk.position, quantities - 1)
    return walk.position


def position() -> int:
    """The position of the walk."""
    return _walk().position


@press
def move(by: int) -> None:
    """Move the walk forward or back."""
    go_to(max(0, _walk().position + by))


@press
def go_to(position: int) -> None:
    """Move the walk to a quantity."""
    _walk().position = position
    hide_again()


@press
def choose_cell(chart: str, keys: tuple[str, str], start: tuple[int, int]) -> None:
    """A cell of a heatmap was chosen: set the choices of row and column. The heatmap's first cell is at `start`."""
    points = st.session_state[chart]["selection"]["points"]
    if points and "customdata" in points[0]:
        row, column = points[0]["customdata"][:2]
        widgets.give(keys[0], start[0] + int(row))
        widgets.give(keys[1], start[1] + int(column))
    hide_again()


@press
def choose(key: str) -> None:
    """Something was chosen in a widget: keep it, and hide the numbers again if they are predicted."""
    widgets.keep(key)
    hide_again()


def hide_again() -> None:
    """Hide the numbers again, and forget the guess."""
    walk = _walk()
    walk.revealed, walk.guess, walk.guessed_sign = (), "", ""
    for key, empty in (("guess", ""), ("guessed_sign", None)):
        if key in st.session_state:
            st.session_state[key] = empty


@press
def reveal() -> None:
    """Show the numbers and keep what was guessed."""
    walk = _walk()
    walk.revealed = _place()
    walk.guess = st.session_state.get("guess", "")
    walk.guessed_sign = st.session_state.get("guessed_sign") or ""


def is_revealed() -> bool:
    """Whether the numbers at this place of the walk have been revealed."""
    return _walk().revealed == _place()


def guess() -> tuple[str, str]:
    """The typed guess and the guessed sign, each "" if there is none."""
    return _walk().guess, _walk().guessed_sign


@press
def check_all() -> None:
    """Check all gradients, from now on at every shown epoch."""
    _walk().checking = True


def is_checking() -> bool:
    """Whether all gradients are checked."""
    return _walk().checking


def _walk() -> Walk:
    return session().part(Walk)


def _place() -> tuple[int, ...]:
    current = session()
    return (current.runs, current.edits, current.shown, _walk().position)
