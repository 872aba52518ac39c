"""A student's own numbers, drawn from SHA-256: the same on every machine, with no random generator of a library.

The digest of the assignment's text, the student's code, the number of the task and that of the attempt is read as
16-bit words. The first words decide choices, the others are networks and rows, in tenths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.nn.activations import OUTPUTS, Array
from backprop_core.nn.losses import FUSED, LOSSES
from backprop_core.practice.assignment import Assignment

CHOICES = 32  # words for choices
_WORDS_PER_DIGEST = 16
MOST_WEIGHT, MOST_INPUT, MOST_TARGET = 9, 20, 20  # in tenths


def words(assignment: Assignment, code: str, task: int, attempts: Sequence[int], rows: int) -> Array:
    """(attempts, words): the words of each attempt at one task."""
    sizes = assignment.sizes
    count = CHOICES + rows * (sizes[0] + sizes[-1]) + sum((m + 1) * n for m, n in zip(sizes, sizes[1:], strict=False))
    digests = -(-count // _WORDS_PER_DIGEST)
    start = hashlib.sha256(f"{assignment.text}\n{code}\n{task}\n".encode())
    data = bytearray()
    for attempt in attempts:
        for part in range(digests):
            digest = start.copy()
            digest.update(f"{attempt}.{part}".encode())
            data += digest.digest()
    return np.frombuffer(bytes(data), dtype=">u2").reshape(len(attempts), -1).astype(int)


def homeworks(assignment: Assignment, drawn: Array, rows: int) -> Homework:
    """The homeworks of these words (attempts, words) as one, whose arrays have a leading axis."""
    at = CHOICES

    def take(*shape: int) -> Array:
        nonlocal at
        start, at = at, at + int(np.prod(shape))
        return drawn[:, start:at].reshape(len(drawn), *shape)

    sizes = assignment.sizes
    X = _signed(take(rows, sizes[0]), 2, MOST_INPUT)
    y = _targets(assignment, take(rows, sizes[-1]))
    params = [
        (_signed(take(m, n), 1, MOST_WEIGHT), _signed(take(n), 1, MOST_WEIGHT))
        for m, n in zip(sizes, sizes[1:], strict=False)
    ]
    return _homework(assignment, X, y, params)


def alone(assignment: Assignment, batch: Homework, i: int) -> Homework:
    """One homework of many."""
    return _homework(assignment, batch.X[i], batch.y[i], [(W[i], b[i]) for W, b in batch.params])


def part(assignment: Assignment, batch: Homework, places: Sequence[int]) -> Homework:
    """Some homeworks of many."""
    some = list(places)
    return _homework(assignment, batch.X[some], batch.y[some], [(W[some], b[some]) for W, b in batch.params])


def stacked(homeworks: Sequence[Homework]) -> Homework:
    """Homeworks of the same shape and functions as one, whose arrays have a leading axis."""
    first = homeworks[0]
    params = [
        (np.stack([h.params[l][0] for h in homeworks]), np.stack([h.params[l][1] for h in homeworks]))
        for l in range(len(first.params))
    ]
    X, y = (np.stack([getattr(h, name) for h in homeworks]) for name in ("X", "y"))
    return Homework(X, y, params, first.activation, first.output, first.loss, first.learning_rate, first.train_biases)


class OneOf(Mapping[str, Array]):
    """The numbers of one homework of many, taken out when they are asked for."""

    def __init__(self, numbers: Mapping[str, Array], i: int) -> None:
        self._numbers, self._i = numbers, i

    def __getitem__(self, name: str) -> Array:
        return np.asarray(self._numbers[name][self._i])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def one_of(numbers: Mapping[str, Array], i: int) -> dict[str, Array]:
    """The numbers of one homework of many."""
    return dict(OneOf(numbers, i))


def joined(batch: Homework, some: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """The numbers of each homework as those of a batch; NaN where one has none."""
    shapes = {name: values.shape for numbers in some for name, values in numbers.items()}
    together = {name: np.full((len(batch.X), *shape), np.nan) for name, shape in shapes.items()}
    for i, numbers in enumerate(some):
        for name, values in numbers.items():
            together[name][i] = values
    return together


def _homework(assignment: Assignment, X: Array, y: Array, params: list[tuple[Array, Array]]) -> Homework:
    return Homework(
        X, y, params, assignment.activation, assignment.output, assignment.loss, assignment.rate, train_biases=True
    )


def _signed(drawn: Array, least: int, most: int) -> Array:
    """Tenths from ±least to ±most, as numbers of at most one decimal."""
    count = most - least + 1
    return np.where(drawn % 2, 1, -1) * (drawn // 2 % count + least) / 10


def _targets(assignment: Assignment, drawn: Array) -> Array:
    """Targets that the outputs can come close to: one of the classes, 0 or 1, or tenths between the bounds."""
    function, loss = OUTPUTS[assignment.output], LOSSES[assignment.loss]
    if function.pull_back and (assignment.output, assignment.loss) in FUSED:
        return (drawn[..., :1] % drawn.shape[-1] == np.arange(drawn.shape[-1])).astype(float)
    if loss.of_probabilities:
        return (drawn % 2).astype(float)
    low, high = (round(10 * float(np.clip(bound, -2, 2))) for bound in function.bounds)
    if function.bounds == (-np.inf, np.inf):
        return _signed(drawn, 1, MOST_TARGET)
    return (drawn % (high - low - 1) + low + 1) / 10
