"""How a setting is named, explained and validated."""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backprop_core.settings.quoting import short_repr

Group = Literal["data", "network", "learning", "goal"]
Kind = Literal["choice", "choices", "integer", "integers", "real", "flag"]


class ConfigError(ValueError):
    """A value that cannot define a run. `.field` names the field; the message is a sentence to show to the user."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How one field of `Config` is named, explained and validated.

    `group` determines what a change means: a change of `data` or `network` starts a new run, a change of `learning`
    becomes an edit of the current run, and `goal` only sets where training stops and affects no numbers.

    `low` and `high` are the range of a number, `choices` the allowed names, `optional` allows None, and `most` is the
    largest number of entries in a list.
    """

    label: str
    help: str
    group: Group
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    choices: Collection[str] = ()
    optional: bool = False
    most: int = 0

    @property
    def range_text(self) -> str:
        """The range of a number, to be appended to a noun: " from 0 to 10"; empty for other kinds."""
        if not self.kind.startswith(("integer", "real")):
            return ""
        form = ",.0f" if self.kind.startswith("integer") else ",g"
        return f" from {self.low:{form}} to {self.high:{form}}"


def checked(name: str, spec: Spec, value: Any) -> Any:
    """A value for the setting of this name, converted to the type that `Config` stores. Raises ConfigError."""
    if value is None:
        if spec.optional:
            return None
        raise ConfigError(name, f"{spec.label} ({name}) needs a value.")
    if name == "activation" and not isinstance(value, str):
        return tuple(_choice(name, spec, item) for item in _sequence(name, spec, value))
    match spec.kind:
        case "choice":
            return _choice(name, spec, value)
        case "choices":
            chosen = tuple(_choice(name, spec, item) for item in _sequence(name, spec, value))
            if not chosen or len(set(chosen)) != len(chosen) or len(chosen) > spec.most:
                raise ConfigError(
                    name,
                    f"{spec.label} ({name}) must be one or more of {', '.join(spec.choices)}, "
                    f"each once, not {short_repr(value)}.",
                )
            return tuple(choice for choice in spec.choices if choice in chosen)
        case "integers":
            numbers_ = tuple(_number(name, spec, item, whole=True) for item in _sequence(name, spec, value))
            if len(numbers_) > spec.most:
                raise ConfigError(name, f"{spec.label} ({name}) can be at most {spec.most}, not {len(numbers_)}.")
            return numbers_
        case "flag":
            if isinstance(value, bool) or type(value).__name__ == "bool":
                return bool(value)
            raise ConfigError(name, f"{spec.label} ({name}) must be true or false, not {short_repr(value)}.")
        case "integer":
            return _number(name, spec, value, whole=True)
        case "real":
            return _number(name, spec, value, whole=False)


def _choice(name: str, spec: Spec, value: Any) -> str:
    if isinstance(value, str) and value in spec.choices:
        return value
    raise ConfigError(
        name, f"{spec.label} ({name}) = {short_repr(value)} is unknown. Choose one of {', '.join(spec.choices)}."
    )


def _sequence(name: str, spec: Spec, value: Any) -> tuple[Any, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(value)
    raise ConfigError(name, f"{spec.label} ({name}) must be a list, not {short_repr(value)}.")


def _number(name: str, spec: Spec, value: Any, *, whole: bool) -> int | float:
    kind: Any
    kind, noun, form = (numbers.Integral, "a whole number", ",.0f") if whole else (numbers.Real, "a number", ",g")
    if isinstance(value, bool) or not isinstance(value, kind) or not _within(value, spec):
        raise ConfigError(
            name,
            f"{spec.label} ({name}) = {short_repr(value)} is not allowed. "
            f"It must be {noun} from {spec.low:{form}} to {spec.high:{form}}.",
        )
    return int(value) if whole else float(value)


def _within(value: Any, spec: Spec) -> bool:
    """Whether a number lies in its range, both as passed and after conversion to float64."""
    return bool(spec.low <= value <= spec.high and spec.low <= float(value) <= spec.high)
