"""The page's address: always a link to the run that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from backprop_core import Run
from backprop_core.training import PRESETS, UserRows
from playground.components.scripts import NEWEST, script
from playground.session.nested import same_numbers
from playground.session.session import next_frame, session
from playground.sidebar import links

SOURCE = Path(__file__).with_name("address.js")


@dataclass
class Address:
    """The parts of the address as last sent to the browser, and the rows that were last written as text."""

    parts: dict[str, str] = field(default_factory=dict)
    rows: UserRows | None = None
    text: str = ""


def keep(others: Mapping[str, str]) -> None:
    """Update the address: configuration and edits at once, the shown epoch only while nothing plays.

    `others` are parts that say nothing about the run: those of the open page, and of a lesson.

    Not with `st.query_params`, which adds an entry to the browser's history for every change.
    """
    current = session()
    new, address = parts(), current.part(Address)
    if current.mode != "paused":
        new.pop("epoch", None)
        if "epoch" in address.parts:
            new["epoch"] = address.parts["epoch"]
    new |= others
    address.parts = new
    with st.container(key="address"):
        script("address", NEWEST, SOURCE)(data={"query": urlencode(new), "number": next_frame()})


def parts() -> dict[str, str]:
    """The parts of the address."""
    current = session()
    run = current.run
    preset = preset_of(run)
    return links.write(run.config, run.edits, current.shown, preset, "" if preset else _rows_text(run))


def _rows_text(run: Run) -> str:
    """The run's own rows as text, written only when they are others than before."""
    address = session().part(Address)
    if run.user_rows is not address.rows:
        text = "" if run.start_params is not None else links.rows_text(run.user_rows)
        address.rows, address.text = run.user_rows, text
    return address.text


def preset_of(run: Run) -> str | None:
    """The preset whose rows and starting weights a run has, if any."""
    for name, preset in PRESETS.items():
        own = preset.recipe
        if (
            own.data is not None
            and same_numbers(run.user_rows, own.data)
            and same_numbers(run.start_params, own.params)
        ):
            return name
    return None
