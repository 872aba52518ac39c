"""Source text: functions from the registries' formulas, numbers written out or packed, brackets that fit the line.

What a user has typed enters as the `repr` of a string, and in no other way.
"""

from __future__ import annotations

import ast
import base64
import re
import textwrap
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from backprop_core.nn.activations import Array

WIDTH = 120
ROOM = WIDTH - 12  # for what stands behind a name, inside of a function
MOST_ROWS = 20  # of a matrix that is written out; larger ones are packed


def names(code: str) -> set[str]:
    """The names that stand in a piece of code."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def function(name: str, arguments: Iterable[str], code: str) -> str:
    """The function that returns the last line of `code`, of those arguments that the code needs."""
    *lines, value = code.split("\n")
    needed = names(code)
    return defined(name, [argument for argument in arguments if argument in needed], *lines, f"return {value}")


def defined(name: str, arguments: Iterable[str], *lines: str) -> str:
    """The definition of a function."""
    return indented(f"def {name}({', '.join(arguments)}):", *lines) + "\n"


def indented(head: str, *lines: str) -> str:
    """A statement with its body."""
    return "\n".join([head, *(textwrap.indent(line, "    ") for line in lines)])


def renamed(code: str, new: Mapping[str, str]) -> str:
    """Code with some of its names replaced."""
    return re.sub(rf"\b(?:{'|'.join(new)})\b", lambda name: new[name[0]], code)


def factor(expression: str) -> str:
    """An expression as a factor of a product: in brackets if it needs them."""
    node = ast.parse(expression, mode="eval").body
    is_power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    return f"({expression})" if isinstance(node, ast.BinOp) and not is_power else expression


def dictionary(entries: Mapping[int, str]) -> str:
    """A dictionary, on one line if it fits there."""
    return bracketed("{", [f"{key}: {value}" for key, value in entries.items()], "}")


def assigned(values: Mapping[str, str]) -> list[str]:
    """Keyword arguments of a call."""
    return [f"{name}={value}" for name, value in values.items()]


def bracketed(left: str, items: Sequence[str], right: str, *, room: int = ROOM) -> str:
    """Items in brackets, on one line if they fit there."""
    line = f"{left}{', '.join(items)}{right}"
    if len(line) <= room and "\n" not in line:
        return line
    return "\n".join([left, *(textwrap.indent(f"{item},", "    ") for item in items), right])


def strings(values: Iterable[str]) -> str:
    """A list of strings, whatever stands in them."""
    return bracketed("[", [string(value) for value in values], "]", room=ROOM - 4)


def string(value: str) -> str:
    """The `repr` of a string, in double quotes if nothing speaks against them."""
    text = repr(str(value))
    return text if '"' in text else f'"{text[1:-1]}"'


def number(value: float | bool) -> str:
    """A number, exact."""
    return f"{value:_}" if type(value) is int else repr(value)


def matrix(values: Array, make: str = "np.array") -> str:
    """A matrix written out, exact, its rows below one another if they do not fit on one line."""
    rows = [repr(row) for row in values.tolist()]
    line = f"{make}([{', '.join(rows)}])"
    if len(line) <= ROOM - 4:
        return line
    return "\n".join([f"{make}(", "    [", *(f"        {row}," for row in rows), "    ]", ")"])


def is_short(*matrices: Array) -> bool:
    """Whether matrices can be written out, to be read."""
    return all(
        len(values) <= MOST_ROWS and all(len(repr(row)) <= ROOM for row in values.tolist()) for values in matrices
    )


def packed(name: str, values: Array, make: str = "{}") -> str:
    """The assignment of a matrix that is too long to be read, made by `make` from what is unpacked."""
    data = zlib.compress(np.ascontiguousarray(values, dtype="<f8").tobytes(), 9)
    text = base64.b64encode(data).decode()
    shape = ", ".join(str(size) for size in values.shape)
    return f'packed_{name} = "{text}"  # noqa: E501\n{name} = {make.format(f"unpacked(packed_{name}, {shape})")}'
