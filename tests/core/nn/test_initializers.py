"""Starting weights: the stream they are drawn from, and how they are distributed."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import INITIALIZERS

SIZES = (200, 300, 100)
Law = Callable[[int, int], float]

# Mean, variance and the bound of |w − mean| (None: no bound), for m inputs and n units.
LAWS: dict[str, tuple[float, Law, Law | None]] = {
    "uniform01": (0.5, lambda m, n: 1 / 12, lambda m, n: 0.5),
    "normal": (0.0, lambda m, n: 1.0, None),
    "uniform_pm_half": (0.0, lambda m, n: 1 / 12, lambda m, n: 0.5),
    "xavier_uniform": (0.0, lambda m, n: 2 / (m + n), lambda m, n: math.sqrt(6 / (m + n))),
    "xavier_normal": (0.0, lambda m, n: 2 / (m + n), None),
    "he_uniform": (0.0, lambda m, n: 2 / m, lambda m, n: math.sqrt(6 / m)),
    "he_normal": (0.0, lambda m, n: 2 / m, None),
    "zeros": (0.0, lambda m, n: 0.0, lambda m, n: 0.0),
}


def flat(name: str, seed: int) -> Array:
    return np.concatenate([array.ravel() for pair in INITIALIZERS[name].draw(SIZES, seed) for array in pair])


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_uniform01_draws_all_weights_first_and_then_all_biases(seed: int) -> None:
    rng = np.random.RandomState(seed)
    W1, W2, W3 = rng.rand(2, 4), rng.rand(4, 3), rng.rand(3, 1)
    b1, b2, b3 = rng.rand(1, 4), rng.rand(1, 3), rng.rand(1, 1)
    params = INITIALIZERS["uniform01"].draw((2, 4, 3, 1), seed)
    for (W, b), expected_W, expected_b in zip(params, (W1, W2, W3), (b1, b2, b3), strict=True):
        np.testing.assert_array_equal(W, expected_W)
        np.testing.assert_array_equal(b, expected_b[0])


@pytest.mark.parametrize("name", INITIALIZERS)
def test_shapes_and_kind(name: str) -> None:
    params = INITIALIZERS[name].draw(SIZES, 0)
    assert [(W.shape, b.shape) for W, b in params] == [((200, 300), (300,)), ((300, 100), (100,))]
    assert all(array.dtype == float and np.isfinite(array).all() for pair in params for array in pair)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_seed_draws_the_same_weights_and_another_others(name: str) -> None:
    before = np.random.get_state(legacy=False)["state"]["key"]
    np.testing.assert_array_equal(flat(name, 3), flat(name, 3))
    assert np.array_equal(flat(name, 3), flat(name, 4)) == (name == "zeros")
    after = np.random.get_state(legacy=False)["state"]["key"]
    np.testing.assert_array_equal(after, before)  # the global generator is left alone


@pytest.mark.parametrize("name", LAWS)
def test_weights_follow_their_law(name: str) -> None:
    mean, variance, bound = LAWS[name]
    for W, _ in INITIALIZERS[name].draw(SIZES, 0):
        expected = variance(*W.shape)
        # Five standard errors: of a mean, σ/√N; of a variance, at most σ²·√(2/N), as for a normal distribution.
        assert abs(W.mean() - mean) <= 5 * math.sqrt(expected / W.size)
        assert abs(W.var() - expected) <= 5 * expected * math.sqrt(2 / W.size)
        if bound is not None:
            assert np.abs(W - mean).max() <= bound(*W.shape)


@pytest.mark.parametrize("name", LAWS)
def test_biases_follow_the_law_of_the_weights_or_are_zero(name: str) -> None:
    drawn = name in ("uniform01", "normal", "uniform_pm_half")
    mean, variance, _ = LAWS[name]
    for _, b in INITIALIZERS[name].draw((2, 4_000), 0):
        if drawn:
            assert abs(b.mean() - mean) <= 5 * math.sqrt(variance(1, 1) / b.size)
            assert abs(b.var() - variance(1, 1)) <= 5 * math.sqrt(2 / b.size) * variance(1, 1)
        else:
            assert not b.any()
