"""Printable sheets for a class and their key, as one HTML file. Everything that is not markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from backprop_core.practice.assignment import Assignment
from backprop_core.practice.generator import tasks_of
from backprop_core.practice.kinds import KINDS
from backprop_core.practice.labels import functions, network_tables
from backprop_core.practice.task import Field, Table, Task

PAPERS = {"any": "", "A4": "size: A4;", "Letter": "size: letter;"}
STYLE = Path(__file__).with_name("sheets.css")
WIDEST = 4  # characters of an option that needs no line of its own


def sheets(assignment: Assignment, codes: Sequence[str], paper: str = "any") -> str:
    """The sheets of these codes, each beginning on a new page, and the key after them."""
    tasks = tasks_of(assignment, codes)
    style = STYLE.read_text(encoding="utf-8").replace("/* paper */", PAPERS[paper])
    pages = [_sheet(assignment, code, own) for code, own in tasks.items()]
    key = "".join(_key(code, own) for code, own in tasks.items())
    title = escape(assignment.name)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{style}</style>\n</head>\n'
        f'<body>\n{"".join(pages)}<section class="key">\n<h1>{title}: key</h1>\n{key}</section>\n</body>\n</html>\n'
    )


def _sheet(assignment: Assignment, code: str, tasks: Sequence[Task]) -> str:
    body = "".join(map(_task, tasks))
    used = max((task.homework for task in tasks), key=lambda homework: len(homework.X))
    return (
        f'<section class="sheet">\n<header><h1>{escape(assignment.name)}</h1>'
        f'<p class="code">Code <b>{escape(code)}</b></p><p class="name">Name</p></header>\n'
        f'<p class="note">{escape(note(assignment))}<br>{escape(functions(used))}</p>\n{body}</section>\n'
    )


def note(assignment: Assignment) -> str:
    """What holds for all tasks."""
    return (
        f"Give {assignment.digits} decimals. δ = ∂L/∂z, so δ of the output has the sign of output − target. "
        "Weights: a row per input, a column per unit."
    )


def _task(task: Task) -> str:
    parts = [f"<h2>{task.number}. {escape(KINDS[task.kind].label)}</h2>\n<p>{escape(task.question)}</p>\n"]
    if task.facts:
        parts.append(f"<ul>{''.join(f'<li>{escape(fact)}</li>' for fact in task.facts)}</ul>\n")
    if task.network:
        rate = f'<p class="rate">η = {task.homework.learning_rate:g}</p>'
        parts.append(f'<div class="row">{"".join(map(_table, network_tables(task.homework)))}{rate}</div>\n')
    if task.code:
        parts.append(
            f'<ol class="program">{"".join(f"<li><code>{escape(line)}</code></li>" for line in task.code)}</ol>\n'
        )
    if task.tables:
        parts.append(f'<div class="row">{"".join(map(_table, task.tables))}</div>\n')
    in_tables = {key for table in task.tables for row in table.keys for key in row}
    parts += [_field(field) for field in task.fields if field.key not in in_tables]
    parts.append(f'<p class="why">{escape(task.why)}</p><div class="line"></div>\n')
    return f'<article class="{escape(task.kind)}">\n{"".join(parts)}</article>\n'


def _table(table: Table) -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    has_names = any(table.rows)
    corner = "<td></td>" if has_names else ""
    head = f"<tr>{corner}{columns}</tr>" if any(table.columns) else ""
    body = []
    for i, row in enumerate(table.cells):
        name = f'<th scope="row">{escape(table.rows[i])}</th>' if has_names else ""
        keys = table.keys[i] if table.keys else ("",) * len(row)
        cells = "".join(
            '<td class="box"></td>' if key else f"<td>{escape(minus(text))}</td>"
            for text, key in zip(row, keys, strict=True)
        )
        body.append(f"<tr>{name}{cells}</tr>")
    name = escape(table.formula)
    return f'<div class="quantity"><p>{name}</p><table aria-label="{name}">{head}{"".join(body)}</table></div>'


def _field(field: Field) -> str:
    label = escape(field.label)
    if not field.options or field.options[0].isdecimal():
        return f'<p class="field">{label}: <span class="box"></span></p>\n'
    options = "".join(
        f'<li><span class="tick"></span><b>{field.letter(option)}</b> {escape(option)}</li>' for option in field.options
    )
    return f'<div class="field"><p>{label}:</p><ul class="options">{options}</ul></div>\n'


def _key(code: str, tasks: Iterable[Task]) -> str:
    rows = []
    for task in tasks:
        answers = "".join(f"<li>{escape(_answer(field))}</li>" for field in task.fields)
        title, model = escape(KINDS[task.kind].label), escape(minus(task.model))
        rows.append(f"<h3>{task.number}. {title}</h3><ul>{answers}</ul><p>{model}</p>")
    return f"<article><h2>{escape(code)}</h2>{''.join(rows)}</article>\n"


def _answer(field: Field) -> str:
    lettered = field.options and not field.options[0].isdecimal()
    right = f"{field.letter(field.right)}, {field.right}" if lettered else minus(field.right)
    return f"{field.label}{' = ' if field.place else ': '}{' or '.join([right, *field.also])}"


def minus(text: str) -> str:
    """A text whose negative numbers have a real minus sign."""
    return re.sub(r"-(?=\d)", "−", text)
