"""Scaling between the user's units and those that a network is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.nn.activations import Array


@dataclass(frozen=True, eq=False)
class Scaling:
    """A mean and a deviation for each column, (d,) each: scaled number = (number − mean) / deviation."""

    mean: Array
    deviation: Array

    def scale(self, rows: Array) -> Array:
        """Rows (N, d) in the user's units, scaled for training."""
        return (rows - self.mean) / self.deviation

    def unscale(self, rows: Array) -> Array:
        """Scaled rows (N, d), converted back to the user's units."""
        return rows * self.deviation + self.mean


def standardising_targets(y: Array) -> Scaling:
    """The scaling that gives targets (N, k) mean 0 and standard deviation 1; a constant column is only centred."""
    y = np.ascontiguousarray(y)
    spread = y.std(axis=0)
    return Scaling(y.mean(axis=0), np.where(spread > 0, spread, 1.0))
