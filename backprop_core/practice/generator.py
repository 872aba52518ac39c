"""The tasks of students: drawn from their codes, tried until they suit, many students at once.

Attempts at a task are tried in order and the first that suits is taken, so that a student's tasks do not depend on who
else is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.explain.mistakes import MISTAKES, Mistake
from backprop_core.explain.recomputation import Numbers, Switches, recompute
from backprop_core.nn.activations import Array
from backprop_core.practice import assignment as assignments
from backprop_core.practice import draws
from backprop_core.practice.assignment import Assignment
from backprop_core.practice.kinds import KINDS
from backprop_core.practice.suitable import in_order, suitable
from backprop_core.practice.task import Draft, Task, TaskKind, in_units
from backprop_core.settings.spec import ConfigError

MOST_ATTEMPTS = 20_000
MOST_FOR_A_SAMPLE = 200  # an assignment is refused if a sample needs more: then every student's task will be found
AT_ONCE = 4  # attempts at a task in the first round; each round tries twice as many
MOST_AT_ONCE = 512
MOST_IN_A_ROUND = 20_000
SAMPLE = "sample"

Mistaken = list[tuple[Mistake, Switches, Numbers]]
Digits = dict[str, Array]


@dataclass(frozen=True)
class _Slot:
    """A task that is still to be found."""

    code: str
    number: int
    turn: int
    of: int
    kind: TaskKind


def read(text: str) -> Assignment:
    """The assignment in a text. Raises ConfigError."""
    return assignments.read(text, KINDS)


def check(assignment: Assignment) -> None:
    """Try whether there are tasks for an assignment. Raises ConfigError if suitable ones are too rare."""
    tasks_of(assignment, [SAMPLE], MOST_FOR_A_SAMPLE)


def tasks_of(
    assignment: Assignment, codes: Sequence[str], most_attempts: int = MOST_ATTEMPTS
) -> dict[str, tuple[Task, ...]]:
    """The tasks of every code. Raises ConfigError if the assignment permits none."""
    unknown = [kind for kind in assignment.kinds if kind not in KINDS]
    if unknown:
        raise ConfigError("kinds", f"There is no kind of task {unknown[0]!r}.")
    slots = [_Slot(code, *place) for code in dict.fromkeys(codes) for place in _turns(assignment)]
    found: dict[tuple[str, int], Task] = {}
    for one_row in (True, False):
        rows = 1 if one_row else assignment.rows
        pending = [slot for slot in slots if slot.kind.one_row == one_row]
        start, count = 0, AT_ONCE
        while pending:
            if start >= most_attempts:
                raise ConfigError(
                    "digits",
                    "Networks of this size whose numbers are all clear at these digits are too rare. Ask for more "
                    "decimals, fewer rows or units, or another activation.",
                )
            attempts = range(start, start + count)
            for some in _in_parts(pending, count):
                found |= {
                    (task_slot.code, task_slot.number): task
                    for task_slot, task in _round(assignment, some, attempts, rows)
                }
            pending = [slot for slot in pending if (slot.code, slot.number) not in found]
            start, count = start + count, min(2 * count, MOST_AT_ONCE)
    numbers = range(1, assignment.tasks + 1)
    return {code: tuple(found[code, number] for number in numbers) for code in dict.fromkeys(codes)}


def with_mistakes(batch: Homework) -> Mistaken:
    """The numbers that every variant of every mistake gives in a batch."""
    return [
        (mistake, switches, recompute(batch, switches))
        for mistake in MISTAKES.values()
        for switches in mistake.variants(batch)
    ]


def _digits(mistaken: Mistaken, names: Sequence[str], digits: int) -> Digits:
    """(variants, B, numbers) per quantity: the numbers of all mistakes in units of the last digit."""
    if not mistaken:
        return {}
    return {
        name: in_units(np.stack([numbers[name].reshape(len(numbers[name]), -1) for *_, numbers in mistaken]), digits)
        for name in names
    }


def _turns(assignment: Assignment) -> Iterator[tuple[int, int, int, TaskKind]]:
    """Number of each task, the how-manieth of its kind it is and of how many, and its kind."""
    names = [assignment.kinds[i % len(assignment.kinds)] for i in range(assignment.tasks)]
    for i, name in enumerate(names):
        yield i + 1, names[: i + 1].count(name), names.count(name), KINDS[name]


def _in_parts(pending: list[_Slot], count: int) -> Iterator[list[_Slot]]:
    size = max(1, MOST_IN_A_ROUND // count)
    for start in range(0, len(pending), size):
        yield pending[start : start + size]


def _round(assignment: Assignment, slots: list[_Slot], attempts: range, rows: int) -> Iterator[tuple[_Slot, Task]]:
    """The tasks that one of the attempts gives."""
    drawn = np.concatenate([draws.words(assignment, slot.code, slot.number, attempts, rows) for slot in slots])
    batch = draws.homeworks(assignment, drawn, rows)
    numbers = recompute(batch, Switches())
    good = suitable(batch, numbers, assignment.digits).reshape(len(slots), -1)
    waiting = {i: list(np.flatnonzero(row)) for i, row in enumerate(good) if row.any()}
    while waiting:  # the next suitable attempt of every slot that has one
        chosen = {i: i * len(attempts) + int(left.pop(0)) for i, left in waiting.items()}
        places = [place for i, place in chosen.items() if slots[i].kind.needs_mistakes]
        rank = {place: own for own, place in enumerate(places)}
        mistaken = with_mistakes(draws.part(assignment, batch, places)) if places else []
        digits = _digits(mistaken, in_order(numbers), assignment.digits)
        for i, place in chosen.items():
            slot = slots[i]
            own = rank.get(place)
            draft = Draft(
                assignment,
                slot.number,
                slot.turn,
                slot.of,
                draws.alone(assignment, batch, place),
                draws.one_of(numbers, place),
                [] if own is None else [(mistake, way, draws.OneOf(wrong, own)) for mistake, way, wrong in mistaken],
                {} if own is None else {name: values[:, own] for name, values in digits.items()},
                drawn[place, : draws.CHOICES].tolist(),
            )
            task = slot.kind.make(draft)
            if task is not None:
                yield slot, task
                waiting[i].clear()
        waiting = {i: left for i, left in waiting.items() if left}
