"""A path that grows while its run plays. It is sent with every frame, so it must not become long."""

from __future__ import annotations

import numpy as np

from backprop_core.landscape import Trail

MOST_POINTS = 200  # of a path that grows; then half of them are kept, evenly spaced over its epochs


def grown(way: Trail, now: Trail, share: float) -> Trail:
    """A path with another point at its end, and with half of its own where they have become too many.

    now : a trail of one point
    share : of the path's variance that lies in the plane
    """
    kept = np.arange(len(way.epochs))
    if len(kept) >= MOST_POINTS:
        evenly = np.linspace(way.epochs[0], way.epochs[-1], MOST_POINTS // 2)
        kept = np.unique(np.searchsorted(way.epochs, evenly))
    return Trail(
        np.append(way.epochs[kept], now.epochs),
        np.vstack([way.points[kept], now.points]),
        np.append(way.heights[kept], now.heights),
        np.append(way.losses[kept], now.losses),
        share,
    )
