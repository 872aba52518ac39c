"""An assignment: what a teacher chooses, as a frozen value and as a short text for links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from backprop_core.data.names import plain, shown
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.settings.spec import ConfigError

VERSION = 1  # of the generator: raise it when the same code would get other tasks
VERSIONS = (1,)
LONGEST_TEXT = 300
LONGEST_CODE = 40
MOST_TASKS = 8
MOST_ROWS = 3
MOST_UNITS = 3
MOST_HIDDEN_LAYERS = 2
DIGITS = (3, 6)
RATES = tuple(tenth / 10 for tenth in range(1, 10))
SEPARATOR = ";"

_CODE = re.compile(r"[^\W_](?:[\w .-]*[\w.-])?")


@dataclass(frozen=True)
class Assignment:
    """What all students of a class get, each with numbers of their own.

    kinds : names of the kinds of tasks, which take turns
    tasks : how many tasks there are
    sizes : units of every layer, inputs first
    digits : decimals asked
    version : of the generator

    Raises ConfigError, with `.field` one of the attributes, for values out of range and functions that do not fit.
    """

    name: str = "Backpropagation"
    kinds: tuple[str, ...] = ("finish", "slip", "which", "debug")
    tasks: int = 4
    sizes: tuple[int, ...] = (2, 2, 1)
    rows: int = 1
    activation: str = "sigmoid"
    output: str = "sigmoid"
    loss: str = "half_sse"
    rate: float = 0.5
    digits: int = 4
    version: int = VERSION

    def __post_init__(self) -> None:
        if self.version not in VERSIONS:
            raise ConfigError("version", "This assignment is for another version of the program.")
        object.__setattr__(self, "name", plain(self.name).replace(SEPARATOR, ","))
        if not self.kinds or len(set(self.kinds)) != len(self.kinds):
            raise ConfigError("kinds", "An assignment needs one kind of task or more, each once.")
        _check_whole("tasks", "Number of tasks", self.tasks, 1, MOST_TASKS)
        _check_whole("rows", "Number of rows", self.rows, 1, MOST_ROWS)
        _check_whole("digits", "Decimals", self.digits, *DIGITS)
        if not 3 <= len(self.sizes) <= MOST_HIDDEN_LAYERS + 2:
            raise ConfigError("sizes", "A network has inputs, one or two hidden layers, and outputs: 2-2-1 or 2-2-2-1.")
        for units in self.sizes:
            _check_whole("sizes", "Units of a layer", units, 1, MOST_UNITS)
        if self.rate not in RATES:
            raise ConfigError("rate", f"The learning rate is one of {', '.join(map(str, RATES))}.")
        self._check_functions()

    def _check_functions(self) -> None:
        for field, registry in (("activation", ACTIVATIONS), ("output", OUTPUTS), ("loss", LOSSES)):
            name = getattr(self, field)
            if name not in registry:
                raise ConfigError(field, f"There is no {field} {shown(name)}.")
        allowed = LOSSES[self.loss].outputs
        if allowed and self.output not in allowed:
            raise ConfigError("loss", f"This loss needs {' or '.join(allowed)} outputs.")
        if OUTPUTS[self.output].pull_back and (self.output, self.loss) not in FUSED:
            raise ConfigError("output", f"Output {self.output} is asked only with cross-entropy.")
        if OUTPUTS[self.output].pull_back and self.sizes[-1] == 1:
            raise ConfigError("output", f"Output {self.output} needs two units or more.")

    @property
    def text(self) -> str:
        """The assignment as a short text, for links; `read` is the way back."""
        parts = [
            self.version, self.name, "-".join(self.kinds), self.tasks, "-".join(map(str, self.sizes)), self.rows,
            self.activation, self.output, self.loss, self.rate, self.digits,
        ]  # fmt: skip
        return SEPARATOR.join(map(str, parts))


def read(text: str, kinds: Collection[str]) -> Assignment:
    """The assignment in a text, of these kinds of tasks. Raises ConfigError."""
    parts = text.split(SEPARATOR) if len(text) <= LONGEST_TEXT else []
    if len(parts) != 11:
        raise ConfigError("text", "This is not the text of an assignment.")
    version, name, kinds_text, tasks, sizes, rows, activation, output, loss, rate, digits = parts
    names = tuple(kinds_text.split("-"))
    for kind in names:
        if kind not in kinds:
            raise ConfigError("kinds", f"There is no kind of task {shown(kind)}.")
    return Assignment(
        name=name,
        kinds=names,
        tasks=_whole("tasks", tasks),
        sizes=tuple(_whole("sizes", units) for units in sizes.split("-")),
        rows=_whole("rows", rows),
        activation=activation,
        output=output,
        loss=loss,
        rate=next((known for known in RATES if str(known) == rate), 0.0),
        digits=_whole("digits", digits),
        version=_whole("version", version),
    )


def code_of(typed: str) -> str:
    """A student's code in its one spelling: 'Ada  L' and 'ada l' are the same; empty if nothing was typed.

    Raises ConfigError for codes that are too long, and for characters other than letters, digits, spaces and . _ -
    """
    if len(typed) > 4 * LONGEST_CODE:
        raise ConfigError("code", f"A code has at most {LONGEST_CODE} characters.")
    code = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    if len(code) > LONGEST_CODE:
        raise ConfigError("code", f"A code has at most {LONGEST_CODE} characters.")
    if code and not _CODE.fullmatch(code):
        raise ConfigError("code", "A code begins with a letter or digit and has letters, digits, spaces, . _ and -.")
    return code


def _check_whole(field: str, label: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ConfigError(field, f"{label}: {low} to {high}, not {value}.")


def _whole(field: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise ConfigError(field, f"{shown(text)} is not a whole number.")
    return int(text)
