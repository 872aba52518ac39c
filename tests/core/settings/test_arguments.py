"""Any bad argument raises a ConfigError with a one-sentence message, no other exception and no warning."""

import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import Config, ConfigError, Edit, Run, sweep
from backprop_core.settings.arguments import numbers_of
from backprop_core.settings.quoting import MOST_QUOTED, short_repr
from backprop_core.training.recipe import MOST_EPOCHS, Recipe

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1]
SMALL = Config(epochs=2)


def few(epochs: Any) -> Any:
    """A small number of epochs, so that tests are fast; numbers out of range are left as they are."""
    return 2 if isinstance(epochs, int) and 2 < epochs <= MOST_EPOCHS else epochs


# Each takes a value of any type that a user may pass, and uses it.
ENTRIES: dict[str, Callable[[Any], object]] = {
    "config": Run,
    "settings": Config.from_dict,
    "setting": lambda junk: SMALL.replace(learning_rate=junk),
    "list of a setting": lambda junk: SMALL.replace(hidden=junk, activation=junk),
    "data": lambda junk: Run(SMALL, data=junk),
    "inputs": lambda junk: Run(SMALL, data=(junk, Y)),
    "targets": lambda junk: Run(SMALL, data=(X, junk)),
    "params": lambda junk: Run(SMALL, params=junk),
    "a layer": lambda junk: Run(SMALL, params=[junk, junk]),
    "weights": lambda junk: Run(SMALL, params=[(junk, junk), (junk, junk)]),
    "rows": lambda junk: Run(SMALL).predict(junk),
    "rows of a snapshot": lambda junk: Run(SMALL).at(0).predict(junk),
    "advance": lambda junk: Run(SMALL).advance(few(junk)),
    "epoch": lambda junk: Run(SMALL).at(junk),
    "rewind": lambda junk: Run(SMALL).rewind(junk),
    "edit": lambda junk: Run(SMALL).edit(params=junk),
    "edited weight": lambda junk: Run(SMALL).edit(params={(1, "W", 0, 0): junk}),
    "edited setting": lambda junk: Run(SMALL).edit(learning_rate=junk),
    "edits": lambda junk: Run.replay(Recipe(SMALL, junk, 1)),
    "an edit": lambda junk: Run.replay(Recipe(SMALL, (Edit(0, "learning_rate", junk),), 1)),
    "field of an edit": lambda junk: Run.replay(Recipe(SMALL, (Edit(0, junk, 1.0),), 1)),
    "epoch of an edit": lambda junk: Run.replay(Recipe(SMALL, (Edit(junk, "learning_rate", 1.0),), 1)),
    "epochs": lambda junk: Run.replay(Recipe(SMALL, (), few(junk))),
    "file": Run.from_json,
    "axes": lambda junk: sweep.plan(SMALL, junk),
    "values": lambda junk: sweep.plan(SMALL, {"learning_rate": junk}),
    "layers": lambda junk: sweep.plan(SMALL, {"hidden": [junk]}),
    "seeds": lambda junk: sweep.plan(SMALL, {"learning_rate": [0.1]}, junk),
    "data of a sweep": lambda junk: sweep.plan(SMALL, {"learning_rate": [0.1]}, 1, data=junk),
    "solved": lambda junk: sweep.plan(SMALL, {"learning_rate": [0.1]}, 1, solved=junk),
    "score": sweep.Solved,
}


class Hostile:
    """A badly behaved user-defined class."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError


ONES = [
    None, True, 0, 1, 3, -1, 0.5, 10**400, float("nan"), float("inf"), -1e308, 1e200, 2j, "", "a", "1.5",
    b"1", Fraction(1, 3), np.float32(1), np.datetime64("2020"), object(), {"W": 1}, {}, set(), range(3),
    "learning_rate", "W", (1, "W", 0, 0), np.eye(2), np.array(5.0), np.array(["a"]), iter([1, 2]),
]  # fmt: skip
JUNK = st.recursive(
    st.sampled_from(ONES) | st.integers() | st.floats(width=32) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["W", "learning_rate", "dataset", 3, (1, "W", 0, 0)]), inner, max_size=2)
    ),
    max_leaves=8,
)


def refused(entry: Callable[[Any], object], value: Any) -> ConfigError | None:
    """The message with which an entry rejects a value, if it does; exceptions other than ConfigError propagate."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            entry(value)
        except ConfigError as error:
            found = error
        else:
            return None
    assert isinstance(found.field, str)
    assert 10 < len(str(found)) < MOST_QUOTED + 400
    assert "\n" not in str(found)
    return found


@pytest.mark.parametrize("entry", ENTRIES)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(value=JUNK)
def test_junk_works_or_is_refused_in_a_sentence(entry: str, value: Any) -> None:
    refused(ENTRIES[entry], value)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_kind_of_value_works_or_is_refused_in_a_sentence(entry: str) -> None:
    for value in (*ONES, 10**5_000, Hostile()):
        for nested in (value, [value], [[value]], [[1.0, 2.0], [value]], (value, value), {"W": value}):
            refused(ENTRIES[entry], nested)


@pytest.mark.parametrize(
    ("entry", "value", "field"),
    [
        ("data", ([[10**400]], [1.0]), "data"),
        ("data", (5.0, [1.0]), "data"),
        ("data", ([[1.0], [2.0, 3.0]], [0, 1]), "data"),
        ("data", ([["1", "2"]], [0]), "data"),
        ("params", [{"W": [[1.0]], "b": [1.0]}], "params"),
        ("rows", [[10**400, 0]], "X"),
        ("rows", [[1.0], [2.0, 3.0]], "X"),
        ("rows", [["a", "b"]], "X"),
        ("rows", [["1", "2"]], "X"),
        ("rows", [[float("nan"), 1.0]], "X"),
        ("rows", 5.0, "X"),
        ("setting", 10**400, "learning_rate"),
        ("advance", 10**400, "epochs"),
        ("seeds", [0.5], "seed"),
        ("seeds", 10**9, "seed"),
        ("values", "0.1", "learning_rate"),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value)[:30],
)
def test_what_cannot_be_is_refused_by_its_field(entry: str, value: Any, field: str) -> None:
    error = refused(ENTRIES[entry], value)
    assert error is not None
    assert error.field == field


def test_numbers_of_every_kind_are_numbers() -> None:
    for value in ([[1, 2]], np.array([[1, 2]], dtype=np.int8), [(True, 2)], [[Fraction(1), 2.0]], [np.array([1, 2])]):
        np.testing.assert_array_equal(numbers_of(value, "X", "Rows"), [[1.0, 2.0]])


def test_a_value_is_quoted_on_one_short_line() -> None:
    assert [short_repr(value) for value in (0.1, "a", (2,), None)] == ["0.1", "'a'", "(2,)", "None"]
    assert short_repr(10**5_000) == "a value of type int"
    assert short_repr(Hostile()).startswith("<Hostile instance")
    assert all(len(short_repr(value)) <= MOST_QUOTED for value in ([["x" * 99] * 99] * 99, "x" * 999, np.eye(50)))
    assert "\n" not in short_repr(np.eye(50))
