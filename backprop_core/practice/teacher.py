"""The teacher's side: codes, the key as a table, and the marks of a class."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backprop_core.data.names import quoted
from backprop_core.practice.assignment import Assignment, code_of
from backprop_core.practice.generator import tasks_of
from backprop_core.practice.kinds import KINDS
from backprop_core.practice.marks import FieldMark, marks_of_many
from backprop_core.practice.task import Task
from backprop_core.settings.spec import ConfigError

MOST_STUDENTS = 2_000
MOST_CHARACTERS = 5_000_000  # of pasted text
MOST_NAMED = 5  # remarks of one kind that are spelled out
ANSWERS = ("code", "task", "field", "answer")  # columns of a table of answers
MARKS = ("code", "right", "of", "slips")
SLIPS = ("slip", "times", "students")
KEY = ("code", "task", "kind", "field", "label", "answer")

_DELIMITERS = ",;\t"
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.])")  # a spreadsheet would take such a cell for a formula


@dataclass(frozen=True)
class Codes:
    """Codes of a class in the order of the list, and remarks on what was left out."""

    codes: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Student:
    """The marks of one student: fields that count, fields asked, and slips by how often they were made."""

    code: str
    earned: int
    asked: int
    by_task: tuple[tuple[FieldMark, ...], ...]
    slips: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class: students, slips by frequency (label, times, students), and remarks on unusable rows."""

    students: tuple[Student, ...]
    slips: tuple[tuple[str, int, int], ...]
    remarks: tuple[str, ...]


def codes_of(text: str) -> Codes:
    """The codes of a pasted list: one per line, or separated by commas, semicolons or tabs."""
    if len(text) > MOST_CHARACTERS:
        raise ConfigError("codes", "This list is too long.")
    codes: dict[str, None] = {}
    repeated: list[str] = []
    refused: list[str] = []
    for typed in re.split(r"[\n\r,;\t]", text):
        try:
            code = code_of(typed)
        except ConfigError:
            refused.append(typed)
            continue
        if code in codes:
            repeated.append(code)
        elif code:
            codes[code] = None
    if len(codes) > MOST_STUDENTS:
        raise ConfigError("codes", f"At most {MOST_STUDENTS:,} codes, not {len(codes):,}.")
    remarks = [_remark("Listed more than once", repeated), _remark("Not a code", refused)]
    return Codes(tuple(codes), tuple(filter(None, remarks)))


def key_rows(assignment: Assignment, codes: Sequence[str]) -> list[tuple[str, ...]]:
    """The key, one row per field, in the columns `KEY`."""
    return [
        (code, str(task.number), KINDS[task.kind].label, field.key, field.label, field.right)
        for code, tasks in tasks_of(assignment, codes).items()
        for task in tasks
        for field in task.fields
    ]


def table_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_guarded(str(cell)) for cell in row] for row in rows)
    return output.getvalue()


def read_answers(text: str) -> tuple[dict[tuple[str, str], dict[str, str]], tuple[str, ...]]:
    """Pasted answers by code and task, and remarks. Columns: code, task, field, answer, in any order.

    Raises ConfigError if these columns are missing.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConfigError("answers", "This table is too long.")
    lines = text.lstrip("\ufeff\n\r ").splitlines()
    head = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=head.count)
    names = [name.strip().strip('"').casefold() for name in head.split(delimiter)]
    missing = [name for name in ANSWERS if name not in names]
    if missing:
        raise ConfigError(
            "answers", f"The first line must name the columns {', '.join(ANSWERS)}; {missing[0]} is missing."
        )
    places = [names.index(name) for name in ANSWERS]
    answers: dict[tuple[str, str], dict[str, str]] = {}
    refused: list[str] = []
    try:
        for row in csv.reader(lines[1:], delimiter=delimiter):
            if not any(cell.strip() for cell in row):
                continue
            code, number, field, answer = (_unguarded(row[place]) if place < len(row) else "" for place in places)
            try:
                code = code_of(code)
            except ConfigError:
                code = ""
            if code and number.strip():
                answers.setdefault((code, number.strip()), {})[field.replace(" ", "")] = answer
            else:
                refused.append(delimiter.join(row))
    except csv.Error as error:
        raise ConfigError("answers", f"This table cannot be read: {error}.") from error
    return answers, tuple(filter(None, [_remark("Rows without a code or a task", refused)]))


def marks_of_class(assignment: Assignment, text: str) -> ClassMarks:
    """The marks of pasted answers. Fields that a student left out count as asked. Raises ConfigError."""
    answers, remarks = read_answers(text)
    codes = tuple(dict.fromkeys(code for code, _ in answers))
    if len(codes) > MOST_STUDENTS:
        raise ConfigError("answers", f"At most {MOST_STUDENTS:,} students, not {len(codes):,}.")
    tasks = tasks_of(assignment, codes)
    answered = [(task, answers.get((code, str(task.number)), {})) for code in codes for task in tasks[code]]
    marks = marks_of_many(answered)
    students = []
    for i, code in enumerate(codes):
        by_task = tuple(marks[i * assignment.tasks : (i + 1) * assignment.tasks])
        fields = [mark for own in by_task for mark in own]
        slips = Counter(slip.label for mark in fields for slip in mark.slips[:1])
        earned = sum(mark.is_earned for mark in fields)
        students.append(Student(code, earned, len(fields), by_task, tuple(slips.most_common())))
    remarks = tuple(filter(None, [*remarks, _remark("No such field", _unknown(tasks, answers))]))
    return ClassMarks(tuple(students), _frequency(students), remarks)


def mark_rows(marks: ClassMarks) -> list[tuple[str, int, int, str]]:
    """A row per student: code, fields that count, fields asked, slips."""
    return [
        (
            student.code,
            student.earned,
            student.asked,
            "; ".join(f"{label} ({count})" if count > 1 else label for label, count in student.slips),
        )
        for student in marks.students
    ]


def _unknown(tasks: Mapping[str, Sequence[Task]], answers: Mapping[tuple[str, str], Mapping[str, str]]) -> list[str]:
    """The places of answers to which there is no field."""
    unknown = []
    for (code, number), given in answers.items():
        keys = {field.key for task in tasks[code] if str(task.number) == number for field in task.fields}
        unknown += [f"{code}, task {number}, {key}" for key in given if key not in keys]
    return unknown


def _frequency(students: Sequence[Student]) -> tuple[tuple[str, int, int], ...]:
    times, of = Counter[str](), Counter[str]()
    for student in students:
        for label, count in student.slips:
            times[label] += count
            of[label] += 1
    return tuple((label, times[label], of[label]) for label, _ in of.most_common())


def _remark(what: str, cases: Sequence[str]) -> str:
    """A sentence about cases, the first few of them quoted."""
    if not cases:
        return ""
    distinct = list(dict.fromkeys(cases))
    more = f" and {len(distinct) - MOST_NAMED:,} more" if len(distinct) > MOST_NAMED else ""
    return f"{what}: {', '.join(map(quoted, distinct[:MOST_NAMED]))}{more}."


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell.removeprefix("'")
