"""Gradients found without any calculus: each parameter is nudged up and down, and the loss looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backprop_core.activations import Array
from backprop_core.explain import Explanation
from backprop_core.network import Pass
from backprop_core.run import Snapshot

STEP_SIZE = 6e-6  # of central differences: about the cube root of float64's precision, where rounding meets curvature
SOUND = 1e-6  # a relative error up to this says that a gradient is right
BLOCK_CELLS = 4_000_000  # activations held at once while all gradients are checked


def central_differences(snapshot: Snapshot, chosen: Sequence[int] | None = None) -> Array:
    """Gradients of the next update's batch, found by nudging each parameter up and down: (P,), or of the chosen ones.

    One batched pass serves many nudges: two networks a parameter, along the run axis, in blocks.
    """
    network, config, step = snapshot.network, snapshot.config, snapshot.step()
    theta = snapshot.state.memory[0]
    wanted = np.arange(len(theta)) if chosen is None else np.asarray(chosen, dtype=int)
    sizes = STEP_SIZE * np.maximum(1.0, np.abs(theta[wanted]))
    per_network = sum(network.sizes) * len(step.rows)
    block = max(1, BLOCK_CELLS // (2 * per_network))
    found = np.empty(len(wanted))
    with np.errstate(all="ignore"):
        for start in range(0, len(wanted), block):
            part = slice(start, start + block)
            which, h = wanted[part], sizes[part]
            nudged = np.repeat(theta[None], 2 * len(which), axis=0)
            up, down = np.arange(len(which)), np.arange(len(which)) + len(which)
            nudged[up, which] += h
            nudged[down, which] -= h
            batch = Pass(network, nudged, len(step.rows), l1=config.l1, l2=config.l2)
            batch.load(step.a[0].T, snapshot.data.y[step.rows].T)
            batch.forward()
            losses = batch.loss()
            found[part] = (losses[up] - losses[down]) / (nudged[up, which] - nudged[down, which])
    return found


def relative_error(analytic: Array, numeric: Array, loss: float) -> Array:
    """|analytic − numeric| / (|analytic| + |numeric|), element by element.

    Where both are so small that the rounding of the loss alone makes them differ, the sum is taken as large enough for
    that difference to be sound.
    """
    rounding = np.finfo(float).eps * max(1.0, abs(loss)) / STEP_SIZE
    return np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), rounding / SOUND)


def relative_errors(explanation: Explanation, numeric: Array) -> list[Array]:
    """The relative errors of all parameters, (n_{l-1} + 1, n_l) a layer, the bias last; numeric is (P,)."""
    network, step = explanation.network, explanation.step
    analytic = network.pack(list(zip(step.dW, step.db, strict=True)))
    return network.blocks(relative_error(analytic, numeric, step.loss))
