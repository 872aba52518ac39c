"""The last parts of every program: `predict`, which answers in the user's units, and `prepare` for raw rows."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_core.data.preparation import RawColumn
from backprop_core.data.scaling import Scaling
from backprop_core.export.plan import Plan
from backprop_core.export.program import Part
from backprop_core.export.source import bracketed, defined, indented, string, strings
from backprop_core.nn.activations import Array

MOST_IN_EXAMPLE = 8  # inputs of a row that is written out in the explanation

# The features of points x1, x2 as source text; `np` is replaced where another library computes.
FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1_squared": "x1 * x1",
    "x2_squared": "x2 * x2",
    "x1x2": "x1 * x2",
    "sin_x1": "np.sin(x1)",
    "sin_x2": "np.sin(x2)",
}

ABOUT_RAW_ROWS = (
    "What was done to each column of the table, and how it is done to another row: predict(prepare(example_row)). A "
    "column has a name, its words (none: it is a number) and what stands in for a missing value (None: nothing does). "
    "One word, or two, are a single input, 0 for the first of two and 1 for the second; more are an input each."
)


def prediction(plan: Plan, outputs: Sequence[str], *, library: str = "np") -> Part:
    """`predict(rows)`; the statements `outputs` make outputs (rows, k) of x, what the network is shown (rows, n)."""
    make, axis = ("np.array", "axis") if library == "np" else ("torch.tensor", "dim")
    convert = "np.asarray(rows, dtype=float)" if library == "np" else "torch.as_tensor(rows, dtype=torch.float64)"
    lines = [f"x = {library}.atleast_2d({convert})"]
    if plan.scaling:
        lines.append("x = (x - input_mean) / input_deviation")
    if plan.features:
        columns = [FEATURES[name].replace("np.", f"{library}.") for name in plan.features]
        lines += ["x1, x2 = x[:, 0], x[:, 1]", bracketed(f"x = {library}.stack([", columns, f"], {axis}=1)")]
    lines += outputs
    if plan.target_scaling:
        lines.append("outputs = outputs * target_deviation + target_mean")
    units = [*_units("input", plan.scaling, make), *_units("target", plan.target_scaling, make)]
    code = "\n".join([*units, "", defined("predict", ["rows"], *lines, "return outputs")])
    return Part("Prediction", _about(plan), code)


def _units(name: str, scaling: Scaling | None, make: str) -> list[str]:
    """Statements with the mean and the deviation that something is scaled by."""
    if scaling is None:
        return []
    return [
        f"{name}_mean = {_numbers(scaling.mean, make)}",
        f"{name}_deviation = {_numbers(scaling.deviation, make)}",
    ]


def _about(plan: Plan) -> str:
    row = plan.example.tolist()
    example = f", as in predict({row!r})" if len(row) <= MOST_IN_EXAMPLE else ""
    text = f"What the network answers to one row of inputs, or to several, as you have them{example}."
    if plan.scaling:
        text += " Inputs are given the units of the training rows above."
    if plan.features:
        text += " The network is shown features of them."
    if plan.target_scaling:
        text += " Answers are in the units of your target; the targets and losses above are in standard deviations."
    return text


def _numbers(values: Array, make: str) -> str:
    """A row of numbers, exact; only one where all are the same."""
    row = [repr(value) for value in values.tolist()]
    return row[0] if len(set(row)) == 1 else bracketed(f"{make}([", row, "])")


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
    return [Part("A row of the table", ABOUT_RAW_ROWS, code)]


def _column(column: RawColumn) -> str:
    fill = string(column.fill) if isinstance(column.fill, str) else repr(column.fill)
    return bracketed("(", [string(column.name), strings(column.words), fill], ")", room=100)
