"""The page's address: always a link to the run that is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from backprop_core import Run
from backprop_core.presets import PRESETS
from playground import links
from playground.state import transport
from playground.state.session import session


def keep() -> None:
    """Let the address hold the run: its configuration and edits at once, the shown epoch when nothing plays."""
    if session().part(transport.Timeline).moved is not None:
        transport.follow_timeline()  # before the page does: the epoch to be shown is not yet the one it says
    wanted = parts()
    if session().mode != "paused":
        wanted.pop("epoch", None)
        if "epoch" in st.query_params:
            wanted["epoch"] = st.query_params["epoch"]
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def parts() -> dict[str, str]:
    """The parts of the address."""
    current = session()
    run = current.run
    return links.write(run.config, run.edits, current.shown, preset_of(run))


def preset_of(run: Run) -> str | None:
    """The preset that a run has its own rows and weights from, if it has any."""
    for name, preset in PRESETS.items():
        if preset.data is not None and _same(run.brought, preset.data) and _same(run.start_params, preset.params):
            return name
    return None


def _same(one: Any, other: Any) -> bool:
    """Whether two nests of arrays hold the same numbers."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        return all(_same(mine, theirs) for mine, theirs in zip(one, other, strict=True))
    return bool(np.array_equal(one, other))
