"""At a kink there is no derivative: nudging reports the parameters affected and the slopes on both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.updates import SMOOTH, snapshot_of

from backprop_core import Config, Run, Snapshot
from backprop_core.explain.gradient_check import kinks_between, nudge
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.losses import LOSSES
from backprop_core.settings.parameter import parameter_index

BENT = [name for name, activation in ACTIVATIONS.items() if activation.kinks]
BENT_LOSSES = [name for name, loss in LOSSES.items() if loss.kinks]
ELEMENTWISE = [name for name, function in OUTPUTS.items() if function.pull_back is None]
JUMP = 0.05  # a slope that changes by more than this within 0.01 has a kink there
HALVES = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])  # sums of a few are often exactly 0


def starting(config: Config, *layers: tuple[list[list[float]], list[float]]) -> Snapshot:
    """A run with these weights and biases, before its first update."""
    return Run(config, params=[(np.array(W), np.array(b)) for W, b in layers]).at(0)


def gradient(snapshot: Snapshot) -> Array:
    step = snapshot.step()
    return snapshot.network.pack(list(zip(step.dW, step.db, strict=True)))


def one_bent_unit(activation: str, bias: float) -> Snapshot:
    """XOR through two units: of the four rows, only (0, 0) brings the first one's sum to its bias."""
    config = Config(activation=activation, output="linear")
    return starting(config, ([[0.8, 0.7], [0.6, -0.9]], [bias, 0.3]), ([[1.1], [-0.4]], [0.2]))


def one_bent_output(loss: str, bias: float) -> Snapshot:
    """A line through XOR: only in row (0, 0) with its target of 0 is the residual the bias."""
    return starting(Config(hidden=(), output="linear", loss=loss), ([[0.3], [0.4]], [bias]))


def places(snapshot: Snapshot) -> list[int]:
    return np.flatnonzero(nudge(snapshot).is_across).tolist()


# The registries name every kink


def check_kinks(slope: Callable[[Array], Array], kinks: Sequence[float]) -> None:
    """The slope jumps at each of the kinks, and nowhere else from −8 to 8."""
    at = np.array(kinks)
    assert (np.abs(slope(np.nextafter(at, np.inf)) - slope(np.nextafter(at, -np.inf))) > JUMP).all()
    grid = np.linspace(-8.0, 8.0, 1_601)
    for place in np.flatnonzero(np.abs(np.diff(slope(grid))) > JUMP):
        low, high = grid[place : place + 2]
        assert any(low <= kink <= high for kink in kinks), f"a kink between {low} and {high}"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_activation_names_its_kinks(name: str) -> None:
    function = OUTPUTS[name]
    check_kinks(lambda z: function.derivative(z, function.f(z)), function.kinks)


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if not loss.of_probabilities])
def test_a_loss_names_its_kinks(name: str) -> None:
    loss, y = LOSSES[name], np.zeros((1, 1))
    check_kinks(lambda errors: loss.gradient(errors[:, None, None], y)[:, 0, 0], loss.kinks)


# Exactly at a kink, near it, and away from it


@pytest.mark.parametrize("name", BENT)
def test_a_unit_at_a_kink_of_its_activation_is_named(name: str) -> None:
    for at in ACTIVATIONS[name].kinks:
        snapshot = one_bent_unit(name, at)
        bias = parameter_index(snapshot.network, 1, 2, 0)
        nudged, mine = nudge(snapshot), gradient(snapshot)
        assert {label: np.flatnonzero(mask).tolist() for label, mask in nudged.across.items()} == {
            ACTIVATIONS[name].label: [bias]
        }
        (kink,) = kinks_between(snapshot, bias)
        assert (kink.kind, kink.layer, kink.unit, kink.row, kink.at) == ("activation", 1, 0, 0, at)
        assert kink.is_exact
        assert abs(nudged.central[bias] - mine[bias]) > 0.01
        side = {kink.left: nudged.down, kink.right: nudged.up}[kink.taken]
        assert side[bias] == pytest.approx(mine[bias], rel=1e-4)
        others = np.arange(len(mine)) != bias
        np.testing.assert_allclose(nudged.central[others], mine[others], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", BENT)
@pytest.mark.parametrize("distance", [-1e-7, 1e-7])
def test_a_unit_so_near_that_the_nudges_reach_across_has_its_own_side_s_slope(name: str, distance: float) -> None:
    for at in ACTIVATIONS[name].kinks:
        snapshot = one_bent_unit(name, at + distance)
        bias = parameter_index(snapshot.network, 1, 2, 0)
        nudged, mine = nudge(snapshot), gradient(snapshot)
        assert np.flatnonzero(nudged.is_across).tolist() == [bias]
        (kink,) = kinks_between(snapshot, bias)
        assert not kink.is_exact
        own = nudged.up if distance > 0 else nudged.down
        assert own[bias] == pytest.approx(mine[bias], rel=1e-4)


@pytest.mark.parametrize("distance", [-1e-4, 1e-4])
@pytest.mark.parametrize("name", BENT)
def test_away_from_a_kink_nothing_is_left_out(name: str, distance: float) -> None:
    for at in ACTIVATIONS[name].kinks:
        assert places(one_bent_unit(name, at + distance)) == []


@pytest.mark.parametrize("name", BENT_LOSSES)
def test_a_row_at_a_kink_of_the_loss_is_named(name: str) -> None:
    for at in LOSSES[name].kinks:
        snapshot = one_bent_output(name, at)
        nudged, mine = nudge(snapshot), gradient(snapshot)
        assert [*nudged.across] == [f"the {LOSSES[name].label} loss"]
        assert np.flatnonzero(nudged.is_across).tolist() == [2]
        (kink,) = kinks_between(snapshot, 2)
        assert (kink.kind, kink.row, kink.is_exact) == ("loss", 0, True)
        assert kink.left < kink.taken < kink.right
        assert nudged.down[2] < mine[2] - 0.01 < mine[2] + 0.01 < nudged.up[2]
        assert places(one_bent_output(name, at + 1e-4)) == []


def test_a_weight_of_zero_is_at_the_kink_of_l1_though_the_central_difference_agrees() -> None:
    layer = ([[0.0], [0.4]], [0.0])
    snapshot = starting(Config(hidden=(), l1=0.1), layer)
    nudged, mine = nudge(snapshot), gradient(snapshot)
    assert {label: mask.tolist() for label, mask in nudged.across.items()} == {"the L1 penalty": [True, False, False]}
    (kink,) = kinks_between(snapshot, 0)
    assert (kink.kind, kink.left, kink.taken, kink.right) == ("penalty", -0.1, 0.0, 0.1)
    assert nudged.central[0] == pytest.approx(mine[0], rel=1e-6)
    assert nudged.up[0] - nudged.down[0] == pytest.approx(0.2, rel=1e-3)
    assert places(starting(Config(hidden=(), l2=0.1), layer)) == []


@pytest.mark.parametrize("dataset", ["xor", "and", "parity3"])
@pytest.mark.parametrize("name", BENT)
def test_truth_tables_with_biases_of_zero_begin_at_a_kink(dataset: str, name: str) -> None:
    snapshot = Run(Config(dataset=dataset, activation=name, init="he_uniform")).at(0)
    (_, first), *_ = snapshot.network.unpack(np.arange(snapshot.network.parameters))
    assert places(snapshot) == first.tolist()


# Functions without kinks, and kinks that do not affect the loss


@pytest.mark.parametrize("name", [*SMOOTH, "mazur", "a plane, elu"])
def test_smooth_functions_are_never_at_a_kink(name: str) -> None:
    assert nudge(snapshot_of(name)).across == {}


def test_a_kink_that_does_not_reach_the_loss_leaves_the_derivative_as_it_is() -> None:
    snapshot = Run(Config(activation="relu", init="zeros")).at(0)  # every sum is 0, and so is every weight above
    assert nudge(snapshot).across == {}
    layers = ([[0.5], [0.5]], [0.0]), ([[1.0]], [-0.9]), ([[1.0]], [0.0])
    deep = Config(hidden=(1, 1), activation="relu", output="linear")
    assert places(starting(deep, *layers)) == []  # row (0, 0) is at a kink below a unit that is 0 on both sides


@given(data=st.data())
def test_a_gradient_is_sound_away_from_kinks_and_between_both_sides_at_one(data: st.DataObject) -> None:
    activation, loss = data.draw(st.sampled_from([*BENT, "elu"])), data.draw(st.sampled_from(["mse", "mae", "huber"]))
    hidden = data.draw(st.sampled_from([(2,), (2, 1)]))
    l1 = data.draw(st.sampled_from([0.0, 0.1]))
    config = Config(hidden=hidden, activation=activation, output="linear", loss=loss, l1=l1)
    network = Run(config).network
    theta = np.array(data.draw(st.lists(HALVES, min_size=network.parameters, max_size=network.parameters)))
    snapshot = Run(config, params=network.unpack(theta)).at(0)
    nudged, mine = nudge(snapshot), gradient(snapshot)
    clear = ~nudged.is_across
    np.testing.assert_allclose(nudged.central[clear], mine[clear], rtol=1e-5, atol=1e-5)
    for place in np.flatnonzero(nudged.is_across).tolist():
        found = kinks_between(snapshot, place)
        assert found
        sides = [float(nudged.down[place]), float(nudged.up[place])]
        if len(found) > 1:
            continue  # with several rows at kinks, each may be on a different side
        if found[0].kind == "activation":
            assert min(abs(mine[place] - side) for side in sides) <= 1e-4
        else:
            assert mine[place] == pytest.approx(sum(sides) / 2, abs=1e-4)
