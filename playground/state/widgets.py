"""What widgets show: their values, set before the script draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from backprop_core import Config
from playground import form
from playground.state.session import session
from playground.state.transport import follow_timeline


@dataclass
class Sidebar:
    """The configuration that the sidebar was last made to show."""

    config: Config | None = None


def prepare() -> None:
    """Let the widgets show what is in force at the shown epoch, and the timeline that epoch: how a page begins."""
    current = session()
    follow_timeline()
    config = current.run.config_at(current.shown)
    if current.part(Sidebar).config != config:
        show(config)
    for key, shown in form.from_config(config).items():
        st.session_state.setdefault(key, shown)
    st.session_state.setdefault("preset", None)
    st.session_state.setdefault("speed", "auto")


def show(config: Config, earlier: form.Values | None = None) -> None:
    """Let the sidebar show a configuration; what it leaves open stays as in the `earlier` values."""
    session().part(Sidebar).config = config
    for key, shown in form.from_config(config, earlier).items():
        st.session_state[key] = shown


def value(key: str, otherwise: Any = None) -> Any:
    """The value of a widget; of one that has none yet, another."""
    return st.session_state.get(key, otherwise)


def give(key: str, wanted: Any) -> None:
    """Let a widget show a value, whatever it showed."""
    st.session_state[key] = wanted


def keep_choice(key: str, options: tuple[Any, ...]) -> None:
    """Give a choice its first option, unless it stands at one of its options already.

    The value is set in both cases: a browser that shows an option under its old name would go on doing so.
    """
    chosen = st.session_state.get(key)
    st.session_state[key] = chosen if chosen in options else options[0]


def keep_number(key: str, default: float) -> None:
    """Give a widget a number, unless it has one."""
    st.session_state.setdefault(key, default)
