"""Kinks, where a slope jumps and there is no derivative, that lie between the nudges of a parameter.

Nudging a parameter moves weighted sums, residuals or the parameter itself. If a kink lies between the values of the
network nudged up, the one nudged down and the one not nudged, their difference mixes the slopes of both sides. Whether
it does is an exact comparison of numbers, so no tolerance is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backprop_core.nn.activations import Activation, Array
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.network import Pass

Kind = Literal["activation", "loss", "penalty"]


@dataclass(frozen=True)
class Kink:
    """A kink between the nudges of one parameter.

    kind, label : the function that has the kink, and its name: "ReLU", "the mean absolute loss", "the L1 penalty"
    layer, unit, row : where the z or a − y is; `row` is the sample's index in the batch. All 0 for the penalty, whose
        kink is at a weight of 0
    at, value : the position of the kink, and the value of z, a − y or the weight without a nudge
    left, taken, right : the slope below the kink, the slope that training uses at it, and the slope above
    """

    kind: Kind
    label: str
    layer: int
    unit: int
    row: int
    at: float
    value: float
    left: float
    taken: float
    right: float

    @property
    def is_exact(self) -> bool:
        """Whether the value is exactly at the kink, not just so close that a nudge reaches across."""
        return self.value == self.at


@dataclass(frozen=True, eq=False)
class Bent:
    """A function with kinks in a batch of R networks.

    values : (R, units, rows), its arguments
    slope : computes its slope at points (3, 1, 1)
    error : (R, units, rows), exactly 0 where its slope does not affect the loss; None if it always does
    """

    kind: Kind
    label: str
    layer: int
    kinks: tuple[float, ...]
    values: Array
    slope: Callable[[Array], Array]
    error: Array | None = None

    def sides(self, at: float) -> tuple[float, float, float]:
        """The slope just below a kink, the slope that training uses at it, and the slope just above."""
        points = np.array([np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)])
        left, taken, right = self.slope(points[:, None, None]).ravel().tolist()
        return left, taken, right


@dataclass(frozen=True, eq=False)
class Crossing:
    """Which nudges reach across one kink of a function: `where` is (n, units, rows), n being the nudged parameters."""

    bent: Bent
    at: float
    where: Array

    @property
    def parameters(self) -> Array:
        """(n,): whether the nudges of each parameter reach across anywhere."""
        return np.asarray(self.where.any(axis=(1, 2)))


def crossings(batch: Pass) -> list[Crossing]:
    """The kinks between the networks of a batch after `forward`: n nudged up, the same n nudged down, one not nudged.

    Kinks that do not affect the loss (because the weights above are 0, for example) are excluded; to find these,
    `backward` is run if there are any crossings.
    """
    result = [Crossing(bent, at, _is_between(bent.values, at)) for bent in _bent(batch) for at in bent.kinks]
    if any(crossing.where.any() for crossing in result if crossing.bent.error is not None):
        batch.backward()
        for crossing in result:
            if crossing.bent.error is not None:
                up, down, _ = _parts(crossing.bent.error)
                crossing.where[:] &= (up != 0) | (down != 0)
    return result


def kinks(batch: Pass) -> Iterator[Kink]:
    """Each kink between the nudges of a batch in which a single parameter is nudged."""
    for crossing in crossings(batch):
        bent, at = crossing.bent, crossing.at
        sides = bent.sides(at)
        for unit, row in np.argwhere(crossing.where[0]).tolist():
            value = float(bent.values[-1, unit, row])
            place = (0, 0) if bent.kind == "penalty" else (unit, row)
            yield Kink(bent.kind, bent.label, bent.layer, *place, at, value, *sides)


def _bent(batch: Pass) -> Iterator[Bent]:
    network, loss = batch.network, LOSSES[batch.network.loss]
    for l, (function, z, delta) in enumerate(zip(network.functions, batch.z, batch.delta, strict=True), start=1):
        if function.kinks:
            yield Bent("activation", function.label, l, function.kinks, z, _slope(function), delta)
    if loss.kinks:
        residuals, y = batch.a[-1] - batch.y, np.zeros_like(batch.y)
        yield Bent(
            "loss",
            f"the {loss.label} loss",
            len(network.fans),
            loss.kinks,
            residuals,
            lambda points: loss.gradient(points + y, y)[:, 0, 0],
        )
    if batch.l1:
        weights = (batch.theta * network.is_weight)[..., np.newaxis]
        yield Bent("penalty", "the L1 penalty", 0, (0.0,), weights, lambda points: batch.l1 * np.sign(points))


def _slope(function: Activation) -> Callable[[Array], Array]:
    return lambda z: function.derivative(z, function.f(z))


def _parts(values: Array) -> tuple[Array, Array, Array]:
    """Values (2n + 1, …) of the networks nudged up, of those nudged down, and of the one not nudged."""
    n = len(values) // 2
    return values[:n], values[n:-1], values[-1:]


def _is_between(values: Array, at: float) -> Array:
    """(n, …): whether `at` lies between the values of the three networks, ends included; False if all are equal."""
    up, down, unnudged = _parts(values)
    low, high = np.minimum(np.minimum(up, down), unnudged), np.maximum(np.maximum(up, down), unnudged)
    return np.asarray((low < high) & (low <= at) & (at <= high))
