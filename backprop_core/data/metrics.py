"""How well outputs match their targets: one easily understood number, in addition to the loss that training uses.

Outputs are (..., N, k), targets (N, k); the result is (...), one number per network.
"""

from __future__ import annotations

import numpy as np

from backprop_core.data.rows import Task
from backprop_core.nn.activations import Array


def accuracy(outputs: Array, y: Array, *, multilabel: bool = False) -> Array:
    """Share of rows whose predicted class is right: the largest output, or with a single output the threshold ½.

    With `multilabel`, the share of right labels over all rows and labels, each predicted with the threshold ½.
    """
    if multilabel:
        right = ((outputs > 0.5) == (y > 0.5)).reshape(*outputs.shape[:-2], -1)
    elif y.shape[-1] == 1:
        right = (outputs > 0.5)[..., 0] == (y > 0.5)[..., 0]
    else:
        right = outputs.argmax(axis=-1) == y.argmax(axis=-1)
    return np.add.reduce(right, axis=-1) / right.shape[-1]


def r_squared(outputs: Array, y: Array) -> Array:
    """Share of the targets' variance that is explained, 1 − Σ(a − y)² / Σ(y − ȳ)²; NaN if all targets are equal.

    At most 1; always predicting the mean ȳ gives 0.
    """
    spread = _sum_of_squares(y - y.mean(axis=-2))
    return 1.0 - _sum_of_squares(outputs - y) / (spread if spread > 0 else np.nan)


def score(task: Task, outputs: Array, y: Array, *, multilabel: bool = False) -> Array:
    """The accuracy of a classification, the R² of a regression."""
    return accuracy(outputs, y, multilabel=multilabel) if task == "classification" else r_squared(outputs, y)


def _sum_of_squares(x: Array) -> Array:
    """Sum over rows and units (..., N, k), in the same order whatever the memory layout of x."""
    return np.square(x, order="C").reshape(*x.shape[:-2], -1).sum(axis=-1)
