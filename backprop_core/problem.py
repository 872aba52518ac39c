"""What a configuration trains: the rows, the network, and the weights it starts from."""

from __future__ import annotations

from typing import Any

from backprop_core import datasets
from backprop_core.activations import Array
from backprop_core.brought import Brought
from backprop_core.config import Config, ConfigError
from backprop_core.datasets import Data
from backprop_core.initializers import INITIALIZERS, Params
from backprop_core.losses import LOSSES
from backprop_core.network import Network

OwnRows = tuple[Array, Array] | Brought  # of the user: X (N, d) and y (N,) or (N, k), or rows with names


def data_for(config: Config, brought: OwnRows | None = None) -> Data:
    """The rows of the configuration's dataset, or those brought by the user.

    Raises ConfigError where rows are missing, or do not fit the configuration.
    """
    if brought is None:
        if config.dataset == "csv":
            raise ConfigError("dataset", "Dataset 'csv' needs rows: Run(config, data=(X, y)).")
        return datasets.prepare(
            config.dataset,
            config.samples,
            config.noise,
            config.test_share,
            config.data_seed,
            config.features,
            config.output,
        )
    X, y, names = _parts(brought, config)
    try:
        data = datasets.bring(X, y, config.test_share, config.data_seed, config.features, config.output, **names)
    except ValueError as error:
        raise ConfigError("data", str(error)) from error
    if LOSSES[config.loss].of_probabilities and not ((data.y >= 0) & (data.y <= 1)).all():
        raise ConfigError("loss", f"Loss {config.loss!r} needs targets from 0 to 1. Choose 'mse', or another loss.")
    return data


def _parts(brought: OwnRows, config: Config) -> tuple[Array, Array, dict[str, Any]]:
    """Inputs and targets of the user's rows, and what they are called. Raises ConfigError for numbers under softmax."""
    if not isinstance(brought, Brought):
        return *brought, {}
    if config.output == "softmax" and not brought.classes:
        raise ConfigError(
            "output", "Output 'softmax' is for classes, and the target is numbers. Choose 'linear', or another output."
        )
    scaling = {"standardise": brought.standardise, "scale_target": brought.scale_target}
    names = {"inputs": brought.inputs, "classes": brought.classes, **scaling}
    return brought.X, brought.y, names


def network_for(config: Config, data: Data) -> Network:
    """The network that the configuration makes for these rows."""
    inputs = data.expand(data.X[:1]).shape[1]
    return Network((inputs, *config.hidden, data.outputs), config.activations, config.output, config.loss)


def start_weights(config: Config, network: Network) -> Params:
    """The weights that the configuration's initializer draws."""
    return INITIALIZERS[config.init].draw(network.sizes, config.seed)
