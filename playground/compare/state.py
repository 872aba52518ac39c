"""Pinned runs: kept side by side to be compared, whatever becomes of the run on Train.

A pin keeps its run: losses and keyframes, so that any of its epochs is a moment away. That is about a megabyte for the
usual runs; at most, after a million epochs or with the largest network, the 50 of any run, twelve times. What is
unpinned is kept as a recipe alone, and trained again when that is undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import streamlit as st

from backprop_core import Run, Snapshot
from backprop_core.training.presets import PRESETS
from backprop_core.training.recipe import Recipe
from playground.charts.live_figure import Live
from playground.charts.of_run import learned_figure, learned_views
from playground.compare import comparison
from playground.compare.figures import Line, LossCurves, make_compact
from playground.session import runs
from playground.session.session import press, session, theme

MOST_PINS = 12
MOST_UNDO = 20
EXAMPLES = {"XOR, biases frozen": "notebook", "XOR, biases trained": "xor"}  # presets by the names of their pins
FULL = f"{MOST_PINS} runs are pinned, and that is the most there can be. Unpin one on the Compare page first."
NAME = "pin_name"  # key of the widget for the name of a run to be pinned


Picture = tuple[Live, Callable[[Snapshot], None]]  # and what brings it to an epoch


@dataclass(eq=False)
class Pin:
    """A run with a name. `place` decides how it is drawn, and where it stands; `number` is never used again."""

    number: int
    place: int
    name: str
    run: Run
    solved: str = ""
    last: Snapshot | None = None

    def at(self, epoch: int) -> Snapshot:
        """The run at an epoch, or at its last if that comes before."""
        epoch = min(epoch, self.run.epoch)
        if self.last is None or self.last.epoch != epoch:
            self.last = self.run.at(epoch)
        return self.last


class Removed(NamedTuple):
    """What is left of an unpinned run: enough to pin it again."""

    place: int
    name: str
    recipe: Recipe


@dataclass
class Pins:
    """The pins by their places, what was unpinned, what was last said, and the epoch shown: None for the last.

    `pinned` counts the pins there ever were, `asked` how often Train asked for one.
    """

    at: dict[int, Pin] = field(default_factory=dict)
    removed: list[tuple[Removed, ...]] = field(default_factory=list)
    pinned: int = 0
    asked: int = 0
    message: str = ""
    epoch: int | None = None
    curves: LossCurves | None = None
    curves_of: tuple[Any, ...] = ()
    pictures: dict[tuple[Any, ...], Picture] = field(default_factory=dict)


def pins() -> list[Pin]:
    """The pinned runs, in the order of their places."""
    at = _state().at
    return [at[place] for place in sorted(at)]


def pin(what: Run | Recipe, name: str = "") -> str:
    """Pin a run as it stands, or one to be trained first; returns why not, "" where it was done.

    Without a name it gets one that says what is special about it.
    """
    place = _free_place()
    if place is None:
        return FULL
    run = what.copy() if isinstance(what, Run) else _trained(what)
    _put(place, comparison.clean(name) or _default_name(run), run)
    return ""


@press
def pin_shown() -> None:
    """Pin the run on Train, under the name that was typed. A run that plays goes on playing."""
    current = session()
    refused = pin(current.run, st.session_state[NAME])
    _state().asked += 1
    current.error = refused
    if not refused:
        current.notice = f"Pinned as it is at epoch {current.run.epoch:,}: run {len(pins())} of {MOST_PINS} on Compare."


def form_key() -> str:
    """The key of the popover that asks for a name. When it has been answered, another one takes its place, closed."""
    return f"pin_popover_{_state().asked}"


def offered_name() -> str:
    """The name that the run on Train is pinned under if none is typed."""
    return _default_name(session().run)


@press
def pin_examples() -> None:
    """Pin two runs worth comparing."""
    for name, preset in EXAMPLES.items():
        recipe = PRESETS[preset].recipe
        pin(replace(recipe, epochs=recipe.config.epochs), name)


@press
def rename(number: int) -> None:
    """A name was typed for a pin; without one, it keeps the name it has."""
    for pin in _numbered(number):
        pin.name = comparison.clean(st.session_state[name_key(number)]) or pin.name
    _say("")


def name_key(number: int) -> str:
    """The key of the widget that renames a pin."""
    return f"pin_name_{number}"


@press
def unpin(*numbers: int) -> None:
    """Unpin runs; Undo brings them back."""
    state, gone = _state(), _numbered(*numbers)
    if not gone:
        return
    state.removed = [*state.removed, tuple(Removed(pin.place, pin.name, _recipe(pin.run)) for pin in gone)][-MOST_UNDO:]
    for pin in gone:
        del state.at[pin.place]
    _say(f"{len(gone)} run{'s' * (len(gone) > 1)} unpinned. Undo brings {'them' if len(gone) > 1 else 'it'} back.")


def can_undo() -> bool:
    """Whether anything was unpinned."""
    return bool(_state().removed)


@press
def undo() -> None:
    """Pin again what was unpinned last, where it was if that place is free."""
    state = _state()
    if not state.removed:
        return
    if len(state.at) + len(state.removed[-1]) > MOST_PINS:
        _say(FULL)
        return
    for gone in state.removed.pop():
        place = gone.place if gone.place not in state.at else _free_place()
        assert place is not None
        _put(place, gone.name, _trained(gone.recipe))
    _say("Pinned again.")


@press
def open_on_train(number: int) -> None:
    """Show a pinned run on Train, where it can be trained on; the pin stays as it is."""
    for pin in _numbered(number):
        epochs = pin.run.epoch
        runs.start(pin.run.copy(), f"A pinned run, as it was pinned: {epochs:,} epochs. Its pin stays.")


def message() -> str:
    """What there is to say about the last thing done."""
    return _state().message


def last_epoch() -> int:
    """The last epoch of the longest run."""
    return max(pin.run.epoch for pin in pins())


def shown_epoch() -> int:
    """The epoch that all pinned runs are shown at."""
    epoch = _state().epoch
    return last_epoch() if epoch is None else min(epoch, last_epoch())


@press
def choose_epoch() -> None:
    """The slider was moved; at its end it stays at the end, however long the runs are that are pinned next."""
    epoch = st.session_state["compare_epoch"]
    _state().epoch = epoch if epoch < last_epoch() else None


def solved(pin: Pin) -> str:
    """From which epoch on a pinned run was solved, in words; sought once."""
    pin.solved = pin.solved or comparison.solved_text(pin.run)
    return pin.solved


def curves(series: str, height: int, *, log: bool) -> LossCurves:
    """The loss curves of all pins, brought to the shown epoch; made anew only when something about them changed."""
    state, pinned = _state(), pins()
    key = (tuple((pin.number, pin.name) for pin in pinned), series, height, log, theme())
    if state.curves is not None and state.curves_of == key:
        state.curves.update_epoch(shown_epoch())
        return state.curves
    lines = [Line(pin.place, pin.name, pin.run.history.loss, pin.run.history.test_loss) for pin in pinned]
    state.curves, state.curves_of = LossCurves(lines, theme(), height, series=series, log=log), key
    state.curves.update_epoch(shown_epoch())
    state.curves.settle()
    return state.curves


def pictures(view: str, height: int, *, compact: bool) -> dict[int, Live]:
    """What every pinned run has learned, by number, brought to the shown epoch; each made but once.

    A run that has no picture of this kind shows its best.
    """
    state, pictures_by_key = _state(), {}
    for pin in pins():
        key = (pin.number, view_of(pin, view), height, compact, theme())
        live, update = state.pictures.get(key) or learned_figure(pin.run, key[1], theme(), height)
        update(pin.at(shown_epoch()))
        if key not in state.pictures:
            if compact:
                make_compact(live)
            live.settle()
        pictures_by_key[key] = (live, update)
    state.pictures = pictures_by_key
    return {key[0]: live for key, (live, _) in pictures_by_key.items()}


def view_of(pin: Pin, view: str) -> str:
    """The picture that is shown of a run where this one was chosen."""
    views = learned_views(pin.run.data)
    return view if view in views else views[0]


def views() -> tuple[str, ...]:
    """The kinds of pictures there are for the pinned runs; of single units only where a run has no other."""
    kinds: dict[str, None] = {}
    for pin in pins():
        of_run = learned_views(pin.run.data)
        kinds |= dict.fromkeys(of_run[:-1] or of_run)
    return tuple(kinds)


def _state() -> Pins:
    return session().part(Pins)


def _free_place() -> int | None:
    return next((place for place in range(MOST_PINS) if place not in _state().at), None)


def _trained(recipe: Recipe) -> Run:
    with st.spinner("Training the run to be pinned …"):
        return Run.replay(recipe)


def _put(place: int, name: str, run: Run) -> None:
    state = _state()
    state.pinned += 1
    state.at[place] = Pin(state.pinned, place, name, run)
    _say("")


def _default_name(run: Run) -> str:
    pinned = pins()
    name = comparison.default_name(run, [pin.run for pin in pinned])
    return comparison.numbered(name, [pin.name for pin in pinned])


def _numbered(*numbers: int) -> list[Pin]:
    """The pins with these numbers; a second click on a button may come when its pin is gone."""
    return [pin for pin in _state().at.values() if pin.number in numbers]


def _recipe(run: Run) -> Recipe:
    """The recipe of a run; of one that diverged, so that it diverges again."""
    return run.recipe if run.diverged is None else replace(run.recipe, epochs=run.diverged)


def _say(message: str) -> None:
    _state().message = message
