"""Lessons: which one is open, what was guessed, and what the visitor had before, which waits until it is left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from backprop_core.data import shown
from backprop_core.explain import explain
from backprop_core.training import Run
from playground.compare import state as pins
from playground.lessons.answers import SIGNS, Guess
from playground.lessons.lesson import Ask, Lesson, Step
from playground.lessons.shelf import lessons, results, words
from playground.lessons.watching import Lacking, Seen, different, lacking
from playground.session import navigation, presenting, runs, widgets
from playground.session.session import Replaced, press, session
from playground.sidebar import links
from playground.step import state as walk
from playground.sweep import state as sweeps

LIST = "lessons"  # the page with the list
LONGEST = 60  # characters of an address that are repeated

Place = tuple[str, int]  # a lesson's name, and the number of a step


@dataclass(frozen=True)
class Aside:
    """What the visitor had when the lesson began."""

    run: runs.Aside
    pins: pins.Pins
    sweeps: sweeps.Aside
    choices: dict[str, Any]


@dataclass
class Progress:
    """What is remembered of lessons.

    name, step : the open lesson, "" if there is none, and its step, from 1; one more than there are is its end
    guesses, done : the answers given, and the steps whose task was done at some time
    finished : the lessons whose end was reached
    aside : what the visitor had, as long as a lesson is open
    pinned : the numbers of the pins that are the lesson's
    heading : the page to go to when the script runs next, "" for none
    message : what there is to say about an address or an answer
    address_read : whether the page's address was read in this session
    """

    name: str = ""
    step: int = 1
    guesses: dict[Place, Guess] = field(default_factory=dict)
    done: set[Place] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    aside: Aside | None = None
    pinned: set[int] = field(default_factory=set)
    heading: str = ""
    message: str = ""
    address_read: bool = False

    @property
    def place(self) -> Place:
        """Where the visitor is."""
        return self.name, self.step


def progress() -> Progress:
    """What is remembered of lessons."""
    return session().part(Progress)


def lesson() -> Lesson | None:
    """The open lesson."""
    return lessons()[progress().name] if progress().name else None


def step() -> Step | None:
    """The step at which the visitor is; None at the end of a lesson, and outside of any."""
    opened = lesson()
    return opened.steps[progress().step - 1] if opened is not None and progress().step <= len(opened.steps) else None


def parts() -> dict[str, str]:
    """The parts of the address that say where in which lesson the visitor is."""
    opened = lesson()
    return {} if opened is None else {"lesson": opened.name, "step": str(min(progress().step, len(opened.steps)))}


def from_address() -> None:
    """At the beginning of a session, open the lesson of the page's address at its step."""
    current = progress()
    if current.address_read:
        return
    current.address_read = True
    name, number = (st.query_params.get(part) for part in links.LESSON)
    if name is None:
        return
    if name not in lessons():
        current.message = f"{words().panel['no_lesson']} {shown(name[:LONGEST])}."
        return
    steps = len(lessons()[name].steps)
    is_step = number is None or (number.isascii() and number.isdecimal() and 1 <= int(number[:LONGEST]) <= steps)
    _open(name, int(number or 1) if is_step else 1)
    if not is_step:
        current.message = f"{words().panel['no_step']} {shown(str(number)[:LONGEST])}."
    if {*st.query_params} - {*links.LESSON, *presenting.PARTS}:
        current.heading = ""  # the address says which run was shown, and on which page


def follow() -> None:
    """Go to the page that the lesson needs, if it is another."""
    current = progress()
    goal, current.heading = current.heading, ""
    if goal and goal != navigation.name():
        navigation.go(goal)


@press
def begin(name: str) -> None:
    """Open a lesson at its first step, or go on with it where it was left open."""
    if name == progress().name:
        _enter()
    elif name in lessons():
        _open(name, 1)


@press
def move(by: int) -> None:
    """Go to another step or to the end, or by 0 to what the step needs."""
    current, opened = progress(), lesson()
    if opened is not None:
        current.step = max(1, min(current.step + by, len(opened.steps) + 1))
        _enter()


@press
def again() -> None:
    """Begin the open lesson once more, with nothing answered."""
    current = progress()
    current.guesses = {place: guess for place, guess in current.guesses.items() if place[0] != current.name}
    current.done = {place for place in current.done if place[0] != current.name}
    current.step = 1
    _enter()


@press
def leave() -> None:
    """Leave the lesson: what the visitor had comes back, and Undo has what was made of it since."""
    current, aside = progress(), progress().aside
    if aside is not None:
        since = [*session().undo, runs.shown()]
        own = [replaced for replaced in since if replaced is not None and not _is_of_lesson(replaced)]
        widgets.choose_again(aside.choices)
        runs.bring_back(aside.run, own, words().panel["back_again"])
        pins.bring_back(aside.pins, current.pinned)
        sweeps.bring_back(aside.sweeps)
    current.name, current.aside, current.pinned, current.message = "", None, set(), ""
    current.heading = LIST


@press
def answer() -> None:
    """The student has said what to expect."""
    current, at = progress(), step()
    guess = None if at is None else _typed(at.ask)
    current.message = words().panel["nothing_said"] if guess is None else ""
    if guess is not None:
        current.guesses[current.place] = guess


@press
def do_it() -> None:
    """Do what the step asks the student to do."""
    at, opened = step(), lesson()
    if at is None or opened is None:
        return
    do = at.do
    name = do.run or at.run
    if do.sweep is not None:
        _show_sweep(do.sweep)
        sweeps.start()
    elif opened.runs[name].grid is None:
        _show_run(name, max(do.epoch, at.epoch if name == at.run else 0))
    for key, option in do.choices:
        widgets.give(key, option)
    if do.quantity is not None:
        walk.go_to(_quantities().index(do.quantity))
    progress().heading = do.page


def watch() -> Lacking | None:
    """What the student still has to do in this step; a step that is done stays done."""
    current, at, opened = progress(), step(), lesson()
    if at is None or opened is None or current.place in current.done:
        return None
    still = lacking(at.do, opened, _seen(at))
    if still is None:
        current.done.add(current.place)
    return still


def still_to_set(at: Step) -> tuple[str, ...]:
    """The settings in which the run shown differs from the one that the student is to make."""
    opened = lesson()
    if opened is None or at.do.run is None:
        return ()
    return different(session().run.config, opened.runs[at.do.run].recipe.config)


def guess_key(place: int = 0) -> str:
    """The key of the widget that takes the answer, or one of its numbers."""
    name, number = progress().place
    return f"guess_{name}_{number}_{place}"


def _typed(ask: Ask) -> Guess | None:
    """What was answered, None if nothing was."""
    numbers = [widgets.value(guess_key(place)) for place in range(len(ask.at) or 1)]
    if None in numbers:
        return None
    match ask.kind:
        case "choice":
            return int(numbers[0])
        case "sign":
            return SIGNS[int(numbers[0])]
        case "number":
            return float(numbers[0])
        case "curve":
            return tuple(float(number) for number in numbers)


def _open(name: str, number: int) -> None:
    current = progress()
    begins = current.aside is None
    if begins:
        current.aside = Aside(runs.put_aside(), pins.put_aside(), sweeps.put_aside(), widgets.choices())
    current.name, current.step = name, number
    _enter()
    if begins:
        session().undo = []  # the run that was shown until now is put aside


def _enter() -> None:
    """Set page, settings and epoch as the step needs them, with a walk and choices that begin anew."""
    current, at = progress(), step()
    current.message = ""
    if at is None:
        current.finished.add(current.name)
        return
    widgets.forget("step_view", "one_sample", "predict", *(key for key, _ in at.do.choices))
    walk.go_to(0)
    if lessons()[current.name].runs[at.run].grid is None:
        _show_run(at.run, at.epoch)
    else:
        _show_sweep(at.run)
    _pin(at)
    current.heading = at.page


def _show_run(name: str, epoch: int) -> None:
    recipe = lessons()[progress().name].runs[name].recipe
    with st.spinner(words().panel["training"]):
        runs.start(Run.replay(replace(recipe, epochs=epoch)), words().panel["set"])


def _show_sweep(name: str) -> None:
    sweeps.stop()
    if (grid := lessons()[progress().name].runs[name].grid) is not None:
        sweeps.show_grid(grid)


def _pin(at: Step) -> None:
    """Pin the runs of a step, in place of those of other steps."""
    current = progress()
    pins.unpin(*current.pinned)
    before = {pin.number for pin in pins.pins()}
    for name in at.pins:
        pins.pin(results(current.name).run(name).copy())
    current.pinned = {pin.number for pin in pins.pins()} - before


def _seen(at: Step) -> Seen:
    """What is on the screen, as far as the step asks for it."""
    current, page = session(), navigation.name()
    sweep = sweeps.sweeps() if page == "sweep" else None
    is_finished = sweep is not None and sweep.result is not None and sweep.going is None and sweep.result.done >= 1
    epoch = pins.shown_epoch() if page == "compare" and pins.pins() else current.shown
    return Seen(
        page=page,
        config=current.run.config,
        edits=current.run.edits,
        epoch=epoch,
        diverged=current.run.diverged is not None,
        quantity=_quantities()[walk.position()] if at.do.quantity is not None and page == "step" else "",
        choices={key: str(widgets.choices().get(key, "")) for key, _ in at.do.choices},
        sweeps=(sweep.result.grid,) if sweep is not None and sweep.result is not None and is_finished else (),
    )


def _quantities() -> list[str]:
    """The names of what is walked through on One step; the walk may be past its end until the page is drawn."""
    current = session()
    names = [quantity.name for quantity in explain(current.run.at(current.shown)).quantities]
    return [*names, *names[-1:] * max(0, walk.position() + 1 - len(names))]


def _is_of_lesson(replaced: Replaced) -> bool:
    """Whether a run is one of the open lesson's, without anything that was done to it."""
    recipe, opened = replaced.recipe, lesson()
    own = [] if opened is None else [run.recipe for run in opened.runs.values() if run.grid is None]
    return any(
        not different(recipe.config, other.config)
        and {*recipe.edits} <= {*other.edits}
        and (recipe.data is None) == (other.data is None)
        for other in own
    )
