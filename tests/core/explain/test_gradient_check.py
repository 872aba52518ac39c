"""Gradients agree with the changes of the loss when weights are nudged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.updates import CONFIGS, SMOOTH, explanation_of, same_bits, snapshot_of, stacked

from backprop_core import Config, Run
from backprop_core.explain import gradient_check as module
from backprop_core.explain.gradient_check import BLOCK_CELLS, STEP_SIZE, central_differences, relative_errors
from backprop_core.explain.update import Explanation, explain
from backprop_core.nn.activations import Array


def noise(explanation: Explanation) -> float:
    """The error of a central difference that comes from rounding alone.

    A loss of size L is known to some eps·L, a little more where it is a sum over many rows; the difference of two is
    divided by twice the step.
    """
    return 4 * np.finfo(float).eps * max(1.0, explanation.step.loss) * len(explanation.step.rows) ** 0.5 / STEP_SIZE


def analytic(explanation: Explanation) -> Array:
    return explanation.network.pack(list(zip(explanation.step.dW, explanation.step.db, strict=True)))


@pytest.mark.parametrize("name", [*SMOOTH, "mazur"])
def test_smooth_gradients_agree_with_nudging(name: str) -> None:
    explanation, numeric = explanation_of(name), central_differences(snapshot_of(name))
    mine = analytic(explanation)
    assert numeric.shape == mine.shape == (explanation.network.parameters,)
    off = np.abs(numeric - mine)
    assert (off <= 1e-6 * (np.abs(mine) + np.abs(numeric)) + noise(explanation)).all()
    readable = (
        np.abs(mine) > 1e7 * noise(explanation) / 10
    )  # so large that rounding does not contribute to a relative error of 1e-6
    errors = np.concatenate([e.ravel() for e in relative_errors(explanation, numeric)])
    assert errors[readable].max(initial=0.0) <= 1e-6


@pytest.mark.parametrize("name", ["xor", "sse, biases frozen", "mazur", "two hidden layers", "regression"])
def test_relative_errors_of_right_gradients_are_small(name: str) -> None:
    errors = relative_errors(explanation_of(name), central_differences(snapshot_of(name)))
    assert max(layer.max() for layer in errors) <= 1e-6


@pytest.mark.parametrize("name", ["l1", "l1 and l2, adam"])
def test_the_penalty_is_nudged_too(name: str) -> None:
    explanation, numeric = explanation_of(name), central_differences(snapshot_of(name))
    theta = explanation.network.pack(explanation.step.params)
    clear = np.abs(theta) > 1e-3  # no weight is nudged over the kink of |w|
    assert clear.sum() > 5
    np.testing.assert_allclose(numeric[clear], analytic(explanation)[clear], rtol=1e-6, atol=noise(explanation))


@pytest.mark.parametrize("name", ["xor", "sse, biases frozen", "l2", "regression", "softmax and mean square"])
def test_it_is_what_nudging_one_by_one_gives(name: str) -> None:
    """From separate runs that start with the nudged weights, independently of the code under test."""
    snapshot, config = snapshot_of(name), CONFIGS[name]
    theta = snapshot.state.memory[0]

    def loss(nudged: Array) -> float:
        return Run(config, params=snapshot.network.unpack(nudged)).step().loss

    one_by_one = []
    for i in range(len(theta)):
        h = STEP_SIZE * max(1.0, abs(theta[i]))
        up, down = theta.copy(), theta.copy()
        up[i] += h
        down[i] -= h
        one_by_one.append((loss(up) - loss(down)) / (up[i] - down[i]))
    numeric = central_differences(snapshot)
    np.testing.assert_array_equal(numeric, one_by_one)


@pytest.mark.parametrize("cells", [1, 300, 1_000, BLOCK_CELLS])
@pytest.mark.parametrize("name", ["xor", "adam, mini-batches", "three hidden layers"])
def test_blocks_change_no_number(name: str, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = central_differences(snapshot_of(name))
    monkeypatch.setattr(module, "BLOCK_CELLS", cells)
    assert same_bits(central_differences(snapshot_of(name)), whole)


def test_only_the_chosen_are_nudged() -> None:
    snapshot = snapshot_of("three hidden layers")
    whole = central_differences(snapshot)
    for chosen in ([5], [7, 0, 3], [len(whole) - 1]):
        np.testing.assert_array_equal(central_differences(snapshot, chosen), whole[chosen])


def test_a_mini_batch_is_nudged_with_its_own_rows() -> None:
    name = "sigmoid and bce, mini-batches"
    explanation, numeric = explanation_of(name), central_differences(snapshot_of(name))
    whole = np.concatenate([layer.ravel() for layer in stacked(snapshot_of(name).grads)])
    assert np.abs(numeric - whole).max() > 1e-4
    np.testing.assert_allclose(numeric, analytic(explanation), rtol=1e-6, atol=noise(explanation))


@pytest.mark.parametrize(("factor", "error"), [(2.0, 1 / 3), (-1.0, 1.0), (0.0, 1.0), (1.01, 0.01 / 2.01)])
def test_a_wrong_gradient_stands_out_and_no_other(factor: float, error: float) -> None:
    explanation, numeric = explanation_of("two hidden layers"), central_differences(snapshot_of("two hidden layers"))
    dW = [array.copy() for array in explanation.step.dW]
    dW[1][2, 0] *= factor
    wrong = replace(explanation, step=replace(explanation.step, dW=dW))
    errors = relative_errors(wrong, numeric)
    assert errors[1][2, 0] == pytest.approx(error, rel=1e-4)
    errors[1][2, 0] = 0.0
    assert max(layer.max() for layer in errors) <= 1e-6


def test_gradients_of_nothing_are_right() -> None:
    snapshot = Run(Config(init="zeros")).at(0)  # outputs of ½ for two zeros and two ones: every gradient is exactly 0
    errors = relative_errors(explain(snapshot), central_differences(snapshot))
    assert all(np.isfinite(layer).all() and layer.max() <= 1e-6 for layer in errors)
