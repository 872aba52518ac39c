"""Rows to train on, from a dataset or from a user's table, split into training and test rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from backprop_core.data.preparation import Preparation
from backprop_core.data.scaling import Scaling, standardising_targets
from backprop_core.nn.activations import Array

Task = Literal["classification", "regression"]
MAX_ROWS = 5_000
MAX_INPUTS = 64
MAX_CLASSES = 20
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


class DataSettings(NamedTuple):
    """The settings of a configuration that determine the training data and the network's input features.

    `output` is one of them, because the encoding of classes as targets depends on the output function.
    """

    dataset: str
    samples: int
    noise: float
    test_share: float
    data_seed: int
    features: tuple[str, ...]
    output: str


@dataclass(frozen=True)
class Rows:
    """All rows of a dataset: X (N, d), and y (N,) class numbers or (N, k) target columns, in the user's units.

    `standardise` requests that inputs, and `scale_target` that regression targets, are scaled to mean 0 and standard
    deviation 1; inputs are divided by `divide`. If the inputs are the pixels of a picture, row by row, `picture` is its
    size, rows and columns.
    """

    X: Array
    y: Array
    inputs: tuple[str, ...]
    classes: tuple[str, ...] = ()
    standardise: bool = False
    scale_target: bool = False
    divide: float = 1.0
    picture: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Data:
    """Rows ready for training: X (N, d), and y (N, k), one column per output unit.

    `rows` and `targets` are X and y in the user's units, for display and for input by the user. They are X and y
    themselves if `scaling` or `target_scaling` is None. Arrays are read-only. `classes` is empty for a regression;
    `features` is empty unless the inputs are points in a plane. `multilabel` means that each output unit is a label of
    its own and a row may have any number of them; `classes` is then empty too. `picture` is as that of `Rows`.
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
    picture: tuple[int, int] | None = None

    @property
    def outputs(self) -> int:
        """Number of output units k."""
        return self.y.shape[1]

    @property
    def input_labels(self) -> tuple[str, ...]:
        """Names of the network's inputs: the features of a point, or the columns of X."""
        return tuple(_feature_label(name, self.inputs) for name in self.features) or self.inputs

    def show(self, rows: Array) -> Array:
        """The network's inputs for rows (N, d) in the user's units."""
        return self.expand(self.scaling.scale(rows) if self.scaling else rows)

    def answer(self, outputs: Array) -> Array:
        """Outputs (N, k) of the network, converted to the units of the user's targets."""
        return self.target_scaling.unscale(outputs) if self.target_scaling else outputs

    def expand(self, X: Array) -> Array:
        """The network's inputs for rows X (N, d) that are already scaled: the features of a point, or X itself."""
        if not self.features:
            return X
        with np.errstate(all="ignore"):  # the sine or square of a very large number
            return np.stack([FEATURES[name](X[:, 0], X[:, 1]) for name in self.features], axis=1)

    def labels(self, outputs: Array) -> Array:
        """Class numbers (N,) of outputs or targets (N, k): the largest column, or the threshold ½ for a single one."""
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > 0.5).astype(int)
        return outputs.argmax(axis=1)


def _feature_label(feature: str, inputs: tuple[str, ...]) -> str:
    """The label of a feature in terms of the two input names: "petal width²" for x2²."""
    label = FEATURE_LABELS.get(feature, feature)
    if inputs == ("x1", "x2"):
        return label
    spaced = label.replace("x1x2", "x1 · x2")
    return re.sub("x[12]", lambda match: inputs[int(match[0][1]) - 1], spaced)


def user_data(
    X: Array,
    y: Array,
    settings: DataSettings,
    *,
    inputs: tuple[str, ...] = (),
    classes: tuple[str, ...] | None = None,
    standardise: bool = False,
    scale_target: bool = False,
) -> Data:
    """Data of the user's own rows X (N, d) and y: class numbers (N,), or target columns (N,) or (N, k).

    `inputs` names the columns of X; the default is x1, x2, …. `classes` names the classes: y is their numbers from 0,
    or has one column per class; () means that y is not classes. If `classes` is None, it is inferred: targets that are
    all 0 or 1, and whole numbers with a softmax output, are classes; other targets are regression targets. Several
    columns of 0 and 1 are classes if each row has exactly one 1, and otherwise labels, of which a row may have any
    number. `standardise` scales inputs to mean 0 and standard deviation 1, measured on the training rows only;
    `scale_target` does the same for regression targets, measured on all rows.

    Raises
    ------
    ValueError
        If rows are missing, ragged, not finite, or more than `MAX_ROWS`, `MAX_INPUTS` or `MAX_CLASSES` allow; if the
        number of names is wrong; or if rows with several labels are combined with a softmax output.
    """
    output = settings.output
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
    classes = _inferred_classes(y, output) if classes is None else _checked_classes(y, output, classes)
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
    data = split(rows, task, settings if X.shape[1] == 2 else settings._replace(features=()))
    return replace(data, task="classification", classes=(), multilabel=True) if multilabel else data


def marks_labels(y: Array) -> bool:
    """Whether targets (N, k) are labels: all 0 or 1, where some row has several labels, or none."""
    return y.ndim == 2 and y.shape[1] > 1 and bool(np.isin(y, (0.0, 1.0)).all() and (y.sum(axis=1) != 1).any())


def _inferred_classes(y: Array, output: str) -> tuple[str, ...]:
    """Names for the classes that targets seem to be, numbers (N,) or columns (N, k); () if they are not classes."""
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


def split(rows: Rows, task: Task, settings: DataSettings) -> Data:
    """Data of these rows, split into training and test rows; the split is stratified by class if possible."""
    X, targets = rows.X, _targets(rows, settings.output)
    target_scaling = standardising_targets(targets) if rows.scale_target else None
    train, test = np.arange(len(X)), np.arange(0)
    held_back = round(settings.test_share * len(X))
    if 0 < held_back < len(X):
        from sklearn.model_selection import train_test_split

        classes = targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0]
        enough = task == "classification" and min(np.unique(classes, return_counts=True)[1]) > 1
        roomy = enough and min(held_back, len(X) - held_back) >= len(rows.classes)
        train, test = train_test_split(
            train, test_size=held_back, random_state=settings.data_seed, stratify=classes if roomy else None
        )
        train, test = np.sort(train), np.sort(test)
    scaling = _scaling(rows, train)
    X_train, y_train, X_test, y_test = map(_frozen, (X[train], targets[train], X[test], targets[test]))
    return Data(
        task,
        X=_scaled(X_train, scaling),
        y=_scaled(y_train, target_scaling),
        X_test=_scaled(X_test, scaling),
        y_test=_scaled(y_test, target_scaling),
        inputs=rows.inputs,
        classes=rows.classes,
        features=settings.features,
        rows=X_train,
        targets=y_train,
        rows_test=X_test,
        targets_test=y_test,
        scaling=scaling,
        target_scaling=target_scaling,
        picture=rows.picture,
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
    """Targets (N, k). Class numbers become one column for two classes, else (and always with softmax) one per class."""
    if rows.y.ndim == 2:
        return rows.y
    if len(rows.classes) == 2 and output != "softmax":
        return rows.y[:, None]
    return np.eye(len(rows.classes))[rows.y.astype(int)]


def _frozen(array: Array) -> Array:
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class TableRows(Rows):
    """Rows made from a table: y is class numbers (N,) or target columns (N, k).

    Names are as they were typed, shortened to 40 characters; `classes` is empty if y is not class numbers. X and y are
    in the user's units: `standardise` and `scale_target` are applied by `user_data`, which knows which rows are for
    training. `row_numbers` are the numbers of the rows in the user's file; `report` describes how the table was turned
    into rows; `preparation` does to another row what was done to these.
    """

    row_numbers: tuple[int, ...] = ()
    report: tuple[str, ...] = ()
    preparation: Preparation | None = None
