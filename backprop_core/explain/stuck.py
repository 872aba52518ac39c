"""What keeps a network from learning: a plateau of the loss, and units that are dead or saturated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backprop_core.data.rows import Data
from backprop_core.nn.losses import LOSSES
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Snapshot

SMALL_SLOPE = 0.01  # below this, a unit hardly passes a gradient on
WINDOW = 300  # epochs over which the loss must be flat
FLAT = 0.005  # by which share of itself the loss may change meanwhile
NO_BETTER = 0.9  # from which share of the loss of guessing on the network knows nothing of the inputs


def loss_of_guessing(data: Data, loss: str) -> float:
    """The lowest training loss of one answer for all rows: the mean of the targets, or their median."""
    y = data.y.T
    guesses = (function(y, axis=1, keepdims=True) for function in (np.mean, np.median))
    with np.errstate(all="ignore"):
        losses = [float(LOSSES[loss].value(np.broadcast_to(guess, y.shape), y)) for guess in guesses]
    return min(value for value in losses if np.isfinite(value))


def plateau_at(run: Run, epoch: int) -> float | None:
    """The loss of guessing, if the loss has been flat for `WINDOW` epochs at a trained epoch and is no better than it.

    A run that has learned something is not on a plateau, however flat its loss is.
    """
    recent = run.history.loss[max(0, epoch - WINDOW) : epoch + 1]
    if len(recent) <= WINDOW or np.ptp(recent) > FLAT * recent[-1]:
        return None
    guessing = loss_of_guessing(run.data, run.config.loss)
    own = recent[-1] - run.at(epoch).penalty
    return guessing if own >= NO_BETTER * guessing > 0 else None


class Stuck(NamedTuple):
    """A hidden unit that hardly learns, because |f'(z)| is below `SMALL_SLOPE`.

    layer, unit : from 1 and from 0
    share : of the training rows for which it is
    is_dead : True for all rows of an unbounded activation, such as ReLU; False for at least half of the rows of a
        bounded one, such as the sigmoid: the unit is saturated. A ReLU that is off for some rows does its work
    """

    layer: int
    unit: int
    share: float
    is_dead: bool


def stuck_units(snapshot: Snapshot) -> list[Stuck]:
    """The dead and the saturated units of the hidden layers."""
    units = []
    for layer, function in enumerate(snapshot.network.functions[:-1], start=1):
        slopes = function.derivative(snapshot.z[layer - 1], snapshot.a[layer])
        shares = (np.abs(slopes) < SMALL_SLOPE).mean(axis=0)
        is_bounded = bool(np.isfinite(function.bounds).all())
        stuck = np.flatnonzero(shares >= (0.5 if is_bounded else 1.0))
        units += [Stuck(layer, int(unit), float(shares[unit]), not is_bounded) for unit in stuck]
    return units
