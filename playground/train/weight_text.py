"""A layer's weights as text: rows of numbers, as in a spreadsheet, a paper or a program."""

from __future__ import annotations

import math
import re

import numpy as np

from backprop_core.data import number, shown
from backprop_core.nn import Array
from backprop_core.settings import ConfigError

MOST_CHARACTERS = 200_000  # twice as many as the largest layer with all digits, 65 rows of 64 numbers

_ROW_END = re.compile(r"\][\s,;]*|[\r\n]+")  # NumPy and Python write a row in brackets
_CALL = re.compile(r"\b(?:(?:np|numpy|torch)\.)?(?:array|tensor)\(|\bParameter containing:|\)")
_ARGUMENT = re.compile(r",? ?\b(?:dtype|device|requires_grad|grad_fn) ?=[^,)\r\n]*")
_MATLAB = re.compile(r"(?:\w+ ?= ?)?\[([^\[\]]*)\] ?;?")
_STATE_DICT = re.compile(r"""['"](\w*(?:\.\w+)*)\.?\b(weight|bias)['"]\s*[:,]\s*tensor\(\s*(\[[^()]*\])""")


def parse(text: str, fan_in: int, fan_out: int) -> Array:
    """The numbers (fan_in + 1, fan_out) of a layer, the biases in the last row.

    Numbers are separated by tabs, spaces, commas or semicolons. Commas are read as decimal commas if
    there are other separators and the numbers fit then. Brackets are ignored.

    Raises
    ------
    ConfigError
        With the field `params`, for a wrong shape or a cell that is not a number; the message says where.
    """
    if len(text) > MOST_CHARACTERS:
        raise _refusal(f"This has {len(text):,} characters, and at most {MOST_CHARACTERS:,} can be read.")
    lines = _state_dict_rows(text, fan_in, fan_out) if _STATE_DICT.search(text) else _rows(text)
    if not lines:
        raise _refusal(f"Paste {_shape(fan_in, fan_out)}.")
    by_comma = [re.split(r"\s*[,;]\s*|\s+", line.strip(" \t,;")) for line in lines]
    by_others = [re.split(r"\s*;\s*|\s+", line.strip(" \t;")) for line in lines]
    readings = [(by_comma, "."), (by_others, ",")]
    if any(sign in line.strip() for line in lines for sign in "\t;"):
        readings.reverse()
    fitting = [reading for reading in readings if _objection(*reading, fan_in, fan_out) == ""]
    rows, decimal = (fitting or [next((r for r in readings if _is_shaped(r[0], fan_in, fan_out)), readings[0])])[0]
    objection = _objection(rows, decimal, fan_in, fan_out)
    if objection:
        raise _refusal(objection)
    return np.array([[number(cell, decimal) for cell in row] for row in rows])


def _rows(text: str) -> list[str]:
    """The rows of numbers in a text, each as text."""
    matlab = _MATLAB.fullmatch(text.strip())
    text = matlab[1].replace(";", "\n") if matlab and ";" in matlab[1] else _CALL.sub(" ", _ARGUMENT.sub("", text))
    lines = (line.replace("[", " ").strip() for line in _ROW_END.split(text))
    return [line for line in lines if line.strip(" ,;")]


def _state_dict_rows(text: str, fan_in: int, fan_out: int) -> list[str]:
    """The rows of the one layer of a printed state_dict that has a shape, the biases last."""
    parts = dict[str, dict[str, list[list[str]]]]()
    for name, part, numbers in _STATE_DICT.findall(text):
        parts.setdefault(name, {})[part] = [line.replace(",", " ").split() for line in _joined_rows(numbers)]
    fitting = [
        [*map(" ".join, zip(*layer["weight"], strict=True)), " ".join(layer["bias"][0])]
        for layer in parts.values()
        if [len(row) for row in layer.get("weight", [])] == [fan_in] * fan_out and len(layer.get("bias", [])) == 1
    ]
    if len(fitting) != 1:
        count = f"{len(fitting)} layers" if fitting else "No layer"
        raise _refusal(
            f"{count} of this state_dict {'have' if fitting else 'has'} {_count(fan_in, 'input')} and "
            f"{_count(fan_out, 'unit')} with biases: paste the one for this layer as rows of numbers."
        )
    return fitting[0]


def _joined_rows(numbers: str) -> list[str]:
    """Rows in brackets, each in one line: PyTorch breaks long ones."""
    return [row for row in (" ".join(part.replace("[", " ").split()) for part in numbers.split("]")) if row.strip(" ,")]


def written(W: Array, b: Array) -> str:
    """A layer's weights and biases as text that `parse` reads back to the same bits."""
    return "\n".join("\t".join(repr(value) for value in row) for row in np.vstack([W, b]).tolist())


def _is_shaped(rows: list[list[str]], fan_in: int, fan_out: int) -> bool:
    return len(rows) == fan_in + 1 and all(len(row) == fan_out for row in rows)


def _objection(rows: list[list[str]], decimal: str, fan_in: int, fan_out: int) -> str:
    """What is wrong with the cells of a layer, as a sentence, or ""."""
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells, start=1):
            value = number(cell, decimal)
            if value is None or not math.isfinite(value):
                return f"Row {row}, number {column}: {shown(cell)} is not a number."
    if len(rows) != fan_in + 1:
        return f"{_count(len(rows), 'row')} cannot be this layer: it needs {_shape(fan_in, fan_out)}."
    for row, cells in enumerate(rows, start=1):
        if len(cells) != fan_out:
            return f"Row {row} has {_count(len(cells), 'number')}: the layer needs {_shape(fan_in, fan_out)}."
    return ""


def _shape(fan_in: int, fan_out: int) -> str:
    return f"{_count(fan_in + 1, 'row')} of {_count(fan_out, 'number')}, the biases last"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _refusal(sentence: str) -> ConfigError:
    return ConfigError("params", sentence)
