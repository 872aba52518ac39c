r"""The mathematics: parameters, forward propagation, backward propagation.

Layer l turns the activations of the layer below into weighted sums, and these into activations:

    z_l = a_{l-1} W_l + b_l          a_l = f_l(z_l)

δ_l is the derivative of the loss with respect to z_l. From the output back to the input:

    δ_L = dL/da_L · f_L'(z_L)        δ_l = (δ_{l+1} W_{l+1}ᵀ) · f_l'(z_l)        dW_l = a_{l-1}ᵀ δ_l        db_l = Σ δ_l

(Rumelhart, Hinton & Williams 1986). All parameters are stored in one flat parameter vector theta (P,). Layer l is a
block of it, (fan_in + 1, fan_out), whose last row is the bias. Activations have an extra row of ones to multiply that
row, so that one matrix product gives z and one gives [dW; db]. Arrays here have units first, (units, rows), so that
each layer's activations are contiguous in memory. Theta may have a run axis in front, (R, P): R networks at once, each
with exactly the bits it has when trained alone.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import multiply

from backprop_core.nn import blas
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import FUSED, LOSSES


@dataclass(frozen=True)
class Network:
    """What stays the same while a network trains: layer `sizes` from input to output, and its functions by name."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    output: str
    loss: str

    @property
    def fans(self) -> list[tuple[int, int]]:
        """(fan_in, fan_out) of every layer."""
        return list(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def functions(self) -> list[Activation]:
        """The activation of every layer; the output function comes last."""
        return [*(ACTIVATIONS[name] for name in self.activations), OUTPUTS[self.output]]

    @property
    def parameters(self) -> int:
        """Number of parameters P."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.fans)

    def blocks(self, theta: Array) -> list[Array]:
        """Views of theta (..., P), one (..., fan_in + 1, fan_out) per layer."""
        blocks, start = [], 0
        for fan_in, fan_out in self.fans:
            stop = start + (fan_in + 1) * fan_out
            blocks.append(theta[..., start:stop].reshape(*theta.shape[:-1], fan_in + 1, fan_out))
            start = stop
        return blocks

    def unpack(self, theta: Array) -> Params:
        """Theta (..., P) as [(W, b), ...]: views W (..., fan_in, fan_out) and b (..., fan_out)."""
        return [(block[..., :-1, :], block[..., -1, :]) for block in self.blocks(theta)]

    def pack(self, params: Params) -> Array:
        """[(W, b), ...] as a flat theta (P,). Raises ValueError if shapes do not fit or numbers are not finite."""
        theta = np.empty(self.parameters)
        views = self.unpack(theta)
        if len(params) != len(views):
            raise ValueError(f"This network has {len(views)} layers, but parameters of {len(params)} were given.")
        for number, ((W, b), new) in enumerate(zip(views, params, strict=True), start=1):
            new_W, new_b = np.asarray(new[0], dtype=float), np.asarray(new[1], dtype=float).reshape(-1)
            if new_W.shape != W.shape or new_b.shape != b.shape:
                raise ValueError(
                    f"W{number} must have shape {W.shape} and b{number} {b.shape}, not {new_W.shape} and {new_b.shape}."
                )
            if not (np.isfinite(new_W).all() and np.isfinite(new_b).all()):
                raise ValueError(f"Every number of W{number} and b{number} must be finite.")
            W[:], b[:] = new_W, new_b
        return theta

    @functools.cached_property
    def is_weight(self) -> Array:
        """(P,): 1 for weights, 0 for biases."""
        mask = np.ones(self.parameters)
        for _, b in self.unpack(mask):
            b[:] = 0.0
        return mask


class Pass:
    """Forward and backward propagation of `rows` rows through the networks theta (..., P), in preallocated buffers.

    Theta is not copied: change it in place, and the next `forward` uses the new values. `X` and `y` are the current
    rows, units first: X (inputs, rows) and y (outputs, rows), with the run axis in front if every network has rows of
    its own (`own_rows`). Penalties `l1` and `l2` are numbers, or (R, 1), one per network. Results, valid after
    `forward` or `backward`:

    z, a, delta : one (..., units, rows) per layer
    gradient : (..., P), of the loss, penalty included
    """

    def __init__(
        self, network: Network, theta: Array, rows: int, *, l1: Any = 0.0, l2: Any = 0.0, own_rows: bool = False
    ) -> None:
        blas.use_one_thread()
        lead = theta.shape[:-1]
        rows_lead = lead if own_rows else ()
        self.network, self.theta, self.l1, self.l2 = network, theta, l1, l2
        self.has_penalty = bool(np.any(l1) or np.any(l2))
        self.gradient = np.zeros_like(theta)
        self.y = np.zeros((*rows_lead, network.sizes[-1], rows))
        # Rows are the outermost axis in memory: BLAS is then twice as fast for small matrices.
        inputs = np.ones((*rows_lead, rows, network.sizes[0] + 1)).swapaxes(-1, -2)
        activations, sums, slopes = (_Layers(lead, network.sizes[1:], rows, fill) for fill in (1.0, 0.0, 0.0))
        self.X, self.a, self.z = inputs[..., :-1, :], activations.units, sums.units
        self.delta = [_units_first(lead, a.shape[-2], rows, 0.0) for a in self.a]

        loss, output, fused = LOSSES[network.loss], OUTPUTS[network.output], FUSED.get((network.output, network.loss))
        self._value, self._loss_argument = (fused.value, self.z[-1]) if fused else (loss.value, self.a[-1])
        # matmul makes the same BLAS calls as ndarray.dot, but has more overhead for a single network.
        self._product = np.matmul if lead else np.ndarray.dot

        # The arrays that each pass goes through, per layer. Looking them up again in every epoch would take longer
        # than the arithmetic of a small network.
        below, functions = [inputs, *activations.with_ones[:-1]], network.functions
        blocks, gradients = network.blocks(theta), network.blocks(self.gradient)
        transposed = [block.swapaxes(-1, -2) for block in blocks]
        f = [function.f for function in functions]
        self._forward_steps = list(zip(transposed, below, self.z, f, self.a, strict=True))
        weights, delta = [block[..., :-1, :] for block in blocks], self.delta
        self._backward_steps = list(zip(weights[1:], delta[1:], delta[:-1], slopes.units[:-1], strict=True))[::-1]
        self._gradient_steps = [
            (below_l, delta_l.swapaxes(-1, -2), gradient)
            for below_l, delta_l, gradient in zip(below, delta, gradients, strict=True)
        ]
        # Neighbouring layers with the same activation share one call of f'.
        pull_back = None if fused else output.pull_back
        output_slope = None if fused or pull_back else slopes.units[-1]
        loss_gradient = fused.delta if fused else loss.gradient
        self._at_output = loss_gradient, self.a[-1], self.y, delta[-1], pull_back, output_slope
        sloped = functions[:-1] if output_slope is None else functions
        self._slope_steps = [
            (group.derivative, sums.between(i, stop), activations.between(i, stop), slopes.between(i, stop))
            for i, stop, group in _groups(sloped)
        ]

    def load(self, X: Array, y: Array) -> None:
        """Copy in the rows X (..., inputs, rows) and y (..., outputs, rows)."""
        self.X[:], self.y[:] = X, y

    def forward(self) -> Array:
        """Compute z and a of every layer; returns the outputs (..., outputs, rows)."""
        product = self._product
        for W_and_b, below, z, f, a in self._forward_steps:
            product(W_and_b, below, z)  # z_l = a_{l-1} W_l + b_l
            f(z, a)  # a_l = f_l(z_l)
        return self.a[-1]

    def loss(self) -> Array:
        """The loss (...) of the outputs, penalty included."""
        value = self._value(self._loss_argument, self.y)
        return value + self.penalty() if self.has_penalty else value

    def backward(self) -> Array:
        """Compute delta of every layer and the gradient, from the last `forward`; returns the gradient (..., P)."""
        product = self._product
        for derivative, z, a, slope in self._slope_steps:
            derivative(z, a, slope)  # f_l'(z_l)
        loss_gradient, outputs, y, delta, pull_back, output_slope = self._at_output
        loss_gradient(outputs, y, delta)  # dL/da_L, or δ_L directly if output and loss are fused
        if pull_back:
            pull_back(delta, outputs, delta)
        elif output_slope is not None:
            multiply(delta, output_slope, delta)  # δ_L = dL/da_L · f_L'(z_L)
        for W_above, delta_above, delta, slope in self._backward_steps:
            product(W_above, delta_above, delta)  # δ_l = (δ_{l+1} W_{l+1}ᵀ) · f_l'(z_l)
            multiply(delta, slope, delta)
        for below, delta, gradient in self._gradient_steps:
            product(below, delta, gradient)  # dW_l = a_{l-1}ᵀ δ_l, and in the last row db_l = Σ δ_l
        if self.has_penalty:
            self.gradient += self.penalty_gradient()
        return self.gradient

    def penalty(self) -> Array:
        """l1 Σ|w| + ½ l2 Σw² over the weights, biases excluded: (...)."""
        weights = self.theta * self.network.is_weight
        return (self.l1 * np.abs(weights) + 0.5 * self.l2 * weights * weights).sum(axis=-1)

    def penalty_gradient(self) -> Array:
        """The gradient of the penalty (..., P)."""
        return (self.l1 * np.sign(self.theta) + self.l2 * self.theta) * self.network.is_weight


class _Layers:
    """One buffer (..., units + 1, rows) per layer, all in one block of memory (Σ(units + 1), ..., rows)."""

    def __init__(self, lead: tuple[int, ...], sizes: Sequence[int], rows: int, fill: float) -> None:
        self.starts = [0, *itertools.accumulate(units + 1 for units in sizes)]
        self.memory = _units_first(lead, self.starts[-1], rows, fill)
        self.with_ones = [self.memory[..., start:stop, :] for start, stop in itertools.pairwise(self.starts)]
        self.units = [layer[..., :-1, :] for layer in self.with_ones]

    def between(self, first: int, stop: int) -> Array:
        """The layers from `first` up to, but not including, `stop`, as one array."""
        return self.memory[..., self.starts[first] : self.starts[stop], :]


def _units_first(lead: tuple[int, ...], units: int, rows: int, fill: float) -> Array:
    """A new array (..., units, rows). Units are the outermost axis in memory: a range of units is contiguous.

    With fewer than 4 rows the axes stay in order: for matrices 1 to 3 wide, BLAS has special cases that round
    differently, and it uses them only for contiguous matrices.
    """
    if rows < 4:
        return np.full((*lead, units, rows), fill)
    array = np.full((units, *lead, rows), fill)
    return np.moveaxis(array, 0, -2) if lead else array


def _groups(functions: Sequence[Activation]) -> list[tuple[int, int, Activation]]:
    """(first, last + 1, function) of every group of neighbouring layers with the same activation."""
    groups = []
    for _, layers in itertools.groupby(range(len(functions)), key=lambda l: functions[l].label):
        numbers = list(layers)
        groups.append((numbers[0], numbers[-1] + 1, functions[numbers[0]]))
    return groups


def respond(network: Network, theta: Array, X: Array) -> list[Array]:
    """Activations of networks theta (..., P) for rows X (N, inputs): (..., N, units) per layer, outputs last."""
    return forward(network, theta, X)[1]


def forward(network: Network, theta: Array, X: Array) -> tuple[list[Array], list[Array]]:
    """Weighted sums z and activations a of networks theta (..., P) for rows X (N, inputs): (..., N, n_l) per layer."""
    with np.errstate(all="ignore"):
        rows = Pass(network, theta, len(X))
        rows.X[:] = X.T
        rows.forward()
        return [z.swapaxes(-1, -2) for z in rows.z], [a.swapaxes(-1, -2) for a in rows.a]
