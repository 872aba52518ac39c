"""How well outputs meet their targets: one number for people, beside the loss that training uses.

Outputs are (..., N, k), targets (N, k); the result is (...), a number a network.
"""

from __future__ import annotations

import numpy as np

from backprop_core.data.rows import Task
from backprop_core.nn.activations import Array


def accuracy(outputs: Array, y: Array, *, multilabel: bool = False) -> Array:
    """Share of rows whose class is right: the largest of several outputs, or one unit cut at ½.

    Where rows have several labels, the share of all labels, in all rows, that are right, each cut at ½.
    """
    if multilabel:
        right = ((outputs > 0.5) == (y > 0.5)).reshape(*outputs.shape[:-2], -1)
    elif y.shape[-1] == 1:
        right = (outputs > 0.5)[..., 0] == (y > 0.5)[..., 0]
    else:
        right = outputs.argmax(axis=-1) == y.argmax(axis=-1)
    return np.add.reduce(right, axis=-1) / right.shape[-1]


def r_squared(outputs: Array, y: Array) -> Array:
    """Share of the targets' variance that is explained, 1 − Σ(a − y)² / Σ(y − ȳ)²: at most 1; 0 is as good as ȳ."""
    spread = _sum_of_squares(y - y.mean(axis=-2))
    return 1.0 - _sum_of_squares(outputs - y) / (spread if spread > 0 else np.nan)


def score(task: Task, outputs: Array, y: Array, *, multilabel: bool = False) -> Array:
    """The accuracy of a classification, the R² of a regression."""
    return accuracy(outputs, y, multilabel=multilabel) if task == "classification" else r_squared(outputs, y)


def _sum_of_squares(x: Array) -> Array:
    """Over rows and units (..., N, k), added up in one order however x lies in memory."""
    return np.square(x, order="C").reshape(*x.shape[:-2], -1).sum(axis=-1)
