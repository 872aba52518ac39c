"""Tables of numbers and lines of code as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from backprop_core.practice import Table, minus


def tables_html(tables: Sequence[Table]) -> str:
    """Tables side by side, each under its formula."""
    return f'<div class="practice-tables">{"".join(map(table_html, tables))}</div>'


def table_html(table: Table) -> str:
    """A table under its formula."""
    has_names = any(table.rows)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns) if any(table.columns) else ""
    corner = "<td></td>" if has_names and head else ""
    rows = []
    for name, row in zip(table.rows, table.cells, strict=True):
        label = f'<th scope="row">{escape(name)}</th>' if has_names else ""
        rows.append(f"<tr>{label}{''.join(f'<td>{escape(minus(text))}</td>' for text in row)}</tr>")
    formula = escape(table.formula)
    head_row = f"<tr>{corner}{head}</tr>" if head else ""
    return f'<div><p>{formula}</p><table aria-label="{formula}">{head_row}{"".join(rows)}</table></div>'


def code_html(lines: Sequence[str]) -> str:
    """Numbered lines of a program."""
    return f'<ol class="practice-code">{"".join(f"<li><code>{escape(line)}</code></li>" for line in lines)}</ol>'


def facts_html(facts: Sequence[str]) -> str:
    """Sentences as a list."""
    return f'<ul class="practice-facts">{"".join(f"<li>{escape(fact)}</li>" for fact in facts)}</ul>'


def text_html(text: str) -> str:
    """A paragraph, its characters as they are."""
    return f'<p class="practice-text">{escape(minus(text))}</p>'
