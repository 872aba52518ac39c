"""Every optimizer against its published recurrence in plain Python numbers, and against PyTorch."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES, Hyper

RATE = 0.1
HYPER = Hyper(
    momentum=0.8, rho=0.7, beta1=0.6, beta2=0.95, epsilon=1e-3
)  # all far from their limits, so that each has an effect
GRADIENTS = np.random.RandomState(0).randn(30, 4)
START = np.array([1.0, -2.0, 0.5, 0.0])


def sgd(theta: float, gradients: Array) -> Iterator[float]:
    for g in gradients:
        theta = theta - RATE * g
        yield theta


def momentum(theta: float, gradients: Array) -> Iterator[float]:
    velocity = 0.0
    for g in gradients:
        velocity = HYPER.momentum * velocity - RATE * g
        theta = theta + velocity
        yield theta


def nesterov(theta: float, gradients: Array) -> Iterator[float]:
    before = theta  # Bengio et al. 2013, eq. 7, without a velocity: where a plain step would have led, before and now
    for g in gradients:
        now = theta - RATE * g
        theta = now + HYPER.momentum * (now - before)
        before = now
        yield theta


def adagrad(theta: float, gradients: Array) -> Iterator[float]:
    for t, g in enumerate(gradients, start=1):
        theta = theta - RATE * g / (math.sqrt(sum(past**2 for past in gradients[:t])) + HYPER.epsilon)
        yield theta


def rmsprop(theta: float, gradients: Array) -> Iterator[float]:
    mean_square = 0.0
    for g in gradients:
        mean_square = HYPER.rho * mean_square + (1 - HYPER.rho) * g**2
        theta = theta - RATE * g / (math.sqrt(mean_square) + HYPER.epsilon)
        yield theta


def adam(theta: float, gradients: Array) -> Iterator[float]:
    m, v = 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        m = HYPER.beta1 * m + (1 - HYPER.beta1) * g
        v = HYPER.beta2 * v + (1 - HYPER.beta2) * g**2
        m_hat, v_hat = m / (1 - HYPER.beta1**t), v / (1 - HYPER.beta2**t)
        theta = theta - RATE * m_hat / (math.sqrt(v_hat) + HYPER.epsilon)
        yield theta


RECURRENCES: dict[str, Callable[[float, Array], Iterator[float]]] = {
    function.__name__: function for function in (sgd, momentum, nesterov, adagrad, rmsprop, adam)
}


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def path(name: str, gradients: Array = GRADIENTS, hyper: Hyper = HYPER) -> Array:
    """The parameters after each gradient, starting from START."""
    theta = np.broadcast_to(START, gradients.shape[1:]).copy()
    slots = [np.zeros_like(theta) for _ in OPTIMIZERS[name].slots]
    thetas = []
    for t, g in enumerate(gradients, start=1):
        theta = theta - RATE * OPTIMIZERS[name].direction(g, slots, t, hyper)
        thetas.append(theta)
    return np.array(thetas)


@pytest.mark.parametrize("name", RECURRENCES)
def test_path_is_the_published_recurrence(name: str) -> None:
    expected = [list(RECURRENCES[name](START[i], GRADIENTS[:, i])) for i in range(len(START))]
    np.testing.assert_allclose(path(name), np.array(expected).T, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_path_is_that_of_pytorch(name: str, torch: Any) -> None:
    optimizers: dict[str, Callable[[list[Any]], Any]] = {
        "sgd": lambda theta: torch.optim.SGD(theta, RATE),
        "momentum": lambda theta: torch.optim.SGD(theta, RATE, momentum=HYPER.momentum),
        "nesterov": lambda theta: torch.optim.SGD(theta, RATE, momentum=HYPER.momentum, nesterov=True),
        "adagrad": lambda theta: torch.optim.Adagrad(theta, RATE, eps=HYPER.epsilon),
        "rmsprop": lambda theta: torch.optim.RMSprop(theta, RATE, alpha=HYPER.rho, eps=HYPER.epsilon),
        "adam": lambda theta: torch.optim.Adam(theta, RATE, betas=(HYPER.beta1, HYPER.beta2), eps=HYPER.epsilon),
    }
    if name not in optimizers:
        pytest.skip(f"PyTorch's form of {name} is not written down here")
    theta = torch.tensor(START, requires_grad=True)
    optimizer = optimizers[name]([theta])
    thetas = []
    for g in GRADIENTS:
        theta.grad = torch.tensor(g)
        optimizer.step()
        thetas.append(theta.detach().numpy().copy())
    np.testing.assert_allclose(path(name), np.array(thetas), rtol=1e-12, atol=1e-14)


def test_nesterov_walks_where_the_published_one_looks_ahead() -> None:
    """Sutskever et al. 2013, eqs. 3 and 4, on ½cθ²; θ here is their θ + μv, where they take the gradient."""
    curvature, mu, theta, v = 3.0, HYPER.momentum, 1.0, 0.0
    mine, slots = np.array([1.0]), [np.zeros(1)]
    for t in range(1, 50):
        v = mu * v - RATE * curvature * (theta + mu * v)
        theta = theta + v
        mine = mine - RATE * OPTIMIZERS["nesterov"].direction(curvature * mine, slots, t, HYPER)
        assert mine[0] == pytest.approx(theta + mu * v, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_networks_at_once_have_the_bits_of_each_alone(name: str) -> None:
    gradients = np.random.RandomState(1).randn(200, 3, len(START))
    hypers = [HYPER, Hyper(0.5, 0.5, 0.5, 0.5, 1e-8), Hyper(0.9, 0.9, 0.9, 0.999, 1e-8)]
    columns: list[Any] = [np.array(column)[:, None] for column in zip(*hypers, strict=True)]
    together = path(name, gradients, Hyper(*columns))
    for r, hyper in enumerate(hypers):
        np.testing.assert_array_equal(together[:, r], path(name, gradients[:, r], hyper))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_slots_and_settings_are_named(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    assert set(optimizer.settings) <= set(Hyper._fields)
    for setting in optimizer.settings:  # each of them has an effect, and no other setting does
        changed = HYPER._replace(**{setting: 0.3})
        assert not np.array_equal(path(name), path(name, hyper=changed))
    others = HYPER._replace(**dict.fromkeys(set(Hyper._fields) - set(optimizer.settings), 0.3))
    np.testing.assert_array_equal(path(name), path(name, hyper=others))


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("name", RECURRENCES)
def test_a_run_walks_the_published_path(name: str, batch_size: int | None) -> None:
    """Update by update, across epochs and batches: the optimizer's memory is carried over correctly."""
    run = Run(Config(optimizer=name, learning_rate=RATE, batch_size=batch_size, **HYPER._asdict()))
    start, steps = run.params, [run.step() for _ in range(20)]
    for l, (W, b) in enumerate(start):
        gradients = np.array([np.vstack([step.dW[l], step.db[l]]).ravel() for step in steps])
        walked = np.array([np.vstack(step.params_after[l]).ravel() for step in steps])
        for i, theta in enumerate(np.vstack([W, b]).ravel()):
            expected = list(RECURRENCES[name](theta, gradients[:, i]))
            np.testing.assert_allclose(walked[:, i], expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_frozen_biases_keep_their_bits(name: str) -> None:
    run = Run(Config(optimizer=name, train_biases=False, l1=0.01, l2=0.01))
    start = run.params
    run.advance(50)
    for (W, b), (start_W, start_b) in zip(run.params, start, strict=True):
        assert b.tobytes() == start_b.tobytes()
        assert (start_W != W).all()


def test_sgd_comes_first() -> None:
    assert list(OPTIMIZERS)[:3] == ["sgd", "momentum", "nesterov"]


# Epochs 0 to 9 of a run with learning rate 0.8, schedule_epochs = 3, schedule_factor = ½.
COURSES: dict[str, list[float]] = {
    "constant": [0.8] * 10,
    "step": [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1],
    "cosine": [0.8, 0.6, 0.2, *[0.0] * 7],  # 0.4 (1 + cos 60°), 0.4 (1 + cos 120°)
}


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("batch_size", [None, 2])
def test_schedules_set_the_rate_of_every_epoch(name: str, batch_size: int | None) -> None:
    run = Run(Config(learning_rate=0.8, schedule=name, schedule_epochs=3, schedule_factor=0.5, batch_size=batch_size))
    for epoch, rate in enumerate(COURSES[name]):
        for _ in range(1 if batch_size is None else 2):
            step = run.step()
            assert step.epoch == epoch
            assert step.learning_rate == pytest.approx(rate, abs=1e-15)
            for (W, _), (after, _), dW in zip(step.params, step.params_after, step.dW, strict=True):
                np.testing.assert_allclose(W - after, rate * dW, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_start_at_the_full_rate_and_never_rise(name: str) -> None:
    factors = [SCHEDULES[name].factor(epoch, 10, 0.7) for epoch in range(100)]
    assert factors[0] == 1.0
    assert all(0.0 <= later <= earlier for earlier, later in itertools.pairwise(factors))
