"""Train: play, pause, step, scrub and edit a run, and see every weight, every gradient and the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backprop_core.training import Snapshot
from playground import wording
from playground.charts.network.responses import MOST_UNITS
from playground.charts.of_run import has_room_for_responses, learned_views, network_views
from playground.compare import state as pins
from playground.compare.comparison import LONGEST_NAME
from playground.components import chart_config, live, spoken
from playground.components.explained import explain
from playground.components.playback import Readouts, button, choose_speed, play, timeline
from playground.components.switch import switch
from playground.session import playing, presenting, runs, transport, widgets
from playground.session.session import session
from playground.sidebar import sidebar
from playground.train import about, state, weight_editor
from playground.train.board import CURVE_VIEWS, HEIGHTS, Board, Views, gradient_views
from playground.train.digit import panel as digit_panel
from playground.train.one_row import panel as row_panel
from playground.train.one_row import state as one_row


def page() -> None:
    """Draw the page; while playing, go on drawing frames until something is pressed."""
    widgets.prepare()
    current = session()
    sidebar.sidebar(current.run.config_at(current.shown))
    snapshot = current.run.at(current.shown)
    readouts = _transport(snapshot)
    board = _panels(snapshot)
    if not presenting.hides("try"):
        row_panel.panel(snapshot)
        digit_panel.panel(snapshot)
    if current.mode == "paused":
        _draw(board, snapshot, readouts, still=True)
        spoken.say(snapshot)
    else:
        play(lambda: _draw(board, current.run.at(current.shown), readouts, still=False))


def _draw(board: Board, snapshot: Snapshot, readouts: Readouts, *, still: bool) -> None:
    """Update numbers and charts to a snapshot."""
    board.update(snapshot, still=still)
    if not still and session().mode != "playing":
        readouts.say(_status())
    readouts.send(board.patches, _numbers(snapshot), board.alts(snapshot) if still else {}, still=still)


def _numbers(snapshot: Snapshot) -> dict[str, str]:
    """The texts of the readouts, by the keys of their containers."""
    history = session().run.history
    return {
        "epoch_shown": f"{snapshot.epoch:,}",
        "train_loss": f"{snapshot.loss:.6g}",
        "test_loss": f"{history.test_loss[snapshot.epoch]:.6g}" if len(history.test_loss) else wording.NOTHING,
        "accuracy": wording.scores(snapshot),
    }


def _titles(snapshot: Snapshot) -> dict[str, str]:
    """The titles of the readouts."""
    score = wording.score_name(snapshot.data.task).capitalize()
    penalty = " incl. penalty" if snapshot.penalty else ""
    rows = "train / test" if snapshot.test_score is not None else "train"
    return {
        "epoch_shown": "Epoch",
        "train_loss": f"Train loss{penalty}",
        "test_loss": "Test loss",
        "accuracy": f"{score} {rows}",
    }


def _status() -> str:
    current = session()
    if current.error:
        return f":red[:material/error: {current.error}]"
    if current.mode == "finishing":
        return playing.progress()
    plateau = about.plateau(current.run, current.shown) if current.mode == "paused" else ""
    if current.notice or plateau:
        lines = [f":material/info: {current.notice}"] if current.notice else []
        return "  \n".join([*lines, f":material/horizontal_rule: {plateau}"] if plateau else lines)
    is_new = current.mode == "paused" and current.runs == current.edits == current.run.epoch == 0
    return f":material/waving_hand: {about.WORDS['page']['first']}" if is_new else ":small[ ]"


def _transport(snapshot: Snapshot) -> Readouts:
    current = session()
    paused = current.mode == "paused"
    with st.container(key="transport", horizontal=True):
        button("reset", "Reset", "restart_alt", runs.reset, "Back to epoch 0, with the settings in force.",
               shortcut="0")  # fmt: skip
        button("back", "Back", "skip_previous", transport.back, "One epoch back.", shortcut="B",
               disabled=current.shown == 0)  # fmt: skip
        label, icon = ("Play", "play_arrow") if paused else ("Pause", "pause")
        button("play", label, icon, transport.toggle_play, "Train, and watch.", shortcut="P", type="primary")
        button("step", "Step", "skip_next", transport.step, "One epoch on.", shortcut="S")
        button("finish", "Finish", "fast_forward", transport.finish, "Train to the last epoch, without drawing each.",
               shortcut="F")  # fmt: skip
        button("undo", "Undo", "undo", runs.undo, "Back to the run before the last start over, reset or branch.",
               shortcut="U", disabled=not current.undo)  # fmt: skip
        choose_speed()
        if not presenting.hides("pin"):
            _pin()
        if presenting.presenting().on and not presenting.hides("charts"):
            _choose_charts()
    timeline()
    left, right = st.columns([7, 5] if presenting.presenting().on else [5, 6], vertical_alignment="center", gap="small")
    if not presenting.hides("readouts"):
        numbers = _numbers(snapshot)
        with left.container(key="readouts", horizontal=True):
            for name, title in _titles(snapshot).items():
                st.container(key=name, width="content").markdown(f":small[{title}]  \n**{numbers[name]}**")
    with right.container(key="status"):
        status = st.markdown(_status())
    return Readouts(status, live.channel())


def _choose_charts() -> None:
    """Which charts are on the page in presenter mode."""
    names = presenting.CHART_NAMES
    with st.popover("Charts", icon=":material/grid_view:", key="charts"):
        widgets.give("presented_charts", list(presenting.presenting().charts))
        st.pills(
            "Charts", list(names), selection_mode="multi", format_func=names.__getitem__, key="presented_charts",
            on_change=presenting.choose_charts, args=("presented_charts",), label_visibility="collapsed",
        )  # fmt: skip


def _pin() -> None:
    popover = st.container(key="pin", width="content").popover("Pin", icon=":material/keep:", key=pins.form_key())
    with popover, st.form("pin_form", border=False, clear_on_submit=True):
        st.text_input("Name", key=pins.NAME, max_chars=LONGEST_NAME, placeholder=pins.offered_name())
        st.form_submit_button("Pin this run", key="pin_run", icon=":material/keep:", on_click=pins.pin_shown)
    popover.caption(f"It stays on the **Compare** page as it is now; up to {pins.MOST_PINS} runs do.")


def _panels(snapshot: Snapshot) -> Board:
    is_large = presenting.presenting().on
    charts = presenting.presenting().charts if is_large else tuple(HEIGHTS)
    boxes = _large_boxes(charts) if is_large else _boxes()
    heads = {
        name: panel.container(key=f"head_{name}", horizontal=True, horizontal_alignment="distribute")
        for name, panel in boxes.items()
    }
    clickable = not presenting.hides("try")
    views = replace(_views(heads, snapshot), charts=charts, large=is_large, clickable=clickable)
    shown = about.chart_views(views)
    for name, head in heads.items():
        explain(head, name, partial(about.sentences, name, shown[name], session().run, snapshot))
    board = state.board(views)
    for name, live_figure in board.figures.items():
        with boxes[name].container(key=name, height="stretch" if is_large else "content"):
            st.plotly_chart(
                live_figure.figure, config=chart_config.config(), height="stretch" if is_large else HEIGHTS[name],
                key=f"{name}_chart", alt=board.first_alts[name], selection_mode="points",
                on_select=one_row.click if name == "learned" and board.takes_clicks else "ignore",
            )  # fmt: skip
    return board


def _boxes() -> dict[str, DeltaGenerator]:
    """A box for each chart."""
    boxes = {}
    for row in (("network", "learned"), ("weights", "gradients")):
        for name, column in zip(row, st.columns(2, gap="xsmall"), strict=True):
            boxes[name] = column.container(key=f"panel_{name}")
    boxes["loss_curve"] = st.container(key="panel_loss_curve")
    return boxes


def _large_boxes(charts: Sequence[str]) -> dict[str, DeltaGenerator]:
    """A box for each of these charts, in a grid that fills the screen."""
    grid = st.container(key=f"presented_{len(charts)}")
    return {name: grid.container(key=f"panel_{name}") for name in charts}


def _views(heads: dict[str, DeltaGenerator], snapshot: Snapshot) -> Views:
    if "weights" in heads:
        heads["weights"].markdown("**Weights**")
        if not presenting.hides("edit"):
            with heads["weights"]:
                weight_editor.editor(snapshot)
    if "learned" in heads:
        heads["learned"].markdown("**Learned**")
        if not presenting.presenting().on:
            heads["learned"].markdown(f":small[:gray[{_caption(snapshot)}]]")
    network = _network_view(heads.get("network"), snapshot)
    learned = _view("learned_view", learned_views(snapshot.data), heads.get("learned"))
    gradients = _view("gradients_view", gradient_views(snapshot.data), heads.get("gradients"))
    curves = _view("curves_view", CURVE_VIEWS, heads.get("loss_curve"))
    scale = _view("scale", ("log", "linear"), heads.get("loss_curve"))
    return Views(learned, gradients, curves, log=scale == "log", network=network)


def _network_view(head: DeltaGenerator | None, snapshot: Snapshot) -> str:
    """The view of the network, and the head of its chart. Circles are drawn, too, where pictures have no room."""
    views, key, words = network_views(snapshot.data), "network_view", about.WORDS["page"]
    chosen = views[0]
    if len(views) > 1:
        widgets.keep_choice(key, views)  # as the switch does, but the title before it says what is drawn
        chosen = str(widgets.value(key))
    drawn = chosen if has_room_for_responses(session().run) else views[0]
    if head is not None:
        legend = words[f"network_{drawn.lower()}"] if drawn == chosen else words["network_no_room"]
        head.markdown(f"**Network** :small[:gray[{legend.format(most=MOST_UNITS)}]]")
    if len(views) > 1:
        _view(key, views, head)
    return drawn


def _view(key: str, options: Sequence[str], head: DeltaGenerator | None) -> str:
    """The chosen view; a row of buttons to choose it in the head of its chart, if that is there and none is hidden."""
    if head is not None and not presenting.hides("views"):
        return switch(key, options, place=head)
    widgets.keep_choice(key, options)
    return str(widgets.value(key))


def _caption(snapshot: Snapshot) -> str:
    data = snapshot.data
    if len(data.X_test) == 0:
        return f"{len(data.X):,} rows"
    return f"{len(data.X):,} train ●, {len(data.X_test):,} test ◇"
