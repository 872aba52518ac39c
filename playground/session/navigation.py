"""Going to another page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.session.session import session


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


def name() -> str:
    """The name of the open page; "" before any is open."""
    current = session()
    return next((name for name, page in current.pages.items() if page.title == current.page), "")


def title(name: str) -> str:
    """The title of a page, by which visitors know it."""
    return str(session().pages[name].title)
