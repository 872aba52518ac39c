"""Pinned runs, kept to be compared, whatever becomes of the run on Train.

A pin keeps its run with losses and keyframes, so that every epoch can be shown quickly: about a megabyte for usual
runs, at most 50 MB after a million epochs or with the largest network. Of an unpinned run only the recipe is kept; it
is trained again when the unpinning is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import streamlit as st

from backprop_core import Run, Snapshot
from backprop_core.training import PRESETS, Recipe
from playground.charts.live_figure import Live
from playground.charts.of_run import learned_figure, learned_views
from playground.compare import comparison
from playground.compare.figures import Line, LossCurves, make_compact
from playground.session import runs
from playground.session.session import press, session, theme

MOST_PINS = 12
MOST_UNDO = 20
EXAMPLES = {"XOR, biases frozen": "notebook", "XOR, biases trained": "xor"}  # presets, by the name of the pin
FULL = f"{MOST_PINS} runs are pinned, and that is the most there can be. Unpin one on the Compare page first."
NAME = "pin_name"  # key of the text input for the name of a new pin

Picture = tuple[Live, Callable[[Snapshot], None]]  # a picture, and the function that updates it to a snapshot


@dataclass(eq=False)
class Pin:
    """A pinned run and its name. `place` decides its position and style; `number` identifies it and is never reused."""

    number: int
    place: int
    name: str
    run: Run
    solved: str = ""
    last: Snapshot | None = None

    def at(self, epoch: int) -> Snapshot:
        """The run at an epoch, or at its last epoch if that is earlier."""
        epoch = min(epoch, self.run.epoch)
        if self.last is None or self.last.epoch != epoch:
            self.last = self.run.at(epoch)
        return self.last


class Removed(NamedTuple):
    """What is kept of an unpinned run: enough to pin it again."""

    place: int
    name: str
    recipe: Recipe


@dataclass
class Pins:
    """What the page remembers.

    at : the pins by their places
    removed : what was unpinned, for Undo
    pinned, asked : how many pins there ever were, and how often the Train page asked for one
    message : about the last action
    epoch : the epoch shown, None for the last
    curves, curves_of : the loss curves, and what they were made for
    pictures : of what runs have learned, by what they were made for
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
    """Pin a run as it is, or the run of a recipe; returns why that is impossible, or "".

    Without a name, the pin gets one that says what is special about the run.
    """
    if (place := _free_place()) is None:
        return FULL
    run = what.copy() if isinstance(what, Run) else _trained(what)
    _put(place, comparison.clean(name) or _default_name(run), run)
    return ""


@press
def pin_shown() -> None:
    """Pin the run on Train under the typed name. A run that is playing goes on."""
    current = session()
    refused = pin(current.run, st.session_state[NAME])
    _state().asked += 1
    current.error = refused
    if not refused:
        current.notice = f"Pinned as it is at epoch {current.run.epoch:,}: run {len(pins())} of {MOST_PINS} on Compare."


def form_key() -> str:
    """The key of the popover that asks for a name. It changes with every pin, so that the popover closes."""
    return f"pin_popover_{_state().asked}"


def offered_name() -> str:
    """The name that the run on Train gets if none is typed."""
    return _default_name(session().run)


@press
def pin_examples() -> None:
    """Pin two runs worth comparing."""
    for name, preset in EXAMPLES.items():
        recipe = PRESETS[preset].recipe
        pin(replace(recipe, epochs=recipe.config.epochs), name)


@press
def rename(number: int) -> None:
    """A name was typed for a pin; an empty one changes nothing."""
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
    """Whether there is anything to pin again."""
    return bool(_state().removed)


@press
def undo() -> None:
    """Pin again what was unpinned last, at its old place if that is free."""
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


def put_aside() -> Pins:
    """Keep all pins as they are; the page begins anew, without any."""
    aside = _state()
    session().parts[Pins] = Pins(pinned=aside.pinned, asked=aside.asked)
    return aside


def bring_back(aside: Pins, without: Collection[int]) -> None:
    """Show the pins that were put aside, and those pinned since, but for these numbers; Undo has what finds no room."""
    since, extra = _state(), [pin for pin in pins() if pin.number not in without]
    session().parts[Pins] = aside
    aside.pinned, aside.asked = since.pinned, since.asked + 1
    for pin in extra:
        place = _free_place()
        if place is None:
            aside.removed.append((Removed(pin.place, pin.name, _recipe(pin.run)),))
        else:
            aside.at[place] = replace(pin, place=place)


def message() -> str:
    """The message about the last action."""
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
    """The slider was moved. If it was moved to its end, it stays at the end, even when longer runs are pinned."""
    epoch = st.session_state["compare_epoch"]
    _state().epoch = epoch if epoch < last_epoch() else None


def solved(pin: Pin) -> str:
    """From which epoch on a pinned run was solved, as text; computed once."""
    pin.solved = pin.solved or comparison.solved_text(pin.run)
    return pin.solved


def curves(series: str, height: int, *, log: bool) -> LossCurves:
    """The loss curves of all pins at the shown epoch; made anew only if pins, view or theme have changed."""
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
    """Pictures of what every pinned run has learned at the shown epoch, by the pin's number; each is made once.

    A run that has no picture of this kind shows its best one.
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
    """The kind of picture shown of a run when this kind is chosen."""
    views = learned_views(pin.run.data)
    return view if view in views else views[0]


def views() -> tuple[str, ...]:
    """The kinds of pictures there are for the pinned runs; "Units" only if a run has no other."""
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
    """The pins with these numbers. A second click on a button may arrive when its pin is gone already."""
    return [pin for pin in _state().at.values() if pin.number in numbers]


def _recipe(run: Run) -> Recipe:
    """The recipe of a run; for a diverged run, one that diverges again."""
    return run.recipe if run.diverged is None else replace(run.recipe, epochs=run.diverged)


def _say(message: str) -> None:
    _state().message = message
