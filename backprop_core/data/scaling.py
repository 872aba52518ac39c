"""Units: numbers as the user has them, and as a network is trained on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backprop_core.nn.activations import Array


@dataclass(frozen=True, eq=False)
class Scaling:
    """A mean and a deviation for each column: (d,) each. A scaled number is (number − mean) / deviation."""

    mean: Array
    deviation: Array

    def scale(self, rows: Array) -> Array:
        """Rows (N, d) in the user's units, as they are trained on."""
        return (rows - self.mean) / self.deviation

    def unscale(self, rows: Array) -> Array:
        """Scaled rows (N, d) in the user's units."""
        return rows * self.deviation + self.mean


def standardising_targets(y: Array) -> Scaling:
    """What gives targets (N, k) the mean 0 and the standard deviation 1; a constant column only loses its mean."""
    y = np.ascontiguousarray(y)
    spread = y.std(axis=0)
    return Scaling(y.mean(axis=0), np.where(spread > 0, spread, 1.0))
