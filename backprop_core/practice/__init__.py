"""Exercises with numbers of each student's own, marked at once, and the teacher's key, sheets and marks."""

from backprop_core.practice.assignment import (
    DIGITS,
    MOST_HIDDEN_LAYERS,
    MOST_ROWS,
    MOST_TASKS,
    MOST_UNITS,
    RATES,
    Assignment,
    code_of,
)
from backprop_core.practice.generator import check, read, tasks_of
from backprop_core.practice.kinds import KINDS
from backprop_core.practice.labels import functions, network_tables
from backprop_core.practice.marks import FieldMark, marks_of
from backprop_core.practice.sheets import PAPERS, minus, sheets
from backprop_core.practice.task import Field, Table, Task
from backprop_core.practice.teacher import (
    ANSWERS,
    KEY,
    MARKS,
    SLIPS,
    ClassMarks,
    Codes,
    codes_of,
    key_rows,
    mark_rows,
    marks_of_class,
    table_text,
)

__all__ = [
    "ANSWERS",
    "DIGITS",
    "KEY",
    "KINDS",
    "MARKS",
    "MOST_HIDDEN_LAYERS",
    "MOST_ROWS",
    "MOST_TASKS",
    "MOST_UNITS",
    "PAPERS",
    "RATES",
    "SLIPS",
    "Assignment",
    "ClassMarks",
    "Codes",
    "Field",
    "FieldMark",
    "Table",
    "Task",
    "check",
    "code_of",
    "codes_of",
    "functions",
    "key_rows",
    "mark_rows",
    "marks_of",
    "marks_of_class",
    "minus",
    "network_tables",
    "read",
    "sheets",
    "table_text",
    "tasks_of",
]
