"""Conversion of a setting's value to a short text and back, for links, chips and the command line. Pure functions.

Several values are joined by hyphens: 8-8. When reading, commas are accepted too.
"""

from __future__ import annotations

import re
from typing import Any

from backprop_core.data.names import plain
from backprop_core.settings.config import DEFAULTS, SPECS
from backprop_core.settings.spec import ConfigError

NOTHING = "none"
UNSET = {"batch_size": "all", "test_share": "usual"}
FLAGS = {"on": True, "off": False}
LONGEST = 200  # characters of a value; the longest meaningful value has half as many
LARGEST = 2**53  # up to here, float64 represents every whole number exactly


def write(name: str, value: Any) -> str:
    """A value as a short text without loss of precision: 0.5, 4-4, tanh-relu, all, on."""
    if value is None:
        return UNSET.get(name, NOTHING)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or NOTHING
    return number(value) if isinstance(value, float) else str(value)


def number(real: float) -> str:
    """A number in few digits, but in all that tell it from every other."""
    short = f"{real:g}"
    return short if float(short) == real else repr(real)


def read(name: str, typed: str) -> Any:
    """The value that a text stands for. Only its kind is checked here, not its range; text in it is made `plain`.

    Raises ConfigError for a text that is not of the setting's kind.
    """
    try:
        return _read(name, typed.strip())
    except (KeyError, OverflowError, ValueError) as error:
        spec, example = SPECS[name], write(name, DEFAULTS[name])
        problem = f"{spec.label} ({name}) = {plain(typed[:LONGEST])!r} is not a value{spec.range_text}."
        raise ConfigError(name, f"{problem} Write, for example, {example}.") from error


def _read(name: str, typed: str) -> Any:
    spec = SPECS[name]
    if len(typed) > LONGEST:
        raise ValueError(len(typed))
    if spec.optional and typed.lower() in {UNSET.get(name, NOTHING), NOTHING}:
        return 0.0 if (name, typed.lower()) == ("test_share", NOTHING) else None
    parts = [plain(part.strip()) for part in re.split("[-,]", typed)]
    match spec.kind:
        case "flag":
            return FLAGS[typed]
        case "integers":
            return () if typed.lower() == NOTHING else tuple(_whole(part) for part in parts)
        case "choices":
            return tuple(parts)
        case "choice" if name == "activation" and typed == NOTHING:
            return ()
        case "choice" if name == "activation" and len(parts) > 1:
            return tuple(parts)
        case "integer":
            return _whole(typed)
        case "real":
            return float(typed)
        case _:
            return plain(typed)


def _whole(typed: str) -> int:
    number = int(typed) if typed.strip().isdecimal() else float(typed)
    if abs(number) > LARGEST or number != int(number):
        raise ValueError(typed)
    return int(number)
