"""The marks of answers to tasks, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backprop_core.explain.diagnosis import Workings
from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import MOST_CHARACTERS, Mark, mark, read
from backprop_core.explain.mistakes import MISTAKES, Mistake
from backprop_core.explain.recomputation import Numbers, Switches, recompute
from backprop_core.explain.verdicts import Place, Verdict, judge, wrong_values
from backprop_core.nn.activations import Array
from backprop_core.practice import draws
from backprop_core.practice.task import LETTERS, Field, Task

Status = Literal["right", "rounded", "convention", "coarse", "follows", "wrong", "empty", "unreadable"]
Answers = Mapping[str, str]

EARNED = frozenset({"right", "rounded", "convention", "follows"})
MOST_KEPT = 200  # characters of an answer: no number and no option is longer


@dataclass(frozen=True)
class FieldMark:
    """The mark of one field: what was typed, what it is, and the slips that explain it if it is wrong."""

    field: Field
    typed: str
    status: Status
    message: str
    slips: tuple[Mistake, ...] = ()

    @property
    def is_earned(self) -> bool:
        """Whether it counts: it is right, or follows from the student's own earlier value."""
        return self.status in EARNED


def marks_of(task: Task, answers: Answers) -> tuple[FieldMark, ...]:
    """The marks of one task, field by field."""
    return marks_of_many([(task, answers)])[0]


def marks_of_many(answered: Sequence[tuple[Task, Answers]]) -> list[tuple[FieldMark, ...]]:
    """The marks of many tasks, whose mistakes are computed at once."""
    kept = [(task, {key: str(text)[:MOST_KEPT] for key, text in answers.items()}) for task, answers in answered]
    typed = [_numbers_typed(task, answers) for task, answers in kept]
    wrong = [i for i, (task, _) in enumerate(kept) if _has_wrong(task, typed[i])]
    workings = _workings([(kept[i][0], typed[i]) for i in wrong])
    by_task = dict(zip(wrong, workings, strict=True))
    marks = []
    for i, (task, answers) in enumerate(kept):
        numbers, own = by_task.get(i, (task.workings, None))
        verdicts = _judged(task, typed[i], numbers, own)
        marks.append(tuple(_marked(task, field, answers.get(field.key, ""), verdicts) for field in task.fields))
    return marks


def _judged(task: Task, typed: Mapping[Place, str], numbers: Workings, own: Workings | None) -> dict[Place, Verdict]:
    if not typed:
        return {}
    return judge(task.homework, typed, numbers, own, task.digits, conventions=task.conventions)


def _numbers_typed(task: Task, answers: Answers) -> dict[Place, str]:
    """The numbers that were typed, by what they stand for."""
    texts = {field.place: answers.get(field.key, "") for field in task.fields}
    return {place: text for place, text in texts.items() if place is not None and text.strip()}


def _has_wrong(task: Task, typed: Mapping[Place, str]) -> bool:
    """Whether a typed number is wrong at first sight, so that mistakes have to be looked at."""
    right = task.workings
    return any(
        mark(text, float(right.right[name][index]), float(right.noise[name][index])).status == "wrong"
        for (name, index), text in typed.items()
    )


def _workings(answered: Sequence[tuple[Task, Mapping[Place, str]]]) -> list[tuple[Workings, Workings]]:
    """For each task the numbers of all mistakes, and those that follow from its wrong answers."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, (task, _) in enumerate(answered):
        groups.setdefault(_shape(task.homework), []).append(i)
    results: dict[int, tuple[Workings, Workings]] = {}
    for members in groups.values():
        batch = draws.stacked([answered[i][0].homework for i in members])
        own = [wrong_values(answered[i][0].workings, answered[i][1]) for i in members]
        mistaken, own_mistaken = _all_mistakes(batch, {}), _all_mistakes(batch, draws.joined(batch, own))
        own_right = recompute(batch, Switches(), draws.joined(batch, own))
        for rank, i in enumerate(members):
            right = answered[i][0].workings
            numbers = Workings(right.right, right.noise, _each(mistaken, rank))
            follow = Workings(draws.one_of(own_right, rank), right.noise, _each(own_mistaken, rank))
            results[i] = numbers, follow
    return [results[i] for i in range(len(answered))]


def _shape(h: Homework) -> tuple[object, ...]:
    return h.activation, h.output, h.loss, h.learning_rate, h.X.shape, *(W.shape for W, _ in h.params)


def _all_mistakes(batch: Homework, own: Mapping[str, Array]) -> list[tuple[Mistake, Numbers]]:
    return [
        (mistake, recompute(batch, switches, own))
        for mistake in MISTAKES.values()
        for switches in mistake.variants(batch)
    ]


def _each(mistaken: Iterable[tuple[Mistake, Numbers]], rank: int) -> list[tuple[Mistake, Mapping[str, Array]]]:
    return [(mistake, draws.OneOf(numbers, rank)) for mistake, numbers in mistaken]


def _marked(task: Task, field: Field, typed: str, verdicts: Mapping[Place, Verdict]) -> FieldMark:
    if not typed.strip():
        return FieldMark(field, "", "empty", "Not filled in.")
    if field.place is None:
        return _marked_choice(field, typed)
    verdict = verdicts[field.place]
    if verdict.mark.status in {"right", "rounded"} and _is_coarse(task, field.place, typed):
        message = f"Right as far as it goes, but {task.digits} decimals are asked."
        return FieldMark(field, typed, "coarse", message)
    return FieldMark(field, typed, verdict.mark.status, verdict.mark.message, verdict.slips)


def _is_coarse(task: Task, place: Place, typed: str) -> bool:
    """Whether a right number has fewer decimals than asked, and is not right with zeros in their place."""
    number = read(typed)
    if number is None or number.unit <= 10.0**-task.digits * 1.5:
        return False
    padded = f"{number.value:.{task.digits}f}"
    return not _is_right(mark(padded, float(task.numbers[place[0]][place[1]])))


def _is_right(marked: Mark) -> bool:
    return marked.status == "right"


def _marked_choice(field: Field, typed: str) -> FieldMark:
    option = option_of(field, typed)
    if option is None:
        text = typed.strip()
        text = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
        return FieldMark(field, typed, "unreadable", f"“{text}” is not one of the answers to choose from.")
    if option == field.right or option in field.also:
        return FieldMark(field, typed, "right", "Right.")
    return FieldMark(field, typed, "wrong", field.reasons.get(option, "Not this one."))


def option_of(field: Field, typed: str) -> str | None:
    """The option that was typed, by its text or its letter; None if there is none."""
    text = " ".join(typed.split()).casefold()
    for option in field.options:
        if text == option.casefold():
            return option
    letter = text.upper()
    if len(letter) == 1 and letter in LETTERS[: len(field.options)] and not field.options[0].isdecimal():
        return field.options[LETTERS.index(letter)]
    return None
