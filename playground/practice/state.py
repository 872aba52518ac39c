"""The Practice page: the assignment of the link, the student's code and answers, and the teacher's lists.

All of it is in the session alone and gone with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from backprop_core import ConfigError, practice
from backprop_core.practice import Assignment, ClassMarks, Codes, FieldMark, Task
from playground.session import navigation
from playground.session.session import press, session
from playground.sidebar import links, opening

SIDE, CODE, CODES, ANSWERS = "practice_side", "practice_code", "practice_codes", "practice_answers"
STAGES = 4  # of an update
LAYERS = ("inputs", "hidden 1", "hidden 2", "outputs")


@dataclass
class Practice:
    """What the page remembers.

    assignment : the last possible one; the address leads to it
    draft : the values of its form, possible or not
    problem : why the link or the form cannot be used
    code, refused : the student's code, and why what was typed is none
    task : the number of the open task
    answers, reasons : what was typed, by assignment, code and task
    revealed : the tasks whose model explanation is open
    made : the tasks of an assignment and a code, so that they are made once
    codes, pasted : the teacher's list of codes, and the answers to be marked
    key, marks : what was made of these for an assignment, so that it is made once
    """

    assignment: Assignment = field(default_factory=Assignment)
    draft: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    code: str = ""
    refused: str = ""
    task: int = 1
    answers: dict[tuple[str, str, int], dict[str, str]] = field(default_factory=dict)
    reasons: dict[tuple[str, str, int], str] = field(default_factory=dict)
    revealed: set[tuple[str, str, int]] = field(default_factory=set)
    made: tuple[str, str, tuple[Task, ...]] = ("", "", ())
    codes: str = ""
    pasted: str = ""
    key: tuple[str, str, list[tuple[str, ...]]] = ("", "", [])
    marks: tuple[str, str, ClassMarks] | None = None


def parts() -> dict[str, str]:
    """What the page adds to its address."""
    return {links.PRACTICE: remembered().assignment.text}


def remembered() -> Practice:
    """What the page remembers; at first the assignment of the address."""
    is_new = Practice not in session().parts
    current = session().part(Practice)
    text = opening.opening().for_pages.get(links.PRACTICE)
    if is_new and text is not None:
        try:
            assignment = practice.read(text)
            practice.check(assignment)
            current.assignment = assignment
        except ConfigError as error:
            current.problem = f"The link cannot be used, so this is the usual assignment. {error}"
    if is_new:
        current.draft = _draft(current.assignment)
    stage = navigation.stage_to_practise()
    if stage is not None:
        _practise(current, stage)
    return current


def tasks() -> tuple[Task, ...]:
    """The tasks of the student's code."""
    current = remembered()
    text, code, made = current.made
    if (text, code) != (current.assignment.text, current.code):
        made = practice.tasks_of(current.assignment, [current.code])[current.code]
        current.made = current.assignment.text, current.code, made
    return made


def answers(task: Task) -> Mapping[str, str]:
    """What was typed for a task."""
    return remembered().answers.get(_place(task.number), {})


def reason(task: Task) -> str:
    """The reason that was typed for a task."""
    return remembered().reasons.get(_place(task.number), "")


def is_revealed(task: Task) -> bool:
    """Whether the model explanation of a task is open."""
    return _place(task.number) in remembered().revealed


def key(task: Task, name: str) -> str:
    """The key of a widget of a task: another one for another code or assignment."""
    current = remembered()
    stamp = hashlib.sha256(f"{current.assignment.text}\n{current.code}".encode()).hexdigest()[:8]
    return f"practice_{stamp}_{task.number}_{name}".replace("[", "_").replace("]", "").replace(",", "_")


def fill(widget: str, value: Any) -> None:
    """Let a widget show what was last entered, after another page was open."""
    if st.session_state.get(widget) != value:
        st.session_state[widget] = value


@press
def enter_code() -> None:
    """A code was typed."""
    current = remembered()
    try:
        code, current.refused = practice.code_of(st.session_state[CODE] or ""), ""
    except ConfigError as error:
        code, current.refused = "", str(error)
    if code != current.code:
        current.code, current.task = code, 1


@press
def open_task(widget: str) -> None:
    """Another task was chosen."""
    current = remembered()
    current.task = st.session_state[widget] or current.task


@press
def next_task() -> None:
    """Go on to the next task."""
    remembered().task += 1


@press
def answer(number: int, name: str, widget: str) -> None:
    """A field of a task was filled in."""
    own = remembered().answers.setdefault(_place(number), {})
    own[name] = str(st.session_state[widget] or "")


@press
def give_reason(number: int, widget: str) -> None:
    """A reason was typed."""
    remembered().reasons[_place(number)] = st.session_state[widget]


@press
def reveal(number: int) -> None:
    """Open the model explanation of a task."""
    remembered().revealed.add(_place(number))


@press
def change(name: str, widget: str) -> None:
    """A value of the assignment's form was changed."""
    current = remembered()
    current.draft[name] = st.session_state[widget]
    try:
        assignment = _assignment(current.draft)
        practice.check(assignment)
    except ConfigError as error:
        current.problem = str(error)
        return
    if assignment.text != current.assignment.text:
        current.task = 1
    current.assignment, current.problem = assignment, ""


@press
def paste(name: str, widget: str) -> None:
    """The teacher's codes or answers were changed."""
    setattr(remembered(), name, st.session_state[widget] or "")


def codes() -> Codes:
    """The codes that the teacher listed. Raises ConfigError."""
    return practice.codes_of(remembered().codes)


def key_rows() -> list[tuple[str, ...]]:
    """The key of the listed codes. Raises ConfigError."""
    current = remembered()
    if current.key[:2] != (current.assignment.text, current.codes):
        rows = practice.key_rows(current.assignment, codes().codes)
        current.key = current.assignment.text, current.codes, rows
    return current.key[2]


def class_marks() -> ClassMarks:
    """The marks of the pasted answers. Raises ConfigError."""
    current = remembered()
    if current.marks is None or current.marks[:2] != (current.assignment.text, current.pasted):
        marks = practice.marks_of_class(current.assignment, current.pasted)
        current.marks = current.assignment.text, current.pasted, marks
    return current.marks[2]


def own_answers() -> str:
    """All answers of the student as a table to hand in."""
    current = remembered()
    rows = [
        (current.code, task.number, name, text)
        for task in tasks()
        for name, text in answers(task).items()
        if text.strip()
    ]
    return practice.table_text(practice.ANSWERS, rows)


def earned(marks: Sequence[FieldMark]) -> int:
    """How many fields of a task count."""
    return sum(mark.is_earned for mark in marks)


def _practise(current: Practice, stage: int) -> None:
    """Four updates to be finished, open at the one that begins with a stage."""
    current.assignment = replace(Assignment(), kinds=("finish",), tasks=STAGES)
    current.draft, current.problem = _draft(current.assignment), ""
    current.task = STAGES - stage


def _place(number: int) -> tuple[str, str, int]:
    current = remembered()
    return current.assignment.text, current.code, number


def _draft(assignment: Assignment) -> dict[str, Any]:
    inputs, *hidden, outputs = assignment.sizes
    sizes = (inputs, hidden[0], hidden[1] if len(hidden) > 1 else 0, outputs)
    names = ("name", "kinds", "tasks", "rows", "activation", "output", "loss", "rate", "digits")
    return {name: getattr(assignment, name) for name in names} | dict(zip(LAYERS, sizes, strict=True))


def _assignment(draft: Mapping[str, Any]) -> Assignment:
    values = {name: value for name, value in draft.items() if name not in LAYERS}
    sizes = tuple(int(draft[name]) for name in LAYERS if draft[name])
    kinds = tuple(kind for kind in practice.KINDS if kind in draft["kinds"])
    return replace(Assignment(), **{**values, "sizes": sizes, "kinds": kinds, "name": str(draft["name"])[:200]})
