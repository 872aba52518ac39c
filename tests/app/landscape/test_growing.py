"""A path that grows while its run plays."""

from __future__ import annotations

import numpy as np

from backprop_core.landscape import Trail
from playground.landscape.growing import MOST_POINTS, grown


def at(epoch: int) -> Trail:
    return Trail(np.array([epoch]), np.full((1, 2), epoch), np.array([epoch]), np.array([epoch]), share=1.0)


def test_it_keeps_few_points_spread_over_its_epochs() -> None:
    path = at(0)
    for epoch in range(10, 5_000, 10):
        path = grown(path, at(epoch), 0.5)
    assert (path.epochs[0], path.epochs[-1], path.share) == (0, 4_990, 0.5)
    assert MOST_POINTS / 2 < len(path.epochs) <= MOST_POINTS
    steps = np.diff(path.epochs)
    assert 0 < steps.min() <= steps.max() <= 2 * path.epochs[-1] / (MOST_POINTS / 2)
    for kept in (path.points[:, 0], path.points[:, 1], path.heights, path.losses):
        np.testing.assert_array_equal(kept, path.epochs)
