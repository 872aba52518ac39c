"""A run as a file: saved runs come back bit for bit, and any other file is rejected with a clear message."""

import copy
import json
import math
import tracemalloc
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.configurations import SMALL, configs, values

from backprop_core import Config, ConfigError, Edit, Run
from backprop_core.data.names import plain, typed
from backprop_core.data.rows import MAX_INPUTS, MAX_ROWS, TableRows
from backprop_core.settings import parameter
from backprop_core.settings.config import MAX_LAYERS, MAX_UNITS, SPECS, fields
from backprop_core.settings.parameter import MOST_WEIGHT
from backprop_core.training import saving
from backprop_core.training.presets import PRESETS
from backprop_core.training.recipe import Recipe

ROWS = np.array([[0.1, -0.2, 1 / 3], [1e-300, 2.0, -0.0], [5.0, 6.0, 1e12], [0.25, 0.5, 0.75]])


def bits(run: Run) -> tuple[Any, ...]:
    """Everything about a run: what defines it, its current state, and all its losses."""
    params = tuple(array.tobytes() for pair in run.params for array in pair)
    losses = run.history.loss.tobytes(), run.history.test_loss.tobytes()
    return run.config, run.edits, run.epoch, params, losses, run.data.inputs, run.data.classes


def rows_of(run: Run) -> tuple[Any, ...]:
    return tuple(array.tobytes() for array in (run.data.X, run.data.y, run.data.X_test, run.data.y_test))


def assert_comes_back(run: Run) -> dict[str, Any]:
    """Check that a file gives the same run again; returns its contents."""
    content = run.to_json()
    again = Run.from_json(content)
    assert bits(again) == bits(run)
    assert rows_of(again) == rows_of(run)
    assert again.to_json() == content
    assert bits(Run.from_json(content.encode())) == bits(run)
    assert saving.read(content).difference(again.params) == 0
    values: dict[str, Any] = json.loads(content, parse_constant=pytest.fail)
    return values


def address_of(run: Run, place: int) -> Any:
    """The address of a parameter, counted through all of them."""
    addresses = [
        (layer, kind, *(int(i) for i in index))
        for layer, pair in enumerate(run.params, start=1)
        for kind, array in zip("Wb", pair, strict=True)
        for index in np.ndindex(array.shape)
    ]
    return addresses[place % len(addresses)]


def trained(config: Config, epochs: int = 7, **own: Any) -> Run:
    run = Run(config, **own)
    run.advance(epochs)
    return run


# What is saved comes back


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_comes_back(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(3)
    run.edit(l2=0.01)
    run.advance(2)
    said = assert_comes_back(run)
    assert (said["data"] is None) == (PRESETS[preset].recipe.data is None)
    assert (said["start"] is None) == (PRESETS[preset].recipe.params is None)


@pytest.mark.parametrize(
    "own",
    [
        (ROWS, np.array([0.0, 1.0, 1.0, 0.0])),
        (ROWS, np.array([[0.5, -1e6], [1.0, 2.0], [3.0, 4.0], [1e-5, 0.0]])),
        (ROWS[:, :2], np.array([2.0, 0.0, 1.0, 3.0])),
        TableRows(ROWS, np.array([1.0, 0.0, 2.0, 1.0]), ("height", "größe", "ширина m²"), ("no", "yes", "日本")),
        TableRows(ROWS, np.array([0.5, 1.5, 2.5, -3.0]), ("a", "b", "c"), (), standardise=True),
        TableRows(ROWS[:, :2], np.array([1.0, 0.0, 0.0, 1.0]), ("a_b", "c−d"), ("0", "1"), standardise=True),
    ],
    ids=["two classes", "two numbers", "four classes", "names", "a standardised number", "a standardised plane"],
)
@pytest.mark.parametrize("test_share", [0.0, 0.25])
def test_rows_of_ones_own_come_back(own: Any, test_share: float) -> None:
    output = "softmax" if isinstance(own, tuple) and own[1].max() == 3 else "linear"
    run = trained(Config(hidden=(2,), output=output, test_share=test_share, learning_rate=1e-4), data=own)
    said = assert_comes_back(run)
    again = Run.from_json(run.to_json())
    assert isinstance(again.user_rows, TableRows) == isinstance(own, TableRows)
    names = said["data"]["names"]
    if isinstance(own, TableRows):
        assert isinstance(again.user_rows, TableRows)
        assert (again.user_rows.inputs, again.user_rows.classes) == (own.inputs, own.classes)
        assert names == {"inputs": [*own.inputs], "classes": [*own.classes], "standardise": own.standardise}
    else:
        assert names is None


def test_weights_of_ones_own_come_back() -> None:
    start = Run(Config(hidden=(3,), seed=9)).params
    start[0][0][0] = [1e-300, -0.0, 123456789.123456789]
    run = trained(Config(hidden=(3,)), params=start)
    said = assert_comes_back(run)
    assert said["start"][0]["W"] == start[0][0].tolist()
    assert math.copysign(1, said["start"][0]["W"][0][1]) == -1


def test_as_many_rows_as_there_can_be_fit_into_a_file() -> None:
    rng = np.random.default_rng(0)
    own = rng.standard_normal((MAX_ROWS, MAX_INPUTS)), rng.standard_normal((MAX_ROWS, MAX_INPUTS)) * 1e-5
    content = Run(Config(output="linear", loss="mse"), data=own).to_json()
    saved = saving.read(content.encode())
    assert isinstance(saved.recipe.data, tuple)
    assert [array.tobytes() for array in saved.recipe.data] == [array.tobytes() for array in own]


LEARNING = {
    "train_biases": False,
    "optimizer": "adam",
    "learning_rate": 0.1,
    "momentum": 0.25,
    "rho": 0.5,
    "beta1": 0.5,
    "beta2": 0.75,
    "epsilon": 1e-3,
    "schedule": "cosine",
    "schedule_epochs": 20,
    "schedule_factor": 1 / 3,
    "batch_size": 3,
    "shuffle": False,
    "l1": 0.001,
    "l2": 1e-17,
}


def test_no_kind_of_edit_is_forgotten_here() -> None:
    assert tuple(LEARNING) == fields("learning")


@pytest.mark.parametrize("epoch", [0, 4])
@pytest.mark.parametrize("field", LEARNING)
def test_an_edit_of_every_setting_comes_back(field: str, epoch: int) -> None:
    run = trained(Config(dataset="moons", samples=12), epoch)
    change: dict[str, Any] = {field: LEARNING[field]}
    run.edit(**change)
    run.advance(4)
    said = assert_comes_back(run)
    edit = {"epoch": 4, "field": field, "value": LEARNING[field]}
    assert said["edits"] == ([edit] if epoch else [])
    assert said["config"][field] == (getattr(Config(), field) if epoch else LEARNING[field])


@pytest.mark.parametrize("epoch", [0, 4])
@pytest.mark.parametrize("value", [-0.0, 2, 0.1 + 0.2, MOST_WEIGHT, -1e-308])
def test_an_edit_of_a_weight_comes_back(value: float, epoch: int) -> None:
    run = trained(Config(), epoch)
    run.edit(params={(1, "W", 0, 1): value, (2, "b", 0): -value})
    run.advance(3)
    said = assert_comes_back(run)
    assert [edit["field"] for edit in said["edits"]] == ["W1[0, 1]", "b2[0]"]
    assert [edit["epoch"] for edit in said["edits"]] == [epoch, epoch]
    assert math.copysign(1, said["edits"][0]["value"]) == math.copysign(1, value)


@settings(max_examples=80)
@given(config=configs(**SMALL), data=st.data())
def test_any_run_with_any_edits_comes_back(config: Config, data: st.DataObject) -> None:
    run = Run(config)
    for _ in range(data.draw(st.integers(0, 3))):
        run.advance(data.draw(st.integers(0, 6)))
        if data.draw(st.booleans()):
            run.rewind(data.draw(st.integers(0, run.epoch)))
        changes = {name: data.draw(values(name)) for name in data.draw(st.sets(st.sampled_from(list(LEARNING))))}
        weights = st.dictionaries(st.integers(0, 99), st.floats(-10, 10), max_size=2)
        params = {address_of(run, place): value for place, value in data.draw(weights).items()}
        try:
            run.edit(**changes, params=params)
        except ConfigError:
            assert run.edits == Run.from_json(run.to_json()).edits
    run.advance(data.draw(st.integers(0, 6)))
    assert_comes_back(run)


def test_a_run_that_diverged_comes_back_where_it_stopped() -> None:
    run = PRESETS["diverging"].run()
    run.advance(1_000)
    assert run.diverged is not None
    assert_comes_back(run)


def test_a_run_that_met_its_goal_and_went_on_comes_back() -> None:
    run = trained(Config(stop_loss=0.4), 1_000)
    assert run.goal_reached
    run.advance(50)
    assert_comes_back(run)


# What a file looks like


def test_a_file_can_be_read_by_people() -> None:
    run = trained(Config(hidden=(2, 2), l2=0.001), 5)
    run.edit(learning_rate=0.25, params={(1, "W", 0, 1): 2.0})
    lines = run.to_json().splitlines()
    assert lines[:4] == ["{", ' "format": "backprop-playground run",', ' "version": 1,', ' "config": {']
    for line in ('  "dataset": "xor",', '  "hidden": [ 2, 2 ],', '  "batch_size": null,', '  "l2": 0.001,'):
        assert line in lines
    first = lines.index('   "epoch": 5,')
    assert lines[first : first + 3] == ['   "epoch": 5,', '   "field": "W1[0, 1]",', '   "value": 2.0']
    assert ' "epochs": 5,' in lines
    assert sum(line.startswith("     [ ") for line in lines) == 2 + 2 + 2  # weights, one matrix row per line
    said = json.loads(run.to_json())
    assert list(said) == ["format", "version", "config", "edits", "data", "start", "epochs", "end"]
    assert list(said["config"]) == list(SPECS)
    assert said["end"]["loss"] == run.history.loss[-1]


def test_names_are_written_as_they_are() -> None:
    names = ("größe 1  2", "ширина")
    run = Run(Config(), data=TableRows(ROWS[:, :2], np.array([0.0, 1.0, 1.0, 0.0]), names, ("0", "1")))
    assert "ширина" in run.to_json()
    assert json.loads(run.to_json())["data"]["names"]["inputs"] == [*names]


@given(st.text() | st.from_regex(r"[Wb][0-9]\[[0-9 ,]{0,6}\]", fullmatch=True))
def test_any_text_is_a_field_as_written(text: str) -> None:
    field = parameter.parse_field(text)
    assert parameter.field_text(field) == text or (
        isinstance(field, tuple) and parameter.parse_field(parameter.field_text(field)) == field
    )


@given(layer=st.integers(1, 7), kind=st.sampled_from("Wb"), i=st.integers(0, 9999), j=st.integers(0, 9999))
def test_the_address_of_a_parameter_is_read_as_it_was_written(layer: int, kind: str, i: int, j: int) -> None:
    field: Any = (layer, "W", i, j) if kind == "W" else (layer, "b", i)
    assert parameter.parse_field(parameter.field_text(field)) == field


@pytest.mark.parametrize("field", SPECS)
def test_a_setting_is_a_field_by_its_name(field: str) -> None:
    assert parameter.parse_field(parameter.field_text(field)) == field


@pytest.mark.parametrize("name", SPECS)
def test_the_words_of_the_settings_are_plain(name: str) -> None:
    assert [plain(word) for word in (name, *SPECS[name].choices)] == [name, *SPECS[name].choices]


# Whether the opened run ends with the parameters of the file


def test_a_digest_that_differs_tells_by_how_much() -> None:
    run = trained(Config())
    said = json.loads(run.to_json())
    for change in (0.25, -1e-9):
        said["end"]["digest"] = "sha256:other"
        said["end"]["parameters"][1]["W"][1][0] = float(run.params[1][0][1, 0]) + change
        assert saving.read(json.dumps(said)).difference(run.params) == pytest.approx(abs(change), rel=1e-6)


def test_one_bit_is_told() -> None:
    run = trained(Config())
    params = run.params
    params[0][1][0] = np.nextafter(params[0][1][0], 2)
    difference = saving.read(run.to_json()).difference(params)
    assert 0 < difference < 1e-15


def test_the_largest_difference_there_can_be_is_told() -> None:
    run = trained(Config())
    said = json.loads(run.to_json())
    said["end"] |= {
        "digest": "",
        "parameters": [{"W": (W * 0 + 1e308).tolist(), "b": b.tolist()} for W, b in run.params],
    }
    params = [(W * 0 - 1e308, b) for W, b in run.params]
    assert saving.read(json.dumps(said)).difference(params) == math.inf


@pytest.mark.parametrize("hidden", [(), (3,), (2, 2)])
def test_weights_of_another_shape_differ_beyond_measure(hidden: tuple[int, ...]) -> None:
    saved = saving.read(trained(Config()).to_json())
    assert saved.difference(trained(Config(hidden=hidden)).params) == math.inf


def test_a_digest_is_of_the_numbers_alone() -> None:
    params = trained(Config(hidden=(2, 3))).params
    in_another_order = [(np.asfortranarray(W), b[::-1].copy()[::-1]) for W, b in params]
    assert saving.digest(params) == saving.digest(in_another_order)
    assert saving.digest(params) != saving.digest(params[::-1])
    assert saving.digest(params).startswith("sha256:")
    assert len(saving.digest(params)) == len("sha256:") + 64


# What is not such a file


@cache
def good() -> str:
    run = trained(Config(), 5)
    run.edit(learning_rate=0.25, params={(1, "W", 0, 1): 2.0})
    run.advance(5)
    return run.to_json()


@cache
def good_with_rows() -> str:
    own = TableRows(ROWS, np.array([1.0, 0.0, 1.0, 1.0]), ("a", "b", "c"), ("no", "yes"))
    return trained(Config(test_share=0.0), 3, data=own, params=Run(Config(), data=own).params).to_json()


def put(*path: Any, to: Any, rows: bool = False) -> str:
    """A good file with one value in the place of another, or beside the others."""
    said = json.loads(good_with_rows() if rows else good())
    inner = said
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return json.dumps(said)


def without(*path: Any, rows: bool = False) -> str:
    """A good file with one value taken out."""
    said = json.loads(good_with_rows() if rows else good())
    inner = said
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return json.dumps(said)


def edit(**changes: Any) -> str:
    """A good file with one more edit."""
    made = {"epoch": 1, "field": "learning_rate", "value": 0.1} | changes
    return put("edits", to=[*json.loads(good())["edits"], made])


def reworded(old: str, new: str) -> str:
    """A good file with the first occurrence of a text replaced by another."""
    assert old in good()
    return good().replace(old, new, 1)


NOT_JSON = "This file is not complete JSON text: it is damaged, or not a saved run."
NOT_A_RUN = "This file is not a run saved by this playground."
PARTS = "This file must have the parts config, data, edits, end, epochs, format, start, version, and no others."
EPOCHS = "This file cannot be opened: epochs must be a whole number from 0 to 10,000,000."
EDIT_EPOCH = "This file cannot be opened: the epoch of an edit must be a whole number from 0 to 10."
RATE = "is not allowed. It must be a number from 1e-06 to 1,000."
PENALTY = "is not allowed. It must be a number from 0 to 10."
OPTIMIZER = "is unknown. Choose one of sgd, momentum, nesterov, adagrad, rmsprop, adam."
LAYERS = "Weights must be [(W1, b1), …] of finite numbers. This network has 2 layers, but parameters of"
FIXED = "cannot change while training."
LARGE = "This file cannot be opened: inputs and targets must be numbers from -1e+150 to 1e+150."
NAMED = "This file cannot be opened: at most 64 inputs and 20 classes can have names."
TOO_MANY = "This file has more parts than a saved run can have. At most 200,000 can be opened."
TABLE = "Inputs must be a table of 1 to 5,000 rows and 1 to 64 columns, not of shape"
DEEP = "[" * 100_000


def damaged(part: str) -> str:
    return f"This file is damaged: its part “{part}” is not as it was saved."


BAD: dict[str, tuple[str | bytes, str]] = {
    # no JSON
    "empty": (b"", NOT_JSON),
    "empty text": ("", NOT_JSON),
    "blank": ("  \n ", NOT_JSON),
    "binary": (bytes(range(256)), NOT_JSON),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0", NOT_JSON),
    "zip": (b"PK\x05\x06" + b"\0" * 18, NOT_JSON),
    "UTF-16": (good().encode("utf-16"), NOT_JSON),
    "Latin-1": (put("format", to="größe").encode().decode("unicode_escape").encode("latin-1"), NOT_JSON),
    "two of them": (good() + good(), NOT_JSON),
    "a comma too many": (good()[:-2] + ",}", NOT_JSON),
    "NaN": (reworded('"loss": ', '"loss": NaN, "was": '), NOT_JSON),
    "Infinity": (reworded('"value": 0.25', '"value": Infinity'), NOT_JSON),
    "-Infinity": (reworded('"learning_rate": 0.5', '"learning_rate": -Infinity'), NOT_JSON),
    "5,000 digits": (reworded('"seed": 0', f'"seed": {"9" * 5_000}'), NOT_JSON),
    "deep": (DEEP, NOT_JSON),
    "deep and closed": (DEEP + "]" * 100_000, NOT_JSON),
    "deep objects": ('{"a":' * 100_000, TOO_MANY),
    "deep in a part": (reworded('"data": null', f'"data": {DEEP}{"]" * 100_000}'), NOT_JSON),
    "too many bytes": (b" " * 16_000_001, "This file has 16,000,001 bytes. At most 16,000,000 can be opened."),
    "too many lists": ("[" + "[]," * 200_000 + "[]]", TOO_MANY),
    "too many texts": (put("config", "dataset", to=["a"] * 100_000), TOO_MANY),
    # not a run
    "a number": ("5", NOT_A_RUN),
    "a text": ('"backprop-playground run"', NOT_A_RUN),
    "null": ("null", NOT_A_RUN),
    "a list": (f"[{good()}]", NOT_A_RUN),
    "an empty object": ("{}", NOT_A_RUN),
    "a notebook": (json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), NOT_A_RUN),
    "weights": (json.dumps({"W1": [[1.0]], "b1": [0.0]}), NOT_A_RUN),
    "another format": (put("format", to="tensorflow"), NOT_A_RUN),
    "a list for a format": (put("format", to=["backprop-playground run"]), NOT_A_RUN),
    # another version
    "newer": (put("version", to=2), "This file has version 2. This playground opens version 1."),
    "much newer": (
        put("version", to=10**100),
        "This file has version 10000000000000000000. This playground opens version 1.",
    ),
    "true for a version": (put("version", to=True), damaged("version")),
    "a text for a version": (put("version", to="<b>1</b>"), damaged("version")),
    "1.0 for a version": (put("version", to=1.0), damaged("version")),
    "deep for a version": (reworded('"version": 1', f'"version": {"[" * 500}{"]" * 500}'), damaged("version")),
    # its parts
    **{f"no {part}": (without(part), PARTS) for part in sorted(saving.KEYS - {"format"})},
    "one part more": (put("extra", to=1), PARTS),
    **{
        f"{part} is {name}": (put(part, to=value), damaged(part))
        for part in ("config", "edits", "epochs", "end")
        for name, value in {"null": None, "a text": "", "true": True, "half": 0.5}.items()
    },
    **{
        f"{part} is {name}": (put(part, to=value), damaged(part))
        for part in ("data", "start")
        for name, value in {"a text": "ab", "true": True, "a number": 5, "a list of one": [5]}.items()
    },
    "a list for settings": (put("config", to=[["seed", 1]]), damaged("config")),
    "an object for edits": (put("edits", to={}), damaged("edits")),
    "twice the same": (
        reworded('"epochs": 10,', '"epochs": 10, "epochs": 9,'),
        "This file is damaged: it says “epochs” twice.",
    ),
    "twice the same setting": (
        reworded('"seed": 0,', '"seed": 0, "seed": 1,'),
        "This file is damaged: it says “seed” twice.",
    ),
    "twice, and hostile": (
        reworded('"end": {', '"end": {"[x](y)": 1, "[x](y)": 2, '),
        "This file is damaged: it says “(x)(y)” twice.",
    ),
    # settings
    "an unknown setting": (put("config", "colour", to=1), "This file cannot be opened: “colour” is not a setting."),
    "a hostile setting": (
        put("config", "![i](//e.x) <b> $a$", to=1),
        "This file cannot be opened: “!(i)(//e.x) ‹b› ＄a＄” is not a setting.",
    ),
    "a long setting": (
        put("config", "x" * 1_000_000, to=1),
        f"This file cannot be opened: “{'x' * 39}…” is not a setting.",
    ),
    "too much": (put("config", "learning_rate", to=5000), f"Learning rate (learning_rate) = 5000 {RATE}"),
    "too little": (put("config", "learning_rate", to=-0.0), f"Learning rate (learning_rate) = -0.0 {RATE}"),
    "1e400": (reworded('"l2": 0.0', '"l2": 1e400'), f"L2 (l2) = inf {PENALTY}"),
    "a whole number with a point": (
        put("config", "seed", to=1.0),
        "Seed (seed) = 1.0 is not allowed. It must be a whole number from 0 to 4,294,967,295.",
    ),
    "true for a number": (put("config", "l2", to=True), f"L2 (l2) = True {PENALTY}"),
    "1 for true": (put("config", "shuffle", to=1), "Shuffle (shuffle) must be true or false, not 1."),
    "null for a rate": (put("config", "learning_rate", to=None), "Learning rate (learning_rate) needs a value."),
    "400 digits": (put("config", "seed", to=10**400), damaged("config")),
    "an object for a setting": (put("config", "seed", to={"a": 1}), damaged("config")),
    "a long list": (put("config", "hidden", to=[2] * 1_000), damaged("config")),
    "a list of lists": (put("config", "hidden", to=[[2]]), damaged("config")),
    "a list of nothing": (put("config", "features", to=[None]), damaged("config")),
    "7 layers": (put("config", "hidden", to=[2] * 7), "Hidden layers (hidden) can be at most 6, not 7."),
    "100 units": (
        put("config", "hidden", to=[100]),
        "Hidden layers (hidden) = 100 is not allowed. It must be a whole number from 1 to 64.",
    ),
    "a setting that contradicts": (
        put("config", "activation", to=["relu", "relu"]),
        "activation names 2 layers, hidden has 1. Give one name, or one for each hidden layer.",
    ),
    "a hostile choice": (
        put("config", "optimizer", to="[x](http://e.x) `a` $b$ :smile:"),
        f"Optimizer (optimizer) = '(x)(http∶//e.x) ’a’ ＄b＄ ∶smile∶' {OPTIMIZER}",
    ),
    "a long choice": (
        put("config", "optimizer", to="a" * 1_000_000),
        f"Optimizer (optimizer) = '{'a' * 39}…' {OPTIMIZER}",
    ),
    # epochs and edits
    "epochs below 0": (put("epochs", to=-1), EPOCHS),
    "epochs without end": (put("epochs", to=10_000_001), EPOCHS),
    "1e400 epochs": (reworded('"epochs": 10,', '"epochs": 1e400,'), damaged("epochs")),
    "an edit beyond": (edit(epoch=11), EDIT_EPOCH),
    "an edit before": (edit(epoch=-1), EDIT_EPOCH),
    "true for an epoch": (edit(epoch=True), damaged("edits")),
    "half an epoch": (edit(epoch=0.5), damaged("edits")),
    "an edit with more": (edit(by="me"), damaged("edits")),
    "an edit without value": (without("edits", 0, "value"), damaged("edits")),
    "a number for an edit": (put("edits", 0, to=5), damaged("edits")),
    "a number for a field": (edit(field=5), damaged("edits")),
    "a list for a field": (edit(field=[1, "W", 0, 1]), damaged("edits")),
    "the same edit twice": (
        edit(epoch=5),
        "This file cannot be opened: two edits change the same field at the same epoch.",
    ),
    "10,001 edits": (
        put("edits", to=[0] * 10_001),
        "This file cannot be opened: it has 10,001 edits. At most 10,000 are possible.",
    ),
    **{
        f"an edit of {field}": (edit(field=field), f"This file cannot be opened: “{field}” {FIXED}")
        for field in ("hidden", "dataset", "seed", "epochs", "stop_loss", "params", "self", "config")
    },
    "a hostile field": (
        edit(field="W0[<b>x</b>]"),
        "This file cannot be opened: “W0(‹b›x‹/b›)” cannot change while training.",
    ),
    "an edit to too much": (edit(value=1e9), f"Learning rate (learning_rate) = 1000000000.0 {RATE}"),
    "an edit to a text": (edit(value="[x](y)"), f"Learning rate (learning_rate) = '(x)(y)' {RATE}"),
    "an edit to true": (edit(value=True), f"Learning rate (learning_rate) = True {RATE}"),
    "an edit to a list": (edit(value=[0.1]), f"Learning rate (learning_rate) = (0.1,) {RATE}"),
    "an edit to an object": (edit(value={"a": []}), damaged("edits")),
    "an edit to null": (edit(value=None), "Learning rate (learning_rate) needs a value."),
    "an edit of a layer that is not": (
        edit(field="W3[0, 0]"),
        "(3, 'W', 0, 0) is not a parameter of this network, whose layers are 2-2-1.",
    ),
    "an edit of a weight that is not": (
        edit(field="W1[0, 9999]"),
        "(1, 'W', 0, 9999) is not a parameter of this network, whose layers are 2-2-1.",
    ),
    "an edit of a bias that is not": (
        edit(field="b2[1]"),
        "(2, 'b', 1) is not a parameter of this network, whose layers are 2-2-1.",
    ),
    "a weight too large": (
        edit(field="W1[0, 0]", value=2e6),
        "W1[0, 0] = 2000000.0 is not allowed. It must be a number from -1,000,000 to 1,000,000.",
    ),
    "true for a weight": (
        edit(field="W1[0, 0]", value=True),
        "W1[0, 0] = True is not allowed. It must be a number from -1,000,000 to 1,000,000.",
    ),
    # rows
    "a row too short": (put("data", "X", 1, to=[1.0, 2.0], rows=True), damaged("data")),
    "a row that is none": (put("data", "X", 1, to=1.0, rows=True), damaged("data")),
    "a text for an input": (put("data", "X", 0, 0, to="1", rows=True), damaged("data")),
    "true for an input": (put("data", "X", 0, 0, to=True, rows=True), damaged("data")),
    "null for a target": (put("data", "y", 0, to=None, rows=True), damaged("data")),
    "a table for an input": (put("data", "X", 0, 0, to=[1.0], rows=True), damaged("data")),
    "1e400 for an input": (put("data", "X", 0, 0, to=987.0, rows=True).replace("987.0", "1e400"), damaged("data")),
    "400 digits for an input": (put("data", "X", 0, 0, to=10**400, rows=True), damaged("data")),
    "a huge input": (put("data", "X", 0, 0, to=1e151, rows=True), LARGE),
    "a huge target": (put("data", "y", 0, to=-1e308, rows=True), LARGE),
    "no rows": (put("data", "X", to=[], rows=True), f"{TABLE} (1, 0)."),
    "too many rows": (
        put("data", to={"names": None, "X": [[1.0]] * 5_001, "y": [1.0] * 5_001}, rows=True),
        f"{TABLE} (5001, 1).",
    ),
    "too many columns": (
        put("data", to={"names": None, "X": [[1.0] * 65] * 2, "y": [1.0] * 2}, rows=True),
        f"{TABLE} (2, 65).",
    ),
    "a target too many": (
        put("data", "y", to=[0.0] * 5, rows=True),
        "There must be one target for each of the 4 rows, but the targets have shape (5,).",
    ),
    "a class too many": (put("data", "y", 0, to=2.0, rows=True), "Classes must be whole numbers from 0 to 1."),
    "an input without name": (
        put("data", "names", "inputs", to=["a", "b"], rows=True),
        "There must be one name for each of the 3 inputs, not 2.",
    ),
    "21 classes": (
        put("data", "names", "classes", to=[str(i) for i in range(21)], rows=True),
        "There must be 2 to 20 classes, not 21.",
    ),
    "65 names": (put("data", "names", "inputs", to=["a"] * 65, rows=True), NAMED),
    "90,000 names": (put("data", "names", "classes", to=["a"] * 90_000, rows=True), NAMED),
    "a number for a name": (put("data", "names", "inputs", 0, to=5, rows=True), damaged("data")),
    "a text for names": (put("data", "names", "inputs", to="abc", rows=True), damaged("data")),
    "1 for standardise": (put("data", "names", "standardise", to=1, rows=True), damaged("data")),
    "names without classes": (without("data", "names", "classes", rows=True), damaged("data")),
    "rows without targets": (without("data", "y", rows=True), damaged("data")),
    "rows with more": (put("data", "z", to=1, rows=True), damaged("data")),
    "rows of one's own without rows": (
        put("config", "dataset", to="csv"),
        "Dataset 'csv' needs rows: Run(config, data=(X, y)).",
    ),
    # weights
    "a layer too few": (
        put("start", to=[{"W": [[1.0]], "b": [1.0]}]),
        f"{LAYERS} 1 were given.",
    ),
    "no layers": (
        put("start", to=[]),
        f"{LAYERS} 0 were given.",
    ),
    "8 layers": (put("start", to=[{"W": [[1.0]], "b": [1.0]}] * 8), damaged("start")),
    "a weight too many": (
        put("start", 0, "b", to=[1.0, 2.0, 3.0], rows=True),
        "Weights must be [(W1, b1), …] of finite numbers. W1 must have shape (3, 2) and b1 (2,), not (3, 2) and (3,).",
    ),
    "a text for a weight": (put("start", 0, "W", 0, 0, to="1", rows=True), damaged("start")),
    "weights without biases": (without("start", 0, "b", rows=True), damaged("start")),
    "too large to begin with": (
        put("start", to=[{"W": [[1e308] * 2] * 3, "b": [1e308] * 2}, {"W": [[1e308]] * 2, "b": [1e308]}], rows=True)
        .replace('"sigmoid"', '"linear"'),
        "With these weights the loss is not a finite number.",
    ),
    # the end
    "an end without digest": (without("end", "digest"), damaged("end")),
    "an end with more": (put("end", "score", to=1), damaged("end")),
    "a number for a digest": (put("end", "digest", to=5), damaged("end")),
    "a text for a loss": (put("end", "loss", to="0.5"), damaged("end")),
    "1e400 for a loss": (put("end", "loss", to=987.0).replace("987.0", "1e400"), damaged("end")),
    "true for an ending weight": (put("end", "parameters", 0, "W", 0, 0, to=True), damaged("end")),
    "ragged ending weights": (put("end", "parameters", 0, "W", 0, to=[1.0]), damaged("end")),
}  # fmt: skip


def refusal(content: str | bytes) -> str:
    """The message with which a file is rejected; empty if it is accepted, and then it can be saved again."""
    try:
        run = Run.from_json(content)
    except ConfigError as error:
        return str(error)
    assert_comes_back(run)
    return ""


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_words(name: str) -> None:
    content, sentence = BAD[name]
    assert refusal(content) in {sentence, f"This file cannot be opened: {sentence}"}


def test_a_setting_left_out_is_the_default() -> None:
    """So that files outlive new settings."""
    assert bits(Run.from_json(without("config", "momentum"))) == bits(Run.from_json(good()))


def test_an_older_windows_editor_may_have_saved_it() -> None:
    content = b"\xef\xbb\xbf" + good().replace("\n", "\r\n").encode()
    assert bits(Run.from_json(content)) == bits(Run.from_json(good()))


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[x](http://e.x)",
    "$\\frac{a}{b}$",
    "%{x}<extra></extra>",
    "a\nb\0c",
    "x" * 500,
]


@pytest.mark.parametrize("part", ["inputs", "classes"])
def test_hostile_names_stay_as_typed_and_become_different(part: str) -> None:
    names = [*HOSTILE, "same", "same", "", "\u202eevil", "\ud800"]
    own = TableRows(np.eye(len(names)), np.arange(len(names), dtype=float), (), tuple(map(str, range(len(names)))))
    said = json.loads(Run(Config(output="softmax"), data=own).to_json())
    said["data"]["names"][part] = names
    data = Run.from_json(json.dumps(said)).data
    found = data.inputs if part == "inputs" else data.classes
    assert [typed(name) for name in found] == [*found]
    assert found[:4] == tuple(HOSTILE[:4])
    assert len(set(found)) == len(names)
    assert max(map(len, found)) <= 40


@pytest.mark.parametrize("piece", ["[],", "{},", '"",', '{"a":0},'])
def test_a_file_cannot_take_up_much_more_memory_than_its_size(piece: str) -> None:
    content = f"[{piece * (15_900_000 // len(piece))}0]".encode()
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match=TOO_MANY):
            saving.read(content)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(content)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("piece", ["1,", "-0.25, ", "1,\n"])
def test_more_numbers_than_a_run_can_have_are_refused_before_they_are_read(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json, "loads", pytest.fail)
    with pytest.raises(ConfigError, match=r"more numbers than a saved run can have\. At most 800,000 can be opened"):
        saving.read(f"[{piece * 800_001}1]")


def test_the_largest_run_has_fewer_numbers_than_can_be_opened() -> None:
    rows = MAX_ROWS * 2 * MAX_INPUTS
    weights = (MAX_UNITS + 1) * MAX_UNITS * (MAX_LAYERS + 1)
    commas_of_an_edit = 4  # between its parts, after it, and in W1[0, 1]
    assert rows + 2 * weights + commas_of_an_edit * saving.MOST_EDITS + 1_000 < saving.MOST_NUMBERS


@given(st.data())
def test_a_file_cut_off_anywhere_is_refused(data: st.DataObject) -> None:
    content = good_with_rows().encode()
    with pytest.raises(ConfigError, match="not complete JSON"):
        Run.from_json(content[: data.draw(st.integers(0, len(content) - 1))])


@given(st.text() | st.binary() | st.text('{}[]",:0123456789.eE+-\\ \n'))
def test_any_text_and_any_bytes_are_refused_in_words(content: str | bytes) -> None:
    with pytest.raises(ConfigError, match=r"^This file "):
        Run.from_json(content)


def places(values: Any) -> Iterator[tuple[Any, ...]]:
    """The path to every value in nested JSON."""
    yield ()
    inside = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in inside:
        yield from ((key, *path) for path in places(value))


WORDS = [*SPECS, *(word for spec in SPECS.values() for word in spec.choices if word != "digits"), "W1[0, 0]", "b2[0]"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.integers()
    | st.floats()
    | st.sampled_from([10**20, -(10**400), 1e308, 5e-324])
    | st.text(max_size=10)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def few_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the training that a file can require, so that tests are fast."""
    monkeypatch.setattr(saving, "MOST_EPOCHS", 30)


@pytest.mark.usefixtures("few_epochs")
@pytest.mark.parametrize("content", [good, good_with_rows])
def test_any_value_in_the_place_of_another_is_understood_or_refused(content: Any) -> None:
    original = json.loads(content())
    paths = list(places(original))[1:]

    @settings(max_examples=150)
    @given(path=st.sampled_from(paths), value=VALUES)
    def check(path: tuple[Any, ...], value: Any) -> None:
        said = copy.deepcopy(original)
        inner = said
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        refused = refusal(json.dumps(said))
        assert len(refused) < 400
        assert not {*refused} & {*"<>`$*#\\\n"}

    check()


# A run while it is being replayed


def test_an_edit_that_cannot_be_made_is_told_on_the_way_there() -> None:
    config = Config()
    going = Run.replaying(Recipe(config, (Edit(3, (1, "W", 9, 9), 1.0),), 5))
    assert next(going).epoch == 0
    with pytest.raises(ConfigError, match="is not a parameter of this network"):
        list(going)


def test_a_weight_with_which_there_is_no_loss_is_told_on_the_way_there() -> None:
    start = [(np.full((2, 1), 1e150), np.zeros(1)), (np.ones((1, 1)), np.zeros(1))]
    config = Config(dataset="plane", samples=10, hidden=(1,), activation="relu", output="linear", loss="mse")
    going = Run.replaying(Recipe(config, (Edit(0, (2, "W", 0, 0), 1e6),), 5, params=start))
    next(going)
    with pytest.raises(ConfigError, match="With these weights the loss is not a finite number"):
        list(going)


def test_an_epoch_that_was_begun_is_not_saved() -> None:
    run = Run(Config(dataset="moons", samples=40, batch_size=8, loss="bce"))
    run.advance(3)
    run.step()
    saved = saving.read(run.to_json())
    assert saved.recipe.epochs == 3
    assert saved.difference(Run.from_json(run.to_json()).params) == 0.0
