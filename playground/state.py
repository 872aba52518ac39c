"""All state of a session, and everything that changes it. No other file touches `st.session_state`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from backprop_core import Config, ConfigError, Edit, Run
from backprop_core.config import SPECS, Address, fields
from backprop_core.homework import EXAMPLES
from backprop_core.initializers import Params
from backprop_core.presets import PRESETS
from playground import form, worksheet
from playground.figures.board import Board, Views
from playground.figures.theme import THEMES, Theme
from playground.worksheet import Sheet

SPEEDS = ("1", "10", "100", "1000", "auto")
AUTO_SECONDS = 10.0  # how long a whole run takes at speed "auto"
FRAMES_A_SECOND = 20
SLICE_SECONDS = 0.03  # how long training goes on without looking whether anything was pressed
MOST_UNDO = 20
DEFAULT_PRESET = "xor"

Mode = Literal["paused", "playing", "finishing"]


@dataclass(frozen=True)
class Recipe:
    """What defines a run, and where it stood: enough to make it again."""

    config: Config
    edits: tuple[Edit, ...]
    epoch: int
    data: tuple[Any, Any] | None
    params: Params | None

    @classmethod
    def of(cls, run: Run) -> Recipe:
        """The recipe of a run as it stands."""
        return cls(run.config, run.edits, run.epoch, run.brought, run.start_params)

    def run(self) -> Run:
        """The run, made again: the same bits."""
        return Run.replay(self.config, self.edits, self.epoch, data=self.data, params=self.params)


@dataclass
class Session:
    """What one visitor is looking at.

    `shown` is the epoch that everything on the page shows, `until` where playing or finishing stops. `runs` and `edits`
    count what was replaced, so that a board or a table of another run or of older weights is known to be stale.
    `position` is where the walk through one step stands, `revealed` the place whose numbers are shown while predicting,
    `checking` whether all gradients are checked.
    `timeline` are the values last given to the timeline, `scrubbed` and `pressed` what the visitor did since the last
    run of the script.
    """

    run: Run
    shown: int = 0
    mode: Mode = "paused"
    until: int = 0
    notice: str = ""
    error: str = ""
    in_sidebar: Config | None = None
    timeline: tuple[int, ...] = ()
    scrubbed: int | None = None
    pressed: bool = False
    position: int = 0
    revealed: tuple[int, ...] = ()
    checking: bool = False
    sheet: Sheet | None = None
    sheet_edits: int = 0
    guess: str = ""
    guessed_sign: str = ""
    undo: list[Recipe] = field(default_factory=list)
    runs: int = 0
    edits: int = 0
    board: Board | None = None
    board_of: tuple[Any, ...] = ()
    frames: int = 0
    last_frame: float = 0.0
    seconds: float = 0.0
    trained: int = 0


def session() -> Session:
    """The visitor's session, begun with the default preset."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session(PRESETS[DEFAULT_PRESET].run())
        st.session_state["preset"] = DEFAULT_PRESET
    return st.session_state["session"]


def prepare_widgets() -> None:
    """Let the widgets show what is in force at the shown epoch, and the timeline that epoch."""
    current = session()
    _scrub(current)
    config = current.run.config_at(current.shown)
    if current.in_sidebar != config:
        _show_config(config)
    for key, value in form.from_config(config).items():
        st.session_state.setdefault(key, value)
    st.session_state.setdefault("preset", None)
    st.session_state.setdefault("speed", "auto")
    st.session_state["timeline"] = current.shown
    current.timeline = (*current.timeline[-2:], current.shown)


def value(key: str) -> Any:
    """The value of a widget."""
    return st.session_state[key]


def keep_choice(key: str, options: tuple[Any, ...]) -> None:
    """Give a choice its first option, unless it stands at one of its options already.

    The value is set in both cases: a browser that shows an option under its old name would go on doing so.
    """
    chosen = st.session_state.get(key)
    st.session_state[key] = chosen if chosen in options else options[0]


def keep_number(key: str, default: int) -> None:
    """Give a widget a number, unless it has one."""
    st.session_state.setdefault(key, default)


def next_frame() -> int:
    """A number for the next frame, never used before in this session."""
    session().frames += 1
    return session().frames


def progress() -> str:
    """How far finishing has come: epochs, speed and time left."""
    current = session()
    epochs, rate = current.run.epoch, (current.run.epoch - current.trained) / max(current.seconds, 1e-9)
    left = (current.until - epochs) / max(rate, 1e-9)
    return (
        f":material/fast_forward: **{epochs:,}** of {current.until:,} epochs · {rate:,.0f} epochs a second · "
        f"{left:,.0f} s left · Pause stops"
    )


def theme() -> Theme:
    """The theme the visitor's browser shows."""
    return THEMES[st.context.theme.type or "light"]


def board(views: Views) -> Board:
    """The figures for these views; made anew only when run, views or theme are others."""
    current = session()
    wanted = (current.runs, views, theme())
    if current.board is None or current.board_of != wanted:
        current.board, current.board_of = Board(current.run, views, theme(), current.shown), wanted
    return current.board


def changed(name: str) -> None:
    """A sidebar widget was changed: start over, or go on from the shown epoch with an edit."""
    press()
    current = session()
    current.error = current.notice = ""
    before = current.run.config_at(current.shown)
    shown = form.from_config(before)  # Streamlit forgets the values of widgets that are not on the page just now
    values = shown | {key: st.session_state[key] for key in shown if key in st.session_state}
    try:
        if name == "dataset":
            wanted = form.follow_dataset(before, values["dataset"])
        else:
            wanted = form.to_config(form.follow_partner(name, values))
        _adopt(before, wanted)
    except ConfigError as error:
        current.error = str(error)
        return
    st.session_state["preset"] = None
    _show_config(wanted, {} if name == "dataset" else values)


def choose_preset() -> None:
    """Start the chosen preset."""
    press()
    name = st.session_state["preset"]
    if name is not None:
        _start(PRESETS[name].run(), PRESETS[name].about)


def draw_again() -> None:
    """Start over with other weights: the next seed."""
    press()
    st.session_state["seed"] = (session().run.config.seed + 1) % 2**32
    changed("seed")


def reset() -> None:
    """Back to epoch 0 with the settings in force, keeping weights that were typed in at epoch 0."""
    press()
    current = session()
    run = current.run
    typed = tuple(edit for edit in run.edits if edit.epoch == 0)
    config = run.config_at(current.shown)
    _start(Run.replay(config, typed, 0, data=run.brought, params=run.start_params), "Back at epoch 0.")


def toggle_play() -> None:
    """Play, or pause what is playing or finishing."""
    press()
    current = session()
    if current.mode == "paused":
        _go("playing", _end(current))
    else:
        current.mode = "paused"


def finish() -> None:
    """Train to the last epoch."""
    press()
    _go("finishing", _end(session()))


def step() -> None:
    """Show the next epoch, training it if need be."""
    press()
    current = session()
    current.mode, current.error, current.notice = "paused", "", ""
    if current.shown == current.run.epoch:
        current.run.advance(1)
    current.shown = min(current.shown + 1, current.run.epoch)
    _say_why_stopped(current)


def back() -> None:
    """Show the epoch before."""
    press()
    current = session()
    current.mode, current.error, current.notice = "paused", "", ""
    current.shown = max(0, current.shown - 1)


def scrub() -> None:
    """The timeline was moved; what that means is decided when all that was done is known, in `prepare_widgets`."""
    session().scrubbed = st.session_state["timeline"]


def press() -> None:
    """Something other than the timeline was pressed."""
    session().pressed = True


def _scrub(current: Session) -> None:
    """Show the epoch that the timeline was moved to; train up to it if it lies ahead.

    When something is pressed just as the timeline follows the training, the browser still sends the timeline's old
    value along. That is no move.
    """
    wanted, stale = current.scrubbed, current.pressed and current.scrubbed in current.timeline
    current.scrubbed, current.pressed = None, False
    if wanted is None or stale:
        return
    if wanted > current.run.epoch:
        _go("finishing", wanted)
    else:
        current.mode, current.shown = "paused", wanted
        current.error = current.notice = ""


def undo() -> None:
    """Go back to the run as it stood before the last start over, reset or branch."""
    press()
    current = session()
    if current.undo:
        recipe = current.undo.pop()
        with st.spinner("Training the earlier run again …"):
            _replace_run(recipe.run(), "Undone.")
        current.shown = recipe.epoch
        _show_config(current.run.current)


def edit_weights(layer: int, key: str, units: tuple[str, ...]) -> None:
    """The table of a layer's weights was edited: continue from the shown epoch with the new values."""
    press()
    current = session()
    fan_in = current.run.network.sizes[layer - 1]
    values: dict[Address, float] = {}
    for row, cells in st.session_state[key]["edited_rows"].items():
        for name, number in cells.items():
            unit = units.index(name)
            values[(layer, "b", unit) if int(row) == fan_in else (layer, "W", int(row), unit)] = number
    current.error = ""
    try:
        _edit(lambda run: run.edit(params=values))
    except ConfigError as error:
        current.error = str(error)


def stop_playing() -> None:
    """Pause, where a page does not play."""
    session().mode = "paused"


def walk_to(quantities: int) -> int:
    """Where the walk stands, among so many quantities."""
    current = session()
    current.position = min(current.position, quantities - 1)
    return current.position


def walk(by: int) -> None:
    """Walk on, or back, by one quantity."""
    walk_to_start(max(0, session().position + by))


def walk_to_start(position: int) -> None:
    """Walk to a quantity."""
    session().position = position
    hide_again()


def hide_again() -> None:
    """Another number is asked for: hide it, if numbers are being predicted, and forget the guess."""
    press()
    current = session()
    current.revealed, current.guess, current.guessed_sign = (), "", ""
    for key, empty in (("guess", ""), ("guessed_sign", None)):
        if key in st.session_state:
            st.session_state[key] = empty


def choose_cell(chart: str, keys: tuple[str, str], start: tuple[int, int]) -> None:
    """A cell of a heatmap was chosen, whose first row and column are `start`: let two choices follow."""
    points = st.session_state[chart]["selection"]["points"]
    if points and "customdata" in points[0]:
        row, column = points[0]["customdata"][:2]
        st.session_state[keys[0]], st.session_state[keys[1]] = start[0] + int(row), start[1] + int(column)
    hide_again()


def is_revealed() -> bool:
    """Whether the numbers at this place of the walk have been revealed."""
    current = session()
    return current.revealed == _place(current)


def _place(current: Session) -> tuple[int, ...]:
    return (current.runs, current.edits, current.shown, current.position)


def reveal() -> None:
    """Show the numbers, and what was guessed beside them."""
    press()
    current = session()
    current.revealed = _place(current)
    current.guess = st.session_state.get("guess", "")
    current.guessed_sign = st.session_state.get("guessed_sign") or ""


def sheet() -> Sheet:
    """The homework sheet, begun with the first example."""
    current = session()
    if current.sheet is None:
        current.sheet = worksheet.example(next(iter(EXAMPLES)))
    return current.sheet


def give(key: str, value: Any) -> None:
    """Let a widget show a value, whatever it showed."""
    st.session_state[key] = value


def sheet_key(table: str) -> str:
    """The key of one of the sheet's tables: another one whenever the sheet has changed, so no edit counts twice."""
    return f"homework_{table}_{session().sheet_edits}"


def start_sheet() -> None:
    """Begin with the chosen example."""
    press()
    _use_sheet(worksheet.example(st.session_state["homework_example"]))


def resize_sheet() -> None:
    """The numbers of rows or units were changed."""
    press()
    wanted = {name: st.session_state[f"homework_{name}"] for name in ("inputs", "hidden 1", "hidden 2", "outputs")}
    layers = tuple(units for units in wanted.values() if units)
    _use_sheet(worksheet.resized(sheet(), st.session_state["homework_rows"], layers))


def set_sheet(name: str) -> None:
    """A setting of the homework's network was changed."""
    press()
    _use_sheet(worksheet.with_setting(sheet(), **{name: st.session_state[f"homework_{name}"]}))


def edit_sheet(key: str, apply: Callable[..., Sheet], *which: Any) -> None:
    """A table of the sheet was edited."""
    press()
    _use_sheet(apply(sheet(), *which, st.session_state[key]["edited_rows"]))


def _use_sheet(changed: Sheet) -> None:
    current = session()
    current.sheet, current.sheet_edits = changed, current.sheet_edits + 1


def check_all() -> None:
    """Check all gradients, from now on at every epoch shown."""
    press()
    session().checking = True


def play_frame() -> None:
    """Bring the shown epoch one frame further."""
    current = session()
    run, speed = current.run, _epochs_a_frame(current)
    goal = min(current.shown + speed, current.until)
    trains = goal > run.epoch
    if trains:
        _train(current, goal)
    current.shown = min(goal, run.epoch)
    stuck = trains and (run.diverged is not None or run.goal_reached)
    if current.shown >= current.until or stuck:
        current.mode = "paused"
        _say_why_stopped(current)


def _epochs_a_frame(current: Session) -> int:
    if current.mode == "finishing":
        return current.until
    speed = st.session_state.get("speed") or "auto"
    if speed == "auto":
        now = time.perf_counter()
        since, current.last_frame = min(now - current.last_frame, 5 / FRAMES_A_SECOND), now
        return max(1, round(current.run.config.epochs * since / AUTO_SECONDS))
    return int(speed)


def _train(current: Session, goal: int) -> None:
    """Train towards an epoch for one slice of time, in pieces whose length follows the speed measured."""
    run, start = current.run, time.perf_counter()
    patience = SLICE_SECONDS * (6 if current.mode == "finishing" else 1)
    piece = 1
    while run.epoch < goal and (elapsed := time.perf_counter() - start) < patience:
        done = run.advance(min(piece, goal - run.epoch))
        if run.diverged is not None or run.goal_reached:
            break
        piece = max(1, min(2 * piece, int(done and piece * patience / max(elapsed, 1e-6))))
    current.seconds += time.perf_counter() - start


def _end(current: Session) -> int:
    """Where playing stops: the last epoch, or, once there, as far again."""
    epochs = current.run.config.epochs
    return epochs if current.shown < epochs else current.shown + epochs


def _go(mode: Mode, until: int) -> None:
    current = session()
    current.error = current.notice = ""
    if current.run.diverged is not None and current.shown == current.run.epoch:
        _say_why_stopped(current)
        return
    current.mode, current.until = mode, until
    current.seconds, current.trained = 0.0, current.run.epoch


def _say_why_stopped(current: Session) -> None:
    run = current.run
    if run.diverged is not None and current.shown == run.epoch:
        current.error = (
            f"Training diverged: at epoch {run.diverged:,} the numbers grew beyond what a computer can hold. You see "
            f"the last sound epoch, {run.epoch:,}. Try a smaller learning rate, or go back and change it earlier."
        )
    elif run.goal_reached:
        current.notice = f"Stop condition met at epoch {run.epoch:,}. Play goes on from here."
    elif current.shown >= run.config.epochs:
        current.notice = f"All {current.shown:,} epochs are trained. Play goes on; or set more epochs."


def _adopt(before: Config, wanted: Config) -> None:
    """Make the wanted configuration hold from the shown epoch on."""
    changes = wanted.changes(before)
    if not changes:
        return
    if {*changes} & {*fields("data"), *fields("network")}:
        run = session().run
        own = wanted.dataset == "csv"
        same_shape = wanted.hidden == before.hidden
        start = Run(wanted, data=run.brought if own else None, params=run.start_params if own and same_shape else None)
        labels = ", ".join(SPECS[name].label.lower() for name in changes)
        _start(start, f"Started over: {labels} changed.")
        return
    goals = {name: value for name, value in changes.items() if name in fields("goal")}
    settings = {name: value for name, value in changes.items() if name not in goals}
    session().run.edit(**goals)
    if settings:
        _edit(lambda run: run.edit(**settings))


def _edit(edit: Callable[[Run], None]) -> None:
    """Edit the run at the shown epoch; a future trained already makes way for the new one, and can be undone."""
    current = session()
    run = current.run
    recipe, branches = Recipe.of(run), current.shown < run.epoch
    if branches:
        run.rewind(current.shown)
    try:
        edit(run)
    except ConfigError:
        if branches:
            _replace_run(recipe.run(), "")
        raise
    if branches:
        _remember(recipe)
        current.notice = f"A new future starts at epoch {current.shown:,}."
    current.edits += 1


def _start(run: Run, notice: str) -> None:
    current = session()
    if current.run.epoch or current.run.edits:
        _remember(Recipe.of(current.run))
    _replace_run(run, notice)
    current.shown = run.epoch
    _show_config(run.current)


def _replace_run(run: Run, notice: str) -> None:
    current = session()
    current.run, current.mode, current.error, current.notice = run, "paused", "", notice
    current.runs += 1


def _remember(recipe: Recipe) -> None:
    current = session()
    current.undo = [*current.undo, recipe][-MOST_UNDO:]


def _show_config(config: Config, earlier: form.Values | None = None) -> None:
    session().in_sidebar = config
    for key, value in form.from_config(config, earlier).items():
        st.session_state[key] = value
