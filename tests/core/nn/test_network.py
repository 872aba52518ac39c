"""Forward and backward propagation, against numerical derivatives and against other libraries."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.network import Network, Pass, respond

PAIRS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
PENALTIES = [(0.0, 0.0), (0.03, 0.0), (0.0, 0.05)]
HIDDEN = (4, 3, 5)
INPUTS, UNITS, ROWS = 3, 2, 5


def network(depth: int, activation: str, output: str, loss: str) -> Network:
    return Network((INPUTS, *HIDDEN[:depth], UNITS), (activation,) * depth, output, loss)


def rows(seed: int) -> tuple[Array, Array]:
    """Inputs (N, d), and targets (N, k) that are probabilities summing to 1, which every loss can take."""
    rng = np.random.RandomState(seed)
    first = rng.uniform(0.1, 0.9, ROWS)
    return rng.randn(ROWS, INPUTS), np.stack([first, 1.0 - first], axis=1)


def full_pass(net: Network, theta: Array, X: Array, y: Array, l1: float = 0.0, l2: float = 0.0) -> Pass:
    done = Pass(net, theta, len(X), l1=l1, l2=l2)
    done.load(X.T, y.T)
    done.forward()
    done.backward()
    return done


def away_from_kinks(net: Network) -> tuple[Array, Array, Array]:
    """Weights and rows with no kink (z = 0, w = 0, a = y, |a − y| = 1) near enough to affect a difference quotient.

    No probability is so near 0 or 1 that differences of its logarithm are only rounding errors.
    """
    for seed in range(1_000):
        X, y = rows(seed)
        theta = np.random.RandomState(seed + 1).randn(net.parameters)
        done = full_pass(net, theta, X, y)
        error = np.abs(done.a[-1] - y.T)
        distances = [np.abs(z) for z in done.z] + [np.abs(theta), error, np.abs(error - 1.0)]
        if LOSSES[net.loss].outputs:
            distances += [done.a[-1], 1.0 - done.a[-1]]
        if min(float(distance.min()) for distance in distances) > 2e-3:
            return theta, X, y
    raise AssertionError("no seed keeps clear of the kinks")


def measured_gradient(net: Network, theta: Array, X: Array, y: Array, l1: float, l2: float) -> Array:
    """Central differences of the loss, all in one pass over 2P networks."""
    step = 1e-5  # about the cube root of float64's precision: rounding and truncation errors are both about 1e-10
    bumps = step * np.eye(net.parameters)
    moved = Pass(net, np.concatenate([theta + bumps, theta - bumps]), len(X), l1=l1, l2=l2)
    moved.load(X.T, y.T)
    moved.forward()
    above, below = moved.loss().reshape(2, -1)
    return (above - below) / (2 * step)


def relative_error(net: Network, mine: Array, other: Array) -> float:
    """The largest |a − b| / (|a| + |b|) of any dW or db, in norms of whole arrays.

    Where an array is zero (all its units switched off), differences still carry their rounding, about 1e-10; the floor
    of 1e-3 keeps that from being taken for an error.
    """
    pairs = zip(itertools.chain(*net.unpack(mine)), itertools.chain(*net.unpack(other)), strict=True)

    def norm(array: Array) -> float:
        return float(np.linalg.norm(array))

    return max(norm(a - b) / max(norm(a) + norm(b), 1e-3) for a, b in pairs)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_gradient_is_the_slope_of_the_loss(output: str, loss: str) -> None:
    """With every activation, and without hidden layers, where there is none.

    Depths and penalties take turns, so that every two of output and loss, activation, depth and penalty meet.
    """
    for i, activation in enumerate(["none", *ACTIVATIONS]):
        turn = i + PAIRS.index((output, loss))
        net = network(1 + turn % 3 if i else 0, activation, output, loss)
        l1, l2 = PENALTIES[(i + turn // 3) % 3]
        theta, X, y = away_from_kinks(net)
        gradient = full_pass(net, theta, X, y, l1, l2).gradient
        measured = measured_gradient(net, theta, X, y, l1, l2)
        assert relative_error(net, gradient, measured) <= 1e-6, f"{net} {l1=} {l2=}"


def test_the_measure_of_error_sees_a_wrong_gradient() -> None:
    net = network(1, "tanh", "sigmoid", "half_sse")
    theta, X, y = away_from_kinks(net)
    gradient = full_pass(net, theta, X, y).gradient
    for index in range(net.parameters):
        wrong = gradient.copy()
        wrong[index] *= 1.01
        assert relative_error(net, gradient, wrong) > 1e-6


SKLEARN = {"identity": "linear", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
@pytest.mark.parametrize("activation", SKLEARN)
@pytest.mark.parametrize("task", ["regression", "two classes", "three classes"])
def test_gradient_is_that_of_scikit_learn(task: str, activation: str, hidden: tuple[int, ...]) -> None:
    """One step of its plain gradient descent with learning rate 1 changes its weights by minus its gradient."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    rng = np.random.RandomState(0)
    X, alpha = rng.randn(12, INPUTS), 0.3
    settings = dict(
        hidden_layer_sizes=hidden,
        activation=activation,
        solver="sgd",
        alpha=alpha,
        batch_size=12,
        learning_rate_init=1.0,
        momentum=0.0,
        nesterovs_momentum=False,
        random_state=0,
    )
    if task == "regression":
        y = rng.randn(12, 2)
        theirs = MLPRegressor(**settings).partial_fit(X, y)
        units, output, loss, l2 = 2, "linear", "half_sse", alpha  # its loss is ours divided by the rows
        scale = 1.0 / 12
    else:
        classes = 2 if task == "two classes" else 3
        labels = np.arange(12) % classes
        theirs = MLPClassifier(**settings).partial_fit(X, labels, classes=range(classes))
        y = labels[:, None].astype(float) if classes == 2 else np.eye(3)[labels]
        units, output, loss = (1, "sigmoid", "bce") if classes == 2 else (3, "softmax", "cross_entropy")
        l2, scale = alpha / 12, 1.0  # it divides the penalty by the rows
        assert theirs.out_activation_ == {2: "logistic", 3: "softmax"}[classes]

    net = Network((INPUTS, *hidden, units), (SKLEARN[activation],) * len(hidden), output, loss)
    theta = rng.randn(net.parameters)
    start = net.unpack(theta)
    theirs.coefs_, theirs.intercepts_ = [W.copy() for W, _ in start], [b.copy() for _, b in start]
    theirs.partial_fit(X, y if task == "regression" else labels)
    after = net.pack(list(zip(theirs.coefs_, theirs.intercepts_, strict=True)))
    mine = scale * full_pass(net, theta, X, y, l2=l2).gradient
    np.testing.assert_allclose(mine, theta - after, rtol=1e-10, atol=1e-13)


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def torch_functions(torch: Any) -> dict[str, Callable[[Any], Any]]:
    F = torch.nn.functional
    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": F.relu,
        "leaky_relu": F.leaky_relu,
        "elu": F.elu,
        "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "swish": F.silu,
        "softplus": F.softplus,
        "linear": lambda z: z,
        "softmax": lambda z: torch.softmax(z, dim=1),
    }


def torch_losses(torch: Any) -> dict[str, Callable[[Any, Any], Any]]:
    F = torch.nn.functional
    return {
        "half_sse": lambda a, y: 0.5 * F.mse_loss(a, y, reduction="sum"),
        "sse": lambda a, y: F.mse_loss(a, y, reduction="sum"),
        "mse": F.mse_loss,
        "mae": F.l1_loss,
        "huber": F.huber_loss,
        "bce": F.binary_cross_entropy,
        "cross_entropy": lambda a, y: -(y * torch.log(a)).sum(dim=1).mean(),
    }


# The activation of hidden layers and the pair at the end meet in the test of the slopes above.
@pytest.mark.parametrize(
    ("activation", "output", "loss"),
    [*(("tanh", *pair) for pair in PAIRS), *((name, "sigmoid", "bce") for name in ACTIVATIONS if name != "tanh")],
)
def test_loss_and_gradient_are_those_of_pytorch(activation: str, output: str, loss: str, torch: Any) -> None:
    functions, losses = torch_functions(torch), torch_losses(torch)
    if not {activation, output} <= set(functions) or loss not in losses:
        pytest.skip("PyTorch's form of it is not written down here")
    net = network(2, activation, output, loss)
    theta, X, y = away_from_kinks(net)
    l1, l2 = 0.03, 0.05
    params = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in net.unpack(theta)]
    a = torch.tensor(X)
    for (W, b), name in zip(params, [activation, activation, output], strict=True):
        a = functions[name](a @ W + b)
    value = losses[loss](a, torch.tensor(y))
    value = value + sum(l1 * W.abs().sum() + 0.5 * l2 * (W * W).sum() for W, _ in params)
    value.backward()
    mine = full_pass(net, theta, X, y, l1, l2)
    np.testing.assert_allclose(mine.loss(), value.item(), rtol=1e-12)
    theirs = net.pack([(W.grad.numpy(), b.grad.numpy()) for W, b in params])
    np.testing.assert_allclose(mine.gradient, theirs, rtol=1e-9, atol=1e-12)


def test_the_equations_of_the_docstring_written_out() -> None:
    net = Network((2, 3, 2), ("tanh",), "sigmoid", "half_sse")
    theta = np.random.RandomState(0).randn(net.parameters)
    X, y = np.random.RandomState(1).randn(4, 2), np.eye(2)[[0, 1, 1, 0]]
    (W1, b1), (W2, b2) = net.unpack(theta)
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    a2 = 1.0 / (1.0 + np.exp(-z2))
    delta2 = (a2 - y) * a2 * (1.0 - a2)
    delta1 = (delta2 @ W2.T) * (1.0 - np.tanh(z1) ** 2)
    expected = [(X.T @ delta1, delta1.sum(axis=0)), (a1.T @ delta2, delta2.sum(axis=0))]

    done = full_pass(net, theta, X, y)
    for mine, by_hand in [(done.z, [z1, z2]), (done.a, [a1, a2]), (done.delta, [delta1, delta2])]:
        for array, other in zip(mine, by_hand, strict=True):
            np.testing.assert_allclose(array.T, other, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(done.gradient, net.pack(expected), rtol=1e-13, atol=1e-15)
    for answers, a in zip(respond(net, theta, X), done.a, strict=True):
        np.testing.assert_array_equal(answers, a.T)


def test_penalties_leave_biases_out() -> None:
    net = network(1, "tanh", "sigmoid", "mse")
    theta, (X, y) = np.random.RandomState(0).randn(net.parameters), rows(0)
    plain, penalised = full_pass(net, theta, X, y), full_pass(net, theta, X, y, 0.3, 0.7)
    weights = np.concatenate([W.ravel() for W, _ in net.unpack(theta)])
    penalty = 0.3 * np.abs(weights).sum() + 0.35 * (weights**2).sum()
    np.testing.assert_allclose(penalised.penalty(), penalty, rtol=1e-13)
    np.testing.assert_allclose(penalised.loss(), plain.loss() + penalty, rtol=1e-13)
    share = net.unpack(penalised.gradient - plain.gradient)
    for (dW, db), (W, _) in zip(share, net.unpack(theta), strict=True):
        np.testing.assert_allclose(dW, 0.3 * np.sign(W) + 0.7 * W, rtol=1e-12, atol=1e-15)
        assert not db.any()


SIZES = st.lists(st.integers(1, 9), min_size=2, max_size=5).map(tuple)


@given(SIZES, st.integers(0, 9))
def test_pack_and_unpack_are_inverse(sizes: tuple[int, ...], seed: int) -> None:
    net = Network(sizes, ("tanh",) * (len(sizes) - 2), "linear", "mse")
    theta = np.random.RandomState(seed).randn(net.parameters)
    params = net.unpack(theta)
    assert [W.shape for W, _ in params] == net.fans
    assert [b.shape for _, b in params] == [(units,) for units in sizes[1:]]
    np.testing.assert_array_equal(net.pack(params), theta)
    np.testing.assert_array_equal(net.pack([(W.tolist(), b[None, :]) for W, b in params]), theta)  # lists, (1, n) rows
    assert sum(W.size for W, _ in params) == net.is_weight.sum()
    for W, b in params:  # views: writing to them changes theta
        W[:], b[:] = 1.0, 0.0
    np.testing.assert_array_equal(theta, net.is_weight)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ([], "2 layers, but parameters of 0"),
        ([(np.zeros((2, 3)), np.zeros(3))], "2 layers, but parameters of 1"),
        ([(np.zeros((3, 2)), np.zeros(3)), (np.zeros((3, 1)), np.zeros(1))], r"W1 must have shape \(2, 3\)"),
        ([(np.zeros((2, 3)), np.zeros(3)), (np.zeros((3, 1)), np.zeros(2))], r"b2 \(1,\), not \(3, 1\) and \(2,\)"),
        ([(np.zeros(6), np.zeros(3)), (np.zeros((3, 1)), np.zeros(1))], r"W1 must have shape \(2, 3\)"),
        ([(np.zeros((2, 3)), 0.0), (np.zeros((3, 1)), 0.0)], r"b1 \(3,\)"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(params: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Network((2, 3, 1), ("tanh",), "linear", "mse").pack(params)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    sizes = draw(SIZES)
    activations = draw(st.tuples(*[st.sampled_from(list(ACTIVATIONS))] * (len(sizes) - 2)))
    output, loss = draw(st.sampled_from(PAIRS))
    return Network(sizes, activations, output, loss)


def bits(array: Array) -> bytes:
    """The bits, ignoring the sign of zeros: BLAS products of 1 × 1 matrices differ in it, which affects no update."""
    return np.ascontiguousarray(array + 0.0).tobytes()


@settings(max_examples=150)
@given(
    net=networks(),
    batch=st.integers(1, 20),
    runs=st.integers(1, 4),
    penalty=st.sampled_from([*PENALTIES, (0.01, 0.02)]),
    seed=st.integers(0, 99),
)
def test_many_networks_at_once_have_the_bits_of_each_alone(
    net: Network, batch: int, runs: int, penalty: tuple[float, float], seed: int
) -> None:
    rng = np.random.RandomState(seed)
    thetas, X, y = rng.randn(runs, net.parameters), rng.randn(batch, net.sizes[0]), rng.rand(batch, net.sizes[-1])
    together = full_pass(net, thetas, X, y, *penalty)
    for r, theta in enumerate(thetas):
        alone = full_pass(net, theta.copy(), X, y, *penalty)
        for mine, others in [(alone.z, together.z), (alone.a, together.a), (alone.delta, together.delta)]:
            assert [bits(array) for array in mine] == [bits(array[r]) for array in others]
        assert bits(alone.gradient) == bits(together.gradient[r])
        assert bits(alone.loss()) == bits(together.loss()[r])
        alone_answers, answers = respond(net, theta, X), respond(net, thetas, X)
        assert [bits(a) for a in alone_answers] == [bits(a[r]) for a in answers]


def test_a_pass_follows_its_parameters_and_its_rows() -> None:
    net = network(1, "tanh", "sigmoid", "mse")
    theta, (X, y) = np.random.RandomState(0).randn(net.parameters), rows(0)
    reused = full_pass(net, theta, X, y)
    first = bits(reused.gradient)
    theta *= 0.5
    X, y = rows(1)
    reused.load(X.T, y.T)
    reused.forward()
    assert bits(reused.backward()) == bits(full_pass(net, theta, X, y).gradient) != first
