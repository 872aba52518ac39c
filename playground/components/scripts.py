"""JavaScript that works on the page itself, and shows nothing of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

NEWEST = Path(__file__).with_name("newest.js")  # for scripts that are given data, which may come in another order


@cache  # st.cache_resource would hash the names again at every call
def script(name: str, *files: Path) -> Any:
    """The component that runs these files, one after another as one script, wherever it is mounted."""
    return st.components.v2.component(f"backprop_playground_{name}", js=source(*files), isolate_styles=False)


def source(*files: Path) -> str:
    """These files as one script."""
    return "\n".join(file.read_text("utf-8") for file in files)
