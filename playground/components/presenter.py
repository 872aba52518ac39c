"""The header of every page: the switch of presenter mode, and the list of keys. It also follows the browser's theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from playground import wording
from playground.components.scripts import script
from playground.components.style import use_style
from playground.session import presenting
from playground.session.session import press

FOLDER = Path(__file__).parent
WORDS: dict[str, Any] = wording.sentences(__file__, "presenter.toml")


def view() -> None:
    """Draw it, and apply the style of presenter mode."""
    is_on, words = presenting.presenting().on, WORDS["words"]
    if is_on:
        use_style("presenter.css")
    with st.container(key="header", horizontal=True, width="content"):
        with st.popover(
            words["keys"], icon=":material/keyboard:", type="tertiary", help=words["keys_help"], key="keys"
        ):
            st.container(key="all_keys").markdown(_all_keys())
        st.button(
            words["leave"] if is_on else words["present"],
            key="present",
            icon=":material/close_fullscreen:" if is_on else ":material/slideshow:",
            type="tertiary",
            help=words["help"],
            on_click=presenting.toggle,
            shortcut="L",
        )
        script("header", FOLDER / "theme.js", FOLDER / "presenter.js")(key="header_code", on_theme_change=_draw_again)


@press
def _draw_again() -> None:
    """The theme of the browser has changed: the script runs, and draws everything in its colours."""


@cache
def _all_keys() -> str:
    """All keys as Markdown."""
    return "\n\n".join(
        f"**{title}**  \n" + "  \n".join(f"`{key}` {what}" for key, what in keys.items())
        for title, keys in WORDS["keys"].items()
    )
