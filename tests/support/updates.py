"""Runs of many kinds, a few epochs old, to look at their next update."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from backprop_core import Config, Run, Snapshot
from backprop_core.explain.update import Explanation, explain
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.training.presets import PRESETS

EPOCHS = 3  # so that optimizers have something to remember

MOONS: dict[str, Any] = {"dataset": "moons", "samples": 24, "hidden": (3,), "loss": "bce", "init": "xavier_normal"}
IRIS: dict[str, Any] = {"dataset": "iris", "hidden": (3,), "output": "softmax", "init": "xavier_uniform"}
SINE: dict[str, Any] = {"dataset": "sine", "samples": 16, "output": "linear", "learning_rate": 0.05}

CONFIGS: dict[str, Config] = {
    "xor": Config(),
    "sse, biases frozen": Config(loss="sse", train_biases=False),
    "no hidden layer": Config(hidden=()),
    "no hidden layer, fused": Config(hidden=(), loss="bce"),
    "two hidden layers": Config(hidden=(3, 2), activation="tanh"),
    "three hidden layers": Config(hidden=(3, 4, 2), activation=("tanh", "swish", "softplus"), init="normal"),
    "more inputs than are written out": Config(dataset="parity4", hidden=(6,), init="normal"),
    "sigmoid and bce, mini-batches": Config(**MOONS, batch_size=5),
    "mini-batches in order": Config(**MOONS, batch_size=4, shuffle=False),
    "momentum": Config(**MOONS, optimizer="momentum", learning_rate=0.05),
    "nesterov": Config(**MOONS, optimizer="nesterov", learning_rate=0.05),
    "adagrad": Config(**MOONS, optimizer="adagrad", learning_rate=0.05),
    "rmsprop": Config(**MOONS, optimizer="rmsprop", learning_rate=0.01),
    "adam, mini-batches": Config(**MOONS, optimizer="adam", learning_rate=0.01, batch_size=7),
    "adam, biases frozen": Config(**MOONS, optimizer="adam", learning_rate=0.01, train_biases=False),
    "l1": Config(l1=0.01),
    "l2": Config(**MOONS, l2=0.1),
    "l1 and l2, adam": Config(**MOONS, l1=0.01, l2=0.02, optimizer="adam", learning_rate=0.01),
    "a falling learning rate": Config(schedule="step", schedule_epochs=2, schedule_factor=0.5),
    "softmax and cross-entropy": Config(**IRIS, loss="cross_entropy", learning_rate=0.1),
    "softmax and mean square": Config(**IRIS, loss="mse", learning_rate=0.1),
    "softmax, no hidden layer": Config(**(IRIS | {"hidden": ()}), loss="cross_entropy", learning_rate=0.1),
    "cross-entropy, mini-batches": Config(**IRIS, loss="cross_entropy", learning_rate=0.1, batch_size=20),
    "regression": Config(**SINE, hidden=(4,), activation="tanh", loss="mse", init="xavier_normal"),
    "regression, gelu": Config(**SINE, hidden=(3, 3), activation="gelu", loss="half_sse", init="xavier_normal"),
    "regression, relu": Config(**SINE, hidden=(5,), activation="relu", loss="huber", init="he_normal"),
    "regression, leaky relu": Config(**SINE, hidden=(5,), activation="leaky_relu", loss="mae", init="he_normal"),
    "a plane, elu": Config(
        dataset="plane", samples=12, hidden=(3,), activation="elu", output="linear", loss="mse", learning_rate=0.05
    ),
}
KINKED = {"l1", "l1 and l2, adam", "regression, relu", "regression, leaky relu", "regression, gelu", "a plane, elu"}
SMOOTH = [name for name in CONFIGS if name not in KINKED - {"regression, gelu"}]


def trained(name: str) -> Run:
    """A run of its own, a few epochs old."""
    run = PRESETS["mazur"].run() if name == "mazur" else Run(CONFIGS[name])
    run.advance(0 if name == "mazur" else EPOCHS)
    return run


@functools.cache
def snapshot_of(name: str) -> Snapshot:
    """Where that run stands."""
    run = trained(name)
    return run.at(run.epoch)


@functools.cache
def explanation_of(name: str) -> Explanation:
    """Its next update."""
    return explain(snapshot_of(name))


def same_bits(first: Any, second: Any) -> bool:
    return np.asarray(first).shape == np.asarray(second).shape and (
        np.asarray(first).tobytes() == np.asarray(second).tobytes()
    )


def stacked(params: Params) -> list[Array]:
    return [np.vstack(pair) for pair in params]
