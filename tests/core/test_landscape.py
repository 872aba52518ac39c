"""The loss over a plane: every point is what training computes; planes and trajectories are placed correctly."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.updates import CONFIGS, trained

from backprop_core import Config, ConfigError, Run, Snapshot
from backprop_core import landscape as module
from backprop_core.landscape import (
    MOST_POINTS,
    PLANES,
    Plane,
    explained,
    losses,
    project,
    suggested_reach,
    surface,
    trail,
    trajectory,
)
from backprop_core.nn.activations import Array
from backprop_core.settings.parameter import Address, addresses, field_text, parameter_index
from backprop_core.training.history import State
from backprop_core.training.presets import PRESETS
from backprop_core.training.trainer import Trainer

NAMES = [*CONFIGS, "mazur"]
KINDS = pytest.mark.parametrize("kind", PLANES)


@functools.cache
def run_of(name: str) -> Run:
    run = trained(name)
    run.advance(5)
    return run


def newest(run: Run) -> Snapshot:
    return run.at(run.epoch)


def plane_of(run: Run, kind: str, *, seed: int = 0, chosen: Sequence[Address] | None = None) -> Plane:
    """A plane of a run; the two parameters are its first weight and its last bias."""
    known = addresses(run.network)
    return PLANES[kind].make(newest(run), trajectory(run)[1], seed=seed, chosen=chosen or [known[0], known[-1]])


def alone(snapshot: Snapshot, theta: Array) -> float:
    """The loss of these parameters (P,), computed alone in a pass."""
    return replace(snapshot, state=State(theta[np.newaxis])).loss


def same_bits(first: Any, second: Any) -> bool:
    return np.asarray(first, dtype=float).tobytes() == np.asarray(second, dtype=float).tobytes()


# The surface


@KINDS
@pytest.mark.parametrize("name", NAMES)
def test_every_point_has_the_bits_of_its_loss_alone(name: str, kind: str) -> None:
    run = run_of(name)
    snapshot, plane = newest(run), plane_of(run, kind)
    ground = surface(snapshot, plane, 3 * suggested_reach(plane, trajectory(run)[1]), 8)
    for row, column in np.random.RandomState(0).randint(8, size=(12, 2)):
        theta = plane.origin + (ground.alpha[column] * plane.first + ground.beta[row] * plane.second)
        assert same_bits(ground.loss[row, column], alone(snapshot, theta))


@KINDS
@pytest.mark.parametrize("name", NAMES)
def test_the_origin_is_a_point_and_has_the_bits_of_the_snapshot_s_loss(name: str, kind: str) -> None:
    run = run_of(name)
    plane = plane_of(run, kind)
    for points in (2, 5, 6):
        ground = surface(newest(run), plane, suggested_reach(plane, trajectory(run)[1]), points)
        assert ground.loss.shape == (points, points)
        assert (len(ground.alpha), len(ground.beta)) == (points, points)
        assert same_bits(ground.loss[ground.beta == 0, ground.alpha == 0], [newest(run).loss])


@KINDS
def test_a_point_is_what_a_run_from_there_starts_with(kind: str) -> None:
    run = run_of("l2")
    plane = plane_of(run, kind)
    ground = surface(newest(run), plane, [[-1, 1], [-2, 2]], 5)
    for row, column in ((0, 0), (1, 4), (3, 2)):
        theta = plane.at(np.array([ground.alpha[column], ground.beta[row]]))
        started = Run(CONFIGS["l2"], params=run.network.unpack(theta))
        assert started.history.loss[0] == ground.loss[row, column]


def test_the_penalty_is_that_of_the_snapshot_s_epoch() -> None:
    run = Run(Config())
    run.advance(4)
    run.edit(l2=0.5)
    run.advance(2)
    for epoch in (3, 4):
        snapshot = run.at(epoch)
        plane = PLANES["random"].make(snapshot, trajectory(run)[1], seed=0, chosen=())
        assert losses(snapshot, plane, np.zeros(2)) == snapshot.loss == run.history.loss[epoch]


@pytest.mark.parametrize("size", [1, 5_000, 100_000, 64 * 2**20])
@pytest.mark.parametrize("name", ["xor", "three hidden layers", "softmax and cross-entropy"])
def test_blocks_change_no_number(name: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plane, snapshot = plane_of(run_of(name), "random"), newest(run_of(name))
    whole = surface(snapshot, plane, [[-1, 1], [-1, 1]], 7).loss
    monkeypatch.setattr(module, "BLOCK_BYTES", size)
    assert same_bits(surface(snapshot, plane, [[-1, 1], [-1, 1]], 7).loss, whole)


@pytest.mark.parametrize("size", [1e100, 1e160, 1e300])
def test_losses_that_are_not_finite_are_kept_in_silence(size: float) -> None:
    run = run_of("regression")
    plane = plane_of(run, "random")
    ground = surface(newest(run), plane, size * np.array([[-1, 1], [-1, 1]]), 5)
    assert np.isfinite(ground.loss).all() == (size == 1e100)
    assert ground.loss[2, 2] == newest(run).loss


def test_it_tells_nothing_to_the_snapshot() -> None:
    snapshot = newest(run_of("xor"))
    before = snapshot.state.memory.copy()
    surface(snapshot, plane_of(run_of("xor"), "random"), [[-1, 1], [-1, 1]], 9)
    assert same_bits(before, snapshot.state.memory)


@given(
    st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, MOST_POINTS), st.sampled_from(["xor", "no hidden layer"])
)
def test_axes_rise_evenly_through_zero_and_end_where_they_should(low: float, span: float, n: int, name: str) -> None:
    step = span / (n - 1)
    axis = module._axis(low, low + span, n)
    assert len(axis) == n
    np.testing.assert_allclose(np.diff(axis), step, rtol=1e-6, atol=1e-9 * abs(low))
    assert abs(axis[0] - low) <= 0.51 * step + 1e-9 * abs(low)
    assert (0 in axis) == bool(axis[0] <= 0 <= axis[-1])


@pytest.mark.parametrize(
    "reach", [[[1, -1], [-1, 1]], [[0, 0], [-1, 1]], [[-1, 1], [np.nan, 1]], [[-1, np.inf], [0, 1]]]
)
def test_a_reach_that_is_none_is_refused(reach: Any) -> None:
    run = run_of("xor")
    with pytest.raises(ConfigError, match="from a lower to a higher number") as error:
        surface(newest(run), plane_of(run, "random"), reach)
    assert error.value.field == "reach"


@pytest.mark.parametrize("points", [-1, 0, 1, MOST_POINTS + 1])
def test_too_few_and_too_many_points_are_refused(points: int) -> None:
    run = run_of("xor")
    with pytest.raises(ConfigError, match=f"2 to {MOST_POINTS} points") as error:
        surface(newest(run), plane_of(run, "random"), [[-1, 1], [-1, 1]], points)
    assert error.value.field == "points"


# Planes


@KINDS
@pytest.mark.parametrize("name", NAMES)
def test_planes_are_the_same_every_time(name: str, kind: str) -> None:
    first, second = (plane_of(run_of(name), kind, seed=3) for _ in range(2))
    assert same_bits([first.first, first.second], [second.first, second.second])
    assert same_bits(first.origin, newest(run_of(name)).state.memory[0])
    assert len(set(first.labels)) == 2


@KINDS
def test_a_kind_depends_on_its_settings_and_on_no_others(kind: str) -> None:
    run, base = run_of("two hidden layers"), plane_of(run_of("two hidden layers"), kind)
    seeded, chosen = plane_of(run, kind, seed=1), plane_of(run, kind, chosen=[(2, "W", 0, 1), (1, "b", 0)])
    changed = {
        name
        for name, other in (("seed", seeded), ("chosen", chosen))
        if not same_bits([base.first, base.second], [other.first, other.second])
    }
    assert changed == {*PLANES[kind].settings}


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
@pytest.mark.parametrize("name", NAMES)
def test_random_directions_are_as_long_as_each_unit_s_weights(name: str, seed: int) -> None:
    run = run_of(name)
    plane, snapshot = plane_of(run, "random", seed=seed), newest(run)
    for direction in (plane.first, plane.second):
        for (W, b), (u, v) in zip(snapshot.params, run.network.unpack(direction), strict=True):
            if snapshot.config.train_biases:
                W, u = np.vstack([W, b]), np.vstack([u, v])  # noqa: PLW2901
            else:
                assert not v.any()
            np.testing.assert_allclose(np.linalg.norm(u, axis=0), np.linalg.norm(W, axis=0), rtol=1e-12)
    assert abs(plane.first @ plane.second) <= 1e-12 * (plane.first @ plane.first)


def test_a_unit_with_one_parameter_has_no_room_for_another_direction() -> None:
    run = Run(Config(dataset="sine", output="linear", hidden=(3,), train_biases=False))
    plane, (W, _) = plane_of(run, "random"), run.params[0]
    for direction in (plane.first, plane.second):
        np.testing.assert_allclose(np.abs(run.network.unpack(direction)[0][0]), np.abs(W), rtol=1e-15)


@pytest.mark.parametrize("name", ["xor", "more inputs than are written out", "mazur"])
def test_an_address_is_where_an_edit_goes(name: str) -> None:
    run = trained(name)
    known = addresses(run.network)
    assert len({*known}) == len({*map(field_text, known)}) == run.network.parameters
    for place, address in enumerate(known):
        run.edit(params={address: 1.0 + place})
        layer, kind, *index = address
        row, unit = index if kind == "W" else (run.network.sizes[layer - 1], *index)
        assert parameter_index(run.network, layer, row, unit) == place
    np.testing.assert_array_equal(newest(run).state.memory[0], 1.0 + np.arange(len(known)))


def test_a_plane_of_two_weights_changes_them_alone() -> None:
    plane = plane_of(run_of("xor"), "weights", chosen=[(2, "b", 0), (1, "W", 0, 1)])
    known = addresses(run_of("xor").network)
    changed = plane.at(np.array([0.5, -2.0])) - plane.origin
    assert changed[known.index((2, "b", 0))] == pytest.approx(0.5, rel=1e-12)
    assert changed[known.index((1, "W", 0, 1))] == pytest.approx(-2.0, rel=1e-12)
    assert np.count_nonzero(changed) == 2
    assert plane.labels == ("change of b2[0]", "change of W1[0, 1]")


@pytest.mark.parametrize(
    "chosen",
    [
        [],
        [(1, "W", 0, 0)],
        [(1, "W", 0, 0), (1, "W", 0, 0)],
        [(1, "W", 0, 0), (1, "W", 0, 1), (1, "b", 0)],
        [(1, "W", 0, 0), (3, "W", 0, 0)],
        [(1, "W", 0, 0), (1, "W", 0)],
        [(1, "W", 2, 0), (1, "b", 0)],
        [(1, "W", 0, 0), [1, "b", 0]],
    ],
)
def test_a_choice_that_makes_no_plane_is_refused(chosen: Any) -> None:
    with pytest.raises(ConfigError, match=r"choose two different|is not a parameter of this network, whose") as error:
        PLANES["weights"].make(newest(run_of("xor")), np.empty(0), seed=0, chosen=chosen)
    assert error.value.field == "chosen"


@pytest.mark.parametrize("name", NAMES)
def test_principal_components_hold_more_of_the_way_than_other_planes(name: str) -> None:
    run = run_of(name)
    thetas, plane = trajectory(run)[1], plane_of(run, "pca")
    share = explained(plane, thetas)
    assert plane.shares is not None
    assert plane.shares[0] >= plane.shares[1] > 0
    assert share == pytest.approx(sum(plane.shares), rel=1e-9)
    np.testing.assert_allclose([plane.first @ plane.first, plane.second @ plane.second], 1, rtol=1e-12)
    assert abs(plane.first @ plane.second) < 1e-12
    rng = np.random.RandomState(0)
    for _ in range(20):
        nudge = Plane(plane.origin, plane.first + 0.1 * rng.randn(len(plane.first)), plane.second, plane.labels)
        assert share >= explained(nudge, thetas) - 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_principal_components_are_eigenvectors_and_point_away_from_the_way(name: str) -> None:
    run = run_of(name)
    thetas, plane = trajectory(run)[1], plane_of(run, "pca")
    offsets = thetas - plane.origin
    scatter = offsets.T @ offsets
    for direction, share in zip((plane.first, plane.second), plane.shares or (), strict=True):
        np.testing.assert_allclose(
            scatter @ direction, share * np.trace(scatter) * direction, atol=1e-9 * scatter.max()
        )
        along = offsets @ direction
        assert along[np.abs(along).argmax()] < 0


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_way_of_two_points_has_no_principal_components(epochs: int) -> None:
    run = Run(Config())
    run.advance(epochs)
    with pytest.raises(ConfigError, match=r"^Train a few epochs first: ") as error:
        plane_of(run, "pca")
    assert error.value.field == "plane"


@pytest.mark.parametrize("way", [np.zeros((5, 9)), np.outer(np.arange(5.0), np.arange(9.0)), np.ones((3, 9))])
def test_a_straight_way_has_no_principal_components(way: Array) -> None:
    snapshot = newest(run_of("xor"))
    with pytest.raises(ConfigError, match=r"^Train a few epochs first, or choose another plane: ") as error:
        PLANES["pca"].make(snapshot, snapshot.state.memory[0] + way, seed=0, chosen=())
    assert error.value.field == "plane"


def test_weights_of_zero_have_no_random_directions() -> None:
    with pytest.raises(ConfigError, match="all weights are 0: train a few epochs first") as error:
        plane_of(Run(Config(init="zeros")), "random")
    assert error.value.field == "plane"


@pytest.mark.parametrize("second", [[0, 0, 0], [2, 4, 6], [-1, -2, -3], [np.nan, 1, 1], [np.inf, 1, 1]])
def test_directions_that_span_no_plane_are_refused(second: list[float]) -> None:
    one, other = np.array([1.0, 2, 3]), np.array(second, dtype=float)
    for first, last in ((one, other), (other, one)):
        with pytest.raises(ConfigError, match="span no plane") as error:
            Plane(np.zeros(3), first, last, ("first", "second"))
        assert error.value.field == "plane"


def test_a_single_trained_weight_has_no_random_plane() -> None:
    run = Run(Config(dataset="sine", output="linear", hidden=(), train_biases=False))
    with pytest.raises(ConfigError, match="span no plane"):
        plane_of(run, "random")


# Projections


@st.composite
def planes(draw: st.DrawFn) -> Plane:
    """Planes with directions of any angle and length."""
    rng = np.random.RandomState(draw(st.integers(0, 10_000)))
    size = draw(st.integers(2, 40))
    first, second = rng.randn(2, size)
    second = second + draw(st.floats(-5, 5)) * first
    scale = draw(st.sampled_from([1e-3, 1.0, 1e3]))
    return Plane(rng.randn(size), scale * first, second, ("first", "second"))


coordinates = st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=20).map(np.array)


@given(planes(), coordinates)
def test_a_point_of_the_plane_is_projected_onto_itself(plane: Plane, points: Array) -> None:
    thetas = plane.at(points)
    np.testing.assert_allclose(plane.at(project(plane, thetas)), thetas, rtol=1e-9, atol=1e-8)
    lengths = np.linalg.norm([plane.first, plane.second], axis=1)
    np.testing.assert_allclose(
        project(plane, thetas) * lengths, points * lengths, atol=1e-8 * np.abs(thetas).max() + 1e-8
    )
    assert explained(plane, thetas) == pytest.approx(1.0, abs=1e-9)


@given(planes(), st.integers(1, 20), st.integers(0, 100))
def test_a_projection_is_the_nearest_point(plane: Plane, count: int, seed: int) -> None:
    thetas = np.random.RandomState(seed).randn(count, len(plane.origin))
    missed = thetas - plane.at(project(plane, thetas))
    for direction in (plane.first, plane.second):
        np.testing.assert_allclose(missed @ direction / np.linalg.norm(direction), 0, atol=1e-8)


@given(planes(), st.integers(1, 20), st.integers(0, 100), st.sampled_from([1e-200, 1.0, 1e200]))
def test_the_share_explained_is_a_share(plane: Plane, count: int, seed: int, size: float) -> None:
    centred = replace(plane, origin=np.zeros_like(plane.origin))
    offsets = np.random.RandomState(seed).randn(count, len(plane.origin))
    share = explained(centred, size * offsets)
    assert 0 <= share <= 1
    missed = offsets - centred.at(project(centred, offsets))
    assert share == pytest.approx(1 - np.sum(missed**2) / np.sum(offsets**2), abs=1e-9)


def test_what_lies_across_the_plane_is_not_explained() -> None:
    plane = Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([1.0, 1, 0]), ("first", "second"))
    way = np.array([[0.0, 0, 1], [0, 0, 2]])
    assert explained(plane, way) == 0.0
    assert explained(plane, np.array([[3.0, 4, 12], [4, -3, 12]])) == pytest.approx(
        25 / 169
    )  # parallel to the plane, but outside it
    assert explained(plane, np.zeros((4, 3))) == 1.0


# The run's trajectory


def edited() -> Run:
    run = Run(Config())
    run.advance(700)
    run.edit(params={(1, "W", 0, 0): 4.0})
    run.advance(68)
    run.edit(params={(2, "b", 0): -3.0}, optimizer="momentum")  # at 768, which is a keyframe
    run.advance(501)
    return run


@pytest.mark.parametrize("most", [2, 3, 50, 200, 1_000])
@pytest.mark.parametrize("name", ["xor", "adam, mini-batches", "edited"])
def test_a_trajectory_is_where_the_run_has_been(name: str, most: int) -> None:
    run = edited() if name == "edited" else trained(name)
    run.advance(50)
    epochs, thetas = trajectory(run, most)
    assert (epochs[0], epochs[-1]) == (0, run.epoch)
    assert len(epochs) == len(thetas) <= most
    assert (np.diff(epochs) > 0).all()
    assert len(set(np.diff(epochs[:-1]))) <= 1
    for epoch, theta in zip(epochs.tolist(), thetas, strict=True):
        assert same_bits(theta, run.at(epoch).state.memory[0])


def test_a_trajectory_of_no_epochs_is_a_point() -> None:
    epochs, thetas = trajectory(Run(Config()))
    assert epochs.tolist() == [0]
    assert thetas.shape == (1, 9)


def test_a_trajectory_trains_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run = edited()
    monkeypatch.delattr(Trainer, "epoch")
    assert len(trajectory(run)[0]) > 50


def test_a_trajectory_stops_before_an_epoch_half_done() -> None:
    run = trained("adam, mini-batches")
    run.step()
    epochs, thetas = trajectory(run)
    assert epochs[-1] == run.epoch
    assert same_bits(thetas[-1], newest(run).state.memory[0])


@KINDS
@pytest.mark.parametrize("name", NAMES)
def test_a_suggested_reach_shows_the_whole_way(name: str, kind: str) -> None:
    run = run_of(name)
    plane, (epochs, thetas) = plane_of(run, kind), trajectory(run)
    ground = surface(newest(run), plane, suggested_reach(plane, thetas), 11)
    way = trail(ground, run, epochs, thetas)
    for axis, along in zip((ground.alpha, ground.beta), way.points.T, strict=True):
        assert axis[0] < min(along.min(), 0)
        assert axis[-1] > max(along.max(), 0)


@pytest.mark.parametrize("way", [None, "a point"])
@KINDS
def test_without_a_way_the_reach_is_as_long_as_the_parameters(kind: str, way: str | None) -> None:
    plane = plane_of(run_of("xor"), kind)
    reach = suggested_reach(plane, None if way is None else plane.origin[np.newaxis])
    for (low, high), direction in zip(reach, (plane.first, plane.second), strict=True):
        assert -low == high == pytest.approx(np.linalg.norm(plane.origin) / np.linalg.norm(direction))
    if kind == "random":
        np.testing.assert_allclose(reach, [[-1, 1], [-1, 1]])


def test_parameters_of_zero_have_a_reach_too() -> None:
    run = Run(Config(init="zeros"))
    np.testing.assert_array_equal(suggested_reach(plane_of(run, "weights")), [[-1, 1], [-1, 1]])


@KINDS
def test_a_trail_lies_on_the_landscape(kind: str) -> None:
    run = run_of("xor")
    plane, (epochs, thetas) = plane_of(run, kind), trajectory(run)
    ground = surface(newest(run), plane, [[-1, 1], [-1, 1]], 3)
    way = trail(ground, run, epochs, thetas)
    for point, height in zip(way.points, way.heights, strict=True):
        assert same_bits(height, alone(newest(run), plane.at(point)))
    assert same_bits(way.losses, run.history.loss)
    np.testing.assert_allclose(way.points[-1], 0, atol=1e-12)
    assert way.share == explained(plane, thetas)
    now = trail(ground, run, epochs[2:3], thetas[2:3])
    np.testing.assert_allclose(now.points[0], way.points[2], rtol=1e-9, atol=1e-12)
    assert now.losses == run.history.loss[2]


@pytest.mark.parametrize("kind", ["random", "weights"])
def test_a_diverged_run_has_a_landscape(kind: str) -> None:
    """The last weights are so large that their squares just fit into float64."""
    run = PRESETS["diverging"].run()
    run.advance(1_000)
    assert run.diverged is not None
    plane, (epochs, thetas) = plane_of(run, kind), trajectory(run)
    ground = surface(newest(run), plane, suggested_reach(plane, thetas), 5)
    way = trail(ground, run, epochs, thetas)
    assert np.isfinite(way.points).all()
    assert 0 < way.share <= 1
    assert ground.loss[ground.beta == 0, ground.alpha == 0] == newest(run).loss
