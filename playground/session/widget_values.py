"""From a `Config` to the values of the sidebar's widgets, and back. Pure functions.

Most fields have one widget, under the field's own name. Hidden layers have several: their number, their size and, if
layers differ, a size and an activation for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backprop_core.data import DATASETS
from backprop_core.nn import LOSSES
from backprop_core.settings import DEFAULTS, MAX_LAYERS, SPECS, Config
from backprop_core.training import suggested

PLAIN = tuple(name for name in SPECS if name not in {"hidden", "activation", "features"})
DEFAULT_SIZE = 8  # of the first hidden layer added to a network without any

Values = Mapping[str, Any]


def layer_keys(layer: int) -> tuple[str, str]:
    """The keys of the widgets for a layer's size and activation; layers count from 1."""
    return f"hidden_size_{layer}", f"activation_{layer}"


def from_config(config: Config, earlier: Values | None = None) -> dict[str, Any]:
    """Widget values that show a configuration; what it does not determine stays as in the `earlier` values."""
    earlier = earlier or {}
    values = {name: getattr(config, name) for name in PLAIN} | {"features": list(config.features)}
    sizes, activations = config.hidden, config.activations
    size = sizes[0] if sizes else earlier.get("hidden_size", DEFAULT_SIZE)
    alone = config.activation if isinstance(config.activation, str) else DEFAULTS["activation"]
    activation = activations[0] if activations else earlier.get("activation", alone)
    values |= {"hidden_layers": len(sizes), "hidden_size": size, "activation": activation}
    differ = len(set(sizes)) > 1 or len(set(activations)) > 1
    values["per_layer"] = differ or earlier.get("per_layer", False)
    for layer in range(1, MAX_LAYERS + 1):
        size_key, activation_key = layer_keys(layer)
        values[size_key] = sizes[layer - 1] if layer <= len(sizes) else size
        values[activation_key] = activations[layer - 1] if layer <= len(sizes) else activation
    return values


def to_config(values: Values) -> Config:
    """The configuration that widget values show. Raises ConfigError."""
    layers = range(1, values["hidden_layers"] + 1)
    if values["per_layer"] and layers:
        hidden = tuple(values[layer_keys(layer)[0]] for layer in layers)
        activation: Any = tuple(values[layer_keys(layer)[1]] for layer in layers)
        if len(set(activation)) == 1:
            activation = activation[0]
    else:
        hidden, activation = (values["hidden_size"],) * len(layers), values["activation"]
    features = tuple(values["features"]) if DATASETS[values["dataset"]].plane else DEFAULTS["features"]
    return Config(
        **{name: values[name] for name in PLAIN}, hidden=hidden, activation=activation, features=features or ("x1",)
    )


def follow_dataset(config: Config, dataset: str, old: Config | None = None) -> Config:
    """The configuration for another dataset: settings still as suggested for the old one become those for the new.

    What the user chose stays, unless the new dataset cannot have it. `old` is what was suggested for rows of the
    user's own.
    """
    old, new = old or suggested(config.dataset), suggested(dataset)
    suggestions = {name: getattr(new, name) for name, value in config.to_dict().items() if value == getattr(old, name)}
    values = config.to_dict() | suggestions | {"dataset": dataset}
    if not DATASETS[dataset].plane:
        values["features"] = DEFAULTS["features"]
    if DATASETS[dataset].task == "regression" and (values["output"] == "softmax" or LOSSES[values["loss"]].outputs):
        values |= {"output": new.output, "loss": new.loss}
    return Config(**follow_partner("output", values))


def follow_partner(changed: str, values: Values) -> dict[str, Any]:
    """Values with a compatible output and loss: the one just changed stays, the other follows if it must."""
    output, allowed = values["output"], LOSSES[values["loss"]].outputs
    if not allowed or output in allowed:
        return dict(values)
    if changed == "loss":
        return {**values, "output": allowed[-1]}
    return {**values, "loss": "cross_entropy" if output == "softmax" else "mse"}
