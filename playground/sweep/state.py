"""The Sweep page: the planned sweep, the one that is running, and the chosen cell."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from backprop_core import Config, ConfigError, Run, sweep
from backprop_core.data import DATASETS
from backprop_core.settings import setting_text
from backprop_core.sweep import SWEEPS, Estimate, Grid, Result, Solved
from backprop_core.training import Recipe, UserRows, data_for
from playground import wording
from playground.compare import state as pins
from playground.session import playing, runs, widgets
from playground.session.session import press, session, theme
from playground.sweep import axis_values
from playground.sweep.figures import SweepMap
from playground.sweep.workers import WorkersError, find_workers

FIRST_READY = "rate_size"
NONE = "nothing else"
BY_SCORE, BY_LOSS = "accuracy 1", "loss below"
BY_FIT = f"R² of {sweep.CURVE_SOLVED:g}"
MOST_SEEDS = 1_000
NAMES = ("ready", "setting_1", "values_1", "setting_2", "values_2", "seeds", "first_seed", "epochs", "solved", "below")
SETTINGS = tuple(f"sweep_{name}" for name in NAMES)  # keys of the widgets
LONGEST_PAUSE = 1.0  # seconds between two slices; if it was longer, the page was left, which does not count


@dataclass
class Sweeps:
    """What the page remembers.

    base, brought : the configuration and the user's own rows that are swept around
    going : trains the running sweep slice by slice, None if there is none
    lock : held by whoever advances or replaces `going`, because Streamlit may begin the next run of the script while
        the last one is still training a slice
    seconds, clock : how long the sweep has taken, and when that was measured
    number : how many sweeps were started
    expected : the estimate that was shown before it started, None if there was none yet
    """

    base: Config = SWEEPS[FIRST_READY].config
    user_rows: UserRows | None = None
    result: Result | None = None
    going: Generator[Result] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    seconds: float = 0.0
    clock: float = 0.0
    number: int = 0
    chosen: tuple[int, int] | None = None
    map: SweepMap | None = None
    map_of: tuple[Any, ...] = ()
    estimate: Estimate | None = None
    estimate_of: tuple[Any, ...] = ()
    expected: Estimate | None = None


@dataclass(frozen=True)
class Aside:
    """What the page held when it was put aside, and the values of its widgets."""

    sweeps: Sweeps
    widgets: Mapping[str, Any]


def sweeps() -> Sweeps:
    """What the page remembers; at first, the widgets show the first ready sweep."""
    current = session().part(Sweeps)
    if "sweep_setting_1" not in st.session_state:
        st.session_state["sweep_ready"] = FIRST_READY
        _show_ready(FIRST_READY)
    return current


@press
def choose_ready() -> None:
    """A ready sweep was chosen."""
    name = st.session_state["sweep_ready"]
    if name is not None:
        _show_ready(name)


@press
def take_from_train() -> None:
    """Sweep around the configuration and the rows that the Train page shows."""
    run, current = session().run, sweeps()
    config = run.config_at(session().shown)
    current.base, current.user_rows = config, run.user_rows
    widgets.give("sweep_ready", None)
    widgets.give("sweep_epochs", config.epochs)
    widgets.give("sweep_first_seed", config.seed)
    for which in (1, 2):
        if st.session_state[f"sweep_setting_{which}"] not in (*axis_values.sweepable(config), NONE):
            _sweep_another(which)


@press
def choose_setting(which: int) -> None:
    """Another setting was chosen: suggest values for it."""
    widgets.give("sweep_ready", None)
    _suggest_values(which)


@press
def own_settings() -> None:
    """A setting of the sweep was changed, so it is no longer a ready one."""
    widgets.give("sweep_ready", None)


def _sweep_another(which: int) -> None:
    """Replace a setting that cannot be swept any more: the first by another one, the second by none."""
    other = st.session_state["sweep_setting_2"]
    names = [name for name in axis_values.sweepable(sweeps().base) if name != other] if which == 1 else [NONE]
    widgets.give(f"sweep_setting_{which}", names[0])
    _suggest_values(which)


def _suggest_values(which: int) -> None:
    name = st.session_state[f"sweep_setting_{which}"]
    widgets.give(f"sweep_values_{which}", [] if name == NONE else axis_values.defaults(name))


def _show_ready(name: str) -> None:
    ready = SWEEPS[name]
    _show(ready.config, None, tuple(ready.axes.items()), ready.seeds)


def _show(config: Config, user_rows: UserRows | None, axes: Sequence[tuple[str, Sequence[Any]]], seeds: int) -> None:
    """Set the widgets to a sweep around a configuration."""
    current = session().part(Sweeps)
    current.base, current.user_rows = config, user_rows
    for which in (1, 2):
        setting, values = axes[which - 1] if which <= len(axes) else (NONE, ())
        st.session_state[f"sweep_setting_{which}"] = setting
        st.session_state[f"sweep_values_{which}"] = [setting_text.write(setting, value) for value in values]
    numbers = {"seeds": seeds, "first_seed": 0, "epochs": config.epochs, "solved": solved_options()[0]}
    for widget, value in numbers.items():
        widgets.give(f"sweep_{widget}", value)


def show_grid(grid: Grid) -> None:
    """Set the widgets to a grid over the first seeds, which counts as no ready sweep."""
    sweeps()
    _show(grid.config, None, grid.axes, len(grid.seeds))
    widgets.give("sweep_ready", None)


def put_aside() -> Aside:
    """Keep the page as it is, its map and a sweep under way too; what is shown next begins anew."""
    current = sweeps()
    del session().parts[Sweeps]
    return Aside(current, {key: st.session_state[key] for key in SETTINGS if key in st.session_state})


def bring_back(aside: Aside) -> None:
    """Show the page as it was when it was put aside."""
    stop()
    session().parts[Sweeps] = aside.sweeps
    for key, value in aside.widgets.items():
        widgets.give(key, value)


def solved_options() -> tuple[str, str]:
    """The conditions under which a run may count as solved."""
    current = session().part(Sweeps)
    own = current.user_rows
    task = DATASETS[current.base.dataset].task if own is None else data_for(current.base, own).task
    return (BY_SCORE if task == "classification" else BY_FIT), BY_LOSS


def planned() -> Grid:
    """The grid that the widgets ask for. Raises ConfigError."""
    current, values = sweeps(), st.session_state
    axes = {}
    for which in (1, 2):
        name = values[f"sweep_setting_{which}"]
        if name != NONE:
            if name in axes:
                raise ConfigError(name, "Choose two different settings.")
            axes[name] = [setting_text.read(name, typed) for typed in values[f"sweep_values_{which}"]]
    config = current.base.replace(epochs=values["sweep_epochs"])
    first = int(values["sweep_first_seed"])
    solved = Solved(None, values["sweep_below"]) if values["sweep_solved"] == BY_LOSS else None
    seeds = range(first, first + int(values["sweep_seeds"]))
    return sweep.plan(config, axes, seeds, solved=solved, data=current.user_rows)


def estimate(grid: Grid, workers: int) -> Estimate:
    """How many seconds a grid will take; measured again only if grid or workers have changed."""
    current, key = sweeps(), _estimate_key(grid, workers)
    if current.estimate is None or current.estimate_of != key:
        current.estimate, current.estimate_of = sweep.estimate(grid, workers), key
    return current.estimate


def _estimate_key(grid: Grid, workers: int) -> tuple[Any, ...]:
    return grid.config, grid.axes, grid.seeds, id(grid.user_rows), workers


@press
def start() -> None:
    """Start the planned sweep. If it is impossible, nothing happens; the page says why."""
    current = sweeps()
    try:
        grid, workers = planned(), find_workers()
    except (ConfigError, WorkersError):
        return
    stop()
    with current.lock:
        current.going = sweep.stream(grid, workers.executor, workers.number)
        current.result, current.chosen = next(current.going), None
        current.seconds, current.clock = 0.0, time.perf_counter()
        current.number += 1
        was_estimated = current.estimate_of == _estimate_key(grid, workers.number)
        current.expected = current.estimate if was_estimated else None


@press
def stop() -> None:
    """Stop the running sweep; its results so far stay."""
    current = sweeps()
    with current.lock:
        if current.going is not None:
            current.going.close()
            current.going = None


def advance() -> None:
    """Train the running sweep for one slice of time."""
    current = sweeps()
    with current.lock:
        if current.going is None:
            return
        start = time.perf_counter()
        if next(current.going, None) is None:
            current.going = None
        end = time.perf_counter()
        current.seconds += min(start - current.clock, LONGEST_PAUSE) + end - start
        current.clock = end


def map_of(result: Result, measure: str, height: int) -> SweepMap:
    """The map of a sweep; made anew only if grid, measure or theme have changed."""
    current, grid = sweeps(), result.grid
    key = (grid.config, grid.axes, grid.seeds, measure, theme(), height)
    if current.map is None or current.map_of != key:
        current.map, current.map_of = SweepMap(*axis_values.names(grid), measure, theme(), height), key
    return current.map


def map_key() -> str:
    """The key of the map's chart. It changes with every sweep, because a chart keeps its selected cell."""
    return f"sweep_map_chart_{sweeps().number}"


@press
def choose_cell() -> None:
    """A cell of the map was chosen."""
    points = st.session_state[map_key()]["selection"]["points"]
    if points and "customdata" in points[0]:
        i, j = points[0]["customdata"][:2]
        sweeps().chosen = (int(i), int(j))


def open_run(result: Result, place: tuple[int, int, int]) -> None:
    """Show a run of the sweep on the Train page, trained as far as in the sweep; Undo there brings back the old run."""
    recipe, until = _recipe(result, place), _until(result, place)
    runs.start(Run.replay(replace(recipe, epochs=0)), f"From the sweep: {_run_name(result, place)}.")
    if until:
        playing.start("finishing", until)


def pin_run(result: Result, place: tuple[int, int, int]) -> str:
    """Pin a run of the sweep for Compare, trained as far as in the sweep; returns a message."""
    name = _run_name(result, place)
    return pins.pin(_recipe(result, place), name) or f"Pinned for Compare: {name}."


def _recipe(result: Result, place: tuple[int, int, int]) -> Recipe:
    return Recipe(result.config(*place), (), _until(result, place), result.grid.user_rows)


def _until(result: Result, place: tuple[int, int, int]) -> int:
    """How far a run was trained: to the epoch in which it diverged, or to its newest epoch."""
    return int(result.diverged[place] or result.records["epochs"][place])


def _run_name(result: Result, place: tuple[int, int, int]) -> str:
    config, names = result.config(*place), [name for name, _ in result.grid.axes]
    return ", ".join(wording.phrase(name, getattr(config, name)) for name in (*names, "seed"))
