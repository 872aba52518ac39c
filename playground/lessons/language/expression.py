"""Expressions over named results, `deep.gradient[1]@100 / flat.gradient[1]@100`, and claims, `a > 2 * b`.

A small language of its own, parsed here by hand: names, numbers, products, quotients and one comparison. Nothing else
can be written, so a file of data stays data.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playground.lessons.language.quantities import AT_EPOCHS, QUANTITIES, Form, Quantity
from playground.lessons.language.table import LessonError

PIECE = re.compile(
    r"\s*(?:(?P<comparison><=|>=|==|<|>)|(?P<sign>[*/])|(?P<word>[^\s*/<>=\[]+(?:\[[^\]]*\])?[^\s*/<>=\[]*))"
)
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
RESULT = re.compile(
    r"(?P<run>[a-z][a-z0-9_]*)\.(?P<quantity>[a-z][a-z0-9_]*)"
    r"(\[(?P<indexes>\d{1,3}(, ?\d{1,3})*)\])?(@(?P<epoch>\d{1,7}))?",
    re.ASCII,
)
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Named:
    """A result by its name: a run of the lesson, a quantity, its indexes, and an epoch (None: the run's end)."""

    run: str
    quantity: str
    indexes: tuple[int, ...] = ()
    epoch: int | None = None

    @property
    def entry(self) -> Quantity:
        """What the quantity is."""
        return QUANTITIES[self.quantity]

    def __str__(self) -> str:
        indexes = f"[{', '.join(map(str, self.indexes))}]" if self.indexes else ""
        return f"{self.run}.{self.quantity}{indexes}" + ("" if self.epoch is None else f"@{self.epoch}")


Value = Callable[[Named], float]


@dataclass(frozen=True)
class Expression:
    """A product of results and numbers, each multiplied or, after "/", divided by."""

    text: str
    factors: tuple[tuple[str, Named | float], ...]

    @property
    def names(self) -> tuple[Named, ...]:
        """The results it is computed from."""
        return tuple(factor for _, factor in self.factors if isinstance(factor, Named))

    @property
    def form(self) -> Form:
        """How its value is written: as that of a single result is, and else rounded."""
        return self.names[0].entry.form if len(self.factors) == 1 and self.names else "rounded"

    def value(self, of: Value) -> float:
        """What it comes to, given the value of each result. Raises LessonError where that is no number."""
        total = 1.0
        for sign, factor in self.factors:
            number = of(factor) if isinstance(factor, Named) else factor
            if sign == "/" and number == 0:
                raise LessonError(f"{self.text!r} divides by zero.")
            total = total / number if sign == "/" else total * number
        return total


@dataclass(frozen=True)
class Claim:
    """A comparison of two expressions."""

    left: Expression
    comparison: str
    right: Expression

    @property
    def names(self) -> tuple[Named, ...]:
        """The results it compares."""
        return (*self.left.names, *self.right.names)

    def holds(self, of: Value) -> bool:
        """Whether it is true, given the value of each result."""
        return COMPARISONS[self.comparison](self.left.value(of), self.right.value(of))

    def __str__(self) -> str:
        return f"{self.left.text} {self.comparison} {self.right.text}"


def expression(text: str) -> Expression:
    """Parse an expression. Raises LessonError."""
    pieces = list(_pieces(text))
    if any(kind == "comparison" for kind, _ in pieces):
        raise LessonError(f"{text!r} compares something, and a value is needed here.")
    return _expression(text, pieces)


def claim(text: str) -> Claim:
    """Parse a claim. Raises LessonError."""
    pieces = list(_pieces(text))
    places = [place for place, (kind, _) in enumerate(pieces) if kind == "comparison"]
    if len(places) != 1:
        raise LessonError(
            f"{text!r} is not a claim: that is two values and one of {', '.join(COMPARISONS)} between them."
        )
    left, comparison, right = text.partition(pieces[places[0]][1])
    parsed = Claim(
        _expression(left.strip(), pieces[: places[0]]), comparison, _expression(right.strip(), pieces[places[0] + 1 :])
    )
    if not parsed.names:
        raise LessonError(f"{text!r} compares numbers only; a claim is about a run.")
    return parsed


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a text with their kinds: "comparison", "sign" or "word"."""
    at, text = 0, text.rstrip()
    while at < len(text):
        match = PIECE.match(text, at)
        if match is None:
            raise LessonError(f"{text!r} cannot be read from {text[at:].strip()!r} on.")
        yield str(match.lastgroup), match[str(match.lastgroup)]
        at = match.end()


def _expression(text: str, pieces: list[tuple[str, str]]) -> Expression:
    """Words with signs between them."""
    kinds = [kind for kind, _ in pieces]
    if kinds != ["word", "sign"] * (len(pieces) // 2) + ["word"]:
        raise LessonError(f"{text!r} is not a value: that is results and numbers with * or / between them.")
    signs = ["*", *(word for kind, word in pieces if kind == "sign")]
    factors = [_factor(word) for kind, word in pieces if kind == "word"]
    return Expression(text, tuple(zip(signs, factors, strict=True)))


def _factor(word: str) -> Named | float:
    if NUMBER.fullmatch(word):
        return float(word)
    match = RESULT.fullmatch(word)
    if match is None:
        raise LessonError(f"{word!r} is neither a number nor a result such as run.loss@100.")
    quantity = match["quantity"]
    if quantity not in QUANTITIES:
        raise LessonError(f"{quantity!r} is not a quantity. There are {', '.join(QUANTITIES)}.")
    indexes = tuple(int(part) for part in match["indexes"].split(",")) if match["indexes"] else ()
    named = Named(match["run"], quantity, indexes, None if match["epoch"] is None else int(match["epoch"]))
    entry = named.entry
    if len(indexes) != len(entry.indexes):
        needed = f"[{', '.join(entry.indexes)}]" if entry.indexes else "no indexes"
        raise LessonError(f"{word!r}: {quantity} has {needed}.")
    if named.epoch is not None and entry.of not in AT_EPOCHS:
        raise LessonError(f"{word!r}: {quantity} belongs to no epoch.")
    return named
