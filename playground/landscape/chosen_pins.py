"""Which pinned runs have their paths on the landscape, and a race of three of them to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from playground.compare import comparison
from playground.compare import state as pins
from playground.compare.state import Pin
from playground.landscape.pinned_paths import why_not
from playground.landscape.race import contestants
from playground.session import widgets
from playground.session.session import press, session

KEY = "landscape_pins"  # of the widget in which they are chosen


@dataclass
class ChosenPins:
    """The numbers of the pinned runs that were chosen, also of those that have not the landscape of the run shown."""

    numbers: tuple[int, ...] = ()


def fitting_pins() -> list[Pin]:
    """The pinned runs that have the landscape of the run shown."""
    return [pin for pin in pins.pins() if not why_not(session().run, pin.run)]


def shown_pins() -> list[Pin]:
    """The pinned runs whose paths are shown."""
    numbers = session().part(ChosenPins).numbers
    return [pin for pin in fitting_pins() if pin.number in numbers] if numbers else []


def others() -> list[tuple[Pin, str]]:
    """The pinned runs that cannot be shown, and why."""
    run = session().run
    return [(pin, reason) for pin in pins.pins() if (reason := why_not(run, pin.run))]


@press
def choose() -> None:
    """Other pinned runs were chosen among those that fit; the choice of those that do not fit stays."""
    page, fitting = session().part(ChosenPins), [pin.number for pin in fitting_pins()]
    chosen = [number for number in widgets.value(KEY) or [] if number in fitting]
    page.numbers = (*(number for number in page.numbers if number not in fitting), *chosen)


@press
def pin_race(seconds: float) -> None:
    """Pin runs that begin with the weights of the run shown, each with another optimizer, and show their paths.

    seconds : that a loss takes
    """
    page, before = session().part(ChosenPins), {pin.number for pin in pins.pins()}
    for name, recipe in contestants(session().run, seconds).items():
        refused = pins.pin(recipe, comparison.numbered(name, [pin.name for pin in pins.pins()]))
        session().error = refused or session().error
    page.numbers = (*page.numbers, *(pin.number for pin in pins.pins() if pin.number not in before))
