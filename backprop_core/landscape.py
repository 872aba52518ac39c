"""The loss over a plane through the parameter space of a run, and the run's trajectory projected onto it.

A point (α, β) of a plane stands for the parameters θ(α, β) = origin + α·first + β·second (Li, Xu, Taylor, Studer &
Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets", section 3). The loss there is the training loss,
penalty included, as training computes it: many points are computed in one `Pass`, along its run axis, and each has the
bits that it would have alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_core.nn.activations import Array
from backprop_core.nn.network import Pass
from backprop_core.settings.parameter import Address, addresses, field_text
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Snapshot

POINTS = 51  # default number of points of a surface along each axis
MOST_POINTS = 201
BLOCK_BYTES = 2**20  # buffers of the networks computed at once: it is fastest if they fit in the processor's cache
MARGIN = 0.15  # around a trajectory, on each side, as a share of its extent
NEAREST = 0.1  # smallest reach of a surface made for a trajectory, as a share of the usual reach
PARALLEL = 1e-9  # two directions with a smaller angle (in radians) do not span a plane


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through parameter space: θ(α, β) = origin + α·first + β·second.

    origin, first, second : (P,)
    labels : names of the two directions
    shares : share of the trajectory's variance along each direction, for a plane made from a trajectory

    Raises
    ------
    ConfigError
        If the directions are parallel, or the length of one is zero or not finite.
    """

    origin: Array
    first: Array
    second: Array
    labels: tuple[str, str]
    shares: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        lengths = [_length(direction) for direction in (self.first, self.second)]
        if all(0 < length < math.inf for length in lengths):
            first, second = self.first / lengths[0], self.second / lengths[1]
            if _length(second - (first @ second) * first) > PARALLEL:
                return
        raise ConfigError("plane", "These two directions span no plane. Choose another plane, or another seed.")

    def at(self, points: Array) -> Array:
        """The parameters (..., P) at points (..., 2)."""
        return self.origin + (points[..., :1] * self.first + points[..., 1:] * self.second)


@dataclass(frozen=True)
class PlaneKind:
    """A way to choose a plane through the parameters of a snapshot.

    `make(snapshot, thetas, *, seed, chosen)` takes the run's trajectory (K, P), a seed, and addresses of parameters;
    `settings` names which of `seed` and `chosen` it uses. It raises ConfigError if there is no such plane.
    """

    label: str
    about: str
    make: Callable[..., Plane]
    settings: tuple[str, ...] = ()


def _random(snapshot: Snapshot, thetas: Array, *, seed: int, chosen: Sequence[Address]) -> Plane:
    """Two random directions, filter-normalised (Li et al. 2018, section 4).

    Each unit's part of a direction has the same length as its incoming weights, so that a step of 1 is the same
    relative change for every unit. The paper leaves biases out, because its networks have few. Here they are up to half
    of all parameters, and a plane without them would miss much of what training changes: a bias counts as one of its
    unit's incoming weights, unless biases are frozen.

    In a million dimensions two random directions are almost always nearly orthogonal; in nine they are not, and the
    picture would be sheared. The second direction is therefore made orthogonal to the first, unit by unit, before the
    lengths are set. This is not possible for a unit with a single trained parameter.
    """
    network, theta = snapshot.network, snapshot.state.theta
    trained = np.ones_like(theta) if snapshot.config.train_biases else network.is_weight
    if not (theta * trained).any():
        raise ConfigError(
            "plane",
            "Random directions are scaled to the weights, and all weights are 0: train a few epochs first, "
            "or choose another plane.",
        )
    directions = np.random.RandomState(seed).randn(2, len(theta)) * trained
    blocks = (network.blocks(vectors) for vectors in (theta * trained, trained, directions))
    for weights, free, pair in zip(
        *blocks, strict=True
    ):  # one column per unit; pair is a view (2, fan_in + 1, fan_out)
        first, second = pair
        if free[:, 0].sum() > 1:
            second -= first * ((first * second).sum(axis=0) / (first * first).sum(axis=0))
        pair[:] = pair * (_unit_lengths(weights) / _unit_lengths(pair))
    return Plane(theta, directions[0], directions[1], ("random direction 1", "random direction 2"))


def _weights(snapshot: Snapshot, thetas: Array, *, seed: int, chosen: Sequence[Address]) -> Plane:
    """The plane of two parameters, chosen by their addresses; a step of 1 changes a parameter by 1."""
    all_addresses = addresses(snapshot.network)
    for address in chosen:
        if address not in all_addresses:
            sizes = "-".join(map(str, snapshot.network.sizes))
            raise ConfigError("chosen", f"{address!r} is not a parameter of this network, whose layers are {sizes}.")
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise ConfigError("chosen", "A plane has two directions: choose two different parameters.")
    first, second = directions = np.zeros((2, len(all_addresses)))
    directions[[0, 1], [all_addresses.index(address) for address in chosen]] = 1.0
    labels = (f"change of {field_text(chosen[0])}", f"change of {field_text(chosen[1])}")
    return Plane(snapshot.state.theta, first, second, labels)


def _principal(snapshot: Snapshot, thetas: Array, *, seed: int, chosen: Sequence[Address]) -> Plane:
    """The plane through the snapshot's parameters that fits the trajectory best (Li et al. 2018, section 7).

    Its directions are the first two right singular vectors of the rows θ_k − origin, with signs such that the farthest
    point of the trajectory along each of them has a negative coordinate.
    """
    origin = snapshot.state.theta
    if len(thetas) < 3:
        raise ConfigError("plane", "Train a few epochs first: principal components need three points of a run's way.")
    coordinates, sizes, directions = np.linalg.svd(thetas - origin, full_matrices=False)
    if len(sizes) < 2 or not sizes[1] > PARALLEL * sizes[0]:
        raise ConfigError(
            "plane",
            "Train a few epochs first, or choose another plane: so far the weights have moved along a straight line "
            "at most, which has no second principal component.",
        )
    farthest = coordinates[np.abs(coordinates[:, :2]).argmax(axis=0), [0, 1]]
    first, second = -np.sign(farthest)[:, np.newaxis] * directions[:2]
    shares = (sizes / _length(sizes)) ** 2
    labels = ("principal component 1", "principal component 2")
    return Plane(origin, first, second, labels, (float(shares[0]), float(shares[1])))


PLANES: dict[str, PlaneKind] = {
    "pca": PlaneKind(
        "principal components", "The plane that holds as much of the run's own way as a plane can.", _principal
    ),
    "random": PlaneKind(
        "random directions",
        "Two random directions, each unit's part as long as its weights: what the surroundings look like.",
        _random,
        ("seed",),
    ),
    "weights": PlaneKind(
        "two parameters", "Two weights or biases; all others stay as they are.", _weights, ("chosen",)
    ),
}


def trajectory(run: Run, most: int = 200) -> tuple[Array, Array]:
    """The trajectory of a run: epochs (K,), K up to `most`, evenly spaced except the newest, and parameters (K, P).

    Taken from keyframes and the newest epoch, so that nothing is trained again; edits of parameters are included.
    """
    epochs = run.history.spread(most)
    thetas = [run.history.nearest(epoch)[1].theta for epoch in epochs[:-1]]
    return np.array(epochs), np.array([*thetas, run.at(epochs[-1]).state.theta])


def project(plane: Plane, thetas: Array) -> Array:
    """The points (K, 2) of the plane nearest to parameters (K, P), also if the directions are not orthogonal."""
    directions = np.stack([plane.first, plane.second], axis=1)
    return np.linalg.lstsq(directions, (thetas - plane.origin).T)[0].T


def explained(plane: Plane, thetas: Array) -> float:
    """The share, 0 to 1, of the variance of parameters (K, P) that lies in the plane: 1 − Σ|θ − θ̂|² / Σ|θ − origin|².

    θ̂ is the nearest point of the plane. The variance is taken about the plane's origin, not about the mean: the
    distance of a trajectory that runs parallel to the plane counts as unexplained.
    """
    offsets = thetas - plane.origin
    missed = offsets - project(plane, thetas) @ np.stack([plane.first, plane.second])
    return max(0.0, 1.0 - (_length(missed) / (_length(offsets) or 1.0)) ** 2)


def suggested_reach(plane: Plane, thetas: Array | None = None) -> Array:
    """A suitable reach of a surface, (2, 2): lowest and highest α, lowest and highest β.

    By default, the parameters change by up to their own length: from −1 to 1 along filter-normalised directions, as in
    Li et al. The trajectory (K, P), if passed, is included with a margin; a plane made for a trajectory shows little
    more than that.
    """
    lengths = np.array([_length(plane.first), _length(plane.second)])
    usual = np.outer((_length(plane.origin) or 1.0) / lengths, [-1.0, 1.0])
    points = np.zeros((1, 2)) if thetas is None else project(plane, thetas)
    if not points.any():
        return usual
    low, high = np.minimum(points.min(axis=0), 0.0), np.maximum(points.max(axis=0), 0.0)
    margin = MARGIN * (high - low)
    nearest = usual if plane.shares is None else NEAREST * usual
    return np.stack([np.minimum(low - margin, nearest[:, 0]), np.maximum(high + margin, nearest[:, 1])], axis=1)


def losses(snapshot: Snapshot, plane: Plane, points: Array) -> Array:
    """The training loss (...) at points (..., 2), penalty included; it may be infinite or NaN.

    As many networks are computed at once as fit into a block, and at least one.
    """
    network, config, data = snapshot.network, snapshot.config, snapshot.data
    flat, rows = points.reshape(-1, 2), len(data.X)
    cells = rows * sum(4 * units + 3 for units in network.sizes[1:]) + 2 * network.parameters  # per network in a Pass
    blocks = -(-len(flat) * cells * flat.itemsize // BLOCK_BYTES)
    size = max(1, -(-len(flat) // max(1, blocks)))
    values = np.empty(len(flat))
    with np.errstate(all="ignore"):
        theta = np.repeat(plane.origin[np.newaxis], size, axis=0)
        block = Pass(network, theta, rows, l1=config.l1, l2=config.l2)
        block.load(data.expand(data.X).T, data.y.T)
        for start in range(0, len(flat), size):
            part = flat[start : start + size]
            theta[: len(part)] = plane.at(part)
            block.forward()
            values[start : start + size] = block.loss()[: len(part)]
    return values.reshape(points.shape[:-1])


@dataclass(frozen=True, eq=False)
class Landscape:
    """The training loss over a plane, with the configuration and data of a snapshot.

    alpha, beta : (points,), ascending
    loss : (points, points), one row per β and one column per α, like an image
    """

    snapshot: Snapshot
    plane: Plane
    alpha: Array
    beta: Array
    loss: Array


def surface(snapshot: Snapshot, plane: Plane, reach: ArrayLike, points: int = POINTS) -> Landscape:
    """The loss at points² points of a plane, within reach (2, 2): lowest and highest α, lowest and highest β.

    Coordinates are multiples of the step, so the ends may be off by up to half a step, and if both axes cross 0 the
    plane's origin is one of the points. Raises ConfigError for a bad number of points or a bad reach.
    """
    if not 2 <= points <= MOST_POINTS:
        raise ConfigError("points", f"A surface has 2 to {MOST_POINTS} points along each axis, not {points!r}.")
    alpha, beta = (_axis(low, high, points) for low, high in np.asarray(reach, dtype=float))
    grid = np.stack(np.meshgrid(alpha, beta), axis=-1)
    return Landscape(snapshot, plane, alpha, beta, losses(snapshot, plane, grid))


@dataclass(frozen=True, eq=False)
class Trail:
    """A run's trajectory, projected onto a landscape.

    epochs : (K,)
    points : (K, 2), (α, β) of the nearest point of the plane
    heights : (K,), the loss at these points of the plane
    losses : (K,), the run's actual loss at these epochs
    share : share of the trajectory's variance that lies in the plane
    """

    epochs: Array
    points: Array
    heights: Array
    losses: Array
    share: float


def trail(landscape: Landscape, run: Run, epochs: Array, thetas: Array) -> Trail:
    """The trajectory with these epochs (K,) and parameters (K, P), projected onto a landscape."""
    plane = landscape.plane
    points = project(plane, thetas)
    heights = losses(landscape.snapshot, plane, points)
    return Trail(epochs, points, heights, run.history.loss[epochs], explained(plane, thetas))


def _axis(low: float, high: float, points: int) -> Array:
    step = (high - low) / (points - 1)
    if not 0 < step < math.inf:
        raise ConfigError("reach", f"A surface reaches from a lower to a higher number, not from {low:g} to {high:g}.")
    return step * (np.rint(low / step) + np.arange(points))


def _length(array: Array) -> float:
    """√Σx², without overflow: in a diverging run, the squares of weights may exceed float64."""
    return float(np.hypot.reduce(array.ravel()))


def _unit_lengths(block: Array) -> Array:
    """The length of each unit's incoming weights (..., 1, fan_out) in a layer's block (..., fan_in + 1, fan_out)."""
    return np.hypot.reduce(block, axis=-2, keepdims=True)
