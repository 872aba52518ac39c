"""The command line of practice: sheets, key and marks as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from backprop_core.practice import generator, teacher
from backprop_core.practice.assignment import Assignment
from backprop_core.practice.sheets import PAPERS, sheets
from backprop_core.settings.spec import ConfigError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `practice`."""
    parser.add_argument("what", choices=("sheets", "key", "marks", "assignment"), help="what to write")
    parser.add_argument("--assignment", metavar="TEXT", help="the assignment, as in a link (default: the usual one)")
    parser.add_argument("--codes", metavar="FILE", help="the students' codes, one a line; - is standard input")
    parser.add_argument("--answers", metavar="FILE", help="answers as CSV with the columns code, task, field, answer")
    parser.add_argument("--paper", choices=tuple(PAPERS), default="any", help="the paper of the sheets")
    parser.add_argument("--output", metavar="FILE", help="where to write (default: standard output)")


def run(options: argparse.Namespace) -> int:
    """Write what was asked for; returns the exit code. Raises ConfigError."""
    assignment = generator.read(options.assignment) if options.assignment else Assignment()
    generator.check(assignment)
    text = _WRITERS[options.what](assignment, options)
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _codes(options: argparse.Namespace) -> tuple[str, ...]:
    codes = teacher.codes_of(_read(options.codes, "codes"))
    for remark in codes.remarks:
        sys.stderr.write(f"{remark}\n")
    if not codes.codes:
        raise ConfigError("codes", "There is no code in this list.")
    return codes.codes


def _read(path: str | None, name: str) -> str:
    if path is None:
        raise ConfigError(name, f"--{name} FILE is needed.")
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(name, f"{path} cannot be read: {error}") from error


def _sheets(assignment: Assignment, options: argparse.Namespace) -> str:
    return sheets(assignment, _codes(options), options.paper)


def _key(assignment: Assignment, options: argparse.Namespace) -> str:
    return teacher.table_text(teacher.KEY, teacher.key_rows(assignment, _codes(options)))


def _marks(assignment: Assignment, options: argparse.Namespace) -> str:
    marks = teacher.marks_of_class(assignment, _read(options.answers, "answers"))
    for remark in marks.remarks:
        sys.stderr.write(f"{remark}\n")
    for row in (teacher.SLIPS, *marks.slips):
        sys.stderr.write(" | ".join(map(str, row)) + "\n")
    return teacher.table_text(teacher.MARKS, teacher.mark_rows(marks))


def _assignment(assignment: Assignment, options: argparse.Namespace) -> str:
    return f"{assignment.text}\n"


_WRITERS: dict[str, Callable[[Assignment, argparse.Namespace], str]] = {
    "sheets": _sheets,
    "key": _key,
    "marks": _marks,
    "assignment": _assignment,
}
