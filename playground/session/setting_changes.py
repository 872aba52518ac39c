"""Changes of settings in the sidebar: the run starts over, or goes on with an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from backprop_core import Config, ConfigError, Run
from backprop_core.data import TableRows
from backprop_core.settings import SPECS, fields
from backprop_core.training import PRESETS, suggested_for
from playground.session import runs, widget_values, widgets
from playground.session.session import press, session
from playground.session.transport import TimelineMoves


@dataclass
class Changes:
    """The settings that the browser reported as changed since the last run of the script.

    A browser that has not yet received the program's last values still sends the old ones along with a press. Such a
    value is `doubtful`: whether it is a change can only be decided when everything that was sent is known. `certain`
    says whether any other setting was changed.
    """

    certain: bool = False
    doubtful: dict[str, Any] = field(default_factory=dict)


def changed(key: str) -> None:
    """The sidebar's widget with this key was changed: change the setting, unless the value may be an old one."""
    value, changes = st.session_state[key], session().part(Changes)
    before = widgets.shown_sidebar().before
    if key in before and before[key] == value:
        changes.doubtful[key] = value
    else:
        changes.certain = True
        change(key, value)


def settle(title: str) -> None:
    """Before a page is drawn, make a doubtful change if nothing else was pressed: then it is the visitor's own."""
    current = session()
    changes, sidebar = current.part(Changes), widgets.shown_sidebar()
    doubtful, moved = changes.doubtful, current.part(TimelineMoves).moved is not None
    pressed = current.pressed or changes.certain or moved or title != current.page
    changes.doubtful, changes.certain = {}, False
    if len(doubtful) == 1 and not pressed:
        for key, value in doubtful.items():
            change(key, value)
    elif doubtful or pressed:
        sidebar.before = doubtful


@press
def change(key: str, value: Any) -> None:
    """Change the setting of one widget of the sidebar: start over, or go on from the shown epoch with an edit."""
    current, sidebar = session(), widgets.shown_sidebar()
    sidebar.before.pop(key, None)
    sidebar.sent[key] = value
    if key == "preset":
        _start_preset(value)
        return
    config = current.run.config_at(current.shown)
    values = widget_values.from_config(config, sidebar.values) | {key: value}
    try:
        if key == "dataset":
            own = current.run.user_rows
            old = suggested_for(own) if isinstance(own, TableRows) else None
            adopt(widget_values.follow_dataset(config, value, old))
        else:
            adopt(widget_values.to_config(widget_values.follow_partner(key, values)), values)
    except ConfigError as error:
        current.error, current.notice = str(error), ""


def _start_preset(name: str | None) -> None:
    if name in PRESETS:
        runs.start(PRESETS[name].run(), PRESETS[name].about, name)


@press
def draw_again() -> None:
    """Start over with other weights: the next seed."""
    change("seed", (session().run.config.seed + 1) % 2**32)


def adopt(config: Config, earlier: widget_values.Values | None = None) -> None:
    """Use a configuration from the shown epoch on: start over, or edit the run, whichever its changes need.

    Widgets whose values the configuration does not determine keep their `earlier` values. Raises ConfigError.
    """
    current = session()
    current.error = current.notice = ""
    if config.dataset == "csv":  # the usual share depends on the dataset; here it is stated
        config = config.replace(test_share=config.share_held_back)
    changes = config.changes(current.run.config_at(current.shown))
    if {*changes} & {*fields("data"), *fields("network")}:
        _start_over(config, changes)
    elif changes:
        _go_on(changes)
    current.preset = None
    widgets.show(config, earlier)


def _start_over(config: Config, changes: Mapping[str, Any]) -> None:
    """A new run of this configuration; the user's own rows and weights stay if they still fit."""
    run = session().run
    own = config.dataset == "csv"
    same_shape = "hidden" not in changes
    start = Run(config, data=run.user_rows if own else None, params=run.start_params if own and same_shape else None)
    labels = ", ".join(SPECS[name].label.lower() for name in changes)
    runs.start(start, f"Started over: {labels} changed.")


def _go_on(changes: Mapping[str, Any]) -> None:
    """Edit the run: goals apply to the whole run, all other settings from the shown epoch on."""
    goals = {name: value for name, value in changes.items() if name in fields("goal")}
    settings = {name: value for name, value in changes.items() if name not in goals}
    session().run.edit(**goals)
    if settings:
        runs.edit(lambda run: run.edit(**settings))
