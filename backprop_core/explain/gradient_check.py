"""Numerical gradients: each parameter is nudged up and down, and the change of the loss is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_core.explain.kinks import Kink, crossings, kinks
from backprop_core.explain.update import Explanation
from backprop_core.nn.activations import Array
from backprop_core.nn.network import Pass
from backprop_core.training.snapshot import Snapshot

STEP_SIZE = 6e-6  # about the cube root of float64's precision, which balances rounding and truncation error
SOUND = 1e-6  # largest relative error at which a gradient counts as right
BLOCK_CELLS = 4_000_000  # activations in memory at once while gradients are checked


@dataclass(frozen=True, eq=False)
class Nudged:
    """Results of nudging parameters; each array is (P,), or has one entry per chosen parameter.

    central : central differences: loss nudged up minus loss nudged down, divided by the sum of both nudges
    up, down : one-sided differences, each against the loss without a nudge
    across : by the label of a function with kinks: whether the nudges reach across one of its kinks, where a central
        difference is no derivative
    """

    central: Array
    up: Array
    down: Array
    across: dict[str, Array]

    @property
    def is_across(self) -> Array:
        """Whether the nudges reach across a kink of any function."""
        return np.any([np.zeros(len(self.central), dtype=bool), *self.across.values()], axis=0)


def nudge(snapshot: Snapshot, chosen: Sequence[int] | None = None) -> Nudged:
    """Nudge each parameter, or the chosen ones, up and down, and compute the loss of the next update's batch."""
    count = snapshot.network.parameters if chosen is None else len(chosen)
    central, up, down, across = *np.empty((3, count)), dict[str, Array]()
    with np.errstate(all="ignore"):
        for part, batch, rise, fall in _batches(snapshot, chosen):
            losses = batch.loss()
            above, below, unnudged = losses[: len(rise)], losses[len(rise) : -1], losses[-1]
            central[part] = (above - below) / (rise + fall)
            up[part], down[part] = (above - unnudged) / rise, (unnudged - below) / fall
            for crossing in crossings(batch):
                mask = across.setdefault(crossing.bent.label, np.zeros(count, dtype=bool))
                mask[part] |= crossing.parameters
    return Nudged(central, up, down, {label: mask for label, mask in across.items() if mask.any()})


def central_differences(snapshot: Snapshot, chosen: Sequence[int] | None = None) -> Array:
    """Numerical gradients of the next update's batch: (P,), or one entry per chosen parameter.

    At a kink there is no derivative; `nudge` also returns which parameters are affected.
    """
    return nudge(snapshot, chosen).central


def kinks_between(snapshot: Snapshot, parameter: int) -> list[Kink]:
    """Every kink that the nudges of one parameter reach across."""
    with np.errstate(all="ignore"):
        return [kink for _, batch, _, _ in _batches(snapshot, [parameter]) for kink in kinks(batch)]


def _batches(snapshot: Snapshot, chosen: Sequence[int] | None) -> Iterator[tuple[slice, Pass, Array, Array]]:
    """Forward passes of nudged networks: a slice of the chosen parameters, the pass, nudges up (n,), nudges down (n,).

    One pass computes many nudges along its run axis: n networks nudged up, n nudged down, and one not nudged.
    """
    network, config, step = snapshot.network, snapshot.config, snapshot.step()
    theta = snapshot.state.theta
    indices = np.arange(len(theta)) if chosen is None else np.asarray(chosen, dtype=int)
    sizes = STEP_SIZE * np.maximum(1.0, np.abs(theta[indices]))
    per_network = sum(network.sizes) * len(step.rows)
    block = max(1, BLOCK_CELLS // (2 * per_network))
    for start in range(0, len(indices), block):
        part = slice(start, start + block)
        which, h = indices[part], sizes[part]
        nudged = np.repeat(theta[None], 2 * len(which) + 1, axis=0)
        up, down = np.arange(len(which)), np.arange(len(which)) + len(which)
        nudged[up, which] += h
        nudged[down, which] -= h
        batch = Pass(network, nudged, len(step.rows), l1=config.l1, l2=config.l2)
        batch.load(step.a[0].T, snapshot.data.y[step.rows].T)
        batch.forward()
        yield part, batch, nudged[up, which] - theta[which], theta[which] - nudged[down, which]


def relative_error(analytic: Array, numeric: Array, loss: float) -> Array:
    """|analytic − numeric| / (|analytic| + |numeric|), element by element.

    If both are so small that they differ just because the loss is rounded, the denominator is enlarged so that this
    difference stays below `SOUND`.
    """
    rounding = np.finfo(float).eps * max(1.0, abs(loss)) / STEP_SIZE
    return np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), rounding / SOUND)


def relative_errors(explanation: Explanation, numeric: Array) -> list[Array]:
    """The relative errors of all parameters, (n_{l-1} + 1, n_l) per layer, biases in the last row; numeric is (P,)."""
    network, step = explanation.network, explanation.step
    analytic = network.pack(list(zip(step.dW, step.db, strict=True)))
    return network.blocks(relative_error(analytic, numeric, step.loss))
