"""Datasets: what a network learns.

A `Dataset` is an entry of the registry: how its rows are made and what is known about them. `prepare` turns an entry
and its settings into `Data`, inputs and targets split into training and test rows; `rows.user_data` does the same for a
user's rows.

Some datasets, and the split, use scikit-learn; it is imported inside functions, so that the truth tables need only
NumPy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backprop_core.data.rows import Data, DataSettings, Rows, Task, split
from backprop_core.nn.activations import Array

TEST_SHARE = 0.25  # default share of a dataset's rows that is held back for testing

REACH = 3.0  # 2-D data lies within about ±REACH on both axes: nearly a full period of sin x1 and sin x2


@dataclass(frozen=True)
class Dataset:
    """An entry of the registry.

    `load(samples, noise, seed)` makes the rows; `settings` are the data fields of `Config` that affect it; `plane` is
    whether its inputs are points in a plane; `suggested` are settings of `Config` with which a network learns it well.
    """

    label: str
    about: str
    task: Task
    load: Callable[[int, float, int], Rows]
    settings: tuple[str, ...] = ()
    plane: bool = False
    suggested: Mapping[str, Any] = field(default_factory=dict)


def _truth_table(inputs: int, rule: Callable[[Array], Array]) -> Callable[[int, float, int], Rows]:
    def load(samples: int, noise: float, seed: int) -> Rows:
        count = np.arange(2**inputs)
        X = np.stack([(count >> (inputs - 1 - bit)) & 1 for bit in range(inputs)], axis=1).astype(float)
        return Rows(X, rule(X), tuple(f"x{i + 1}" for i in range(inputs)), ("0", "1"))

    return load


def _parity(X: Array) -> Array:
    return X.sum(axis=1) % 2


def _jittered(points: Array, noise: float, rng: np.random.RandomState) -> Array:
    return points + noise * rng.randn(*points.shape)


def _points(X: Array, y: Array, classes: int) -> Rows:
    return Rows(X, y, ("x1", "x2"), tuple(str(number) for number in range(classes)))


def _xor_cloud(samples: int, noise: float, seed: int) -> Rows:
    rng = np.random.RandomState(seed)
    points = rng.uniform(-REACH, REACH, (samples, 2))
    return _points(_jittered(points, noise, rng), points[:, 0] * points[:, 1] < 0, 2)


def _checkerboard(samples: int, noise: float, seed: int) -> Rows:
    rng = np.random.RandomState(seed)
    points = rng.uniform(-REACH, REACH, (samples, 2))
    square = np.floor(points / (2 * REACH / 4)).sum(axis=1)
    return _points(_jittered(points, noise, rng), square % 2, 2)


def _circles(samples: int, noise: float, seed: int) -> Rows:
    from sklearn.datasets import make_circles

    X, y = make_circles(samples, noise=noise / 2.5, factor=0.45, random_state=seed)
    return _points(2.5 * X, y, 2)


def _moons(samples: int, noise: float, seed: int) -> Rows:
    from sklearn.datasets import make_moons

    X, y = make_moons(samples, noise=noise / 1.8, random_state=seed)
    return _points(1.8 * (X - [0.5, 0.25]), y, 2)


def _spirals(samples: int, noise: float, seed: int) -> Rows:
    rng = np.random.RandomState(seed)
    label = np.arange(samples) % 2
    along = np.sqrt(rng.rand(samples))  # even spacing along the arm
    angle = 3.2 * np.pi * along + np.pi * label
    points = (0.95 * REACH * along)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _points(_jittered(points, noise, rng), label, 2)


def _blobs(centers: list[tuple[float, float]]) -> Callable[[int, float, int], Rows]:
    def load(samples: int, noise: float, seed: int) -> Rows:
        from sklearn.datasets import make_blobs

        X, y = make_blobs(samples, centers=np.array(centers), cluster_std=0.5 + noise, random_state=seed)
        return _points(X, y, len(centers))

    return load


def _sine(samples: int, noise: float, seed: int) -> Rows:
    rng = np.random.RandomState(seed)
    x = np.sort(rng.uniform(-REACH, REACH, samples))[:, None]
    return Rows(x, _jittered(np.sin(2.0 * x), noise, rng), ("x",))


def _surface(height: Callable[[Array, Array], Array]) -> Callable[[int, float, int], Rows]:
    def load(samples: int, noise: float, seed: int) -> Rows:
        rng = np.random.RandomState(seed)
        X = rng.uniform(-REACH, REACH, (samples, 2))
        y = height(X[:, 0], X[:, 1])[:, None]
        return Rows(X, _jittered(y, noise, rng), ("x1", "x2"))

    return load


def _real(
    name: str, *, standardise: bool = True, divide: float = 1.0, picture: tuple[int, int] | None = None
) -> Callable[[int, float, int], Rows]:
    def load(samples: int, noise: float, seed: int) -> Rows:
        import sklearn.datasets

        bunch = getattr(sklearn.datasets, f"load_{name}")()
        inputs = tuple(str(label) for label in bunch.feature_names)
        classes = tuple(map(str, bunch.target_names))
        return Rows(bunch.data, bunch.target, inputs, classes, standardise, divide=divide, picture=picture)

    return load


def _no_rows(samples: int, noise: float, seed: int) -> Rows:
    raise LookupError("dataset 'csv' has no rows of its own; they are brought with the run")


_CLOUD = ("samples", "noise", "test_share", "data_seed")
_SPLIT = ("test_share", "data_seed")

_TABLE: dict[str, Any] = {}
CURVE: dict[str, Any] = dict(
    hidden=(8,),
    activation="tanh",
    output="linear",
    loss="mse",
    init="xavier_uniform",
    optimizer="adam",
    learning_rate=0.03,
    epochs=1_000,
)
TWO_CLASSES: dict[str, Any] = dict(
    hidden=(8,),
    activation="tanh",
    output="sigmoid",
    loss="bce",
    init="xavier_uniform",
    optimizer="adam",
    learning_rate=0.03,
    epochs=500,
)
CLASSES: dict[str, Any] = TWO_CLASSES | dict(output="softmax", loss="cross_entropy")
_DEEP: dict[str, Any] = dict(hidden=(8, 8), epochs=1_000)


def _table(label: str, about: str, inputs: int, rule: Callable[[Array], Array], **suggested: Any) -> Dataset:
    return Dataset(label, about, "classification", _truth_table(inputs, rule), plane=inputs == 2, suggested=suggested)


DATASETS: dict[str, Dataset] = {
    "xor": _table("XOR", "1 where exactly one input is 1.", 2, _parity),
    "and": _table("AND", "1 where both inputs are 1.", 2, lambda X: X.min(axis=1)),
    "or": _table("OR", "1 where an input is 1.", 2, lambda X: X.max(axis=1)),
    "nand": _table("NAND", "0 where both inputs are 1.", 2, lambda X: 1 - X.min(axis=1)),
    "nor": _table("NOR", "1 where no input is 1.", 2, lambda X: 1 - X.max(axis=1)),
    "xnor": _table("XNOR", "1 where both inputs are equal.", 2, lambda X: 1 - _parity(X)),
    "not": _table("NOT", "1 where the input is 0.", 1, lambda X: 1 - X[:, 0]),
    "parity3": _table("Parity of 3", "1 where an odd number of inputs is 1.", 3, _parity, hidden=(4,), init="normal"),
    "parity4": _table("Parity of 4", "1 where an odd number of inputs is 1.", 4, _parity, hidden=(8,), init="normal"),
    "xor_cloud": Dataset(
        "XOR cloud", "Points, by the sign of x1·x2.", "classification", _xor_cloud, _CLOUD, True, TWO_CLASSES
    ),
    "circles": Dataset("Circles", "A ring around a ring.", "classification", _circles, _CLOUD, True, TWO_CLASSES),
    "moons": Dataset("Moons", "Two interleaved half moons.", "classification", _moons, _CLOUD, True, TWO_CLASSES),
    "spirals": Dataset(
        "Spirals", "Two arms, wound around each other.", "classification", _spirals, _CLOUD, True, TWO_CLASSES | _DEEP
    ),
    "gaussians": Dataset(
        "Two Gaussians",
        "Two round clouds.",
        "classification",
        _blobs([(-1.3, -1.3), (1.3, 1.3)]),
        _CLOUD,
        True,
        TWO_CLASSES | dict(hidden=(2,)),
    ),
    "blobs": Dataset(
        "Blobs",
        "Four round clouds, four classes.",
        "classification",
        _blobs([(-1.6, -1.5), (1.7, -1.2), (0.0, 1.8), (0.3, -0.2)]),
        _CLOUD,
        True,
        CLASSES,
    ),
    "checkerboard": Dataset(
        "Checkerboard",
        "Four by four squares.",
        "classification",
        _checkerboard,
        _CLOUD,
        True,
        TWO_CLASSES | _DEEP | dict(samples=500, noise=0.0),
    ),
    "sine": Dataset("Sine", "y = sin 2x.", "regression", _sine, _CLOUD, suggested=CURVE),
    "plane": Dataset(
        "Plane", "y = (x1 + x2) / 4.", "regression", _surface(lambda x1, x2: (x1 + x2) / 4.0), _CLOUD, True, CURVE
    ),
    "ripple": Dataset(
        "Ripple",
        "y = cos 2r, r the distance from the middle.",
        "regression",
        _surface(lambda x1, x2: np.cos(2.0 * np.hypot(x1, x2))),
        _CLOUD,
        True,
        CURVE | _DEEP | dict(samples=400),
    ),
    "iris": Dataset(
        "Iris", "150 flowers of 3 species (Fisher 1936).", "classification", _real("iris"), _SPLIT, suggested=CLASSES
    ),
    "wine": Dataset(
        "Wine",
        "178 wines of 3 growers (Aeberhard et al. 1992).",
        "classification",
        _real("wine"),
        _SPLIT,
        suggested=CLASSES,
    ),
    "breast_cancer": Dataset(
        "Breast cancer",
        "569 tumours, malignant or benign (Street et al. 1993).",
        "classification",
        _real("breast_cancer"),
        _SPLIT,
        suggested=TWO_CLASSES,
    ),
    "digits": Dataset(
        "Digits",
        "1,797 handwritten digits of 8 × 8 pixels (Alpaydin & Kaynak 1998).",
        "classification",
        _real("digits", standardise=False, divide=16.0, picture=(8, 8)),
        _SPLIT,
        suggested=CLASSES
        | dict(hidden=(32,), activation="relu", init="he_normal", batch_size=64, learning_rate=0.003, epochs=50),
    ),
    "csv": Dataset("Your own data", "Rows brought by you.", "classification", _no_rows, _SPLIT, True, TWO_CLASSES),
}


@functools.lru_cache(maxsize=8)
def prepare(settings: DataSettings) -> Data:
    """The data of a registry entry (cached: equal settings give the same read-only arrays)."""
    entry = DATASETS[settings.dataset]
    rows = entry.load(settings.samples, settings.noise, settings.data_seed)
    if "test_share" not in entry.settings:
        settings = settings._replace(test_share=0.0)
    if not entry.plane:
        settings = settings._replace(features=())
    return split(rows, entry.task, settings)
