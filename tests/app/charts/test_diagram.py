"""The network diagram: a line a weight, as wide as it is large, on the side of its sign."""

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from playground.charts.network.diagram import MOST_LINES, Diagram
from playground.charts.theme import LIGHT

POINTS = 6  # of a bar: four corners, the first again, and a gap
NAMES = [("x1", "x2"), ("h1", "h2"), ("y",)]
PARAMS = [
    (np.array([[1.0, -2.0], [0.5, -0.25]]), np.array([0.1, -0.2])),
    (np.array([[3.0], [-4.0]]), np.array([0.3])),
]


def diagram(*, hints: bool = True) -> Diagram:
    diagram = Diagram(NAMES, LIGHT, 256)
    diagram.update_params(PARAMS, hints=hints)
    return diagram


def bars(live: Diagram, sign: int) -> tuple[Array, Array]:
    """(bars, 6) each: x and y of the outlines of negative (0) or positive (1) weights."""
    trace = shown(live)["data"][sign]
    return decoded(trace["x"]).reshape(-1, POINTS), decoded(trace["y"]).reshape(-1, POINTS)


def test_signs_have_colours_of_their_own() -> None:
    live = diagram()
    assert [len(bars(live, sign)[0]) for sign in (0, 1)] == [3, 3]
    assert [trace["fillcolor"] for trace in shown(live)["data"][:2]] == [LIGHT.negative, LIGHT.positive]


def test_widths_are_in_the_ratio_of_the_sizes() -> None:
    widths = np.concatenate([y[:, 0] - y[:, 3] for _, y in (bars(diagram(), 0), bars(diagram(), 1))])
    np.testing.assert_allclose(np.sort(widths) / widths.max(), np.sort([2, 0.25, 4, 1, 0.5, 3]) / 4, atol=1e-5)


def test_a_bar_ends_at_the_two_units_it_connects() -> None:
    x, y = bars(diagram(), 0)  # the largest first: h2 → y
    units = shown(diagram())["data"][3]
    h2, y_unit = np.stack([decoded(units["x"]), decoded(units["y"])], axis=1)[[3, 4]]
    centre = [(x[0, i], (y[0, i] + y[0, 3 - i]) / 2) for i in (0, 1)]
    np.testing.assert_allclose(centre, [h2, y_unit], atol=1e-6)


def test_circles_are_coloured_by_bias_around_zero() -> None:
    marker = shown(diagram())["data"][3]["marker"]
    assert decoded(marker["color"]).tolist() == [0.0, 0.0, 0.1, -0.2, 0.3]
    assert marker["cmin"] == -marker["cmax"] == pytest.approx(-0.5)


def test_standing_still_it_tells_exact_values() -> None:
    traces = shown(diagram())["data"]
    assert "h2 → y: w = -4" in traces[2]["text"]
    assert "x1 → h2: w = -2" in traces[2]["text"]
    assert traces[3]["customdata"] == ["x1", "x2", "h1: b = 0.1", "h2: b = -0.2", "y: b = 0.3"]
    assert "customdata" not in diagram(hints=False).patch["data"][3]


@pytest.mark.parametrize("hidden", [(64,), (64,) * 6])
def test_of_a_large_network_the_largest_weights_are_drawn(hidden: tuple[int, ...]) -> None:
    run = Run(Config(hidden=hidden, init="normal"))
    live = Diagram([tuple(f"u{i}" for i in range(n)) for n in run.network.sizes], LIGHT, 256)
    live.update_params(run.params, hints=True)
    drawn = sum(len(bars(live, sign)[0]) for sign in (0, 1))
    weights = np.concatenate([W.ravel() for W, _ in run.params])
    assert drawn == min(MOST_LINES, len(weights))
    smallest = np.sort(np.abs(weights))[-drawn]
    assert all(abs(float(text.rsplit("= ", 1)[1])) >= smallest * 0.9999 for text in shown(live)["data"][2]["text"])


@pytest.mark.parametrize("value", [0.0, 1e300, -1e300, 1e-300])
def test_any_finite_weight_can_be_drawn(value: float) -> None:
    live = Diagram(NAMES, LIGHT, 256)
    live.update_params([(np.full_like(W, value), np.full_like(b, value)) for W, b in PARAMS], hints=True)
    for sign in (0, 1):
        assert (np.isfinite(bars(live, sign)[1][:, :5])).all()
