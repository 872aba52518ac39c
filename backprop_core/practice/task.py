"""What a task is: what is printed, what is to be filled in, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from backprop_core.explain.diagnosis import Workings
from backprop_core.explain.homework import Homework
from backprop_core.explain.mistakes import Mistake
from backprop_core.explain.recomputation import Switches
from backprop_core.nn.activations import Array
from backprop_core.practice.assignment import Assignment

Place = tuple[str, tuple[int, ...]]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOISE = 1e-11  # larger than float64's rounding errors in any number of a task, and far below its last digit


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    key : its name in tables of answers
    right : the right answer as text; for a choice one of the options
    options : what to choose from; empty for a number
    also : other options that count as right
    place : the quantity and index that a number stands for
    reasons : what to say about an option that is wrong
    """

    key: str
    label: str
    right: str
    options: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    place: Place | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def letter(self, option: str) -> str:
        """The letter of an option, by which it is answered on paper."""
        return LETTERS[self.options.index(option)]


@dataclass(frozen=True)
class Table:
    """The numbers of one quantity: texts, and keys of fields where there is something to fill in."""

    name: str
    formula: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Task:
    """One task of one student.

    number : from 1
    facts : sentences, where no numbers are shown
    code : lines of a program
    network : whether the network's numbers are printed
    conventions : whether numbers in another sign convention are right too
    tables : quantities of the update, printed or to be filled in
    why, model : the question for a reason, and a model explanation with this task's numbers
    """

    number: int
    kind: str
    homework: Homework
    numbers: Mapping[str, Array]
    digits: int
    question: str
    fields: tuple[Field, ...]
    why: str
    model: str
    facts: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    network: bool = True
    conventions: bool = True

    @property
    def workings(self) -> Workings:
        """The right numbers, without those of mistakes."""
        return without_mistakes(self.numbers)


@dataclass(frozen=True, eq=False)
class Draft:
    """A suitable network from which a kind of task is made.

    turn, of : that this is the turn-th task of its kind, of so many, from 1
    mistaken : the numbers of every variant of every mistake
    digits : the same in units of the last digit, rounded: (variants, numbers) per quantity
    words : random numbers, for choices
    """

    assignment: Assignment
    number: int
    turn: int
    of: int
    homework: Homework
    numbers: Mapping[str, Array]
    mistaken: Sequence[tuple[Mistake, Switches, Mapping[str, Array]]]
    digits: Mapping[str, Array]
    words: Sequence[int]

    @property
    def unit(self) -> float:
        """One unit of the last digit asked."""
        return float(10.0**-self.assignment.digits)

    def right_digits(self, names: Sequence[str]) -> Array:
        """(numbers,): the right numbers of quantities in units of the last digit, rounded."""
        return np.concatenate([in_units(self.numbers[name].ravel(), self.assignment.digits) for name in names])

    def mistaken_digits(self, names: Sequence[str]) -> Array:
        """(variants, numbers): those of every variant of every mistake."""
        return np.concatenate([self.digits[name] for name in names], axis=1)

    def text(self, value: float) -> str:
        """A number to the digits asked."""
        return number_text(value, self.assignment.digits)

    def shuffled(self, options: Sequence[str], start: int) -> list[str]:
        """Options in the order of the words from `start` on."""
        keys = {option: (self.words[(start + i) % len(self.words)], i) for i, option in enumerate(options)}
        return sorted(options, key=keys.__getitem__)


@dataclass(frozen=True)
class TaskKind:
    """A kind of task: an entry of the registry.

    make : the task of a draft; None if it would be ambiguous or trivial
    one_row : whether its networks always have one row
    needs_mistakes : whether drafts need the numbers of all mistakes
    """

    name: str
    label: str
    about: str
    make: Callable[[Draft], Task | None]
    one_row: bool = False
    needs_mistakes: bool = False


def in_units(values: Array, digits: int) -> Array:
    """Numbers in units of the last digit, rounded."""
    return np.rint(values / 10.0**-digits)


def without_mistakes(numbers: Mapping[str, Array]) -> Workings:
    """Workings of right numbers alone."""
    return Workings(numbers, {name: np.full(values.shape, NOISE) for name, values in numbers.items()}, ())


def number_text(value: float, digits: int) -> str:
    """A number rounded to decimals, halves away from zero, with a minus sign that everybody can type."""
    rounded = Decimal(float(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(rounded or abs(rounded))
