"""The formulas as source text, beside the functions: the same bits."""

import ast
import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop_core.export.source import factor, function, names
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import FUSED, LOSSES, MOST_BY_BLAS
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES, Hyper

HYPER = Hyper(momentum=0.8, rho=0.7, beta1=0.6, beta2=0.95, epsilon=1e-3)
SHAPES = [(1, 1), (1, 7), (3, 4), (4, 257), (10, 1_001)]
LARGE = np.array(
    [
        0.0,
        -0.0,
        5e-324,
        -5e-324,
        1e-8,
        36.0,
        -36.0,
        709.0,
        -709.0,
        710.0,
        -710.0,
        1e4,
        -1e4,
        1e9,
        -1e9,
        1e200,
        -1e200,
        50.0,
    ]
)


def compiled(arguments: list[str], code: str) -> Callable[..., Any]:
    """The function of a text, as an export writes it; of each argument whether the text needs it or not."""
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(function("f", arguments, code), namespace)
    needed = [argument for argument in arguments if argument in names(code)]
    return lambda **given: namespace["f"](*(given[name] for name in needed))


def numbers(shape: tuple[int, int], seed: int = 0) -> Array:
    values = np.random.RandomState(seed).randn(*shape)
    return values * 10.0 ** np.random.RandomState(seed + 1).randint(-3, 3, shape)


@pytest.mark.parametrize("name", OUTPUTS)
def test_activations_and_slopes(name: str) -> None:
    activation = OUTPUTS[name]
    f, slope = compiled(["z"], activation.code), compiled(["z", "a"], activation.code_derivative)
    for z in [*map(numbers, SHAPES), LARGE.reshape(2, 9)]:
        a = activation.f(z)
        with np.errstate(over="ignore"):  # only the function itself sees to it that a cube of 1e200 goes unnoticed
            np.testing.assert_array_equal(f(z=z), a)
            np.testing.assert_array_equal(slope(z=z, a=a), activation.derivative(z, a))
        np.testing.assert_array_equal(activation.f(z, np.empty_like(z)), a)  # as training calls it
    assert set(ACTIVATIONS) <= set(OUTPUTS)


@pytest.mark.parametrize("name", OUTPUTS)
def test_coupled_outputs_carry_errors_back(name: str) -> None:
    activation = OUTPUTS[name]
    assert bool(activation.code_pull_back) == (activation.pull_back is not None)
    if activation.pull_back is not None:
        back = compiled(["error", "a"], activation.code_pull_back)
        for shape in SHAPES:
            error, a = numbers(shape, 2), activation.f(numbers(shape))
            np.testing.assert_array_equal(back(error=error, a=a), activation.pull_back(error, a))


@pytest.mark.parametrize("name", LOSSES)
def test_losses_and_gradients(name: str) -> None:
    loss = LOSSES[name]
    gradient = compiled(["a", "y"], loss.code_gradient)
    for shape in [*SHAPES, (10, 1_200)]:
        long = shape[0] * shape[1] > MOST_BY_BLAS
        value = compiled(["a", "y"], loss.code_long if long and loss.code_long else loss.code)
        a, y = np.random.RandomState(0).rand(*shape), np.random.RandomState(1).rand(*shape).round(1)
        a[0, 0], y[0, 0] = 1.0, 0.0
        a = a if loss.outputs else 3.0 * a
        assert value(a=a, y=y) == loss.value(a, y)
        np.testing.assert_array_equal(gradient(a=a, y=y), loss.gradient(a, y))


@pytest.mark.parametrize("pair", FUSED, ids="-".join)
def test_outputs_and_losses_taken_together(pair: tuple[str, str]) -> None:
    fused = FUSED[pair]
    value, delta = compiled(["z", "y"], fused.code), compiled(["a", "y"], fused.code_delta)
    for shape in [*SHAPES, (10, 1_200)]:
        z, y = numbers(shape), np.random.RandomState(1).rand(*shape).round(1)
        a = OUTPUTS[pair[0]].f(z)
        assert value(z=z, y=y) == fused.value(z, y)
        np.testing.assert_array_equal(delta(a=a, y=y), fused.delta(a, y))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    *lines, direction = optimizer.code.split("\n")
    program = "\n".join([*lines, f"d = {direction}"])
    mine, slots = {slot: np.zeros(50) for slot in optimizer.slots}, [np.zeros(50) for _ in optimizer.slots]
    namespace: dict[str, Any] = {"np": np, **HYPER._asdict(), **mine}
    for t, g in enumerate(np.random.RandomState(0).randn(100, 50), start=1):
        namespace |= {"g": g, "t": t}
        exec(program, namespace)
        np.testing.assert_array_equal(namespace["d"], optimizer.direction(g, slots, t, HYPER))
    for slot, values in zip(optimizer.slots, slots, strict=True):
        np.testing.assert_array_equal(namespace[slot], values)
    assert set(optimizer.settings) == names(program) & set(Hyper._fields)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers(name: str) -> None:
    initializer, sizes = INITIALIZERS[name], [3, 5, 2]
    draw, rng = compiled(["rng", "m", "n"], initializer.code), np.random.RandomState(7)
    fans = list(zip(sizes[:-1], sizes[1:], strict=True))
    weights = [draw(rng=rng, m=m, n=n) for m, n in fans]
    biases = [draw(rng=rng, m=1, n=n)[0] if initializer.biases else np.zeros(n) for _, n in fans]
    for W, b, (expected_W, expected_b) in zip(weights, biases, initializer.draw(sizes, 7), strict=True):
        np.testing.assert_array_equal(W, expected_W)
        np.testing.assert_array_equal(b, expected_b)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("settings", [(1, 0.5), (7, 0.9), (30, 0.0)])
def test_schedules(name: str, settings: tuple[int, float]) -> None:
    schedule = SCHEDULES[name]
    factor_of = compiled(["epoch", "schedule_epochs", "schedule_factor"], schedule.code)
    for epoch in range(100):
        given = dict(zip(["schedule_epochs", "schedule_factor"], settings, strict=True))
        assert factor_of(epoch=epoch, **given) == schedule.factor(epoch, *settings)
    assert names(schedule.code) - {"math", "epoch", *dir(builtins)} == set(schedule.settings)


TEXTS = [
    *(text for f in OUTPUTS.values() for text in (f.code, f.code_derivative, f.code_pull_back)),
    *(text for loss in LOSSES.values() for text in (loss.code, loss.code_gradient, loss.code_long)),
    *(text for fused in FUSED.values() for text in (fused.code, fused.code_delta)),
    *(entry.code for registry in (OPTIMIZERS, INITIALIZERS, SCHEDULES) for entry in registry.values()),
]


@pytest.mark.parametrize("text", sorted({text for text in TEXTS if text}))
def test_texts_are_short_lines_that_end_with_an_expression(text: str) -> None:
    assert all(len(line) <= 90 for line in text.split("\n"))
    assert isinstance(ast.parse(text).body[-1], ast.Expr)


@pytest.mark.parametrize("text", ["a - y", "2 * x", "-x", "a / b / c", "f(x)", "x[0]", "x**2", "1"])
def test_a_factor_is_in_brackets_where_it_must(text: str) -> None:
    a, b, c, x, y = 2.0, 3.0, 5.0, [7.0], 11.0
    given = {"a": a, "b": b, "c": c, "y": y, "f": lambda v: 13.0, "x": x if text == "x[0]" else 17.0}
    assert eval(f"3 * {factor(text)}", {}, given) == 3 * eval(text, {}, given)
