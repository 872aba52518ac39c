"""Starting weights.

An initializer draws a list of (W, b), W (fan_in, fan_out) and b (fan_out,), from NumPy's legacy `RandomState`, whose
stream never changes: the same seed gives the same weights under every version of NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from backprop_core.nn.activations import Array

Params = list[tuple[Array, Array]]
Draw = Callable[[np.random.RandomState, int, int], Array]


@dataclass(frozen=True)
class Initializer:
    """How weights are drawn: `weights(rng, fan_in, fan_out)`. Biases are drawn with fan_in 1; None means zero.

    `code` draws an (m, n) matrix from `rng`, as NumPy source text, and gives the same bits.
    """

    label: str
    weights: Draw
    biases: Draw | None
    latex: str
    code: str = field(kw_only=True)

    def draw(self, sizes: Sequence[int], seed: int) -> Params:
        """Parameters of a network with these layer sizes: all weight matrices first, then all biases, as rows."""
        rng = np.random.RandomState(seed)
        fans = list(zip(sizes[:-1], sizes[1:], strict=True))
        weights = [self.weights(rng, fan_in, fan_out) for fan_in, fan_out in fans]
        biases = [self.biases(rng, 1, fan_out)[0] if self.biases else np.zeros(fan_out) for _, fan_out in fans]
        return list(zip(weights, biases, strict=True))


def _uniform01(rng: np.random.RandomState, fan_in: int, fan_out: int) -> Array:
    return rng.rand(fan_in, fan_out)


def _normal(rng: np.random.RandomState, fan_in: int, fan_out: int) -> Array:
    return rng.randn(fan_in, fan_out)


def _uniform_pm_half(rng: np.random.RandomState, fan_in: int, fan_out: int) -> Array:
    return rng.rand(fan_in, fan_out) - 0.5


def _zeros(rng: np.random.RandomState, fan_in: int, fan_out: int) -> Array:
    return np.zeros((fan_in, fan_out))


def _uniform_within(bound: Callable[[int, int], float]) -> Draw:
    return lambda rng, fan_in, fan_out: bound(fan_in, fan_out) * (2.0 * rng.rand(fan_in, fan_out) - 1.0)


def _normal_with(deviation: Callable[[int, int], float]) -> Draw:
    return lambda rng, fan_in, fan_out: deviation(fan_in, fan_out) * rng.randn(fan_in, fan_out)


# Xavier: Glorot & Bengio 2010, eq. 16. He: He et al. 2015, eq. 10; the uniform variant has the same variance.
INITIALIZERS: dict[str, Initializer] = {
    "uniform01": Initializer("uniform 0 to 1", _uniform01, _uniform01, r"W,b\sim U(0,1)", code="rng.rand(m, n)"),
    "normal": Initializer("normal", _normal, _normal, r"W,b\sim N(0,1)", code="rng.randn(m, n)"),
    "uniform_pm_half": Initializer(
        "uniform −½ to ½",
        _uniform_pm_half,
        _uniform_pm_half,
        r"W,b\sim U(-\frac12,\frac12)",
        code="rng.rand(m, n) - 0.5",
    ),
    "xavier_uniform": Initializer(
        "Xavier uniform",
        _uniform_within(lambda m, n: math.sqrt(6.0 / (m + n))),
        None,
        r"W\sim U(\pm\sqrt{6/(m+n)}),\ b=0",
        code="np.sqrt(6 / (m + n)) * (2 * rng.rand(m, n) - 1)",
    ),
    "xavier_normal": Initializer(
        "Xavier normal",
        _normal_with(lambda m, n: math.sqrt(2.0 / (m + n))),
        None,
        r"W\sim N(0,\tfrac{2}{m+n}),\ b=0",
        code="np.sqrt(2 / (m + n)) * rng.randn(m, n)",
    ),
    "he_uniform": Initializer(
        "He uniform",
        _uniform_within(lambda m, n: math.sqrt(6.0 / m)),
        None,
        r"W\sim U(\pm\sqrt{6/m}),\ b=0",
        code="np.sqrt(6 / m) * (2 * rng.rand(m, n) - 1)",
    ),
    "he_normal": Initializer(
        "He normal",
        _normal_with(lambda m, n: math.sqrt(2.0 / m)),
        None,
        r"W\sim N(0,\tfrac2m),\ b=0",
        code="np.sqrt(2 / m) * rng.randn(m, n)",
    ),
    "zeros": Initializer("zeros", _zeros, None, r"W=0,\ b=0", code="np.zeros((m, n))"),
}
