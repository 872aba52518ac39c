"""What widgets show: their values, set before the script draws them.

The settings in the sidebar have their home in the session, not in the widgets: Streamlit drops a widget's value when
another page is opened, also where that page draws the same widget again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from backprop_core import Config
from playground.session import widget_values
from playground.session.session import press, session


@dataclass
class Kept:
    """What was chosen in widgets that stand on some pages only, by their keys."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sidebar:
    """What the sidebar shows.

    `values` are those that show `config`, by the keys of the widgets; what it leaves open, the size of a first hidden
    layer for example, is as it was last. `sent` is what the widgets were sent, on the page `page`; `before` what the
    program has changed since the browser last sent anything: until it does, it may still send these old values.
    """

    config: Config | None = None
    values: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    page: str = ""


def prepare() -> None:
    """Let the sidebar's widgets show what is in force at the shown epoch: how a page begins."""
    current = session()
    config = current.run.config_at(current.shown)
    sidebar = shown_sidebar()
    if sidebar.config != config:
        show(config)
    is_new_page = sidebar.page != current.page
    sidebar.page = current.page
    for key, new in {**sidebar.values, "preset": current.preset}.items():
        if sidebar.sent.get(key, new) != new:
            sidebar.before[key] = sidebar.sent[key]
        sidebar.sent[key] = new
        # On the page where they stand already, only what differs: setting a value ends what is being typed there.
        if is_new_page or key not in st.session_state or st.session_state[key] != new:
            st.session_state[key] = new


def show(config: Config, earlier: widget_values.Values | None = None) -> None:
    """Let the sidebar show a configuration; what it leaves open stays as in the `earlier` values."""
    sidebar = shown_sidebar()
    sidebar.config, sidebar.values = config, widget_values.from_config(config, earlier)


def shown_sidebar() -> Sidebar:
    """What the sidebar shows."""
    return session().part(Sidebar)


def value(key: str, otherwise: Any = None) -> Any:
    """The value of a widget; of one that has none yet, another."""
    return st.session_state.get(key, otherwise)


def give(key: str, new: Any) -> None:
    """Let a widget show a value, whatever it showed."""
    session().part(Kept).values[key] = st.session_state[key] = new


def chosen(key: str, options: Collection[Any]) -> Any:
    """What was chosen of some options; None where it is none of them.

    A browser may still send an option by a label that has changed since; Streamlit hands that over as a text.
    """
    choice = st.session_state.get(key)
    return choice if choice in options else None


def keep_choice(key: str, options: Sequence[Any], default: Any = None) -> None:
    """Let a widget show what was chosen last, on whichever page; else the default, or the first option.

    Called just before the widget is drawn; its callback is `keep`. The value is set in any case: a browser that shows
    an option under its old name would go on doing so.
    """
    candidates = (session().part(Kept).values.get(key), default)
    give(key, next((choice for choice in candidates if choice is not None and choice in options), options[0]))


def keep_value(key: str, default: float) -> None:
    """Let a widget show the number or flag it was given last, or else the default; otherwise as `keep_choice`."""
    kept = session().part(Kept).values.setdefault(key, default)
    if st.session_state.get(key) != kept:
        st.session_state[key] = kept


@press
def keep(key: str) -> None:
    """Something was chosen in a widget that is kept: remember it, even if its page is left before it is drawn again."""
    if key in st.session_state:
        session().part(Kept).values[key] = st.session_state[key]
