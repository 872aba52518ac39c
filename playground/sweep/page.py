"""Sweep: how two settings affect training, over many seeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backprop_core import ConfigError
from backprop_core.settings import DEFAULTS, MAX_EPOCHS, SPECS
from backprop_core.sweep import SWEEPS, Grid, Result
from playground import wording
from playground.charts import alt_text
from playground.components import chart_config, live
from playground.components.bursts import burst
from playground.components.explained import explain
from playground.components.switch import switch
from playground.session import navigation, widgets
from playground.session.session import next_frame, theme
from playground.sweep import about, axis_values, state
from playground.sweep.durations import between, duration
from playground.sweep.figures import MEASURES, bundle
from playground.sweep.workers import WorkersError, find_workers

MAP_HEIGHT = 480  # on a high screen; as in style.css
BUNDLE_HEIGHT = 260
TELLING = 0.1  # share of a sweep, from which on its own speed tells how long the rest takes


def page() -> None:
    """Draw the page; while a sweep is under way, go on training and drawing until something is pressed."""
    current = state.sweeps()
    settings, results = st.columns([1, 2.6], gap="medium")
    with settings:
        cost, error = _settings(current)
    with results:
        draw = _results(current)
    _say_cost(current, cost, error)
    _train(current, draw)


def _settings(current: state.Sweeps) -> tuple[DeltaGenerator, DeltaGenerator]:
    st.selectbox(
        "Ready sweeps", tuple(SWEEPS), format_func=lambda name: SWEEPS[name].label, key="sweep_ready", index=None,
        placeholder="your own", on_change=state.choose_ready, persist_state="session",
        help="A question worth asking, ready to start. Change anything about it below.",
    )  # fmt: skip
    ready = widgets.value("sweep_ready")
    if ready is not None:
        st.caption(SWEEPS[ready].about)
    for which in (1, 2):
        _setting(which, current)
    row = st.container(horizontal=True, gap="small", key="sweep_numbers")
    row.number_input(
        "Seeds", 1, state.MOST_SEEDS, key="sweep_seeds", on_change=state.own_settings, persist_state="session",
        help=f"How many runs every cell has, each from other starting weights, 1 to {state.MOST_SEEDS:,}.",
    )  # fmt: skip
    row.number_input(
        "First seed", 0, int(SPECS["seed"].high), key="sweep_first_seed", on_change=state.own_settings,
        persist_state="session", help="Seeds count up from this one. All cells have the same.",
    )  # fmt: skip
    row.number_input(
        "Epochs", 1, MAX_EPOCHS, key="sweep_epochs", on_change=state.own_settings, persist_state="session",
        disabled="epochs" in (widgets.value("sweep_setting_1"), widgets.value("sweep_setting_2")),
        help=f"How long every run is trained, 1 to {MAX_EPOCHS:,}.",
    )  # fmt: skip
    options = state.solved_options()
    row = st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="sweep_goal")
    solved = switch(
        "sweep_solved", options, "Solved means", place=row, label_visibility="visible",
        help="What must hold for the training rows at the end. Epochs until solved: from when on it has held.",
    )  # fmt: skip
    widgets.keep_value("sweep_below", 0.01)
    row.number_input(
        "Loss below", 1e-12, 1e6, key="sweep_below", on_change=widgets.keep, args=("sweep_below",), format="%g",
        label_visibility="collapsed", disabled=solved != state.BY_LOSS,
        help="The loss below which a run counts as solved.",
    )  # fmt: skip
    _base(current)
    return _start(current)


def _setting(which: int, current: state.Sweeps) -> None:
    options = axis_values.sweepable(current.base)
    names = {name: SPECS[name].label for name in options}
    label = "Sweep, across the map" if which == 1 else "and, up the map"
    name = widgets.value(f"sweep_setting_{which}")
    st.selectbox(
        label, options if which == 1 else (state.NONE, *options), format_func=lambda name: names.get(name, name),
        key=f"sweep_setting_{which}", on_change=state.choose_setting, args=(which,), persist_state="session",
        help=None if name == state.NONE else _values_help(name),
    )  # fmt: skip
    if name == state.NONE:
        return
    key = f"sweep_values_{which}"
    chosen = widgets.value(key)
    st.multiselect(
        f"Values of {names[name]}", list(dict.fromkeys([*axis_values.suggestions(name), *chosen])), key=key,
        on_change=state.own_settings, accept_new_options=SPECS[name].kind in ("integer", "integers", "real"),
        persist_state="session", help=_values_help(name), placeholder="type a value, press Enter",
        wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def _values_help(name: str) -> str:
    spec = SPECS[name]
    if spec.kind == "integers":
        return f"Units of each hidden layer: 4, or 8-8 for two layers, each 1 to {spec.high:.0f}. Type your own."
    if spec.kind in ("integer", "real"):
        return f"{spec.help} From {spec.low:,g} to {spec.high:,g}. Type your own."
    return spec.help


def _base(current: state.Sweeps) -> None:
    swept = {widgets.value("sweep_setting_1"), widgets.value("sweep_setting_2"), "seed", "epochs"}
    phrases = [
        wording.phrase(name, value)
        for name, value in current.base.to_dict().items()
        if name not in swept and (name == "dataset" or value != DEFAULTS[name])
    ]
    st.caption(f"All else: {', '.join(phrases)}; the rest as by default.")
    st.button(
        "Use the settings on Train", icon=":material/input:", on_click=state.take_from_train, key="sweep_base",
        help="Sweep around what the Train page shows: its dataset, its network, its way of learning.",
    )  # fmt: skip


def _start(current: state.Sweeps) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw the button; returns places for the estimated cost, which takes a moment to compute, and for an error."""
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="sweep_row")
    going = current.going is not None
    row.button(
        "Stop" if going else "Start",
        icon=":material/stop:" if going else ":material/play_arrow:",
        key="sweep_go",
        on_click=state.stop if going else state.start,
        type="primary",
        width=125,
        help="Train all runs of the sweep. Stopping keeps what is there.",
    )
    return row.container(key="sweep_cost").empty(), st.empty()


def _say_cost(current: state.Sweeps, place: DeltaGenerator, below: DeltaGenerator) -> None:
    """Show how many runs are planned and how long they will take, or why they are impossible."""
    try:
        grid, workers = state.planned(), find_workers()
    except (ConfigError, WorkersError) as error:
        below.error(str(error), icon=":material/error:")
        return
    text = f"{grid.runs:,} runs, {_epochs(grid):,} epochs"
    if current.going is None:
        place.caption(f"{text}: …")
        text += f": {between(*state.estimate(grid, workers.number))} on {workers.label}"
        text += f", {grid.bytes / 2**20:,.0f} MB"
    place.caption(text)


def _epochs(grid: Grid) -> int:
    return sum(config.epochs for row in grid.cells for config in row) * len(grid.seeds)


def _results(current: state.Sweeps) -> Callable[[], None]:
    """Draw the map and the chosen cell; returns the function that updates them to the sweep's newest result."""
    result = current.result
    if result is None:
        st.info(wording.filled(about.WORDS["page"]["empty"], {}), icon=":material/grid_on:")
        return lambda: None
    head = st.container(key="head_sweep", horizontal=True, horizontal_alignment="distribute")
    with head:
        measure = switch("sweep_measure", tuple(MEASURES), "Show", format_func=lambda name: MEASURES[name].label)
        st.download_button(
            "CSV", result.csv, "sweep.csv", "text/csv", icon=":material/download:", key="sweep_csv",
            on_click="ignore", help="Every run on a line: values, seed, losses, epochs until solved.",
        )  # fmt: skip
    explain(head, "sweep_map", partial(about.map_, result, measure))
    bar = st.empty()
    map_ = state.map_of(result, measure, MAP_HEIGHT)
    with st.container(key="sweep_map"):
        st.plotly_chart(
            map_.figure, config=chart_config.config(), height="stretch", key=state.map_key(),
            on_select=state.choose_cell, selection_mode="points", alt="Map of the sweep: a cell per pair of settings.",
        )  # fmt: skip
    channel = live.channel()
    below = st.empty()  # replaced at once: during a sweep, the script does not reach its end
    if current.going is not None:
        below.caption(about.WORDS["page"]["choose_later"])
    elif current.chosen is None:
        below.caption(about.WORDS["page"]["choose"])
    else:
        with below.container():
            _cell(result, current.chosen)

    def draw() -> None:
        bar.progress(min(1.0, result.done), _progress(current, result))
        map_.update_result(result, current.chosen)
        channel.send(next_frame(), {"sweep_map": map_.patch}, still=current.going is None, alts={"sweep_map": map_.alt})

    return draw


def _train(current: state.Sweeps, draw: Callable[[], None]) -> None:
    """Draw the result so far; during a sweep, train and draw for a while, then run the script again."""
    draw()
    if current.going is not None:
        burst(lambda: current.going is not None, state.advance, draw)


def _progress(current: state.Sweeps, result: Result) -> str:
    finished, runs = int(result.finished.sum()), result.grid.runs
    if current.going is not None:
        return f"{result.done:.0%}{_left(current, result.done)}" if result.begun.any() else "Starting …"
    solved = int(result.solved.sum())
    stopped = "" if finished == runs else f" Stopped: {finished:,} of {runs:,} runs are finished."
    return f"{solved:,} of {int(result.begun.sum()):,} runs solved, in {duration(current.seconds)}.{stopped}"


def _left(current: state.Sweeps, done: float) -> str:
    """The time left: at first the estimate, later extrapolated from the part that is done."""
    if done >= TELLING:
        return f" · about {duration(current.seconds * (1 - done) / done)} left"
    return "" if current.expected is None else f" · {between(*current.expected)} in all"


def _cell(result: Result, cell: tuple[int, int]) -> None:
    """Draw one cell's runs: their loss curves, and a choice of one to open or pin."""
    (first, second), titles = axis_values.names(result.grid)
    i, j = cell
    named = f"{titles[0]} **{first[i]}**" + (f", {titles[1]} **{second[j]}**" if titles[1] else "")
    places = range(len(result.grid.seeds))
    widgets.keep_choice("sweep_seed", places)
    place = (i, j, int(widgets.value("sweep_seed")))
    head = st.container(key="head_cell", horizontal=True, vertical_alignment="center")
    with head:
        st.markdown(named, width="content")
        st.selectbox(
            "Run", places, format_func=lambda s: f"seed {result.grid.seeds[s]}", key="sweep_seed",
            on_change=widgets.keep, args=("sweep_seed",), label_visibility="collapsed", width=140,
        )  # fmt: skip
        st.markdown(f":small[{_run_text(result, place)}]", width="stretch")
        if st.button(
            "Open on Train", icon=":material/open_in_new:", key="sweep_open",
            help="Train this very run on the Train page. Undo there brings back the run it shows now.",
        ):  # fmt: skip
            state.open_run(result, place)
            navigation.go("train")
        if st.button(
            "Pin", icon=":material/keep:", key="sweep_pin", help="Pin this run, to compare it with others on Compare."
        ):
            st.toast(state.pin_run(result, place))
    explain(head, "sweep_bundle", partial(about.curves, result, cell, place[2]))
    st.plotly_chart(
        bundle(result, cell, place[2], theme(), BUNDLE_HEIGHT), config=chart_config.config(), height=BUNDLE_HEIGHT,
        key="sweep_bundle", alt=alt_text.bundle(result.grid.seeds, result.final_loss[cell], place[2]),
    )  # fmt: skip


def _run_text(result: Result, place: tuple[int, int, int]) -> str:
    """How a run ended."""
    loss, epochs, diverged = (array[place] for array in (result.final_loss, result.epochs_to_solve, result.diverged))
    if diverged:
        return f"diverged at epoch {diverged:,}"
    if not np.isfinite(loss):
        return "not begun"
    return (f"solved from epoch {epochs:,.0f} on" if np.isfinite(epochs) else "not solved") + f", loss {loss:.4g}"
