"""Curves over the epochs: thinned, with a marker at the shown epoch, on a range that holds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoding import decoded, shown

from backprop_core import Config, Run
from playground.charts.curves import MOST_POINTS, Curves
from playground.charts.theme import LIGHT
from playground.train.board import Board, Views


def curves(*values: list[float], at: int = 0, log: bool = True) -> Curves:
    live = Curves(("train", "test")[: len(values)], LIGHT, 176, log=log)
    live.update_curves(np.arange(len(values[0])), [np.array(curve) for curve in values], at)
    return live


@given(st.integers(1, 5_000), st.data())
def test_a_long_curve_is_thinned_and_keeps_its_ends(epochs: int, data: st.DataObject) -> None:
    loss = np.linspace(1.0, 0.5, epochs + 1)
    line = shown(curves(loss.tolist(), at=data.draw(st.integers(0, epochs))))["data"][0]
    x, y = decoded(line["x"]).astype(int), decoded(line["y"])
    assert len(x) == min(epochs + 1, MOST_POINTS)
    assert (x[0], x[-1]) == (0, epochs)
    np.testing.assert_array_equal(y, loss[x])


@pytest.mark.parametrize("shown_epoch", [0, 1_234, 3_000])
def test_marker_and_dots_stand_at_the_shown_epoch(shown_epoch: int) -> None:
    run = Run(Config(dataset="moons", hidden=(3,), samples=40, loss="bce"))
    run.advance(3_000)
    board = Board(run, Views("Surface"), LIGHT, 0)
    board.update(run.at(shown_epoch), still=True)
    figure = shown(board.loss_curve)
    (marker,) = figure["layout"]["shapes"]
    assert marker["x0"] == marker["x1"] == shown_epoch
    dots = figure["data"][-1]
    assert dots["x"] == [shown_epoch] * 2
    assert dots["y"] == [run.history.loss[shown_epoch], run.history.test_loss[shown_epoch]]


def test_the_names_are_written_beside_the_curves() -> None:
    figure = shown(curves([1.0], [2.0]))
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["<b>train</b>", "<b>test</b>"]
    assert all("epoch" in trace["hovertemplate"] for trace in figure["data"][:2])


def test_gradient_norms_are_the_lengths_of_the_gradients() -> None:
    run = Run(Config(hidden=(3, 2)))
    run.advance(40)
    board = Board(run, Views("Surface", curves="Gradient norm"), LIGHT, 40)
    lines = shown(board.loss_curve)["data"]
    lengths = [np.sqrt((dW**2).sum() + (db**2).sum()) for dW, db in run.at(40).grads]
    np.testing.assert_allclose([decoded(line["y"])[-1] for line in lines[:3]], lengths, rtol=1e-12)
    np.testing.assert_allclose(lines[3]["y"], lengths, rtol=1e-12)


losses = st.floats(0.0, 1e300) | st.sampled_from([np.inf, np.nan])


@given(st.lists(losses, min_size=1, max_size=50), st.booleans())
def test_the_range_holds_every_value_that_can_be_drawn(values: list[float], log: bool) -> None:
    figure = shown(curves(values, at=len(values) - 1, log=log))
    low, high = figure["layout"]["yaxis"]["range"]
    drawn = decoded(figure["data"][0]["y"])
    drawn = drawn[np.isfinite(drawn)]
    heights = np.log10(drawn) if log else drawn
    assert np.isfinite([low, high]).all()
    assert low < high
    assert ((low <= heights) & (heights <= high)).all()


@given(st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=30))
def test_the_range_changes_in_steps(values: list[float]) -> None:
    """It stays put for many frames: a curve that grows by nothing new has the range it had."""
    before, after = curves(values), curves([*values, min(values)])
    assert shown(before)["layout"]["yaxis"]["range"] == shown(after)["layout"]["yaxis"]["range"]


@pytest.mark.parametrize("epochs", [1, 9, 10, 11, 999, 5_000])
def test_the_epochs_fit_the_axis(epochs: int) -> None:
    low, high = shown(curves([1.0] * (epochs + 1)))["layout"]["xaxis"]["range"]
    assert low == 0
    assert epochs <= high <= max(10, 2.5 * epochs)
