"""Optimizers and learning-rate schedules: how a gradient becomes a change of the parameters.

An optimizer turns the gradient g into a direction d; the update is θ ← θ − η·d. Everything is element-wise on the flat
parameter vector (..., P), so one expression covers all layers, and any number of networks at once. What an optimizer
remembers between updates is stored in its slots, arrays shaped like θ that start at zero; t counts updates from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from backprop_core.nn.activations import Array


class Hyper(NamedTuple):
    """The constants of all optimizers: numbers, or arrays (R, 1) with one number per network."""

    momentum: float
    rho: float
    beta1: float
    beta2: float
    epsilon: float


class PyTorch(NamedTuple):
    """A class of `torch.optim`, and its options as source text that uses the names of the settings."""

    name: str
    options: Mapping[str, str]


Direction = Callable[[Array, Sequence[Array], int, Hyper], Array]


@dataclass(frozen=True)
class Optimizer:
    """`direction(g, slots, t, hyper)` updates its slots in place and returns d; `settings` are its constants.

    `code` is the same as NumPy source text and gives the same bits: one line per slot, then an expression for d.
    `pytorch` is the equivalent in PyTorch; `sklearn` are the equivalent options of scikit-learn, as source text that
    uses the names of the settings. Both are omitted if there is no equivalent.
    """

    label: str
    direction: Direction
    slots: tuple[str, ...]
    settings: tuple[str, ...]
    latex: str
    code: str = field(kw_only=True)
    pytorch: PyTorch | None = field(default=None, kw_only=True)
    sklearn: Mapping[str, str] = field(default_factory=dict, kw_only=True)


def _sgd(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    return g


def _momentum(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    (v,) = slots
    v *= hyper.momentum
    v += g
    return v


def _nesterov(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    return g + hyper.momentum * _momentum(g, slots, t, hyper)


def _adagrad(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    (s,) = slots
    s += g * g
    return g / (np.sqrt(s) + hyper.epsilon)


def _rmsprop(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    (s,) = slots
    s *= hyper.rho
    s += (1.0 - hyper.rho) * (g * g)
    return g / (np.sqrt(s) + hyper.epsilon)


def _adam(g: Array, slots: Sequence[Array], t: int, hyper: Hyper) -> Array:
    m, v = slots
    m *= hyper.beta1
    m += (1.0 - hyper.beta1) * g
    v *= hyper.beta2
    v += (1.0 - hyper.beta2) * (g * g)
    m_hat, v_hat = m / (1.0 - _power(hyper.beta1, t)), v / (1.0 - _power(hyper.beta2, t))
    return m_hat / (np.sqrt(v_hat) + hyper.epsilon)


def _power(base: Any, exponent: int) -> Any:
    """A number, or each number of an array, to a power: one by one, because NumPy's array power rounds differently."""
    if np.ndim(base) == 0:
        return base**exponent
    return np.array([number**exponent for number in base.ravel().tolist()]).reshape(base.shape)


# As in PyTorch, the gradient enters the velocity unscaled, and ε is added after taking the root.
# Nesterov: Sutskever et al. 2013, in the usual form where θ is the look-ahead point. AdaGrad: Duchi et al. 2011.
# RMSProp: Tieleman & Hinton 2012, lecture 6.5; Adam: Kingma & Ba 2015, algorithm 1.
OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(
        "SGD",
        _sgd,
        (),
        (),
        r"\theta\leftarrow\theta-\eta\,g",
        code="g",
        pytorch=PyTorch("SGD", {}),
        sklearn={"solver": '"sgd"', "momentum": "0.0", "nesterovs_momentum": "False"},
    ),
    "momentum": Optimizer(
        "momentum",
        _momentum,
        ("v",),
        ("momentum",),
        r"v\leftarrow\mu v+g,\quad\theta\leftarrow\theta-\eta\,v",
        code="v = momentum * v + g\nv",
        pytorch=PyTorch("SGD", {"momentum": "momentum"}),
        sklearn={"solver": '"sgd"', "momentum": "momentum", "nesterovs_momentum": "False"},
    ),
    "nesterov": Optimizer(
        "Nesterov",
        _nesterov,
        ("v",),
        ("momentum",),
        r"v\leftarrow\mu v+g,\quad\theta\leftarrow\theta-\eta\,(g+\mu v)",
        code="v = momentum * v + g\ng + momentum * v",
        pytorch=PyTorch("SGD", {"momentum": "momentum", "nesterov": "True"}),
        sklearn={"solver": '"sgd"', "momentum": "momentum", "nesterovs_momentum": "True"},
    ),
    "adagrad": Optimizer(
        "AdaGrad",
        _adagrad,
        ("s",),
        ("epsilon",),
        r"s\leftarrow s+g^2,\quad\theta\leftarrow\theta-\eta\,\frac{g}{\sqrt s+\varepsilon}",
        code="s = s + g * g\ng / (np.sqrt(s) + epsilon)",
        pytorch=PyTorch("Adagrad", {"eps": "epsilon"}),
    ),
    "rmsprop": Optimizer(
        "RMSProp",
        _rmsprop,
        ("s",),
        ("rho", "epsilon"),
        r"s\leftarrow\rho s+(1-\rho)g^2,\quad\theta\leftarrow\theta-\eta\,\frac{g}{\sqrt s+\varepsilon}",
        code="s = rho * s + (1 - rho) * (g * g)\ng / (np.sqrt(s) + epsilon)",
        pytorch=PyTorch("RMSprop", {"alpha": "rho", "eps": "epsilon"}),
    ),
    "adam": Optimizer(
        "Adam",
        _adam,
        ("m", "v"),
        ("beta1", "beta2", "epsilon"),
        r"m\leftarrow\beta_1m+(1-\beta_1)g,\quad v\leftarrow\beta_2v+(1-\beta_2)g^2,\quad"
        r"\theta\leftarrow\theta-\eta\,\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+\varepsilon}",
        code="m = beta1 * m + (1 - beta1) * g\n"
        "v = beta2 * v + (1 - beta2) * (g * g)\n"
        "m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)\n"
        "m_hat / (np.sqrt(v_hat) + epsilon)",
        pytorch=PyTorch("Adam", {"betas": "(beta1, beta2)", "eps": "epsilon"}),
        sklearn={"solver": '"adam"', "beta_1": "beta1", "beta_2": "beta2", "epsilon": "epsilon"},
    ),
}


@dataclass(frozen=True)
class Schedule:
    """`factor(epoch, epochs, drop)`: what the learning rate is multiplied by after `epoch` completed epochs.

    `code` is the same as Python source text, using `epoch` and the names of the settings.
    """

    label: str
    factor: Callable[[int, int, float], float]
    settings: tuple[str, ...]
    latex: str
    code: str = field(kw_only=True)


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule("constant", lambda epoch, epochs, drop: 1.0, (), r"\eta", code="1"),
    "step": Schedule(
        "step",
        lambda epoch, epochs, drop: drop ** (epoch // epochs),
        ("schedule_epochs", "schedule_factor"),
        r"\eta\,f^{\lfloor e/E\rfloor}",
        code="schedule_factor ** (epoch // schedule_epochs)",
    ),
    # Loshchilov & Hutter 2017, eq. 5: one period, no restart.
    "cosine": Schedule(
        "cosine",
        lambda epoch, epochs, drop: 0.5 * (1.0 + math.cos(math.pi * min(epoch / epochs, 1.0))),
        ("schedule_epochs",),
        r"\tfrac{\eta}{2}\,(1+\cos\pi e/E)",
        code="0.5 * (1 + math.cos(math.pi * min(epoch / schedule_epochs, 1)))",
    ),
}
