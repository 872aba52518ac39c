"""Every loss against an independent formula, and every gradient against its loss."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from backprop_core.nn.activations import OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.nn.network import Network, Pass

UNITS, ROWS = 3, 7
PAIRS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]

# From (a, y), each (units, rows), to the loss. scikit-learn wants rows first.
FORMULAS: dict[str, Callable[[Array, Array], float]] = {
    "half_sse": lambda a, y: 0.5 * metrics.mean_squared_error(y.T, a.T) * y.size,
    "sse": lambda a, y: metrics.mean_squared_error(y.T, a.T) * y.size,
    "mse": lambda a, y: metrics.mean_squared_error(y.T, a.T),
    "mae": lambda a, y: metrics.mean_absolute_error(y.T, a.T),
    "huber": lambda a, y: np.mean([0.5 * e * e if abs(e) <= 1 else abs(e) - 0.5 for e in (a - y).ravel()]),
    "bce": lambda a, y: metrics.log_loss(y.ravel(), a.ravel()),
    "cross_entropy": lambda a, y: metrics.log_loss(y.argmax(axis=0), a.T),
}


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def probabilities(seed: int = 0, lead: tuple[int, ...] = ()) -> Array:
    """Outputs between 0 and 1 that sum to 1 over the units, which are valid for any loss."""
    return OUTPUTS["softmax"].f(np.random.RandomState(seed).randn(*lead, UNITS, ROWS))


def one_hot() -> Array:
    return np.eye(UNITS)[:, np.arange(ROWS) % UNITS]


def outputs_for(loss: str) -> Array:
    """Outputs for which the loss is defined, away from kinks (a = y, |a − y| = 1), on both branches of Huber's."""
    return probabilities() if LOSSES[loss].outputs else 2.0 * np.random.RandomState(0).randn(UNITS, ROWS)


@pytest.mark.parametrize("loss", FORMULAS)
def test_value_is_its_formula(loss: str) -> None:
    a, y = outputs_for(loss), one_hot()
    np.testing.assert_allclose(LOSSES[loss].value(a, y), FORMULAS[loss](a, y), rtol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_is_the_slope_of_the_value(loss: str) -> None:
    a, y, step = outputs_for(loss), one_hot(), 1e-6
    bumps = step * np.eye(a.size).reshape(-1, *a.shape)
    slope = (LOSSES[loss].value(a + bumps, y) - LOSSES[loss].value(a - bumps, y)) / (2 * step)
    np.testing.assert_allclose(LOSSES[loss].gradient(a, y), slope.reshape(a.shape), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
def test_value_and_gradient_agree_with_pytorch(loss: str, torch: Any) -> None:
    F = torch.nn.functional
    functions: dict[str, Callable[[Any, Any], Any]] = {
        "half_sse": lambda a, y: F.mse_loss(a, y, reduction="sum") / 2,
        "sse": lambda a, y: F.mse_loss(a, y, reduction="sum"),
        "mse": F.mse_loss,
        "mae": F.l1_loss,
        "huber": F.huber_loss,
        "bce": F.binary_cross_entropy,
        "cross_entropy": lambda a, y: F.cross_entropy(torch.log(a).T, y.T),
    }
    if loss not in functions:
        pytest.skip(f"PyTorch's form of {loss} is not written down here")
    a, y = torch.tensor(outputs_for(loss), requires_grad=True), torch.tensor(one_hot())
    value = functions[loss](a, y)
    value.backward()
    np.testing.assert_allclose(LOSSES[loss].value(outputs_for(loss), one_hot()), value.item(), rtol=1e-13)
    if loss != "cross_entropy":  # PyTorch's starts from log-probabilities and normalises them once more
        mine = LOSSES[loss].gradient(outputs_for(loss), one_hot())
        np.testing.assert_allclose(mine, a.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
def test_sums_grow_with_the_rows_and_means_do_not(loss: str) -> None:
    a, y = outputs_for(loss), one_hot()
    growth = 2.0 if loss in ("half_sse", "sse") else 1.0
    twice = LOSSES[loss].value(np.hstack([a, a]), np.hstack([y, y]))
    np.testing.assert_allclose(twice, growth * LOSSES[loss].value(a, y), rtol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_is_written_into_out_and_returned(loss: str) -> None:
    a, y = outputs_for(loss), one_hot()
    kept, out = a.copy(), np.full(a.shape, np.nan)
    assert LOSSES[loss].gradient(a, y, out) is out
    np.testing.assert_array_equal(out, LOSSES[loss].gradient(a, y))
    np.testing.assert_array_equal(a, kept)


@pytest.mark.parametrize("loss", LOSSES)
def test_many_networks_at_once_have_the_bits_of_each_alone(loss: str) -> None:
    a, y = probabilities(lead=(5,)), one_hot()
    values, gradients = LOSSES[loss].value(a, y), LOSSES[loss].gradient(a, y)
    assert values.shape == (5,)
    for alone, value, gradient in zip(a, values, gradients, strict=True):
        assert LOSSES[loss].value(alone, y) == value
        np.testing.assert_array_equal(LOSSES[loss].gradient(alone, y), gradient)


@pytest.mark.parametrize(("output", "loss"), FUSED)
def test_a_fused_pair_is_its_two_parts(output: str, loss: str) -> None:
    fused, function = FUSED[output, loss], OUTPUTS[output]
    z = 3.0 * np.random.RandomState(0).randn(UNITS, ROWS)
    a = function.f(z)
    for y in (one_hot(), probabilities(1), 0.5 * probabilities(2)):  # certain, soft, and not summing to 1
        np.testing.assert_allclose(fused.value(z, y), LOSSES[loss].value(a, y), rtol=1e-12)
        slope = LOSSES[loss].gradient(a, y)
        carried = function.pull_back(slope, a) if function.pull_back else slope * function.derivative(z, a)
        out = np.empty_like(z)
        assert fused.delta(a, y, out) is out
        np.testing.assert_allclose(out, carried, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(("output", "loss"), FUSED)
def test_a_fused_pair_has_the_bits_of_each_network_alone(output: str, loss: str) -> None:
    z, y = np.random.RandomState(0).randn(5, UNITS, ROWS), one_hot()
    a = OUTPUTS[output].f(z)
    values, deltas = FUSED[output, loss].value(z, y), FUSED[output, loss].delta(a, y)
    for r in range(5):
        assert FUSED[output, loss].value(z[r], y) == values[r]
        np.testing.assert_array_equal(FUSED[output, loss].delta(a[r], y), deltas[r])


def test_a_fused_pair_stays_exact_where_probabilities_have_rounded_to_0_and_1() -> None:
    z = np.array([[1_000.0, -1_000.0]])
    right, wrong = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    pair = FUSED["sigmoid", "bce"]
    assert pair.value(z, right) == 0.0
    assert pair.value(z, wrong) == 1_000.0
    np.testing.assert_allclose(pair.delta(OUTPUTS["sigmoid"].f(z), wrong), [[0.5, -0.5]])

    z, right, wrong = np.vstack([z, -z]), np.vstack([right, wrong]), np.vstack([wrong, right])
    pair = FUSED["softmax", "cross_entropy"]
    assert pair.value(z, right) == 0.0
    assert pair.value(z, wrong) == 2_000.0
    np.testing.assert_allclose(pair.delta(OUTPUTS["softmax"].f(z), wrong), [[0.5, -0.5], [-0.5, 0.5]])


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_large_sums_neither_overflow_nor_warn(output: str, loss: str) -> None:
    z = np.array([[1_000.0, -1_000.0, 1_000.0, 40.0], [-1_000.0, -1_000.0, 1_000.0, 0.0]])
    network = Network((4, 2), (), output, loss)
    one_layer = Pass(network, np.vstack([z.T, np.zeros(2)]).ravel(), 4)  # each row of inputs picks one column of z
    for y in (np.zeros((2, 4)), np.ones((2, 4)), np.eye(2, 4)):
        one_layer.load(np.eye(4), y)
        one_layer.forward()
        np.testing.assert_array_equal(one_layer.z[0], z)
        assert np.isfinite(one_layer.loss())
        assert np.isfinite(one_layer.backward()).all()


def exact_delta(output: str, loss: str, z: Array, y: Array) -> Array:
    """dL/dz of one row, z and y (k,), in a form without cancellation: 1 − a is the sum of the others' shares."""
    if (output, loss) == ("sigmoid", "bce"):
        return (1.0 / (1.0 + np.exp(-z)) - y) / len(z)
    powers = np.exp(z - z.max())
    a, others = powers / powers.sum(), (powers @ (1.0 - np.eye(len(z)))) / powers.sum()
    if loss == "cross_entropy":
        return a * y.sum() - y
    return ((a - y) / others * (np.eye(len(z)) - a[:, None])).sum(axis=1) / len(z)


@pytest.mark.parametrize(("output", "loss"), [pair for pair in PAIRS if LOSSES[pair[1]].outputs])
@pytest.mark.parametrize("size", [1.0, 10.0, 30.0, 40.0, 100.0])
def test_delta_is_right_for_predictions_that_are_confident_and_wrong(output: str, loss: str, size: float) -> None:
    z, y = np.array([size, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])
    network = Network((1, 3), (), output, loss)
    one_layer = Pass(network, np.concatenate([z, np.zeros(3)]), 1)
    one_layer.load(np.ones((1, 1)), y[:, None])
    one_layer.forward()
    one_layer.backward()
    np.testing.assert_allclose(one_layer.delta[0][:, 0], exact_delta(output, loss, z, y), rtol=1e-6, atol=1e-12)


def test_mae_and_huber_are_level_where_the_output_is_met() -> None:
    y = one_hot()
    for loss in ("mae", "huber"):
        np.testing.assert_array_equal(LOSSES[loss].gradient(y, y), np.zeros_like(y))
