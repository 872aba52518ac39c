"""Predefined sweeps that show something worth seeing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backprop_core.nn.activations import ACTIVATIONS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import Config


@dataclass(frozen=True)
class Ready:
    """A predefined sweep: a configuration, the settings to vary with their values, and the number of seeds, from 0."""

    label: str
    about: str
    config: Config
    axes: dict[str, tuple[Any, ...]]
    seeds: int


MOONS = Config(dataset="moons", samples=120, noise=0.15, loss="bce", output="sigmoid", hidden=(6,), activation="tanh")

SWEEPS: dict[str, Ready] = {
    "rate_size": Ready(
        "XOR: learning rate × hidden size",
        "How fast is too fast, and how small is too small? Two hidden units can solve XOR, and often do not.",
        Config(epochs=5_000),
        {
            "learning_rate": (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
            "hidden": tuple((units,) for units in range(1, 10)),
        },
        10,
    ),
    "biases": Ready(
        "The notebook: biases frozen or trained",
        "The first source program draws its biases and never updates them. Over a hundred seeds it shows.",
        Config(),
        {"train_biases": (False, True)},
        100,
    ),
    "init_activation": Ready(
        "Five layers: initial weights × activation",
        "Why Xavier and He: in a deep network, starting weights that do not fit the activation leave no gradient.",
        MOONS.replace(hidden=(8,) * 5, learning_rate=0.2, epochs=300),
        {"activation": tuple(ACTIVATIONS), "init": tuple(INITIALIZERS)},
        5,
    ),
    "optimizer_rate": Ready(
        "Moons: optimizer × learning rate",
        "Every optimizer has its own right learning rate. Comparing two at one rate compares the rate.",
        MOONS.replace(init="xavier_uniform", epochs=200),
        {"learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), "optimizer": tuple(OPTIMIZERS)},
        10,
    ),
    "batch_rate": Ready(
        "Moons: batch size × learning rate",
        "Small batches update more often; the loss is a mean, so each update is as large. What is a fair comparison?",
        MOONS.replace(init="xavier_uniform", epochs=40),
        {"learning_rate": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), "batch_size": (1, 4, 16, 64, None)},
        5,
    ),
    "noise_size": Ready(
        "Moons: noise × hidden size",
        "Larger networks fit noise too: look at the test loss.",
        MOONS.replace(init="xavier_uniform", optimizer="adam", learning_rate=0.03, epochs=400, test_share=0.5),
        {"noise": (0.0, 0.1, 0.2, 0.3, 0.4), "hidden": ((1,), (2,), (4,), (8,), (16,), (32,))},
        5,
    ),
}
