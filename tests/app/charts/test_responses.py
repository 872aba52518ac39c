"""The diagram with pictures in its units: what each unit gives over the plane of the inputs, at the unit's place."""

from typing import Any

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import suggested
from playground.charts.learned import reach
from playground.charts.network.diagram import places_of
from playground.charts.network.responses import MOST_UNITS, SPACED
from playground.charts.of_run import network_figure, network_views, unit_names
from playground.charts.theme import LIGHT

CONFIGS = {
    "xor": Config(),
    "deep": suggested("moons").replace(hidden=(8, 3), samples=40),
    "features": suggested("plane").replace(hidden=(5,), samples=40, features=("x1", "x1x2", "x2_squared")),
    "no hidden layer": Config(hidden=()),
}


def figure(run: Run, epoch: int = 0, *, still: bool = True) -> dict[str, Any]:
    live, update = network_figure(run, "Responses", LIGHT, 256)
    update(run.at(epoch), still)
    return shown(live)


def tiles(run: Run, epoch: int = 0) -> list[tuple[Array, Array, Array, list[list[str]]]]:
    """For each unit, inputs first and from the top down: its edges x and y, its values and its hints, low x2 first."""
    found = []
    for trace in figure(run, epoch)["data"]:
        if trace["type"] == "heatmap":
            x, y, z = (decoded(trace[name]) for name in ("x", "y", "z"))
            side = len(x) - 1
            for bottom in range(len(z) - side, -1, -side - 1):
                rows = slice(bottom, bottom + side)
                found.append((x, y[bottom : bottom + side + 1], z[rows], trace["text"][rows]))
    return found


@pytest.mark.parametrize("name", CONFIGS)
def test_a_picture_lies_where_the_circle_of_its_unit_would(name: str) -> None:
    run = Run(CONFIGS[name])
    middles = [((x[0] + x[-1]) / 2, (y[0] + y[-1]) / 2) for x, y, _, _ in tiles(run)]
    np.testing.assert_allclose(middles, np.concatenate(places_of(unit_names(run))), atol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_its_colours_are_what_the_unit_gives_at_each_point(name: str) -> None:
    run = Run(CONFIGS[name])
    run.advance(20)
    low, high = reach(run.data)
    for epoch in (0, 20):
        corners = np.array([low, [high[0], low[1]], [low[0], high[1]], high])
        expected = np.hstack([run.data.show(corners), *run.at(epoch).respond(corners)]).T
        drawn = [(z[0, 0], z[0, -1], z[-1, 0], z[-1, -1]) for _, _, z, _ in tiles(run, epoch)]
        np.testing.assert_allclose(drawn, expected, rtol=1e-5, atol=1e-6)


def test_the_units_of_a_layer_share_a_scale_and_no_picture_exceeds_it() -> None:
    run = Run(CONFIGS["deep"])
    heatmaps = [trace for trace in figure(run)["data"] if trace["type"] == "heatmap"]
    assert len(heatmaps) == 2 + 3  # each input, then each layer
    for trace in heatmaps:
        assert trace["zmin"] == -trace["zmax"]
        assert np.nanmax(np.abs(decoded(trace["z"]))) <= trace["zmax"]


def test_lines_end_at_the_sides_of_the_pictures() -> None:
    run = Run(CONFIGS["deep"])
    traces = figure(run)["data"]
    ends = np.concatenate([decoded(trace["x"]).reshape(-1, 6)[:, :2] for trace in traces if trace.get("fill")])
    sides = np.array([(x[0], x[-1]) for x, _, _, _ in tiles(run)])
    for left, right in ends:
        assert np.abs(sides[:, 1] - left).min() < 1e-6
        assert np.abs(sides[:, 0] - right).min() < 1e-6


def test_pointing_at_a_picture_names_the_unit_and_the_point() -> None:
    hints = [text[0][0] for _, _, _, text in tiles(Run(CONFIGS["xor"]))]
    assert hints == [f"{name} at (-0.12, -0.12)" for name in ("x1", "x2", "h1", "h2", "y")]


def test_pointing_at_a_corner_tells_the_bias() -> None:
    run = Run(CONFIGS["xor"])
    corners = next(trace for trace in figure(run)["data"] if trace.get("customdata"))
    x, y, _, _ = tiles(run)[2]
    assert (decoded(corners["x"])[0], decoded(corners["y"])[0]) == pytest.approx((x[0], y[0]))
    assert corners["customdata"][0] == f"h1: b = {run.params[0][1][0]:.6g}"
    assert decoded(corners["marker"]["color"]).tolist() == [*run.params[0][1], *run.params[1][1]]


def test_frames_leave_out_what_does_not_move() -> None:
    live, update = network_figure(Run(Config()), "Responses", LIGHT, 256)
    update(Run(Config()).at(0), False)
    assert [sorted(changes) for changes in live.patch["data"]] == [
        *([[]] * 2), *([["z", "zmax", "zmin"]] * 2), *([["x", "y"]] * 2), [], [], ["marker"],
    ]  # fmt: skip


@pytest.mark.parametrize("units", [SPACED, SPACED + 1, MOST_UNITS])
def test_pictures_do_not_touch_and_names_stand_where_there_is_room(units: int) -> None:
    run = Run(Config(hidden=(units,)))
    layer = [y for _, y, _, _ in tiles(run)][2:-1]
    assert all(upper[0] > lower[-1] for upper, lower in zip(layer[:-1], layer[1:], strict=True))
    (names,) = [trace["text"] for trace in figure(run)["data"] if trace.get("mode") == "text"]
    assert {"x1", "x2", "y"} <= set(names)
    assert ("h1" in names) == (units <= SPACED)


@pytest.mark.parametrize(
    ("dataset", "offered"), [("xor", True), ("spirals", True), ("parity3", False), ("sine", False)]
)
def test_they_are_offered_where_there_is_a_plane(dataset: str, offered: bool) -> None:
    assert ("Responses" in network_views(Run(suggested(dataset)).data)) == offered


@pytest.mark.parametrize(("width", "height"), [(505, 256), (270, 256)])
def test_pictures_are_squares_in_a_chart_of_the_given_size(width: int, height: int) -> None:
    run = Run(CONFIGS["deep"])
    live, _ = network_figure(run, "Responses", LIGHT, height, width)
    axes, tile = live.figure.layout, live.figure.data[0]
    across, down = ((axis.range[1] - axis.range[0]) for axis in (axes.xaxis, axes.yaxis))
    x, y = decoded(tile.x), decoded(tile.y)
    assert (x[-1] - x[0]) * width / across == pytest.approx((y[-1] - y[0]) * height / down)
