"""The values of widgets, set before the script draws them.

The session holds the sidebar's settings, not the widgets: Streamlit forgets a widget's value when another page is
opened, even if that page draws the same widget.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from backprop_core import Config
from playground.session import widget_values
from playground.session.session import press, session

NOT_SET = object()  # not even None, which some widgets hold


@dataclass
class Kept:
    """What was chosen in widgets that are not on every page, by their keys."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sidebar:
    """What the sidebar shows.

    values : by the keys of the widgets; what `config` does not determine, such as the size of a first hidden layer, is
        as it was last
    sent : the values last given to the widgets, on the page `page`
    before : old values of what the program has changed since the browser last sent anything; it may still send these
    """

    config: Config | None = None
    values: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    page: str = ""


def prepare() -> None:
    """Let the sidebar show the configuration in force at the shown epoch: how a page with a sidebar begins."""
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
        # On a page that is open already, only values that differ: setting one would interrupt what is being typed.
        if is_new_page or st.session_state.get(key, NOT_SET) != new:
            st.session_state[key] = new


def show(config: Config, earlier: widget_values.Values | None = None) -> None:
    """Let the sidebar show a configuration; what it does not determine stays as in the `earlier` values."""
    sidebar = shown_sidebar()
    sidebar.config, sidebar.values = config, widget_values.from_config(config, earlier)


def hide_sidebar() -> None:
    """The sidebar is not drawn, so Streamlit forgets its values: all are set again when it is back."""
    shown_sidebar().page = ""


def shown_sidebar() -> Sidebar:
    """What the sidebar shows."""
    return session().part(Sidebar)


def value(key: str, otherwise: Any = None) -> Any:
    """The value of a widget, or `otherwise` if it has none yet."""
    return st.session_state.get(key, otherwise)


def give(key: str, new: Any) -> None:
    """Set the value that a widget shows."""
    session().part(Kept).values[key] = st.session_state[key] = new


def chosen(key: str, options: Collection[Any]) -> Any:
    """What was chosen among these options, or None.

    A browser may send a label that has changed since it was drawn; Streamlit passes that on as a string.
    """
    choice = st.session_state.get(key)
    return choice if choice in options else None


def keep_choice(key: str, options: Sequence[Any], default: Any = None) -> None:
    """Let a widget show what was last chosen in it, or else the default, or the first option.

    Called just before the widget is drawn, whose callback is `keep`. The value is set even if it is unchanged, so that
    a browser that shows an option under its old label shows the new one.
    """
    candidates = (session().part(Kept).values.get(key), default)
    give(key, next((choice for choice in candidates if choice is not None and choice in options), options[0]))


def keep_value(key: str, default: float | None) -> None:
    """Let a widget show what was last set in it, which may be nothing, or else the default. Its callback is `keep`."""
    kept = session().part(Kept).values.setdefault(key, default)
    if st.session_state.get(key) != kept:
        st.session_state[key] = kept


@press
def keep(key: str) -> None:
    """The callback of a widget that is kept: remember its value, even if the page is left before it is drawn again."""
    if key in st.session_state:
        session().part(Kept).values[key] = st.session_state[key]


def choices() -> dict[str, Any]:
    """What was chosen in widgets that are kept, by their keys."""
    return dict(session().part(Kept).values)


def forget(*keys: str) -> None:
    """Let widgets that are kept show their defaults again, when they are drawn next."""
    for key in keys:
        session().part(Kept).values.pop(key, None)
        st.session_state.pop(key, None)


def choose_again(choices: Mapping[str, Any]) -> None:
    """Let widgets that are kept show what was chosen in them at an earlier time."""
    forget(*session().part(Kept).values)
    session().part(Kept).values.update(choices)
