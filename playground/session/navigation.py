"""Going to another page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.session.session import session


@dataclass
class Exercise:
    """The stage of an update that another page asks to be practised, from 0."""

    stage: int | None = None


def offer(pages: Mapping[str, Any]) -> None:
    """Remember the app's pages by name."""
    session().pages = dict(pages)


def opened(title: str) -> None:
    """Remember which page is open, by its title. Opening another page counts as a press."""
    current = session()
    current.pressed = current.pressed or title != current.page
    current.page = title


def go(name: str) -> None:
    """Leave this page for another one."""
    st.switch_page(session().pages[name])


def practise(stage: int) -> None:
    """Leave this page for exercises in one stage of an update."""
    session().part(Exercise).stage = stage
    go("practice")


def stage_to_practise() -> int | None:
    """The stage that another page asked for, once."""
    exercise = session().part(Exercise)
    stage, exercise.stage = exercise.stage, None
    return stage


def name() -> str:
    """The name of the open page; "" before any is open."""
    current = session()
    return next((name for name, page in current.pages.items() if page.title == current.page), "")


def title(name: str) -> str:
    """The title of a page, by which visitors know it."""
    return str(session().pages[name].title)
