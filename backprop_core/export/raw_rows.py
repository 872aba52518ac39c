"""The part of a program that makes inputs of a row as the user's file has it: `prepare`."""

from __future__ import annotations

from backprop_core.data.preparation import RawColumn
from backprop_core.export.plan import Plan
from backprop_core.export.program import Part
from backprop_core.export.source import bracketed, defined, indented, string, strings

ABOUT = (
    "What was done to each column of the table, and how it is done to another row: predict(prepare(example_row)). A "
    "column has a name, its words (none: it is a number) and what stands in for a missing value (None: nothing does). "
    "One word, or two, are a single input, 0 for the first of two and 1 for the second; more are an input each."
)


def raw_rows(plan: Plan) -> list[Part]:
    """`prepare(row)`, if it is known what was done to the columns of the table; otherwise no part."""
    preparation = plan.preparation
    if preparation is None:
        return []
    example = [
        f"{string(name)}: {string(value) if isinstance(value, str) else repr(value)}"
        for name, value in preparation.raw(plan.example).items()
    ]
    signs = [*((sign, "") for sign in preparation.thousands), *([(",", ".")] if preparation.decimal == "," else [])]
    reading = "".join(f".replace({string(sign)}, {string(other)})" for sign, other in signs)
    texts = [indented("if isinstance(value, str):", f"value = value{reading}")] if reading else []
    each_column = indented(
        "for name, words, fill in raw_columns:",
        "value = row.get(name)",
        'value = fill if value is None or value == "" else value',
        indented("if value is None:", 'raise ValueError(f"{name} needs a value")'),
        indented("if words and value not in words:", 'raise ValueError(f"{name} has no value {value}")'),
        indented("if len(words) > 2:", "inputs += [float(value == word) for word in words]"),
        indented("elif words:", "inputs.append(float(value == words[-1]))"),
        indented("else:", *texts, "inputs.append(float(value))"),
    )
    code = "\n".join(
        [
            bracketed("raw_columns = [", [_column(column) for column in preparation.columns], "]", room=0),
            bracketed("example_row = {", example, "}", room=100),
            "",
            defined("prepare", ["row"], "inputs = []", each_column, "return inputs"),
        ]
    )
    return [Part("A row of the table", ABOUT, code)]


def _column(column: RawColumn) -> str:
    fill = string(column.fill) if isinstance(column.fill, str) else repr(column.fill)
    return bracketed("(", [string(column.name), strings(column.words), fill], ")", room=100)
