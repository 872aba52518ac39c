"""The sidebar's last section: the link, saving and opening a run, and exporting it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import streamlit as st

from backprop_core import ConfigError, Run, export
from backprop_core.training import saving
from playground.components import chart_config
from playground.components.switch import switch
from playground.replay.page_html import replay_html
from playground.session import widgets
from playground.session.session import session, theme
from playground.sidebar import address, links, opening


class Take(NamedTuple):
    """One way to export a run: its label, the file, and the function that makes it."""

    label: str
    file: str
    mime: str
    make: Callable[..., str | bytes]  # of the run; of the run and the theme if `drawn`
    drawn: bool = False


TAKES = {
    "notebook": Take("Jupyter notebook", "backprop.ipynb", "application/x-ipynb+json", export.notebook),
    "python": Take("Python, NumPy only", "backprop.py", "text/x-python", export.python),
    "pytorch": Take("PyTorch", "backprop_pytorch.py", "text/x-python", export.pytorch),
    "sklearn": Take("scikit-learn", "backprop_sklearn.py", "text/x-python", export.sklearn),
    "html": Take("Replay for slides, HTML", "replay.html", "text/html", replay_html, drawn=True),
    "npz": Take("Weights, NumPy .npz", "weights.npz", "application/octet-stream", export.weights_npz),
    "json": Take("Weights, JSON", "weights.json", "application/json", export.weights_json),
    "csv": Take("Loss of every epoch, CSV", "history.csv", "text/csv", export.history_csv),
}


def view() -> None:
    """Draw the section."""
    run, playing = session().run, session().mode != "paused"
    with st.expander("Save, share, take home", icon=":material/ios_share:"):
        st.caption(_about_the_link(run))
        st.download_button(
            "Save this run", run.to_json, "run.json", "application/json", key="save", icon=":material/save:",
            on_click="ignore", disabled=playing, width="stretch",
            help="A file with everything that defines the run, to open here again. Pause first.",
        )  # fmt: skip
        st.file_uploader(
            "Open a saved run", "json", key="open", on_change=opening.from_file, args=("open",),
            max_upload_size=saving.MOST_BYTES // 1_000_000,
            help=f"A file saved here, up to {saving.MOST_BYTES // 1_000_000} MB. The run shown now can be undone back.",
        )  # fmt: skip
        _take_home(run, playing)
        switch(
            "picture", chart_config.PICTURES, "Pictures of charts", label_visibility="visible",
            help="Point at a chart: the camera in its corner saves it, in this format.",
        )  # fmt: skip


def _about_the_link(run: Run) -> str:
    parts = address.parts()
    count = sum(edit.epoch <= session().shown for edit in run.edits)
    edits = "1 edit" if count == 1 else f"{count:,} edits"
    if run.user_rows is not None and not {"preset", "rows"} & set(parts):
        return "The page's address holds the settings, but not your own rows: save the run as a file to pass it on."
    if parts.get("edits") == links.LEFT_OUT:
        return (
            f"The page's address holds the settings, but the {edits} do not fit into "
            f"{links.LONGEST:,} characters: save the run as a file to pass it on."
        )
    its_edits = f", its {edits}" if count else ""
    return f"The page's address is a link to this very run: its settings{its_edits} and the epoch shown."


def _take_home(run: Run, playing: bool) -> None:
    widgets.keep_choice("take", tuple(TAKES))
    st.selectbox(
        "Take it home", tuple(TAKES), format_func=lambda name: TAKES[name].label, key="take", on_change=widgets.keep,
        args=("take",),
        help="The run up to its newest epoch, to go on with elsewhere. The notebook and the Python program need NumPy "
        "only, and print the same numbers.",
    )  # fmt: skip
    take = TAKES[widgets.value("take")]
    arguments = (run, theme()) if take.drawn else (run,)
    refused = _refusal(take, run)
    if refused:
        st.warning(refused)
    st.download_button(
        f"Download {take.file}", partial(take.make, *arguments), take.file, take.mime, key="take_home",
        on_click="ignore", icon=":material/download:", disabled=playing or bool(refused), width="stretch",
    )  # fmt: skip


def _refusal(take: Take, run: Run) -> str:
    """Why a run cannot be exported in this way; empty if it can."""
    if take.make is not export.sklearn:
        return ""
    try:
        take.make(run)
    except ConfigError as error:
        return str(error)
    return ""
