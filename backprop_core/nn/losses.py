"""Losses, each beside its gradient.

A loss compares outputs a (..., units, rows) with targets y (units, rows). `value(a, y)` is the loss (...), one number
per network; `gradient(a, y, out)` is dL/da in the shape of a. The formula shows what a loss averages over: n rows, k
units.

For some pairs of output function and loss, δ = dL/dz has a closed form that avoids overflow and loss of precision;
`FUSED` is the complete table of these pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from backprop_core.nn.activations import Array

SMALLEST = 1e-300  # prevents log(0) and 1/0 when probabilities have been rounded to 0 or 1
HUBER_WIDTH = 1.0
Count = Literal["nothing", "rows", "outputs", "cells"]

MOST_BY_BLAS = 10_000  # OpenBLAS splits longer sums among threads; their bits then depend on the number of threads


@dataclass(frozen=True)
class Loss:
    """A loss with its gradient. `outputs` names the only output functions it is defined for; empty means any.

    averages_over : what the sum is divided by: nothing, the number of rows, of outputs, or of cells (every output of
        every row)
    of_probabilities : whether outputs and targets must be probabilities; such a loss is for classification only
    square : c, if the sum is c Σ(a − y)²; otherwise 0
    kinks : values of a − y where the slope jumps, so that there is no derivative. Huber's loss has none: where it
        changes from a parabola to a line, both have the same slope

    `code` and `code_gradient` are the same functions of one network's a and y as NumPy source text and give the same
    bits: an expression, or several lines whose last line is one. `code_long`, if not empty, replaces `code` for more
    than `MOST_BY_BLAS` cells. `pytorch` is the same loss of `outputs` and `y` in PyTorch; if loss and output are
    fused, `outputs` are the weighted sums z. It is empty if PyTorch has no equivalent.
    """

    label: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[..., Array]
    latex: str
    latex_gradient: str
    outputs: tuple[str, ...] = ()
    averages_over: Count = field(kw_only=True)
    of_probabilities: bool = field(default=False, kw_only=True)
    square: float = field(default=0.0, kw_only=True)
    code: str = field(kw_only=True)
    code_gradient: str = field(kw_only=True)
    code_long: str = field(default="", kw_only=True)
    pytorch: str = field(default="", kw_only=True)
    kinks: tuple[float, ...] = field(default=(), kw_only=True)

    def count(self, rows: int, outputs: int) -> int:
        """The number that the sum over all cells is divided by."""
        return {"nothing": 1, "rows": rows, "outputs": outputs, "cells": rows * outputs}[self.averages_over]


@dataclass(frozen=True)
class Fused:
    """An output function combined with a loss: the loss computed from z, and δ = dL/dz in one step.

    `code` is NumPy source text in z and y, `code_delta` in a and y.
    """

    value: Callable[[Array, Array], Array]
    delta: Callable[..., Array]
    latex: str
    code: str = field(kw_only=True)
    code_delta: str = field(kw_only=True)


def _flat(x: Array) -> Array:
    return x.reshape(*x.shape[:-2], -1)


def _sum_of_squares(x: Array) -> Array:
    if _cells(x) > MOST_BY_BLAS:
        return _sum(np.square(x))
    if x.ndim == 2:
        flat = x.ravel()
        return flat.dot(flat)  # one network: the same BLAS call as vecdot, in half the time
    return np.vecdot(_flat(x), _flat(x))


def _sum(x: Array) -> Array:
    return _flat(x).sum(axis=-1)


def _cells(y: Array) -> int:
    return y.shape[-1] * y.shape[-2]


def _half_sse(a: Array, y: Array) -> Array:
    return 0.5 * _sum_of_squares(a - y)


def _half_sse_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    return np.subtract(a, y, out)


def _sse(a: Array, y: Array) -> Array:
    return _sum_of_squares(a - y)


def _sse_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    out = np.subtract(a, y, out)
    return np.multiply(out, 2.0, out)


def _mse(a: Array, y: Array) -> Array:
    return _sse(a, y) / _cells(y)


def _mse_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    out = np.subtract(a, y, out)
    return np.multiply(out, 2.0 / _cells(y), out)


def _mae(a: Array, y: Array) -> Array:
    return _sum(np.abs(a - y)) / _cells(y)


def _mae_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    return np.divide(np.sign(a - y), _cells(y), out)


def _huber(a: Array, y: Array) -> Array:
    error = np.abs(a - y)
    near = np.minimum(error, HUBER_WIDTH)
    return _sum(near * (error - 0.5 * near)) / _cells(y)


def _huber_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    return np.divide(np.clip(a - y, -HUBER_WIDTH, HUBER_WIDTH), _cells(y), out)


def _bce(a: Array, y: Array) -> Array:
    log_a = np.log(np.maximum(a, SMALLEST))
    log_not_a = np.log(np.maximum(1.0 - a, SMALLEST))
    return -_sum(y * log_a + (1.0 - y) * log_not_a) / _cells(y)


def _bce_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    return np.divide(a - y, np.maximum(a * (1.0 - a), SMALLEST) * _cells(y), out)


def _cross_entropy(a: Array, y: Array) -> Array:
    return -_sum(y * np.log(np.maximum(a, SMALLEST))) / y.shape[-1]


def _cross_entropy_gradient(a: Array, y: Array, out: Array | None = None) -> Array:
    return np.divide(-y, np.maximum(a, SMALLEST) * y.shape[-1], out)


def _sigmoid_bce(z: Array, y: Array) -> Array:
    return _sum(np.logaddexp(0.0, z) - y * z) / _cells(y)


def _sigmoid_bce_delta(a: Array, y: Array, out: Array | None = None) -> Array:
    out = np.subtract(a, y, out)
    return np.divide(out, _cells(y), out)


def _softmax_cross_entropy(z: Array, y: Array) -> Array:
    shifted = z - z.max(axis=-2, keepdims=True)
    log_a = shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))
    return -_sum(y * log_a) / y.shape[-1]


def _softmax_cross_entropy_delta(a: Array, y: Array, out: Array | None = None) -> Array:
    out = np.subtract(np.multiply(a, y.sum(axis=-2, keepdims=True), out), y, out)
    return np.divide(out, y.shape[-1], out)


LOSSES: dict[str, Loss] = {
    "half_sse": Loss(
        "half sum of squares",
        _half_sse,
        _half_sse_gradient,
        r"\tfrac12\sum(a-y)^2",
        r"a-y",
        averages_over="nothing",
        square=0.5,
        code="0.5 * np.vdot(a - y, a - y)",
        code_gradient="a - y",
        code_long="0.5 * np.sum(np.square(a - y))",
        pytorch="0.5 * torch.sum((outputs - y) ** 2)",
    ),
    "sse": Loss(
        "sum of squares",
        _sse,
        _sse_gradient,
        r"\sum(a-y)^2",
        r"2\,(a-y)",
        averages_over="nothing",
        square=1.0,
        code="np.vdot(a - y, a - y)",
        code_gradient="2 * (a - y)",
        code_long="np.sum(np.square(a - y))",
        pytorch="torch.sum((outputs - y) ** 2)",
    ),
    "mse": Loss(
        "mean square",
        _mse,
        _mse_gradient,
        r"\tfrac1{nk}\sum(a-y)^2",
        r"\tfrac{2}{nk}(a-y)",
        averages_over="cells",
        square=1.0,
        code="np.vdot(a - y, a - y) / y.size",
        code_gradient="2 / y.size * (a - y)",
        code_long="np.sum(np.square(a - y)) / y.size",
        pytorch="nn.functional.mse_loss(outputs, y)",
    ),
    "mae": Loss(
        "mean absolute",
        _mae,
        _mae_gradient,
        r"\tfrac1{nk}\sum|a-y|",
        r"\tfrac1{nk}\operatorname{sign}(a-y)",
        averages_over="cells",
        code="np.sum(np.abs(a - y)) / y.size",
        code_gradient="np.sign(a - y) / y.size",
        pytorch="nn.functional.l1_loss(outputs, y)",
        kinks=(0.0,),
    ),
    "huber": Loss(
        "Huber",
        _huber,
        _huber_gradient,
        r"\tfrac1{nk}\sum h(a-y),\quad h(e)=\tfrac12e^2\text{ if }|e|\le1\text{ else }|e|-\tfrac12",
        r"\tfrac1{nk}\max(-1,\min(1,a-y))",
        averages_over="cells",
        code="error = np.abs(a - y)\nnear = np.minimum(error, 1)\nnp.sum(near * (error - 0.5 * near)) / y.size",
        code_gradient="np.clip(a - y, -1, 1) / y.size",
        pytorch="nn.functional.huber_loss(outputs, y)",
    ),
    "bce": Loss(
        "binary cross-entropy",
        _bce,
        _bce_gradient,
        r"-\tfrac1{nk}\sum\,[\,y\ln a+(1-y)\ln(1-a)\,]",
        r"\tfrac1{nk}\,\frac{a-y}{a\,(1-a)}",
        outputs=("sigmoid",),
        averages_over="cells",
        of_probabilities=True,
        code="ln_a = np.log(np.maximum(a, 1e-300))\n"
        "ln_not_a = np.log(np.maximum(1 - a, 1e-300))\n"
        "-np.sum(y * ln_a + (1 - y) * ln_not_a) / y.size",
        code_gradient="(a - y) / (np.maximum(a * (1 - a), 1e-300) * y.size)",
        pytorch="nn.functional.binary_cross_entropy_with_logits(outputs, y)",
    ),
    "cross_entropy": Loss(
        "cross-entropy",
        _cross_entropy,
        _cross_entropy_gradient,
        r"-\tfrac1n\sum y\ln a",
        r"-\tfrac1n\,\frac{y}{a}",
        outputs=("softmax",),
        averages_over="rows",
        of_probabilities=True,
        code="-np.sum(y * np.log(np.maximum(a, 1e-300))) / y.shape[1]",
        code_gradient="-y / (np.maximum(a, 1e-300) * y.shape[1])",
        pytorch="nn.functional.cross_entropy(outputs, y)",
    ),
}

FUSED: dict[tuple[str, str], Fused] = {
    ("sigmoid", "bce"): Fused(
        _sigmoid_bce,
        _sigmoid_bce_delta,
        r"\tfrac1{nk}(a-y)",
        code="np.sum(np.logaddexp(0, z) - y * z) / y.size",
        code_delta="(a - y) / y.size",
    ),
    ("softmax", "cross_entropy"): Fused(
        _softmax_cross_entropy,
        _softmax_cross_entropy_delta,
        r"\tfrac1n(a-y)",
        code="shifted = z - z.max(axis=0)\n"
        "ln_a = shifted - np.log(np.exp(shifted).sum(axis=0))\n"
        "-np.sum(y * ln_a) / y.shape[1]",
        code_delta="(a * y.sum(axis=0) - y) / y.shape[1]",
    ),
}
