"""What the Landscape page says about its two charts, with the numbers of the surface and of the shown epoch."""

from __future__ import annotations

import numpy as np

from backprop_core.landscape import Landscape, Trail
from backprop_core.training import Snapshot
from playground import wording
from playground.landscape.scale import LOG_COLOURS, LOG_HEIGHTS, scale_of

WORDS: dict[str, dict[str, str]] = wording.sentences(__file__)
LOG_FROM = {"landscape_map": LOG_COLOURS, "landscape_relief": LOG_HEIGHTS}  # decades, by the name of the chart


def sentences(chart: str, landscape: Landscape, way: Trail, now: Trail, snapshot: Snapshot) -> str:
    """What a chart shows: a surface, the run's way on it, and its point at a snapshot's epoch, a trail of one point."""
    parts = WORDS["parts"]
    alpha, beta = now.points[0].tolist()
    numbers = {
        "parameters": f"{snapshot.state.theta.size:,}",
        "scale": parts["scale"] if scale_of(landscape.loss, LOG_FROM[chart]).log else "",
        "losses": _reach(landscape),
        "epoch": f"{snapshot.epoch:,}",
        "alpha": wording.rounded(alpha),
        "beta": wording.rounded(beta),
        "height": wording.rounded(float(now.heights[0])),
        "loss": wording.rounded(snapshot.loss),
        "way": parts["way"].format(share=f"{way.share:.1%}") if len(way.epochs) > 1 else parts["start"],
    }
    return wording.filled(WORDS["charts"][chart], numbers)


def _reach(landscape: Landscape) -> str:
    """From which loss to which the surface reaches."""
    known = landscape.loss[np.isfinite(landscape.loss)]
    if not len(known):
        return WORDS["parts"]["none"]
    low, high = wording.rounded(float(known.min())), wording.rounded(float(known.max()))
    return WORDS["parts"]["same" if low == high else "range"].format(low=low, high=high)
