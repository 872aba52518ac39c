"""How well outputs meet their targets: one number for people, beside the loss that training uses."""

from __future__ import annotations

import numpy as np

from backprop_core.activations import Array
from backprop_core.datasets import Task


def accuracy(outputs: Array, y: Array) -> float:
    """Share of rows whose class is right, outputs and targets (N, k): the largest of several, or one unit cut at ½."""
    if y.shape[1] == 1:
        return float(np.mean((outputs > 0.5) == (y > 0.5)))
    return float(np.mean(outputs.argmax(axis=1) == y.argmax(axis=1)))


def r_squared(outputs: Array, y: Array) -> float:
    """Share of the targets' variance that is explained, 1 − Σ(a − y)² / Σ(y − ȳ)²: at most 1; 0 is as good as ȳ."""
    spread = np.sum((y - y.mean(axis=0)) ** 2)
    return float(1.0 - np.sum((outputs - y) ** 2) / spread) if spread > 0 else float("nan")


def score(task: Task, outputs: Array, y: Array) -> float:
    """The accuracy of a classification, the R² of a regression."""
    return accuracy(outputs, y) if task == "classification" else r_squared(outputs, y)
