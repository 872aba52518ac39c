"""How fast the core trains, beside its peers, in one process: `python benchmarks/core.py`.

Each contender trains XOR 2-2-1 (sigmoid, half the summed squared error, learning rate 0.5, full batch) for the same
number of epochs, one after another, for several rounds. Printed are medians in µs per epoch, and how much faster this
core is. PyTorch, scikit-learn and JAX take part if they are installed. The core also records losses and keyframes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from backprop_core import Config, Run

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])
RATE = 0.5

Train = Callable[[int], None]


def notebook_epoch(epochs: int = 5_000) -> float:
    """Seconds of processor for an epoch of the notebook's own loop: the yardstick of the machine."""
    train, started = notebook(), time.process_time()
    train(epochs)
    return (time.process_time() - started) / epochs


def notebook() -> Train:
    """The notebook's loop as in the original program: integer inputs, biases drawn but never updated."""

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def derivative(a: np.ndarray) -> np.ndarray:
        return a * (1 - a)

    def train(epochs: int) -> None:
        rng = np.random.RandomState(0)
        W1, W2, b1, b2 = rng.rand(2, 2), rng.rand(2, 1), rng.rand(1, 2), rng.rand(1, 1)
        for _ in range(epochs):
            hidden = sigmoid(np.dot(X, W1) + b1)
            output = sigmoid(np.dot(hidden, W2) + b2)
            error = Y - output
            d_output = error * derivative(output)
            d_hidden = d_output.dot(W2.T) * derivative(hidden)
            W2 += hidden.T.dot(d_output) * RATE
            W1 += X.T.dot(d_hidden) * RATE

    return train


def core() -> Train:
    return lambda epochs: void(Run(Config(train_biases=False)).advance(epochs))


def core_with_biases() -> Train:
    return lambda epochs: void(Run(Config()).advance(epochs))


def pytorch() -> Train:
    import torch

    torch.set_num_threads(1)
    inputs, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)

    def train(epochs: int) -> None:
        network = torch.nn.Sequential(
            torch.nn.Linear(2, 2), torch.nn.Sigmoid(), torch.nn.Linear(2, 1), torch.nn.Sigmoid()
        ).double()
        optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
        for _ in range(epochs):
            optimizer.zero_grad()
            (0.5 * ((network(inputs) - targets) ** 2).sum()).backward()
            optimizer.step()

    return train


def scikit_learn() -> Train:
    from sklearn.neural_network import MLPRegressor

    def train(epochs: int) -> None:
        network = MLPRegressor(
            hidden_layer_sizes=(2,),
            activation="logistic",
            solver="sgd",
            alpha=0,
            batch_size=4,
            learning_rate_init=RATE,
            momentum=0,
            max_iter=epochs,
            tol=0,
            n_iter_no_change=epochs,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about non-convergence, but runs the requested number of epochs
            network.fit(X, Y.ravel())

    return train


def jax_jit() -> Train:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    inputs, targets = jnp.asarray(X, dtype=float), jnp.asarray(Y, dtype=float)

    def loss(params: list[jax.Array]) -> jax.Array:
        W1, b1, W2, b2 = params
        output = jax.nn.sigmoid(jax.nn.sigmoid(inputs @ W1 + b1) @ W2 + b2)
        return 0.5 * jnp.sum((output - targets) ** 2)

    def step(params: list[jax.Array]) -> list[jax.Array]:
        return [p - RATE * g for p, g in zip(params, jax.grad(loss)(params), strict=True)]

    jitted = jax.jit(step)

    def train(epochs: int) -> None:
        rng = np.random.RandomState(0)
        params = [jnp.asarray(rng.rand(*shape)) for shape in ((2, 2), (1, 2), (2, 1), (1, 1))]
        for _ in range(epochs):
            params = jitted(params)
        params[0].block_until_ready()

    return train


def void(_: object) -> None:
    """Discard a contender's return value."""


CONTENDERS: dict[str, Callable[[], Train]] = {
    "the notebook's loop": notebook,
    "this core": core,
    "this core, biases trained": core_with_biases,
    "PyTorch, eager": pytorch,
    "scikit-learn": scikit_learn,
    "JAX, jitted step": jax_jit,
}


def measure(epochs: int, rounds: int) -> dict[str, float]:
    """Median µs per epoch of every contender that is installed; each runs once in every round."""
    trains = {}
    for name, make in CONTENDERS.items():
        try:
            trains[name] = make()
        except ImportError:
            print(f"{name}: not installed")
    for train in trains.values():
        train(min(epochs, 200))  # compilation and first imports are not measured
    times: dict[str, list[float]] = {name: [] for name in trains}
    for _ in range(rounds):
        for name, train in trains.items():
            start = time.perf_counter()
            train(epochs)
            times[name].append((time.perf_counter() - start) / epochs * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def larger(rounds: int) -> float:
    """Median µs per epoch for 250 rows and a 2-8-8-1 network, full batch, tanh."""
    config = Config(dataset="moons", samples=250, test_share=0.0, hidden=(8, 8), activation="tanh", learning_rate=0.01)
    times = []
    for _ in range(rounds):
        run = Run(config)
        start = time.perf_counter()
        run.advance(500)
        times.append((time.perf_counter() - start) / 500 * 1e6)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5_000, help="of each training (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="(default: %(default)s)")
    options = parser.parse_args()
    medians = measure(options.epochs, options.rounds)
    ours = medians["this core"]
    print(f"XOR 2-2-1, full batch, {options.epochs:,} epochs, median of {options.rounds} rounds")
    for name, median in medians.items():
        print(f"{name:28s}{median:8.2f} µs an epoch   this core is {median / ours:5.2f} times as fast")
    print(f"250 rows, 2-8-8-1, full batch: {larger(options.rounds):.1f} µs an epoch")


if __name__ == "__main__":
    main()
