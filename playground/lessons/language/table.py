"""A table of a TOML file, read key by key: wrong kinds, missing keys and unknown keys are refused in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class LessonError(ValueError):
    """A lesson that cannot be read, or that asks for something its runs do not have; the message is a sentence."""


class Table:
    """The values of a table, and where in the file it stands.

    Every key has to be read before `close`, which refuses the others.
    """

    def __init__(self, values: Any, place: str) -> None:
        if not isinstance(values, Mapping):
            raise LessonError(f"{place} must be a table of names and values.")
        self.place = place
        self._values = values
        self._known: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def keys(self) -> list[str]:
        """The names in it."""
        return list(self._values)

    def close(self) -> None:
        """Refuse keys that were never asked for."""
        for key in self._values:
            if key not in self._known:
                raise LessonError(f"{self.place} has an unknown key {key!r}; it may have {', '.join(self._known)}.")

    def any(self, key: str) -> Any:
        """Whatever stands under a key; None if nothing does."""
        self._known.add(key)
        return self._values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = default if self.any(key) is None else self.any(key)
        if not isinstance(value, str) or not value.strip():
            raise self._must(key, "a text")
        return value.strip()

    def one_of(self, key: str, names: Sequence[str], default: str | None = None) -> str:
        """One of these names."""
        value = self.text(key, default)
        if value not in names:
            raise self._must(key, f"one of {', '.join(names)}", value)
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number in a range."""
        value = default if self.any(key) is None else self.any(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._must(key, f"a whole number from {low:,} to {high:,}", value)
        return value

    def positive(self, key: str) -> float:
        """A number above 0."""
        value = self.any(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise self._must(key, "a number above 0", value)
        return float(value)

    def table(self, key: str) -> Table:
        """A table within this one."""
        if not isinstance(self.any(key), Mapping):
            raise self._must(key, "a table")
        return Table(self.any(key), f"{self.place}, {key},")

    def items(self, key: str, fewest: int = 0) -> list[Any]:
        """A list of at least so many items; empty if nothing is there."""
        value = self.any(key)
        value = [] if value is None else value
        if not isinstance(value, list) or len(value) < fewest:
            raise self._must(key, f"a list of at least {fewest}" if fewest else "a list")
        return value

    def tables(self, key: str, fewest: int = 0) -> list[Table]:
        """A list of tables, numbered from 1."""
        name = key.removesuffix("s")
        return [
            Table(value, f"{self.place}, {name} {number},")
            for number, value in enumerate(self.items(key, fewest), start=1)
        ]

    def named(self, key: str) -> dict[str, Table]:
        """The tables of a table of tables, by name, in the order of the file."""
        outer = self.table(key)
        return {name: outer.table(name) for name in outer.keys}

    def _must(self, key: str, what: str, value: Any = None) -> LessonError:
        instead = "" if value is None else f", not {value!r}"
        return LessonError(f"{self.place} needs {key} as {what}{instead}.")
