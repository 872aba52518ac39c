"""The session: what all pages share of what a visitor is looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar

import streamlit as st

from backprop_core import Run
from backprop_core.training.presets import PRESETS
from backprop_core.training.recipe import Recipe
from playground.charts.theme import THEMES, Theme

DEFAULT_PRESET = "xor"

Mode = Literal["paused", "playing", "finishing"]
Part = TypeVar("Part")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Replaced(NamedTuple):
    """A run that was replaced by another: what defines it, and the preset it came from."""

    recipe: Recipe
    preset: str | None


@dataclass
class Session:
    """What one visitor is looking at.

    `shown` is the epoch that everything on the page shows, `until` where playing or finishing stops. `preset` is the
    one that was chosen, if nothing has been changed since. `runs` and `edits`
    count what was replaced, so that a board or a table of another run or of older weights is known to be stale.
    `pressed` says whether anything but the timeline was pressed since the last run of the script. `pages` are the app's
    pages by name, `page` the title of the one that is open.
    """

    run: Run
    shown: int = 0
    mode: Mode = "paused"
    until: int = 0
    preset: str | None = DEFAULT_PRESET
    notice: str = ""
    error: str = ""
    pressed: bool = False
    undo: list[Replaced] = field(default_factory=list)
    runs: int = 0
    edits: int = 0
    frames: int = 0
    parts: dict[type[Any], Any] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    page: str = ""

    def part(self, kind: type[Part]) -> Part:
        """What one page, or one module of the state, remembers for itself: begun empty when first asked for."""
        if kind not in self.parts:
            self.parts[kind] = kind()
        return self.parts[kind]


def session() -> Session:
    """The visitor's session, begun with the default preset."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session(PRESETS[DEFAULT_PRESET].run())
    return st.session_state["session"]


def press(callback: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Mark what a press does: every callback of a widget, but for those that decide later what was pressed.

    `Session.pressed` tells `transport.follow_timeline` that something other than the timeline was pressed.
    """

    @wraps(callback)
    def pressed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        session().pressed = True
        return callback(*args, **kwargs)

    return pressed


def next_frame() -> int:
    """A number for the next frame, never used before in this session."""
    session().frames += 1
    return session().frames


def theme() -> Theme:
    """The theme the visitor's browser shows."""
    return THEMES[st.context.theme.type or "light"]
