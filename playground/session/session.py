"""The session: what all pages share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar

import streamlit as st

from backprop_core import Run
from backprop_core.training import PRESETS, Recipe
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

    run : the run, up to its newest epoch
    shown : the epoch that everything on the page shows
    until : where playing or finishing stops
    preset : the chosen preset, as long as nothing has been changed since
    pressed : whether anything but the timeline was pressed since the last run of the script
    mode : whether the run is playing, finishing or paused
    notice, error : what the status line says
    undo : the runs that Undo brings back, the newest last
    frames : the number of the newest frame; see `next_frame`
    runs, edits : how often the run was replaced or edited, by which boards and tables know that they are stale
    parts : what single pages and modules remember, by the class that holds it
    pages, page : the app's pages by name, and the title of the open one
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
    frames: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    parts: dict[type[Any], Any] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    page: str = ""

    def part(self, kind: type[Part]) -> Part:
        """What one page or module remembers, in a class of its own, which is created when first asked for."""
        if kind not in self.parts:
            self.parts[kind] = kind()
        return self.parts[kind]


def session() -> Session:
    """The visitor's session; a new one begins with the default preset."""
    current: Session | None = st.session_state.get("session")
    if current is None:
        current = st.session_state["session"] = Session(PRESETS[DEFAULT_PRESET].run())
    return current


def press(callback: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Decorate a widget's callback: note that something other than the timeline was pressed.

    `transport.follow_timeline` needs to know that. Every callback is decorated, but for those that decide themselves.
    """

    @wraps(callback)
    def pressed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        session().pressed = True
        return callback(*args, **kwargs)

    return pressed


def next_frame() -> int:
    """The number of the next frame: greater than any that the visitor's browser was sent before.

    Numbers begin with the time in milliseconds. A browser may lose its session and be given another one; the client
    ignores a message that is the same as an earlier one, and would keep showing the last frame of the lost session.
    """
    session().frames += 1
    return session().frames


def theme() -> Theme:
    """The theme of the visitor's browser."""
    return THEMES[st.context.theme.type or "light"]
