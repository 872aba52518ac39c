"""Every field is checked at both ends of its range and beyond; messages say which values are allowed."""

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pytest

from backprop_core.nn.losses import LOSSES
from backprop_core.settings.config import DEFAULTS, MAX_LAYERS, MAX_UNITS, SPECS, Config, fields
from backprop_core.settings.spec import ConfigError

NUMBERS = [name for name, spec in SPECS.items() if spec.kind in ("integer", "real")]
INTEGERS = [name for name, spec in SPECS.items() if spec.kind == "integer"]
FLAGS = [name for name, spec in SPECS.items() if spec.kind == "flag"]
CHOICES = [name for name, spec in SPECS.items() if spec.kind == "choice"]


def refusal(**values: Any) -> ConfigError:
    """The error that these values raise; from a dict and by keyword alike."""
    with pytest.raises(ConfigError) as caught:
        Config(**values)
    with pytest.raises(ConfigError, match=re.escape(str(caught.value))):
        Config.from_dict(values)
    return caught.value


def numbers_in(message: str) -> set[float]:
    return {float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?", message)}


def assert_names(error: ConfigError, field: str, value: Any) -> None:
    message = str(error)
    assert error.field == field
    assert f"({field})" in message
    assert repr(value) in message
    assert message.endswith(".")


def test_defaults_are_those_of_the_documented_contract() -> None:
    contract = dict(
        dataset="xor",
        hidden=(2,),
        activation="sigmoid",
        output="sigmoid",
        loss="half_sse",
        init="uniform01",
        seed=0,
        train_biases=True,
        optimizer="sgd",
        learning_rate=0.5,
        batch_size=None,
        shuffle=True,
        l1=0.0,
        l2=0.0,
        epochs=10_000,
    )
    assert {name: getattr(Config(), name) for name in contract} == contract


@pytest.mark.parametrize("name", SPECS)
def test_every_field_is_described(name: str) -> None:
    spec = SPECS[name]
    assert spec.label
    assert spec.help.endswith(".")
    assert name in fields(spec.group)


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_a_range_are_allowed(name: str) -> None:
    spec = SPECS[name]
    assert math.isfinite(spec.low)
    assert math.isfinite(spec.high)
    assert getattr(Config.from_dict({name: spec.low}), name) == spec.low
    assert getattr(Config.from_dict({name: spec.high}), name) == spec.high


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_first_number_beyond_either_end_is_refused(name: str, end: str) -> None:
    spec = SPECS[name]
    bound, outwards = (spec.low, -math.inf) if end == "low" else (spec.high, math.inf)
    whole = spec.kind == "integer"
    beyond = int(bound) + (1 if outwards > 0 else -1) if whole else float(np.nextafter(bound, outwards))
    error = refusal(**{name: beyond})
    assert_names(error, name, beyond)
    assert {spec.low, spec.high} <= numbers_in(str(error))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value",
    ["1", "", True, False, math.nan, math.inf, -math.inf, [1], (1,), {}, 1 + 0j, 10**400, -(10**400)],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_finite_number_is_refused(name: str, value: Any) -> None:
    error = refusal(**{name: value})
    assert_names(error, name, value)
    assert {SPECS[name].low, SPECS[name].high} <= numbers_in(str(error))


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("share", [0.5, 1e-9])
def test_integers_take_no_fractions(name: str, share: float) -> None:
    value = SPECS[name].low + share
    assert_names(refusal(**{name: value}), name, value)


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", [0, 1, "true", [], 0.0])
def test_flags_are_true_or_false_and_nothing_like_it(name: str, value: Any) -> None:
    error = refusal(**{name: value})
    assert_names(error, name, value)
    assert "true or false" in str(error)


@pytest.mark.parametrize("name", SPECS)
def test_only_optional_fields_can_be_none(name: str) -> None:
    if SPECS[name].optional:
        assert getattr(Config.from_dict({name: None}), name) is None
    else:
        error = refusal(**{name: None})
        assert error.field == name
        assert f"({name})" in str(error)


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_of_the_registry_is_allowed(name: str) -> None:
    for choice in SPECS[name].choices:
        values: dict[str, Any] = {name: choice}
        if name == "loss" and LOSSES[choice].outputs:
            values["output"] = LOSSES[choice].outputs[0]
        assert getattr(Config(**values), name) == choice


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("value", ["no such thing", "", "XOR", 5, True, math.nan])
def test_unknown_choices_are_refused_with_the_known_ones(name: str, value: Any) -> None:
    if name == "activation" and not isinstance(value, str):
        assert_names(refusal(activation=value), "activation", value)  # a list of names would do as well
        return
    error = refusal(**{name: value})
    assert_names(error, name, value)
    for choice in SPECS[name].choices:
        assert choice in str(error)


def test_hidden_layers_within_their_limits() -> None:
    for hidden in [(), (1,), (MAX_UNITS,), (1,) * MAX_LAYERS]:
        assert Config(hidden=hidden).hidden == hidden


@pytest.mark.parametrize("units", [0, MAX_UNITS + 1, -1, 2.5, "2", True, None, math.nan])
def test_units_beyond_their_limits_are_refused(units: Any) -> None:
    error = refusal(hidden=(2, units))
    assert_names(error, "hidden", units)
    assert {1, MAX_UNITS} <= numbers_in(str(error))


def test_too_many_hidden_layers_are_refused() -> None:
    error = refusal(hidden=(1,) * (MAX_LAYERS + 1))
    assert error.field == "hidden"
    assert {MAX_LAYERS, MAX_LAYERS + 1} <= numbers_in(str(error))


@pytest.mark.parametrize("name", ["hidden", "features"])
@pytest.mark.parametrize("value", [2, 2.0, "2", "x1", {"x1": 1}, True])
def test_lists_must_be_lists(name: str, value: Any) -> None:
    assert_names(refusal(**{name: value}), name, value)


@pytest.mark.parametrize("value", [(), ("x1", "x1"), ("x1", "x1", "x2")])
def test_features_are_one_or_more_each_once(value: Any) -> None:
    error = refusal(features=value)
    assert_names(error, "features", value)
    for choice in SPECS["features"].choices:
        assert choice in str(error)


def test_an_unknown_feature_is_refused_by_its_name() -> None:
    assert_names(refusal(features=("x1", "x3")), "features", "x3")


def test_features_stand_in_one_order() -> None:
    assert Config(features=("sin_x1", "x2", "x1")) == Config(features=["x1", "x2", "sin_x1"])  # type: ignore[arg-type]


CONTRADICTIONS: list[tuple[dict[str, Any], str, list[str]]] = [
    *(
        (dict(loss="bce", output=output), "loss", ["bce", *LOSSES["bce"].outputs, output])
        for output in ("linear", "tanh", "relu")
    ),
    *(
        (dict(loss="cross_entropy", output=output), "loss", ["cross_entropy", *LOSSES["cross_entropy"].outputs, output])
        for output in ("sigmoid", "linear")
    ),
    *((dict(dataset=dataset, output="softmax"), "output", ["softmax", dataset]) for dataset in ("sine", "plane")),
    (dict(dataset="sine", output="sigmoid", loss="bce"), "loss", ["bce", "sine"]),
    (dict(activation=("tanh", "relu")), "activation", ["2", "1"]),
    (dict(activation=()), "activation", ["0", "1"]),
    (dict(activation=("tanh",), hidden=()), "activation", ["1", "0"]),
    *((dict(dataset=dataset, features=("x1",)), "features", [dataset]) for dataset in ("sine", "iris", "parity3")),
]


@pytest.mark.parametrize(("values", "field", "named"), CONTRADICTIONS, ids=str)
def test_settings_that_contradict_each_other_are_refused(values: dict[str, Any], field: str, named: list[str]) -> None:
    error = refusal(**values)
    assert error.field == field
    for word in [field, *named]:
        assert word in str(error).lower()


def test_settings_that_only_look_contradictory_are_allowed() -> None:
    assert Config(hidden=(), activation=()).activations == ()
    assert Config(dataset="blobs", output="sigmoid", loss="bce").loss == "bce"
    assert Config(dataset="ripple", output="linear", features=("x1x2",)).features == ("x1x2",)
    assert Config(hidden=(2, 3), activation=["tanh", "relu"]).activations == ("tanh", "relu")  # type: ignore[arg-type]
    assert Config(hidden=(2, 3), activation="tanh").activations == ("tanh", "tanh")


def test_frozen_keyword_only_and_hashable() -> None:
    config = Config(hidden=[3, 2], learning_rate=1)  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        Config("xor")  # type: ignore[call-arg]
    assert len({config, Config(hidden=(3, 2), learning_rate=1.0), Config()}) == 2


def test_numbers_of_numpy_become_plain_ones() -> None:
    config = Config(
        seed=np.int64(3),  # type: ignore[arg-type]
        learning_rate=np.float32(0.5),  # type: ignore[arg-type]
        l2=1,
        train_biases=np.bool_(False),  # type: ignore[arg-type]
        hidden=np.array([2, 3]).tolist(),
    )
    values = [config.seed, config.learning_rate, config.l2, config.train_biases, config.hidden]
    assert list(map(type, values)) == [int, float, float, bool, tuple]


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.kind == "real"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_a_number_of_less_precision_is_checked_as_what_it_becomes(name: str, end: str) -> None:
    """float32's 0.999 is slightly more than 0.999, so that it is out of range."""
    value = np.float32(getattr(SPECS[name], end))
    try:
        config = Config.from_dict({name: value})
    except ConfigError:
        return
    assert Config.from_dict(config.to_dict()) == config


CONFIGS = [
    Config(),
    Config(dataset="moons", hidden=(3, 4), activation=("tanh", "relu"), features=("x1", "sin_x2"), batch_size=7),
    Config(dataset="blobs", output="softmax", loss="cross_entropy", stop_accuracy=0.9, stop_loss=0.1, l1=1e-3),
]


@pytest.mark.parametrize("config", CONFIGS)
def test_to_and_from_plain_values(config: Config) -> None:
    assert list(config.to_dict()) == list(SPECS)
    assert Config.from_dict(config.to_dict()) == config
    assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config  # tuples come back as lists
    assert Config.from_dict(config.changes()) == config


def test_fields_left_out_take_their_defaults() -> None:
    assert Config.from_dict({}) == Config()
    assert Config().to_dict() == DEFAULTS


def test_changes_since_the_defaults_or_another_configuration() -> None:
    config = Config(seed=3, hidden=(4,))
    assert Config().changes() == {}
    assert config.changes() == {"hidden": (4,), "seed": 3}
    assert config.changes(Config(seed=3)) == {"hidden": (4,)}
    assert Config().changes(config) == {"hidden": (2,), "seed": 0}


def test_replace_checks_again() -> None:
    config = Config().replace(hidden=[5], learning_rate=1)
    assert (config.hidden, config.learning_rate) == ((5,), 1.0)
    with pytest.raises(ConfigError) as caught:
        config.replace(learning_rate=0)
    assert caught.value.field == "learning_rate"


@pytest.mark.parametrize("make", [Config.from_dict, lambda values: Config().replace(**values)])
def test_unknown_settings_are_refused_with_the_known_ones(make: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        make({"learning_rat": 0.1})
    assert caught.value.field == "learning_rat"
    for name in ["learning_rat", *SPECS]:
        assert name in str(caught.value)


def test_a_config_error_is_a_value_error() -> None:
    assert issubclass(ConfigError, ValueError)
