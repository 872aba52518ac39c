"""Activation functions, each beside its derivative.

An `Activation` holds the function, its derivative and the formulas of both. `f(z, out)` and `derivative(z, a, out)` are
element-wise on arrays of any shape; they write into `out` and return it, or return a new array if `out` is omitted.
The derivative may use z or a = f(z), whichever gives the simpler formula.
"""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy import add, exp, maximum, multiply, reciprocal, subtract, tanh
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

# Constants for the ufuncs of the training loop, which accept a 0-d array faster than a Python float.
ZERO, HALF, ONE = np.array(0.0), np.array(0.5), np.array(1.0)
LOWEST_EXPONENT = np.array(-709.0)  # exp(709) is the largest integer power of e that float64 can hold

LEAK = 0.01
GELU_SCALE = math.sqrt(2.0 / math.pi)
GELU_CUBIC = 0.044715


@dataclass(frozen=True)
class Activation:
    """A function of the weighted sum z, with its derivative.

    `by_output` : whether the derivative's formula is written in terms of a (True) or of z (False).
    `pull_back(error, a, out)` is set only if units depend on one another (softmax): it turns dL/da into dL/dz, and
    `derivative` is then the diagonal of the Jacobian, da_i/dz_i.
    `code`, `code_derivative` and `code_pull_back` are the same functions as NumPy source text and give the same bits:
    an expression, or several lines whose last line is one, in z and a (units, rows) and the error dL/da.
    `pytorch` is the source text of the equivalent PyTorch module, `sklearn` the name that scikit-learn uses; empty if
    there is no equivalent.
    `kinks` are the values of z where the slope jumps, so that there is no derivative; `derivative` then returns the
    value that training uses. ELU has none: with α = 1, its slope is 1 on both sides of 0.
    `bounds` are what its outputs lie between, if they are bounded on both sides.
    """

    label: str
    f: Callable[..., Array]
    derivative: Callable[..., Array]
    latex: str
    latex_derivative: str
    by_output: bool = False
    pull_back: Callable[..., Array] | None = None
    code: str = field(kw_only=True)
    code_derivative: str = field(kw_only=True)
    code_pull_back: str = field(default="", kw_only=True)
    pytorch: str = field(default="", kw_only=True)
    sklearn: str = field(default="", kw_only=True)
    kinks: tuple[float, ...] = field(default=(), kw_only=True)
    bounds: tuple[float, float] = field(default=(-np.inf, np.inf), kw_only=True)


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """1 / (1 + e⁻ᶻ), without overflow for any z."""
    out = maximum(z, LOWEST_EXPONENT, out=out)
    subtract(ZERO, out, out)  # not negative(): in NumPy 2.4 it is wrong in place if numbers lie 64 bytes apart
    exp(out, out)
    add(out, ONE, out)
    return reciprocal(out, out)


def _sigmoid_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    out = subtract(ONE, a, out)
    return multiply(out, a, out)


def _tanh(z: Array, out: Array | None = None) -> Array:
    return tanh(z, out)


def _tanh_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    out = multiply(a, a, out)
    return subtract(ONE, out, out)


def _relu(z: Array, out: Array | None = None) -> Array:
    return maximum(z, ZERO, out=out)


def _relu_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    return np.heaviside(z, ZERO, out)


def _leaky_relu(z: Array, out: Array | None = None) -> Array:
    return maximum(z, LEAK * z, out=out)


def _leaky_relu_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    out = np.heaviside(z, ZERO, out)
    return maximum(out, LEAK, out=out)


def _elu(z: Array, out: Array | None = None) -> Array:
    negative = np.expm1(np.minimum(z, ZERO))
    return add(maximum(z, ZERO), negative, out)


def _elu_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    return exp(np.minimum(z, ZERO), out)


def _gelu_tanh(z: Array) -> Array:
    bounded = np.clip(z, -50.0, 50.0)  # prevents overflow of the cube; tanh is exactly ±1 long before ±50
    return tanh(GELU_SCALE * (bounded + GELU_CUBIC * bounded**3))


def _gelu(z: Array, out: Array | None = None) -> Array:
    return multiply(0.5 * z, 1.0 + _gelu_tanh(z), out)


def _gelu_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    t = _gelu_tanh(z)
    bounded = np.clip(z, -50.0, 50.0)
    slope = (1.0 - t * t) * GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * bounded**2)
    return add(0.5 * (1.0 + t), 0.5 * bounded * slope, out)


def _swish(z: Array, out: Array | None = None) -> Array:
    return multiply(z, sigmoid(z), out)


def _swish_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    s = sigmoid(z)
    return add(a, s * (1.0 - a), out)


def _softplus(z: Array, out: Array | None = None) -> Array:
    return np.logaddexp(ZERO, z, out)


def _softplus_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    return sigmoid(z, out)


def _linear(z: Array, out: Array | None = None) -> Array:
    return np.positive(z, out)


def _linear_derivative(z: Array, a: Array, out: Array | None = None) -> Array:
    return add(multiply(z, ZERO, out), ONE, out)


def softmax(z: Array, out: Array | None = None) -> Array:
    """e^z / Σe^z over the units, for z (..., units, rows)."""
    out = subtract(z, z.max(axis=-2, keepdims=True), out)
    exp(out, out)
    return np.divide(out, out.sum(axis=-2, keepdims=True), out)


def _softmax_diagonal(z: Array, a: Array, out: Array | None = None) -> Array:
    return _sigmoid_derivative(z, a, out)


def _softmax_pull_back(error: Array, a: Array, out: Array | None = None) -> Array:
    mean_error = (error * a).sum(axis=-2, keepdims=True)
    return multiply(a, error - mean_error, out)


CODE_SIGMOID = "1 / (1 + np.exp(-np.maximum(z, -709)))"
CODE_GELU_TANH = "t = np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))"

ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        "sigmoid",
        sigmoid,
        _sigmoid_derivative,
        r"\frac{1}{1+e^{-z}}",
        r"a\,(1-a)",
        by_output=True,
        code=CODE_SIGMOID,
        code_derivative="a * (1 - a)",
        pytorch="nn.Sigmoid()",
        sklearn="logistic",
        bounds=(0.0, 1.0),
    ),
    "tanh": Activation(
        "tanh",
        _tanh,
        _tanh_derivative,
        r"\tanh z",
        r"1-a^2",
        by_output=True,
        code="np.tanh(z)",
        code_derivative="1 - a * a",
        pytorch="nn.Tanh()",
        sklearn="tanh",
        bounds=(-1.0, 1.0),
    ),
    "relu": Activation(
        "ReLU",
        _relu,
        _relu_derivative,
        r"\max(0,z)",
        r"[z>0]",
        code="np.maximum(z, 0)",
        code_derivative="np.where(z > 0, 1.0, 0.0)",
        pytorch="nn.ReLU()",
        sklearn="relu",
        kinks=(0.0,),
    ),
    "leaky_relu": Activation(
        "leaky ReLU",
        _leaky_relu,
        _leaky_relu_derivative,
        r"\max(0.01\,z,\;z)",
        r"1\text{ if }z>0\text{ else }0.01",
        code="np.maximum(z, 0.01 * z)",
        code_derivative="np.where(z > 0, 1.0, 0.01)",
        pytorch="nn.LeakyReLU(0.01)",
        kinks=(0.0,),
    ),
    "elu": Activation(
        "ELU",
        _elu,
        _elu_derivative,
        r"z\text{ if }z>0\text{ else }e^z-1",
        r"1\text{ if }z>0\text{ else }e^z",
        code="np.maximum(z, 0) + np.expm1(np.minimum(z, 0))",
        code_derivative="np.exp(np.minimum(z, 0))",
        pytorch="nn.ELU()",
    ),
    "gelu": Activation(
        "GELU (tanh form)",
        _gelu,
        _gelu_derivative,
        r"\tfrac{z}{2}\,(1+t),\quad t=\tanh\!\left(\sqrt{2/\pi}\,(z+0.044715\,z^3)\right)",
        r"\tfrac{1+t}{2}+\tfrac{z}{2}\,(1-t^2)\sqrt{2/\pi}\,(1+0.134145\,z^2)",
        code=f"{CODE_GELU_TANH}\n0.5 * z * (1 + t)",
        code_derivative=f"z = np.clip(z, -50, 50)\n{CODE_GELU_TANH}\n"
        "slope = (1 - t * t) * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)\n"
        "0.5 * (1 + t) + 0.5 * z * slope",
        pytorch='nn.GELU(approximate="tanh")',
    ),
    "swish": Activation(
        "Swish",
        _swish,
        _swish_derivative,
        r"z\,\sigma(z)",
        r"a+\sigma(z)\,(1-a)",
        code=f"z * ({CODE_SIGMOID})",
        code_derivative=f"s = {CODE_SIGMOID}\na + s * (1 - a)",
        pytorch="nn.SiLU()",
    ),
    "softplus": Activation(
        "softplus",
        _softplus,
        _softplus_derivative,
        r"\ln(1+e^z)",
        r"\sigma(z)",
        code="np.logaddexp(0, z)",
        code_derivative=CODE_SIGMOID,
        pytorch="nn.Softplus(threshold=40)",  # from 40 on softplus is exactly z; PyTorch's default of 20 is too low
    ),
    "linear": Activation(
        "linear",
        _linear,
        _linear_derivative,
        r"z",
        r"1",
        code="z",
        code_derivative="np.ones_like(z)",
        pytorch="nn.Identity()",
        sklearn="identity",
    ),
}

_OUTPUT_ONLY: dict[str, Activation] = {
    "softmax": Activation(
        "softmax",
        softmax,
        _softmax_diagonal,
        r"\frac{e^{z_i}}{\sum_j e^{z_j}}",
        r"a_i\,([i=j]-a_j)",
        by_output=True,
        pull_back=_softmax_pull_back,
        code="e = np.exp(z - z.max(axis=0))\ne / e.sum(axis=0)",
        code_derivative="a * (1 - a)",
        code_pull_back="a * (error - (error * a).sum(axis=0))",
        pytorch="nn.Softmax(dim=1)",
    ),
}

OUTPUTS: Mapping[str, Activation] = ChainMap(_OUTPUT_ONLY, ACTIVATIONS)  # a view: it sees new activations too
