"""Small networks of a homework that between them let every slip change something."""

from collections.abc import Iterator

import numpy as np

from backprop_core.explain.diagnosis import EXAMPLES
from backprop_core.explain.homework import Homework
from backprop_core.explain.recomputation import Numbers


def drawn(
    sizes: tuple[int, ...],
    rows: int,
    activation: str,
    output: str,
    loss: str,
    *,
    seed: int = 0,
    rate: float = 0.3,
    biases: bool = True,
) -> Homework:
    """A homework of random numbers; targets are probabilities summing to 1, which every loss can take."""
    rng = np.random.RandomState(seed)
    y = rng.uniform(0.1, 0.9, (rows, sizes[-1]))
    params = [(rng.randn(m, n), rng.randn(n)) for m, n in zip(sizes[:-1], sizes[1:], strict=True)]
    if sizes[-1] > 1:
        y /= y.sum(axis=1, keepdims=True)
    return Homework(rng.randn(rows, sizes[0]), y, params, activation, output, loss, rate, biases)


# Between them, these let every slip change something.
CLASS = EXAMPLES | {
    "mean": drawn((4, 4, 4), 3, "tanh", "linear", "mse"),
    "classes": drawn((2, 3, 3, 3), 4, "swish", "softmax", "cross_entropy", seed=1),
    "bits": drawn((3, 2, 2), 3, "gelu", "sigmoid", "bce", seed=2, biases=False),
    "softmax": drawn((2, 2, 3), 2, "softplus", "softmax", "half_sse", seed=3),
    "straight": drawn((2, 2), 3, "relu", "linear", "huber", seed=4),
    "leaky": drawn((2, 3, 2, 1), 1, "leaky_relu", "elu", "mae", seed=5),
}


def entries(numbers: Numbers) -> Iterator[tuple[str, tuple[int, ...], float]]:
    for name, array in numbers.items():
        for index in np.ndindex(array.shape):
            yield name, index, float(array[index])
