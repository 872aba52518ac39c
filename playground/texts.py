"""A setting's value as a short text, and back: what a chip shows, what a link carries. Pure functions."""

from __future__ import annotations

from typing import Any

from backprop_core.cells import plain
from backprop_core.config import DEFAULTS, SPECS, ConfigError

NOTHING = "none"
UNSET = {"batch_size": "all"}
FLAGS = {"on": True, "off": False}
LONGEST = 200  # characters of a value; the longest that means something has half as many
LARGEST = 2**53  # whole number that float64 can tell from its neighbours


def text(name: str, value: Any) -> str:
    """A value in few characters, none of them lost: 0.5, 4-4, tanh-relu, all, on."""
    if value is None:
        return UNSET.get(name, NOTHING)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or NOTHING
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)


def parse(name: str, typed: str) -> Any:
    """The value that a text means, unchecked but for its kind, and such that a sentence can quote it.

    Raises ConfigError.
    """
    try:
        return _parse(name, typed.strip())
    except (KeyError, OverflowError, ValueError) as error:
        example = text(name, DEFAULTS[name])
        raise ConfigError(
            name,
            f"{SPECS[name].label} ({name}) = {plain(typed[:LONGEST])!r} is not a value. Write, for example, {example}.",
        ) from error


def _parse(name: str, typed: str) -> Any:
    spec = SPECS[name]
    if len(typed) > LONGEST:
        raise ValueError(len(typed))
    if spec.optional and typed == UNSET.get(name, NOTHING):
        return None
    match spec.kind:
        case "flag":
            return FLAGS[typed]
        case "integers":
            return () if typed == NOTHING else tuple(_whole(part) for part in typed.split("-"))
        case "choices":
            return tuple(plain(part) for part in typed.split("-"))
        case "choice" if name == "activation" and typed == NOTHING:
            return ()
        case "choice" if name == "activation" and "-" in typed:
            return tuple(plain(part) for part in typed.split("-"))
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
