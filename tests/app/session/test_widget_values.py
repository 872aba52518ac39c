"""The sidebar's values and a configuration say the same, both ways."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core import Config, ConfigError
from backprop_core.data.datasets import DATASETS
from backprop_core.data.rows import FEATURES
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.losses import LOSSES
from backprop_core.settings.config import DEFAULTS, MAX_LAYERS, MAX_UNITS, SPECS
from backprop_core.training.presets import PRESETS, suggested
from playground.session import widget_values

names = st.sampled_from(list(DATASETS))
LEARNING: dict[str, st.SearchStrategy[Any]] = {
    name: st.none() | st.integers(1, 50) if spec.optional and spec.kind == "integer"
    else st.none() | st.floats(spec.low, spec.high) if spec.optional
    else st.sampled_from(list(spec.choices)) if spec.kind == "choice"
    else st.booleans() if spec.kind == "flag"
    else st.integers(int(spec.low), int(spec.high)) if spec.kind == "integer"
    else st.floats(spec.low, spec.high)
    for name, spec in SPECS.items() if spec.group in {"learning", "goal"}
}  # fmt: skip


@st.composite
def configs(draw: st.DrawFn) -> Config:
    dataset = draw(names)
    hidden = draw(st.lists(st.integers(1, MAX_UNITS), max_size=MAX_LAYERS).map(tuple))
    activation = st.sampled_from(list(ACTIVATIONS))
    pairs = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
    if DATASETS[dataset].task == "regression":
        pairs = [(output, loss) for output, loss in pairs if output != "softmax" and not LOSSES[loss].outputs]
    output, loss = draw(st.sampled_from(pairs))
    features = draw(st.sets(st.sampled_from(list(FEATURES)), min_size=1)) if DATASETS[dataset].plane else ("x1", "x2")
    learning = {name: draw(strategy) for name, strategy in LEARNING.items()}
    return Config(
        dataset=dataset,
        hidden=hidden,
        activation=draw(activation | st.tuples(*[activation] * len(hidden)) if hidden else activation),
        output=output,
        loss=loss,
        features=tuple(features),
        **learning,
    )


def same_network(config: Config) -> Config:
    """The configuration with its activations in the one form that widgets keep: a single name where layers agree."""
    activations = set(config.activations)
    return config.replace(activation=activations.pop()) if len(activations) == 1 else config


@given(configs())
def test_widgets_show_a_configuration_and_give_it_back(config: Config) -> None:
    assert widget_values.to_config(widget_values.from_config(config)) == same_network(config)


def test_a_network_without_hidden_layers_need_not_name_an_activation() -> None:
    values = widget_values.from_config(Config(hidden=(), activation=()))
    assert values["activation"] in ACTIVATIONS
    assert widget_values.to_config(values).hidden == ()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_comes_back_as_it_was(preset: str) -> None:
    config = PRESETS[preset].recipe.config
    assert widget_values.to_config(widget_values.from_config(config)) == config


@given(configs())
def test_there_is_a_value_for_every_widget_there_can_be(config: Config) -> None:
    assert widget_values.from_config(config).keys() == widget_values.from_config(Config()).keys()


def test_layers_that_differ_have_widgets_of_their_own() -> None:
    values = widget_values.from_config(Config(hidden=(3, 5), activation=("tanh", "relu")))
    assert values["per_layer"]
    assert [values[key] for layer in (1, 2) for key in widget_values.layer_keys(layer)] == [3, "tanh", 5, "relu"]


def test_without_different_layers_one_size_holds_for_all() -> None:
    values = widget_values.from_config(Config(hidden=(3, 5), activation=("tanh", "relu"))) | {"per_layer": False}
    assert widget_values.to_config(values) == Config(hidden=(3, 3), activation="tanh")


def test_a_first_layer_gets_a_size() -> None:
    values = widget_values.from_config(Config(hidden=())) | {"hidden_layers": 1}
    assert widget_values.to_config(values).hidden == (widget_values.DEFAULT_SIZE,)


def test_another_layer_is_as_large_as_the_first() -> None:
    assert widget_values.to_config(widget_values.from_config(Config(hidden=(5,))) | {"hidden_layers": 3}).hidden == (
        5,
        5,
        5,
    )


def test_no_feature_at_all_leaves_x1() -> None:
    assert widget_values.to_config(widget_values.from_config(Config()) | {"features": []}).features == ("x1",)


def test_values_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ConfigError):
        widget_values.to_config(widget_values.from_config(Config()) | {"loss": "cross_entropy", "output": "tanh"})


@given(configs(), names)
def test_every_dataset_can_follow_every_configuration(config: Config, dataset: str) -> None:
    assert widget_values.follow_dataset(config, dataset).dataset == dataset


@given(names, names)
def test_suggestions_follow_the_dataset(old: str, new: str) -> None:
    assert widget_values.follow_dataset(suggested(old), new) == suggested(new)


def test_what_the_user_chose_stays() -> None:
    chosen = suggested("moons").replace(hidden=(3, 3, 3), learning_rate=0.123, seed=7)
    followed = widget_values.follow_dataset(chosen, "circles")
    assert (followed.hidden, followed.learning_rate, followed.seed) == ((3, 3, 3), 0.123, 7)


def test_features_stay_only_for_points_of_a_plane() -> None:
    chosen = suggested("moons").replace(features=("x1", "x2", "x1x2"))
    assert widget_values.follow_dataset(chosen, "circles").features == chosen.features
    assert widget_values.follow_dataset(chosen, "iris").features == DEFAULTS["features"]


pairs = st.tuples(st.sampled_from(list(OUTPUTS)), st.sampled_from(list(LOSSES)))


@given(pairs, st.sampled_from(["output", "loss", "seed"]))
def test_output_and_loss_go_together_and_the_one_just_changed_stays(pair: tuple[str, str], changed: str) -> None:
    values = {"output": pair[0], "loss": pair[1], "seed": 3}
    followed = widget_values.follow_partner(changed, values)
    allowed = LOSSES[followed["loss"]].outputs
    assert not allowed or followed["output"] in allowed
    assert followed.get(changed) == values[changed]
    if not LOSSES[pair[1]].outputs or pair[0] in LOSSES[pair[1]].outputs:
        assert followed == values
