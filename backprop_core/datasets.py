"""Datasets: what a network learns.

A `Dataset` is an entry of the registry: how its rows are made and what is known about them. `prepare` turns an entry
and its settings into `Data`, inputs and targets split into training and test rows; `bring` does so for a user's rows.

scikit-learn makes and splits the rows; it is imported where it is called, so that the truth tables need only NumPy.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from backprop_core.activations import Array
from backprop_core.scaling import Scaling, standardising_targets

Task = Literal["classification", "regression"]

MAX_ROWS = 5_000
MAX_INPUTS = 64
MAX_CLASSES = 20
TEST_SHARE = 0.25  # held back of a dataset's rows, unless something else is asked for

REACH = 3.0  # 2-D data lies within about ±REACH on both axes: nearly a full period of sin x1 and sin x2

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1 * x1,
    "x2_squared": lambda x1, x2: x2 * x2,
    "x1x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
}
FEATURE_LABELS = {"x1_squared": "x1²", "x2_squared": "x2²", "sin_x1": "sin x1", "sin_x2": "sin x2"}


@dataclass(frozen=True)
class Rows:
    """All rows of a dataset: X (N, d), and y (N,) class numbers or (N, k) numbers to be met, in the user's units.

    `standardise` and `scale_target` ask for inputs, and for numbers to be met, of mean 0 and standard deviation 1;
    `divide` is what inputs are divided by.
    """

    X: Array
    y: Array
    inputs: tuple[str, ...]
    classes: tuple[str, ...] = ()
    standardise: bool = False
    scale_target: bool = False
    divide: float = 1.0


@dataclass(frozen=True)
class Dataset:
    """An entry of the registry.

    `load(samples, noise, seed)` makes the rows; `settings` are the data fields of `Config` that matter to it; `plane`
    tells that its inputs are points of a plane; `suggested` are settings of `Config` that learn it well.
    """

    label: str
    about: str
    task: Task
    load: Callable[[int, float, int], Rows]
    settings: tuple[str, ...] = ()
    plane: bool = False
    suggested: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Data:
    """Rows ready for training: X (N, d), and y (N, k) as the output units should show them.

    `rows` and `targets` are the same in the user's units: what a page shows, and what is typed and passed. They are X
    and y themselves where `scaling` or `target_scaling` is None. Arrays are read-only. `classes` is empty for a
    regression, `features` unless the inputs are points of a plane. `multilabel` tells that a row may have several
    labels or none, each an output of its own, in place of one class; `classes` are empty then too.
    """

    task: Task
    X: Array
    y: Array
    X_test: Array
    y_test: Array
    inputs: tuple[str, ...]
    classes: tuple[str, ...]
    features: tuple[str, ...]
    rows: Array
    targets: Array
    rows_test: Array
    targets_test: Array
    scaling: Scaling | None = None
    target_scaling: Scaling | None = None
    multilabel: bool = False

    @property
    def outputs(self) -> int:
        """Number of output units k."""
        return self.y.shape[1]

    @property
    def input_labels(self) -> tuple[str, ...]:
        """Names of what the network is shown: the features of a point, or the columns."""
        return tuple(_feature_label(name, self.inputs) for name in self.features) or self.inputs

    def show(self, rows: Array) -> Array:
        """What the network is shown for rows (N, d) in the user's units."""
        return self.expand(self.scaling.scale(rows) if self.scaling else rows)

    def answer(self, outputs: Array) -> Array:
        """Outputs (N, k) of the network in the units of the user's targets."""
        return self.target_scaling.unscale(outputs) if self.target_scaling else outputs

    def expand(self, X: Array) -> Array:
        """What the network is shown for rows X (N, d), scaled already: the features of a point, or X itself."""
        if not self.features:
            return X
        with np.errstate(all="ignore"):  # a sine or a square of a number that is very large
            return np.stack([FEATURES[name](X[:, 0], X[:, 1]) for name in self.features], axis=1)

    def labels(self, outputs: Array) -> Array:
        """Class numbers (N,) of outputs or targets (N, k): the largest of several, or one unit cut at ½."""
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > 0.5).astype(int)
        return outputs.argmax(axis=1)


def _feature_label(feature: str, inputs: tuple[str, ...]) -> str:
    """What a feature is called where the two inputs have names: "petal width²" for x2²."""
    label = FEATURE_LABELS.get(feature, feature)
    if inputs == ("x1", "x2"):
        return label
    spaced = label.replace("x1x2", "x1 · x2")
    return re.sub("x[12]", lambda found: inputs[int(found[0][1]) - 1], spaced)


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


def _real(name: str, *, standardise: bool = True, divide: float = 1.0) -> Callable[[int, float, int], Rows]:
    def load(samples: int, noise: float, seed: int) -> Rows:
        import sklearn.datasets

        bunch = getattr(sklearn.datasets, f"load_{name}")()
        inputs = tuple(str(label) for label in bunch.feature_names)
        classes = tuple(map(str, bunch.target_names))
        return Rows(bunch.data, bunch.target, inputs, classes, standardise, divide=divide)

    return load


def _brought(samples: int, noise: float, seed: int) -> Rows:
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
        _real("digits", standardise=False, divide=16.0),
        _SPLIT,
        suggested=CLASSES
        | dict(hidden=(32,), activation="relu", init="he_normal", batch_size=64, learning_rate=0.003, epochs=50),
    ),
    "csv": Dataset("Your own data", "Rows brought by you.", "classification", _brought, _SPLIT, True, TWO_CLASSES),
}


@functools.lru_cache(maxsize=8)
def prepare(
    dataset: str, samples: int, noise: float, test_share: float, data_seed: int, features: tuple[str, ...], output: str
) -> Data:
    """The data of a registry entry (cached: equal settings give the same read-only arrays)."""
    entry = DATASETS[dataset]
    rows = entry.load(samples, noise, data_seed)
    return _split(
        rows,
        entry.task,
        test_share if "test_share" in entry.settings else 0.0,
        data_seed,
        features if entry.plane else (),
        output,
    )


def bring(
    X: Array,
    y: Array,
    test_share: float,
    data_seed: int,
    features: tuple[str, ...],
    output: str,
    *,
    inputs: tuple[str, ...] = (),
    classes: tuple[str, ...] | None = None,
    standardise: bool = False,
    scale_target: bool = False,
) -> Data:
    """Data of the user's own rows X (N, d) and y: class numbers (N,), or numbers (N,) or (N, k) to be met.

    `inputs` name the columns of X, in place of x1, x2, …; `classes` are the names of the classes that y numbers from 0
    or has a column each for, and () where y is numbers. Without them, targets that are all 0 or 1, and whole numbers
    under a softmax output, are taken for classes, others for numbers. Columns of 0 and 1 are classes where each row
    has one 1, and labels, of which a row may have several, where they do not. `standardise` gives inputs the mean 0
    and the standard deviation 1, measured on the training rows alone; `scale_target` does so for numbers to be met,
    measured on all rows.

    Raises
    ------
    ValueError
        If rows are missing, ragged, not finite, or more than the limits `MAX_ROWS`, `MAX_INPUTS`, `MAX_CLASSES`; if
        names do not fit them; or if rows of several labels meet a softmax output.
    """
    X, y = np.atleast_2d(np.asarray(X, dtype=float)), np.asarray(y, dtype=float)
    if X.ndim != 2 or not 1 <= X.shape[0] <= MAX_ROWS or not 1 <= X.shape[1] <= MAX_INPUTS:
        raise ValueError(
            f"Inputs must be a table of 1 to {MAX_ROWS:,} rows and 1 to {MAX_INPUTS} columns, not of shape {X.shape}."
        )
    if y.ndim not in (1, 2) or len(y) != len(X) or (y.ndim == 2 and not 1 <= y.shape[1] <= MAX_INPUTS):
        raise ValueError(
            f"There must be one target for each of the {len(X)} rows, but the targets have shape {y.shape}."
        )
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise ValueError("Every input and target must be a finite number.")
    if inputs and len(inputs) != X.shape[1]:
        raise ValueError(f"There must be one name for each of the {X.shape[1]} inputs, not {len(inputs)}.")
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    classes = _found_classes(y, output) if classes is None else _checked_classes(y, output, classes)
    task: Task = "classification" if classes else "regression"
    multilabel = marks_labels(y)
    if multilabel and output == "softmax":
        raise ValueError(
            "Output 'softmax' is for one class in each row, and these rows have several labels, or none. Choose "
            "'sigmoid', which answers for each label on its own."
        )
    rows = Rows(
        X,
        y if classes or y.ndim == 2 else y[:, None],
        inputs or tuple(f"x{i + 1}" for i in range(X.shape[1])),
        classes,
        standardise,
        scale_target and not classes and not multilabel,
    )
    data = _split(rows, task, test_share, data_seed, features if X.shape[1] == 2 else (), output)
    return replace(data, task="classification", classes=(), multilabel=True) if multilabel else data


def marks_labels(y: Array) -> bool:
    """Whether targets (N, k) mark labels with 0 and 1, of which some row has several, or none."""
    return y.ndim == 2 and y.shape[1] > 1 and bool(np.isin(y, (0.0, 1.0)).all() and (y.sum(axis=1) != 1).any())


def _found_classes(y: Array, output: str) -> tuple[str, ...]:
    """The classes that targets (N,) or (N, k) seem to number or to have a column each for."""
    if output == "softmax" and y.ndim == 1:
        _check_class_numbers(y, MAX_CLASSES)
        return tuple(str(number) for number in range(max(2, int(y.max()) + 1)))
    if np.isin(y, (0.0, 1.0)).all():
        return ("0", "1") if y.ndim == 1 else tuple(str(number) for number in range(y.shape[1]))
    return ()


def _checked_classes(y: Array, output: str, classes: tuple[str, ...]) -> tuple[str, ...]:
    if not classes:
        if output == "softmax" and y.ndim == 1:
            raise ValueError("Output 'softmax' is for classes, and the targets are numbers to be met.")
        return classes
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise ValueError(f"There must be 2 to {MAX_CLASSES} classes, not {len(classes)}.")
    if y.ndim == 1:
        _check_class_numbers(y, len(classes))
    elif y.shape[1] != len(classes):
        raise ValueError(f"There must be one column for each of the {len(classes)} classes, not {y.shape[1]}.")
    return classes


def _check_class_numbers(y: Array, classes: int) -> None:
    if (y < 0).any() or (y != np.floor(y)).any() or y.max() >= classes:
        raise ValueError(f"Classes must be whole numbers from 0 to {classes - 1}.")


def _split(rows: Rows, task: Task, test_share: float, data_seed: int, features: tuple[str, ...], output: str) -> Data:
    X, targets = rows.X, _targets(rows, output)
    target_scaling = standardising_targets(targets) if rows.scale_target else None
    train, test = np.arange(len(X)), np.arange(0)
    held_back = round(test_share * len(X))
    if 0 < held_back < len(X):
        from sklearn.model_selection import train_test_split

        classes = targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0]
        enough = task == "classification" and min(np.unique(classes, return_counts=True)[1]) > 1
        roomy = enough and min(held_back, len(X) - held_back) >= len(rows.classes)
        train, test = train_test_split(
            train, test_size=held_back, random_state=data_seed, stratify=classes if roomy else None
        )
        train, test = np.sort(train), np.sort(test)
    scaling = _scaling(rows, train)
    own, own_targets, own_test, own_targets_test = map(_frozen, (X[train], targets[train], X[test], targets[test]))
    return Data(
        task,
        X=_scaled(own, scaling),
        y=_scaled(own_targets, target_scaling),
        X_test=_scaled(own_test, scaling),
        y_test=_scaled(own_targets_test, target_scaling),
        inputs=rows.inputs,
        classes=rows.classes,
        features=features,
        rows=own,
        targets=own_targets,
        rows_test=own_test,
        targets_test=own_targets_test,
        scaling=scaling,
        target_scaling=target_scaling,
    )


def _scaled(rows: Array, scaling: Scaling | None) -> Array:
    return _frozen(scaling.scale(rows)) if scaling else rows


def _scaling(rows: Rows, train: Array) -> Scaling | None:
    if rows.standardise:
        from sklearn.preprocessing import StandardScaler

        fitted = StandardScaler().fit(rows.X[train])
        return Scaling(fitted.mean_, fitted.scale_)
    if rows.divide != 1.0:
        width = rows.X.shape[1]
        return Scaling(np.zeros(width), np.full(width, rows.divide))
    return None


def _targets(rows: Rows, output: str) -> Array:
    """Targets (N, k): class numbers become one unit for two classes, or one a class (always, under softmax)."""
    if rows.y.ndim == 2:
        return rows.y
    if len(rows.classes) == 2 and output != "softmax":
        return rows.y[:, None]
    return np.eye(len(rows.classes))[rows.y.astype(int)]


def _frozen(array: Array) -> Array:
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array
