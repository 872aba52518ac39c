"""What a configuration defines: the rows, the network and its starting weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop_core.data.datasets import prepare
from backprop_core.data.rows import MAX_CLASSES, Data, TableRows, user_data
from backprop_core.nn.activations import OUTPUTS, Array
from backprop_core.nn.initializers import INITIALIZERS, Params
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.network import Network
from backprop_core.settings.arguments import numbers_of
from backprop_core.settings.config import Config
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError

UserRows = tuple[Array, Array] | TableRows  # X (N, d) and y (N,) or (N, k), or rows with names


def with_user_rows(config: Config, data: Any, target: Any = None) -> tuple[Config, UserRows | None]:
    """The configuration of a run on rows that a user passed, and these rows as read-only arrays, copied if necessary.

    A pandas DataFrame, of which a column is the `target`, or a pair with one, keeps its names and classes. The
    configuration returned has dataset "csv" and an explicit `test_share`. Without rows, it is returned unchanged.

    Raises
    ------
    ConfigError
        If `config` is not a Config, or the rows are not (X, y) of numbers.
    """
    if not isinstance(config, Config):
        raise ConfigError("config", f"A run is made of a Config, not of {short_repr(config)}.")
    if data is None:
        return config, None
    own = config if config.dataset == "csv" else config.replace(dataset="csv")
    own = own.replace(test_share=own.share_held_back)
    data = _with_names(data, target, own.output)
    if isinstance(data, TableRows):
        if _is_fixed(data.X) and _is_fixed(data.y):
            return own, data
        return own, dataclasses.replace(data, X=_inputs(data.X), y=_targets(data.y))
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ConfigError("data", f"Data must be (X, y), inputs and targets, not {short_repr(data)}.")
    if isinstance(data, tuple) and all(map(_is_fixed, data)):
        return own, data
    return own, (_inputs(data[0]), _targets(data[1]))


def _with_names(data: Any, target: Any, output: str) -> Any:
    """Rows with names, if the data is a DataFrame or a pair with one; otherwise the data itself."""
    is_pair = isinstance(data, tuple | list) and len(data) == 2
    if not _is_frame(data):
        if target is not None:
            raise ConfigError("target", "A target is chosen from the columns of a DataFrame: data=(X, y) has its own.")
        if not is_pair or not (_is_frame(data[0]) or _is_frame(data[1]) or _is_words(data[1])):
            return data
    from backprop_core.tables.frames import rows_of_frame, rows_of_pair  # pandas, which made the data, is here then

    rows = rows_of_pair(data[0], data[1], output) if is_pair else rows_of_frame(data, target, output)
    if not rows.classes:
        _check_reachable(rows.y, output)
    return rows


def _is_frame(data: Any) -> bool:
    return hasattr(data, "iloc") and hasattr(data, "columns")


def _is_words(data: Any) -> bool:
    """Whether data is a Series of anything but numbers."""
    return hasattr(data, "iloc") and getattr(data.dtype, "kind", "O") not in "biuf"


def _is_fixed(values: Any) -> bool:
    """Whether values are a read-only float64 array that owns its memory, as made here before, so need no copy."""
    if not isinstance(values, np.ndarray) or values.dtype != float or not values.ndim:
        return False
    return values.flags.owndata and not values.flags.writeable


def _inputs(X: Any) -> Array:
    return _table(X, "Inputs X must be a table of numbers, (N, d)")


def _targets(y: Any) -> Array:
    return _table(y, "Targets y must be numbers, (N,) or (N, k)")


def _table(values: Any, requirement: str) -> Array:
    array = numbers_of(values, "data", requirement)
    if not array.ndim:  # NumPy would turn a single number into a table
        raise ConfigError("data", f"{requirement}, not {short_repr(values)}.")
    array.setflags(write=False)
    return array


def data_for(config: Config, user_rows: UserRows | None = None) -> Data:
    """The rows of the configuration's dataset, or the user's own rows.

    Raises ConfigError if rows are missing or do not fit the configuration.
    """
    if user_rows is None:
        if config.dataset == "csv":
            raise ConfigError("dataset", "Dataset 'csv' needs rows: Run(config, data=(X, y)).")
        return prepare(config.data_settings)
    X, y, names = _parts(user_rows, config)
    try:
        with np.errstate(all="ignore"):
            data = user_data(X, y, config.data_settings, **names)
    except ValueError as error:
        raise ConfigError("data", str(error)) from error
    if not names:
        _check_reachable(y, config.output)
    if LOSSES[config.loss].of_probabilities and not ((data.y >= 0) & (data.y <= 1)).all():
        raise ConfigError("loss", f"Loss {config.loss!r} needs targets from 0 to 1. Choose 'mse', or another loss.")
    return data


def _parts(user_rows: UserRows, config: Config) -> tuple[Array, Array, dict[str, Any]]:
    """Inputs, targets, and the other arguments of `user_data`. Raises ConfigError for regression targets with softmax.

    Without names, `user_data` infers the classes and checks this itself.
    """
    if not isinstance(user_rows, TableRows):
        return *user_rows, {}
    if config.output == "softmax" and not user_rows.classes:
        raise ConfigError(
            "output", "Output 'softmax' is for classes, and the target is numbers. Choose 'linear', or another output."
        )
    scaling = {"standardise": user_rows.standardise, "scale_target": user_rows.scale_target}
    names = {"inputs": user_rows.inputs, "classes": user_rows.classes, **scaling}
    return user_rows.X, user_rows.y, names


def unreachable_target(y: Array, output: str) -> float | None:
    """A target that this output function cannot reach, if the targets (N,) or (N, 1) may be class numbers; else None.

    They may be if they are whole numbers with at most MAX_CLASSES different values.
    """
    low, high = OUTPUTS[output].bounds
    one_column = y.size == len(y) > 0
    if not one_column or not (y == np.floor(y)).all() or len(np.unique(y)) > MAX_CLASSES:
        return None
    return next((float(end) for end in (y.max(), y.min()) if not low <= end <= high), None)


def _check_reachable(y: Array, output: str) -> None:
    """Raises ConfigError for targets that may be class numbers and that the output function cannot reach."""
    unreachable = unreachable_target(y, output)
    if unreachable is not None:
        low, high = OUTPUTS[output].bounds
        raise ConfigError(
            "output",
            f"Output {output!r} lies between {low:g} and {high:g}, and a target is {unreachable:g}. If the targets are "
            "classes, number them from 0 and choose output='softmax', loss='cross_entropy'; if they are numbers, "
            "choose output='linear', loss='mse'.",
        )


def network_for(config: Config, data: Data) -> Network:
    """The network of the configuration, sized for these rows."""
    inputs = data.expand(data.X[:1]).shape[1]
    return Network((inputs, *config.hidden, data.outputs), config.activations, config.output, config.loss)


def start_weights(config: Config, network: Network) -> Params:
    """The weights that the configuration's initializer draws."""
    return INITIALIZERS[config.init].draw(network.sizes, config.seed)


def checked_params(network: Network, params: Any) -> Params:
    """Copies of starting weights [(W, b), ...]. Raises ConfigError if they are not finite numbers or do not fit."""
    requirement = "Weights must be [(W1, b1), …] of finite numbers"
    if not isinstance(params, Sequence) or not all(isinstance(pair, Sequence) and len(pair) == 2 for pair in params):
        raise ConfigError("params", f"{requirement}, not {short_repr(params)}.")
    layers = [(numbers_of(W, "params", requirement), numbers_of(b, "params", requirement)) for W, b in params]
    try:
        return network.unpack(network.pack(layers))
    except ValueError as error:
        raise ConfigError("params", f"{requirement}. {error}") from error
