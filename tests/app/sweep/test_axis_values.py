"""What can be swept, over which values, and their texts: every suggestion is a value, and what is typed comes back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import Config, ConfigError, sweep
from backprop_core.data.datasets import DATASETS
from backprop_core.nn.losses import LOSSES
from backprop_core.settings.config import DEFAULTS, MAX_LAYERS, MAX_UNITS, SPECS
from backprop_core.settings.setting_text import read, write
from backprop_core.sweep import SWEEPS
from backprop_core.training.presets import suggested
from playground.sweep.axis_values import LEFT_OUT, defaults, names, suggestions, sweepable

MADE = [name for name in DATASETS if name != "csv"]  # the others are the user's own
SWEPT = [name for name in SPECS if name not in LEFT_OUT]
REALS = [name for name in SWEPT if SPECS[name].kind == "real"]
INTEGERS = [name for name in SWEPT if SPECS[name].kind == "integer"]


def config_for(name: str) -> Config:
    """What is suggested for a dataset where a setting can be swept."""
    return next(suggested(dataset) for dataset in MADE if name in sweepable(suggested(dataset)))


def values_of(name: str) -> list[Any]:
    return [read(name, typed) for typed in suggestions(name)]


def goes_with(config: Config, name: str, value: Any) -> bool:
    """Whether a value contradicts none of the other settings: losses, outputs and datasets do not all go together."""
    if name == "dataset":
        return DATASETS[value].task == DATASETS[config.dataset].task
    wanted = config.to_dict() | {name: value}
    curve, allowed = DATASETS[config.dataset].task == "regression", LOSSES[wanted["loss"]].outputs
    return (not allowed or wanted["output"] in allowed) and not (curve and (allowed or wanted["output"] == "softmax"))


# Which settings


@pytest.mark.parametrize("dataset", MADE)
def test_what_can_be_swept_is_known_once_and_matters(dataset: str) -> None:
    config = suggested(dataset)
    found = sweepable(config)
    assert len(set(found)) == len(found)
    assert set(found) <= set(SPECS) - LEFT_OUT
    assert found[:2] == ("learning_rate", "hidden")
    assert "dataset" in found
    for name in ("samples", "noise", "test_share", "data_seed"):
        assert (name in found) == (name in DATASETS[dataset].settings), name


def test_every_setting_can_be_swept_somewhere() -> None:
    assert set(SWEPT) == {name for dataset in MADE for name in sweepable(suggested(dataset))}


def test_a_user_s_rows_are_those_of_every_cell() -> None:
    assert "dataset" not in sweepable(Config(dataset="csv"))
    assert "csv" not in suggestions("dataset")


# Suggestions


@pytest.mark.parametrize("name", SWEPT)
def test_suggestions_are_a_few_different_values(name: str) -> None:
    found = defaults(name)
    assert 2 <= len(found) <= 12
    assert found == suggestions(name)[: len(found)]
    assert len(set(values_of(name))) == len(suggestions(name))


@pytest.mark.parametrize("name", SWEPT)
def test_every_suggestion_can_be_had_where_the_setting_can_be_swept(name: str) -> None:
    for dataset in MADE:
        config = suggested(dataset)
        if name not in sweepable(config):
            continue
        for value in values_of(name):
            if goes_with(config, name, value):
                assert getattr(config.replace(**{name: value}), name) == value


@pytest.mark.parametrize("name", [name for name in SWEPT if SPECS[name].kind != "choice"])
def test_a_sweep_can_be_started_with_what_is_suggested(name: str) -> None:
    values = [read(name, typed) for typed in defaults(name)]
    grid = sweep.plan(config_for(name), {name: values}, range(2))
    assert names(grid) == ((defaults(name), [""]), (SPECS[name].label, ""))


@pytest.mark.parametrize("name", SWEPT)
def test_values_of_a_sweep_are_offered_besides(name: str) -> None:
    value = DEFAULTS[name]
    offered = suggestions(name, (value, value))
    assert write(name, value) in offered
    assert offered[: len(suggestions(name))] == suggestions(name)
    assert len(offered) <= len(suggestions(name)) + 1


@pytest.mark.parametrize("name", SWEEPS)
def test_ready_sweeps_come_back_from_their_texts(name: str) -> None:
    for setting, values in SWEEPS[name].axes.items():
        assert setting in sweepable(SWEEPS[name].config)
        assert tuple(read(setting, write(setting, value)) for value in values) == values


def test_names_are_what_the_map_shows() -> None:
    grid = sweep.plan(Config(), {"hidden": [(), (4,), (8, 8)], "batch_size": [1, None]}, range(2))
    assert names(grid) == ((["none", "4", "8-8"], ["1", "all"]), ("Hidden layers", "Batch size"))
    grid = sweep.plan(Config(), {"train_biases": [False, True]}, range(2))
    assert names(grid) == ((["off", "on"], [""]), ("Train biases", ""))


# Texts


@pytest.mark.parametrize("name", SWEPT)
def test_every_suggestion_comes_back_as_it_was(name: str) -> None:
    for typed in suggestions(name):
        assert write(name, read(name, typed)) == typed
        assert read(name, f"  {typed} ") == read(name, typed)


@settings(max_examples=20)  # of each setting: all are read by the same code
@given(st.data())
@pytest.mark.parametrize("name", REALS)
def test_no_digit_of_a_number_is_lost(name: str, data: st.DataObject) -> None:
    value = data.draw(st.floats(SPECS[name].low, SPECS[name].high))
    assert read(name, write(name, value)) == value
    assert getattr(config_for(name).replace(**{name: read(name, repr(value))}), name) == value


@settings(max_examples=20)
@given(st.data())
@pytest.mark.parametrize("name", INTEGERS)
def test_whole_numbers_come_back(name: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(int(SPECS[name].low), int(SPECS[name].high)))
    assert read(name, write(name, value)) == value
    assert read(name, f"{value}.0") == value


@given(st.lists(st.integers(1, MAX_UNITS), max_size=MAX_LAYERS).map(tuple))
def test_hidden_layers_come_back(value: tuple[int, ...]) -> None:
    assert read("hidden", write("hidden", value)) == value
    assert Config(hidden=read("hidden", write("hidden", value))).hidden == value


RUBBISH = ["", " ", "abc", "1,,5", "0x10", "1e", "--1", "½", "4–4", "<b>1</b>", "Nothing", "🙂", "1" * 5_000]


@pytest.mark.parametrize("name", SWEPT)
def test_rubbish_is_refused_in_a_sentence(name: str) -> None:
    config = config_for(name)
    for typed in RUBBISH:
        with pytest.raises(ConfigError) as caught:
            config.replace(**{name: read(name, typed[:400] if SPECS[name].kind == "choice" else typed)})
        assert caught.value.field == name
        assert str(caught.value).startswith(f"{SPECS[name].label} ({name}) ")
        assert len(str(caught.value)) < 700


@pytest.mark.parametrize("name", SWEPT)
@pytest.mark.parametrize("typed", ["nan", "inf", "-inf", "1e999", "-1", "-1-2", "4-", "0", "99999999999"])
def test_numbers_beyond_a_range_never_get_through(name: str, typed: str) -> None:
    spec, config = SPECS[name], config_for(name)
    with suppress(ConfigError):
        value = getattr(config.replace(**{name: read(name, typed)}), name)
        assert spec.low <= value <= spec.high


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("typed", ["2.5", "100.001", "1e-3"])
def test_half_a_whole_number_is_refused(name: str, typed: str) -> None:
    with pytest.raises(ConfigError, match=r"is not a value.*\. Write, for example,"):
        read(name, typed)


@pytest.mark.parametrize("name", SWEPT)
def test_the_example_in_an_error_is_one(name: str) -> None:
    if SPECS[name].kind != "choice":  # of which any text may be one, until it is checked
        with pytest.raises(ConfigError) as caught:
            read(name, "?")
        example = str(caught.value).rpartition("for example, ")[2].removesuffix(".")
        assert write(name, read(name, example)) == example
