"""Named runs to start from: the two source programs, a worked example from the literature, and instructive cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.data.datasets import CLASSES, CURVE, DATASETS, TEST_SHARE, TWO_CLASSES
from backprop_core.data.rows import TableRows, marks_labels
from backprop_core.settings.config import Config
from backprop_core.training.recipe import Recipe
from backprop_core.training.run import Run

FEWEST_TO_SPLIT = 20  # rows; with fewer, none are held back for testing


@dataclass(frozen=True)
class Preset:
    """A run to start from: its name, a description, and its recipe."""

    label: str
    about: str
    recipe: Recipe

    def run(self) -> Run:
        """A new run of this preset."""
        return Run.replay(self.recipe)


def suggested(dataset: str) -> Config:
    """A configuration that suits a dataset."""
    return Config(dataset=dataset, **DATASETS[dataset].suggested)


def suggested_for(user_rows: TableRows) -> Config:
    """A configuration that suits a user's rows, chosen by the kind of targets and the number of rows."""
    labels = marks_labels(user_rows.y)
    many_classes = len(user_rows.classes) > 2 and not labels
    settings = CLASSES if many_classes else TWO_CLASSES if user_rows.classes or labels else CURVE
    test_share = 0.0 if len(user_rows.X) < FEWEST_TO_SPLIT else TEST_SHARE
    return Config(dataset="csv", test_share=test_share, **settings)


PRESETS: dict[str, Preset] = {
    "notebook": Preset(
        "The notebook: XOR, biases frozen",
        "The first source program. It draws its biases and never updates them, and with seed 0 it does not learn XOR.",
        Recipe(Config(train_biases=False)),
    ),
    "function": Preset(
        "The function: XOR, squared error",
        "The second source program: the squared error without the half, so gradients have a factor 2; biases frozen.",
        Recipe(Config(loss="sse", train_biases=False)),
    ),
    "xor": Preset(
        "XOR, biases trained",
        "The notebook's network with its biases updated too: now it learns.",
        Recipe(Config()),
    ),
    "mazur": Preset(
        "Mazur's worked example",
        "The 2-2-2 network of Matt Mazur's 'A Step by Step Backpropagation Example' (2015): one row, two outputs.",
        Recipe(
            Config(dataset="csv", hidden=(2,), learning_rate=0.5, train_biases=False, test_share=0.0),
            data=(np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])),
            params=[
                (np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([0.35, 0.35])),
                (np.array([[0.40, 0.50], [0.45, 0.55]]), np.array([0.60, 0.60])),
            ],
        ),
    ),
    "spirals": Preset(
        "Spirals, two hidden layers",
        "Two wound arms: a boundary that a single small layer cannot draw.",
        Recipe(suggested("spirals")),
    ),
    "blobs": Preset("Four classes", "Softmax and cross-entropy on four clouds.", Recipe(suggested("blobs"))),
    "sine": Preset("A sine curve", "Regression: a smooth curve from eight tanh units.", Recipe(suggested("sine"))),
    "digits": Preset(
        "Handwritten digits", "Ten classes, 64 inputs, mini-batches and Adam.", Recipe(suggested("digits"))
    ),
    "vanishing": Preset(
        "Vanishing gradients",
        "Six sigmoid layers: compare the gradient of the first layer with that of the last.",
        Recipe(
            Config(
                dataset="moons",
                hidden=(6,) * 6,
                activation="sigmoid",
                loss="bce",
                init="xavier_uniform",
                learning_rate=0.5,
                epochs=2_000,
            )
        ),
    ),
    "diverging": Preset(
        "A learning rate too high",
        "A straight-line fit whose steps overshoot further every time, until the numbers run out.",
        Recipe(
            Config(
                dataset="plane",
                hidden=(),
                output="linear",
                loss="mse",
                init="uniform_pm_half",
                learning_rate=0.5,
                epochs=1_000,
            )
        ),
    ),
}
