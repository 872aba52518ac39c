"""Kinks: where a slope jumps and there is no derivative, found between the nudges of a parameter.

Nudging a parameter moves weighted sums, residuals or the parameter itself. Where a kink lies between the values of the
network nudged up, the one nudged down and the one not nudged, their difference mixes the slopes of both sides. That
is a comparison of numbers, so no tolerance decides what counts as near.
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

    kind, label : the function that has it, and its name: "ReLU", "the mean absolute loss", "the L1 penalty"
    layer, unit, row : whose z or a − y it is, `row` being the sample's place in the batch; 0 for the penalty, which
        bends at a weight of 0
    at, value : the place of the kink, and what stands there without a nudge
    left, taken, right : the slope below the kink, the one training takes at it, the slope above
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
        """Whether the network stands right at the kink, not only so near that a nudge reaches across."""
        return self.value == self.at


@dataclass(frozen=True, eq=False)
class Bent:
    """A function with kinks in a batch of networks.

    values : (R, units, rows), what it is taken of
    slope : its slope at points (3, 1, 1)
    error : (R, units, rows), exactly 0 where its slope has no part in the loss; None where it always has
    """

    kind: Kind
    label: str
    layer: int
    kinks: tuple[float, ...]
    values: Array
    slope: Callable[[Array], Array]
    error: Array | None = None

    def sides(self, at: float) -> tuple[float, float, float]:
        """The slope just below a kink, the one taken at it, and the one just above."""
        points = np.array([np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)])
        left, taken, right = self.slope(points[:, None, None]).ravel().tolist()
        return left, taken, right


@dataclass(frozen=True, eq=False)
class Crossing:
    """Which nudges reach across one kink of a function: `where` is (n, units, rows), the parameters first."""

    bent: Bent
    at: float
    where: Array

    @property
    def parameters(self) -> Array:
        """(n,): whether the nudges of each parameter reach across anywhere."""
        return np.asarray(self.where.any(axis=(1, 2)))


def crossings(batch: Pass) -> list[Crossing]:
    """The kinks between the networks of a batch after `forward`: n nudged up, the same n nudged down, one not nudged.

    A kink without a part in the loss (the weights above it are 0, say) is left out. Runs `backward` where there are
    kinks to look at.
    """
    found = [Crossing(bent, at, _is_between(bent.values, at)) for bent in _bent(batch) for at in bent.kinks]
    if any(one.where.any() for one in found if one.bent.error is not None):
        batch.backward()
        for one in found:
            if one.bent.error is not None:
                up, down, _ = _parts(one.bent.error)
                one.where[:] &= (up != 0) | (down != 0)
    return found


def kinks(batch: Pass) -> Iterator[Kink]:
    """Each kink between the nudges of the only parameter that is nudged in a batch."""
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
    """(n, …): whether a place lies between the values of three networks, ends included; never where all are equal."""
    up, down, still = _parts(values)
    low, high = np.minimum(np.minimum(up, down), still), np.maximum(np.maximum(up, down), still)
    return np.asarray((low < high) & (low <= at) & (at <= high))
