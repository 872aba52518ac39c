r"""The mathematics: parameters, forward propagation, backward propagation.

Layer l turns the activations of the layer below into weighted sums and those into activations,

    z_l = a_{l-1} W_l + b_l          a_l = f_l(z_l)

and its δ is the loss's slope with respect to z_l. From the output back to the input,

    δ_L = dL/da_L · f_L'(z_L)        δ_l = (δ_{l+1} W_{l+1}ᵀ) · f_l'(z_l)        dW_l = a_{l-1}ᵀ δ_l        db_l = Σ δ_l

(Rumelhart, Hinton & Williams 1986). All parameters stand in one flat vector theta (P,). Layer l is a block of it,
(fan_in + 1, fan_out), whose last row is the bias; activations carry a row of ones to meet it, so that one product gives
z and one gives [dW; db]. Inside, arrays are units first, (units, rows): each activation is then one stretch of memory.
In front of theta may stand a run axis, (R, P): R networks at once, each bitwise what it is alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.initializers import Params
from backprop_core.losses import FUSED, LOSSES, Fused

Calls = list[tuple[Callable[..., Any], tuple[Any, ...]]]


@dataclass(frozen=True)
class Network:
    """What stays the same while a network trains: `sizes` from the input to the output, and its functions by name."""

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
        """The activation of every layer, the output's last."""
        return [*(ACTIVATIONS[name] for name in self.activations), OUTPUTS[self.output]]

    @property
    def parameters(self) -> int:
        """Number of parameters P."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.fans)

    def blocks(self, theta: Array) -> list[Array]:
        """Views of theta (..., P), one (..., fan_in + 1, fan_out) a layer."""
        blocks, start = [], 0
        for fan_in, fan_out in self.fans:
            stop = start + (fan_in + 1) * fan_out
            blocks.append(theta[..., start:stop].reshape(*theta.shape[:-1], fan_in + 1, fan_out))
            start = stop
        return blocks

    def unpack(self, theta: Array) -> Params:
        """[(W, b), ...] of theta (..., P): W (..., fan_in, fan_out) and b (..., fan_out), as views."""
        return [(block[..., :-1, :], block[..., -1, :]) for block in self.blocks(theta)]

    def pack(self, params: Params) -> Array:
        """The flat theta (P,) of [(W, b), ...]. Raises ValueError where shapes do not fit."""
        theta = np.empty(self.parameters)
        views = self.unpack(theta)
        if len(params) != len(views):
            raise ValueError(f"This network has {len(views)} layers, but parameters of {len(params)} were given.")
        for number, ((W, b), given) in enumerate(zip(views, params, strict=True), start=1):
            new_W, new_b = np.asarray(given[0], dtype=float), np.asarray(given[1], dtype=float).reshape(-1)
            if new_W.shape != W.shape or new_b.shape != b.shape:
                raise ValueError(
                    f"W{number} must have shape {W.shape} and b{number} {b.shape}, not {new_W.shape} and {new_b.shape}."
                )
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
    """Forward and backward propagation of `rows` rows through the networks theta (..., P), in buffers made once.

    Nothing is copied from theta: change it in place, and the next `forward` sees it. `X` and `y` are the rows at hand,
    units first: X (inputs, rows), y (outputs, rows). Results, all read with `forward` or `backward` done:

    z, a, delta : one (..., units, rows) a layer
    gradient : (..., P), of the loss with its penalty
    """

    def __init__(self, network: Network, theta: Array, rows: int, *, l1: float = 0.0, l2: float = 0.0) -> None:
        lead = theta.shape[:-1]
        self.network, self.theta, self.l1, self.l2 = network, theta, l1, l2
        self.gradient = np.zeros_like(theta)
        self.X, inputs = _with_ones((), network.sizes[0], rows)
        self.y = np.zeros((network.sizes[-1], rows))
        activations = [_with_ones(lead, units, rows) for units in network.sizes[1:]]
        self.a = [a for a, _ in activations]
        self.z, self.delta = ([np.zeros(a.shape) for a in self.a] for _ in range(2))
        below = [inputs, *(with_ones for _, with_ones in activations[:-1])]

        fused, loss = FUSED.get((network.output, network.loss)), LOSSES[network.loss]
        self._value: Callable[[Array, Array], Array]
        self._compared: Array
        self._value, self._compared = (fused.value, self.z[-1]) if fused else (loss.value, self.a[-1])
        self.has_penalty = bool(np.any(l1) or np.any(l2))

        # The passes, written down once as calls in their order: looking them up again would cost more than the sums do.
        # One network's products go through ndarray.dot: the same BLAS calls as matmul's, in half the time.
        product = np.matmul if lead else np.ndarray.dot
        blocks = network.blocks(theta)
        self._forward: Calls = []
        for block, under, z, function, a in zip(blocks, below, self.z, network.functions, self.a, strict=True):
            self._forward += [(product, (block.swapaxes(-1, -2), under, z)), (function.f, (z, a))]
        self._backward: Calls = _output_delta(network, self.z[-1], self.a[-1], self.y, self.delta[-1], fused)
        for l in reversed(range(len(blocks) - 1)):
            weights_above = blocks[l + 1][..., :-1, :]
            self._backward.append((product, (weights_above, self.delta[l + 1], self.delta[l])))
            self._backward += _times_slope(network.functions[l], self.z[l], self.a[l], self.delta[l])
        for under, delta, gradient in zip(below, self.delta, network.blocks(self.gradient), strict=True):
            self._backward.append((product, (under, delta.swapaxes(-1, -2), gradient)))
        if self.has_penalty:
            self._backward.append((self._add_penalty_gradient, ()))

    def load(self, X: Array, y: Array) -> None:
        """Take the rows X (inputs, rows) and y (outputs, rows)."""
        self.X[:], self.y[:] = X, y

    def forward(self) -> Array:
        """Fill z and a of every layer; returns the outputs (..., outputs, rows)."""
        for call, arguments in self._forward:
            call(*arguments)
        return self.a[-1]

    def loss(self) -> Array:
        """The loss (...) of the outputs, with its penalty."""
        value = self._value(self._compared, self.y)
        return value + self.penalty() if self.has_penalty else value

    def backward(self) -> Array:
        """Fill delta of every layer and the gradient, from the last `forward`; returns the gradient (..., P)."""
        for call, arguments in self._backward:
            call(*arguments)
        return self.gradient

    def penalty(self) -> Array:
        """l1 Σ|w| + ½ l2 Σw² over the weights, biases excluded: (...)."""
        weights = self.theta * self.network.is_weight
        return (self.l1 * np.abs(weights) + 0.5 * self.l2 * weights * weights).sum(axis=-1)

    def penalty_gradient(self) -> Array:
        """The penalty's share of the gradient (..., P)."""
        return (self.l1 * np.sign(self.theta) + self.l2 * self.theta) * self.network.is_weight

    def _add_penalty_gradient(self) -> None:
        self.gradient += self.penalty_gradient()


def _output_delta(network: Network, z: Array, a: Array, y: Array, delta: Array, fused: Fused | None) -> Calls:
    """dL/dz of the output layer: fused, or the loss's slope carried through the output function."""
    if fused:
        return [(fused.delta, (a, y, delta))]
    function = network.functions[-1]
    carry = [(function.pull_back, (delta, a, delta))] if function.pull_back else _times_slope(function, z, a, delta)
    return [(LOSSES[network.loss].gradient, (a, y, delta)), *carry]


def _times_slope(function: Activation, z: Array, a: Array, delta: Array) -> Calls:
    """Delta ← delta · f'(z)."""
    slope = np.zeros(z.shape)
    return [(function.derivative, (z, a, slope)), (np.multiply, (delta, slope, delta))]


def _with_ones(lead: Sequence[int], units: int, rows: int) -> tuple[Array, Array]:
    """Room for activations (..., units, rows), and the same memory with a last row of ones, for the biases."""
    with_ones = np.ones((*lead, units + 1, rows))
    return with_ones[..., :-1, :], with_ones


def respond(network: Network, theta: Array, X: Array) -> list[Array]:
    """What the units of networks theta (..., P) answer to rows X (N, inputs): (..., N, units) a layer, outputs last."""
    with np.errstate(all="ignore"):
        forward = Pass(network, theta, len(X))
        forward.X[:] = X.T
        forward.forward()
        return [a.swapaxes(-1, -2) for a in forward.a]
