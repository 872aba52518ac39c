"""Every activation against its formula, and every derivative against its activation."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop_core.nn.activations import ACTIVATIONS, LEAK, OUTPUTS, Array, sigmoid, softmax

# Both signs, small and large, none closer than a step to the kinks at 0.
Z = np.concatenate([-np.geomspace(1e-3, 30, 40)[::-1], np.geomspace(1e-3, 30, 40)]).reshape(4, 20)
ELEMENTWISE = [name for name, function in OUTPUTS.items() if function.pull_back is None]
COUPLED = [name for name, function in OUTPUTS.items() if function.pull_back is not None]

FORMULAS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1.0 / (1.0 + math.exp(-z)),
    "tanh": lambda z: (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z)),
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: 0.5 * z * (1.0 + math.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3))),
    "swish": lambda z: z / (1.0 + math.exp(-z)),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "linear": lambda z: z,
}


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def torch_functions(torch: Any) -> dict[str, Callable[[Any], Any]]:
    F = torch.nn.functional
    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": F.relu,
        "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
        "elu": F.elu,
        "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "swish": F.silu,
        "softplus": lambda z: F.softplus(z, threshold=1_000.0),
        "linear": lambda z: z,
        "softmax": lambda z: torch.softmax(z, dim=-2),
    }


@pytest.mark.parametrize("name", FORMULAS)
def test_function_is_its_formula(name: str) -> None:
    expected = np.vectorize(FORMULAS[name], otypes=[float])(Z)
    np.testing.assert_allclose(ACTIVATIONS[name].f(Z), expected, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope_of_the_function(name: str) -> None:
    function, step = OUTPUTS[name], 1e-5
    slope = (function.f(Z + step) - function.f(Z - step)) / (2 * step)
    np.testing.assert_allclose(function.derivative(Z, function.f(Z)), slope, rtol=1e-6, atol=2e-9)


@pytest.mark.parametrize("name", COUPLED)
def test_pull_back_and_diagonal_are_the_slopes_of_the_function(name: str) -> None:
    function, step, units = OUTPUTS[name], 1e-5, 4
    z = np.linspace(-2.0, 2.0, units)[:, None]
    a = function.f(z)
    jacobian = np.hstack(
        [(function.f(z + bump) - function.f(z - bump)) / (2 * step) for bump in step * np.eye(units)[:, :, None]]
    )  # (of the output, by the sum)
    error = np.array([[0.3], [-1.0], [2.0], [0.7]])
    assert function.pull_back is not None
    np.testing.assert_allclose(function.pull_back(error, a), jacobian.T @ error, atol=1e-9)
    np.testing.assert_allclose(function.derivative(z, a)[:, 0], np.diag(jacobian), atol=1e-9)


@pytest.mark.parametrize("name", OUTPUTS)
def test_function_and_derivative_agree_with_pytorch(name: str, torch: Any) -> None:
    functions = torch_functions(torch)
    if name not in functions:
        pytest.skip(f"PyTorch's form of {name} is not written down here")
    z = torch.tensor(Z, requires_grad=True)
    a = functions[name](z)
    np.testing.assert_allclose(OUTPUTS[name].f(Z), a.detach().numpy(), rtol=1e-12, atol=1e-15)
    error = np.cos(Z)  # an arbitrary gradient of a loss
    a.backward(torch.tensor(error))
    function = OUTPUTS[name]
    mine = function.pull_back or (lambda error, a: error * function.derivative(Z, a))
    np.testing.assert_allclose(mine(error, function.f(Z)), z.grad.numpy(), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 5)])
def test_results_are_written_into_out_and_returned(name: str, shape: tuple[int, ...]) -> None:
    function = OUTPUTS[name]
    z = np.random.RandomState(0).randn(*shape)
    kept = z.copy()
    a, slope = np.full(shape, np.nan), np.full(shape, np.nan)
    assert function.f(z, a) is a
    assert function.derivative(z, a, slope) is slope
    np.testing.assert_array_equal(z, kept)
    np.testing.assert_array_equal(a, function.f(z))
    np.testing.assert_array_equal(slope, function.derivative(z, a))
    if function.pull_back is not None:
        error = np.random.RandomState(1).randn(*shape)
        expected = function.pull_back(error, a)
        assert function.pull_back(error, a, error) is error  # training carries the slope back in place
        np.testing.assert_array_equal(error, expected)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("stride", range(1, 18))
def test_memory_need_not_be_contiguous(name: str, stride: int) -> None:
    """Layers of many networks are not contiguous; NumPy 2.4's negative() is wrong if numbers are 64 bytes apart."""
    function, numbers = OUTPUTS[name], np.linspace(-3.0, 3.0, 20)
    z, a, slope = (np.full((20, stride), 7.0)[:, 0] for _ in range(3))
    z[:] = numbers
    function.derivative(z, function.f(z, a), slope)
    np.testing.assert_allclose(a, function.f(numbers), rtol=1e-14)
    np.testing.assert_allclose(slope, function.derivative(numbers, function.f(numbers)), rtol=1e-14)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("size", [36.0, 710.0, 1_000.0])
def test_large_sums_neither_overflow_nor_warn(name: str, size: float) -> None:
    function = OUTPUTS[name]
    z = np.array([[size, -size, size, 0.0], [-size, size, size, 0.0]])
    a = function.f(z)
    slope = function.derivative(z, a)
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()
    assert np.abs(a).max() <= size
    assert np.abs(slope).max() <= 1.2  # Swish and GELU rise a little faster than 1 around z = 2
    if function.pull_back is not None:
        assert np.isfinite(function.pull_back(np.ones_like(z), a)).all()


def test_relu_has_slope_zero_at_zero() -> None:
    z = np.array([-1.0, -0.0, 0.0, 5e-324])
    np.testing.assert_array_equal(ACTIVATIONS["relu"].derivative(z, z), [0.0, 0.0, 0.0, 1.0])


def test_leaky_relu_still_slopes_below_zero() -> None:
    z = np.array([-1_000.0, -1e-9, 1e-9, 1_000.0])
    function = ACTIVATIONS["leaky_relu"]
    np.testing.assert_array_equal(function.derivative(z, function.f(z)), [LEAK, LEAK, 1.0, 1.0])
    assert LEAK == 0.01


def test_sigmoid_has_the_bits_of_the_textbook_formula() -> None:
    z = np.linspace(-700.0, 700.0, 10_001)
    np.testing.assert_array_equal(sigmoid(z), 1.0 / (1.0 + np.exp(-z)))


def test_softmax_is_a_distribution_over_the_units() -> None:
    z = 50.0 * np.random.RandomState(0).randn(3, 7, 11)
    a = softmax(z)
    np.testing.assert_allclose(a.sum(axis=-2), 1.0, rtol=0, atol=1e-15)
    assert (a >= 0).all()
    np.testing.assert_array_equal(a.argmax(axis=-2), z.argmax(axis=-2))


def test_softmax_takes_no_notice_of_what_all_units_share() -> None:
    z = np.random.RandomState(0).randn(4, 6)
    shifted: Array = z + np.array([0.0, 1.0, -1.0, 8.0, 512.0, -512.0])
    np.testing.assert_allclose(softmax(shifted), softmax(z), rtol=1e-12)


@pytest.mark.parametrize("name", OUTPUTS)
def test_formulas_are_written_out(name: str) -> None:
    function = OUTPUTS[name]
    for formula in (function.latex, function.latex_derivative):
        assert formula.count("{") == formula.count("}") > -1
        assert formula
    by_output_reads_z = function.by_output and "z" in function.latex_derivative
    assert not by_output_reads_z
