"""What the Compare page says about each of its charts, with the numbers of the shown epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from playground import wording
from playground.compare.figures import SERIES
from playground.compare.state import Pin

WORDS: dict[str, dict[str, str]] = wording.sentences(__file__)


def curves(series: str, pins: Sequence[Pin], epoch: int) -> str:
    """What the loss curves show, one of `SERIES`."""
    losses = [pin.run.history.test_loss if series == SERIES[1] else pin.run.history.loss for pin in pins]
    at_epoch = [float(loss[min(epoch, len(loss) - 1)]) if len(loss) else np.nan for loss in losses]
    numbers = {"epoch": f"{epoch:,}", "losses": _reach(pins, at_epoch, wording.rounded)}
    return wording.filled(WORDS["curves"][series], numbers)


def pictures(view: str, pins: Sequence[Pin], epoch: int) -> str:
    """What the pictures of what was learned show, in one of their views."""
    snapshots = [pin.at(epoch) for pin in pins]
    names = {wording.score_name(snapshot.data.task) for snapshot in snapshots}
    numbers = {
        "epoch": f"{epoch:,}",
        "score_name": names.pop() if len(names) == 1 else WORDS["parts"]["mixed"],
        "scores": _reach(pins, [snapshot.score for snapshot in snapshots], wording.score),
    }
    return wording.filled(WORDS["pictures"][view], numbers)


def _reach(pins: Sequence[Pin], values: Sequence[float], text: Callable[[float], str]) -> str:
    """From which run's value to which run's these values reach; NaN where a run has none."""
    known = sorted((value, pin.place + 1) for value, pin in zip(values, pins, strict=True) if np.isfinite(value))
    if not known:
        return WORDS["parts"]["none"]
    (low, lowest), (high, highest) = known[0], known[-1]
    part = WORDS["parts"]["one" if low == high else "range"]
    return part.format(low=text(low), lowest=lowest, high=text(high), highest=highest)
