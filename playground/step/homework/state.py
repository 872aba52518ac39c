"""The homework sheet. Every change makes a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from backprop_core.explain import EXAMPLES
from playground.session.session import press, session
from playground.step.homework import worksheet
from playground.step.homework.worksheet import Sheet


@dataclass
class Sheets:
    """The current sheet, at first an example, and how many sheets there were before it."""

    current: Sheet = field(default_factory=lambda: worksheet.example(next(iter(EXAMPLES))))
    before: int = 0


def sheet() -> Sheet:
    """The current sheet."""
    return _sheets().current


def table_key(table: str) -> str:
    """The key of one of the sheet's tables. It changes with every sheet, so that no edit is applied twice."""
    return f"homework_{table}_{_sheets().before}"


@press
def start() -> None:
    """Start from the chosen example."""
    _use(worksheet.example(st.session_state["homework_example"]))


@press
def resize() -> None:
    """The numbers of rows or units were changed."""
    counts = {name: st.session_state[f"homework_{name}"] for name in ("inputs", "hidden 1", "hidden 2", "outputs")}
    layers = tuple(units for units in counts.values() if units)
    _use(worksheet.resized(sheet(), st.session_state["homework_rows"], layers))


@press
def change(name: str) -> None:
    """A setting of the homework's network was changed."""
    _use(worksheet.with_setting(sheet(), **{name: st.session_state[f"homework_{name}"]}))


@press
def edit(key: str, apply: Callable[..., Sheet], *which: Any) -> None:
    """A table of the sheet was edited."""
    _use(apply(sheet(), *which, st.session_state[key]["edited_rows"]))


def _sheets() -> Sheets:
    return session().part(Sheets)


def _use(changed: Sheet) -> None:
    sheets = _sheets()
    sheets.current, sheets.before = changed, sheets.before + 1
