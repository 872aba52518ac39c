"""The landscape of the loss: its colours and heights are the losses, and the way lies where the run has been."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.landscape import PLANES, Landscape, Trail, suggested_reach, surface, trail, trajectory
from backprop_core.nn.activations import Array
from backprop_core.training.presets import PRESETS
from playground.charts.theme import DARK, LIGHT, THEMES, Theme
from playground.landscape.figures import ContourMap, Relief
from playground.landscape.scale import DRAWABLE, LOG_COLOURS, LOG_HEIGHTS, scale_of

PICTURES = pytest.mark.parametrize("picture", [ContourMap, Relief])
POINTS = 9


@functools.cache
def scene(kind: str = "pca", epochs: int = 300) -> tuple[Run, Landscape, Trail]:
    """A run of XOR, its landscape and its way."""
    run = Run(Config())
    run.advance(epochs)
    way = trajectory(run)
    chosen = [(1, "W", 0, 0), (2, "b", 0)]
    plane = PLANES[kind].make(run.at(epochs), way[1], seed=0, chosen=chosen)
    ground = surface(run.at(epochs), plane, suggested_reach(plane, way[1]), POINTS)
    return run, ground, trail(ground, run, *way)


def at(epoch: int) -> Trail:
    run, ground, _ = scene()
    return trail(ground, run, np.array([epoch]), run.at(epoch).state.memory[:1])


def picture_of(
    picture: type[ContourMap | Relief], ground: Landscape, way: Trail, now: Trail, theme: Theme = LIGHT
) -> ContourMap | Relief:
    live = picture(ground, theme, 520)
    live.update_trail(way, now)
    return live


def with_losses(losses: Array) -> Landscape:
    return replace(scene()[1], loss=np.resize(losses, (POINTS, POINTS)))


@PICTURES
@pytest.mark.parametrize("kind", PLANES)
def test_every_point_shows_its_loss(kind: str, picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene(kind)
    figure = shown(picture_of(picture, ground, way, way))
    drawn = figure["data"][0]
    np.testing.assert_array_equal(decoded(drawn["x"]), ground.alpha)
    np.testing.assert_array_equal(decoded(drawn["y"]), ground.beta)
    scale = scale_of(ground.loss, LOG_COLOURS if picture is ContourMap else LOG_HEIGHTS)
    np.testing.assert_allclose(decoded(drawn["z"]), np.log10(ground.loss) if scale.log else ground.loss, rtol=1e-12)
    for row, column in np.ndindex(ground.loss.shape):
        place, loss = drawn["text"][row][column].split("<br>")
        assert place == f"({ground.alpha[column]:.8g}, {ground.beta[row]:.8g})"
        assert loss == f"loss {ground.loss[row, column]:.8g}"


@PICTURES
@pytest.mark.parametrize("kind", PLANES)
def test_the_way_lies_where_the_run_has_been(kind: str, picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene(kind)
    figure = shown(picture_of(picture, ground, way, way))
    for line in figure["data"][1:3]:
        np.testing.assert_array_equal(decoded(line["x"]), way.points[:, 0])
        np.testing.assert_array_equal(decoded(line["y"]), way.points[:, 1])
    ends = figure["data"][3]
    np.testing.assert_array_equal([decoded(ends["x"]), decoded(ends["y"])], way.points[[0, -1]].T)
    assert len(set(ends["marker"]["color"])) == 2
    start = figure["data"][2]["text"][0]
    assert start.split("<br>") == [
        "<b>epoch 0</b>",
        f"({way.points[0, 0]:.8g}, {way.points[0, 1]:.8g})",
        f"loss in the plane: {way.heights[0]:.8g}",
        f"the run's own loss: {way.losses[0]:.8g}",
    ]


@pytest.mark.parametrize("kind", PLANES)
def test_on_the_relief_the_way_runs_just_above_the_loss_in_the_plane(kind: str) -> None:
    _, ground, way = scene(kind)
    figure = shown(picture_of(Relief, ground, way, way))
    scale = scale_of(ground.loss, LOG_HEIGHTS)
    above = [decoded(trace["z"])[0] - scale.places(way.heights)[0] for trace in figure["data"][1:]]
    assert 0 < above[0] < above[1] < above[2] < above[3] < 0.05 * scale.span
    low, high = figure["layout"]["scene"]["zaxis"]["range"]
    for trace in figure["data"]:
        assert ((low <= decoded(trace["z"])) & (decoded(trace["z"]) <= high)).all()


@PICTURES
def test_only_the_marker_moves_with_the_shown_epoch(picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene()
    live = picture_of(picture, ground, way, at(0))
    description, before = live.figure.to_json(), shown(live)
    live.update_trail(way, at(123))
    after = shown(live)
    assert live.figure.to_json() == description
    assert before["data"][:-1] == after["data"][:-1]
    assert before["layout"] == after["layout"]
    marker, point = after["data"][-1], at(123).points[0]
    assert [*decoded(marker["x"]), *decoded(marker["y"])] == point.tolist()
    assert marker["text"][0].startswith("<b>epoch 123</b>")


@PICTURES
def test_a_frame_that_moves_has_no_hints_along_the_path(picture: type[ContourMap | Relief]) -> None:
    """They would be most of it: with them, a browser fell ever farther behind."""
    _, ground, way = scene()
    live = picture_of(picture, ground, way, at(0))
    live.update_trail(way, at(123), hints=False)
    assert [trace.get("text") for trace in live.patch["data"][2:4]] == ["", None]
    assert len(json.dumps(live.patch)) < 80 * len(way.epochs)  # two lines, in up to three coordinates of 11 characters


@PICTURES
def test_the_ends_are_named(picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene()
    layout = shown(picture_of(picture, ground, way, way))["layout"]
    notes = (layout["scene"] if picture is Relief else layout)["annotations"]
    assert [note["text"] for note in notes] == ["epoch 0", "epoch 300"]
    for note, point in zip(notes, way.points[[0, -1]], strict=True):
        assert [note["x"], note["y"]] == point.tolist()


@PICTURES
def test_a_run_without_a_way_is_a_point(picture: type[ContourMap | Relief]) -> None:
    run, ground, way = scene("random", 0)
    figure = shown(picture_of(picture, ground, way, way))
    layout = figure["layout"]
    notes = (layout["scene"] if picture is Relief else layout)["annotations"]
    assert [note["text"] for note in notes] == ["epoch 0"]
    assert [*decoded(figure["data"][-1]["x"]), *decoded(figure["data"][-1]["y"])] == [0, 0]
    assert run.epoch == 0


@PICTURES
def test_a_landscape_alone_can_be_shown(picture: type[ContourMap | Relief]) -> None:
    figure = picture(scene()[1], LIGHT, 400).figure
    assert figure.layout.height == 400
    assert all(trace.x is None for trace in figure.data[1:])


@PICTURES
@pytest.mark.parametrize("kind", PLANES)
def test_axes_are_named_after_the_directions(kind: str, picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene(kind)
    layout = shown(picture_of(picture, ground, way, way))["layout"]
    axes = layout["scene"] if picture is Relief else layout
    titles = [axes[f"{name}axis"]["title"]["text"] for name in "xy"]
    shown_shares = () if picture is Relief else ground.plane.shares or ()  # in space, there is no room for them
    shares = [f": {share:.1%} of the variance" for share in shown_shares] or ["", ""]
    assert titles == [label + share for label, share in zip(ground.plane.labels, shares, strict=True)]
    for name, along in zip("xy", (ground.alpha, ground.beta), strict=True):
        assert axes[f"{name}axis"]["range"] == [along[0], along[-1]]


@PICTURES
@pytest.mark.parametrize("name", THEMES)
def test_high_ground_fades_into_the_page(name: str, picture: type[ContourMap | Relief]) -> None:
    _, ground, way = scene()
    drawn = shown(picture_of(picture, ground, way, way, THEMES[name]))["data"][0]
    light = [np.mean([int(part) for part in colour[4:-1].split(",")]) for _, colour in drawn["colorscale"]]
    assert light == sorted(light, reverse=THEMES[name] == DARK)


# Losses out of the ordinary

odd = st.sampled_from([0.0, 5e-324, 1e-300, 1e-40, 1.0, 1.0 + 1e-12, 1e40, 1e300, 1.7e308, np.inf, np.nan])
losses = st.lists(odd | st.floats(0, 1e308) | st.floats(0, 2), min_size=1, max_size=20).map(np.array)


@given(losses, st.sampled_from([LOG_COLOURS, LOG_HEIGHTS]))
@example(np.array([0.0]), 0.5)
@example(np.array([1e-40]), 0.5)
@example(np.array([np.nan, np.inf]), 0.5)
@example(np.array([0.128, 0.128 * (1 + 1e-8)]), 0.5)
def test_a_scale_holds_every_place_and_has_ticks_where_they_say(values: Array, log_from: float) -> None:
    scale, finite = scale_of(values, log_from), np.isfinite(values)
    assert -np.inf < scale.low < scale.high < np.inf
    places = scale.places(values)
    assert ((scale.low <= places) & (places <= scale.high)).all()
    assert (places[~finite] == scale.high).all()
    order = np.argsort(values[finite], kind="stable")
    assert (np.diff(places[finite][order]) >= 0).all()
    ticks = scale.ticks()
    assert 1 <= len(ticks["tickvals"]) <= 15
    assert len(set(ticks["ticktext"])) == len(ticks["ticktext"])
    said = np.array([float(text) for text in ticks["ticktext"]])
    where = np.log10(said) if scale.log else said
    np.testing.assert_allclose(where, ticks["tickvals"], atol=0.01 * scale.span)
    lines = scale.lines()
    assert scale.low <= lines["start"] <= lines["end"] <= scale.high
    assert 1 <= (lines["end"] - lines["start"]) / lines["size"] <= 21


@given(losses, st.sampled_from([LOG_COLOURS, LOG_HEIGHTS]))
def test_hover_says_where_colour_and_height_do_not_tell_the_loss(values: Array, log_from: float) -> None:
    scale = scale_of(values, log_from)
    for value, place, text in zip(values, scale.places(values), scale.texts(values), strict=True):
        loss, _, note = text.partition(", ")
        np.testing.assert_equal(float(loss), float(f"{value:.8g}"))
        if not np.isfinite(value):
            assert note == "drawn at the top"
        elif note:
            assert note == "off the scale"
            assert place in (scale.low, scale.high)
        else:
            drawn = 10.0**place if scale.log and place < 308 else place
            assert place > 308 or drawn == pytest.approx(value, rel=1e-9) or value < 1e-300


@pytest.mark.parametrize(
    ("values", "log_colours", "log_heights"),
    [
        ([0.1, 0.2], False, False),
        ([0.1, 1.0], True, False),
        ([0.01, 0.9], True, False),
        ([0.01, 1.1], True, True),
        ([0.0, 0.5], False, False),
        ([1e-33, 1.1e-33], True, True),
        ([1e305, 1.1e305], True, True),
        ([0.5, np.inf], False, False),
    ],
)
def test_wide_spans_and_sizes_that_cannot_be_drawn_are_logarithmic(
    values: list[float], log_colours: bool, log_heights: bool
) -> None:
    assert scale_of(np.array(values), LOG_COLOURS).log == log_colours
    assert scale_of(np.array(values), LOG_HEIGHTS).log == log_heights


@PICTURES
@pytest.mark.parametrize(
    "values",
    [[0.25], [0.0], [np.inf], [np.nan, 0.5], [np.inf, np.nan, 1.0, 2.0], [1e-12, 1e300, np.inf], [0.0, 1e-310, 1.0]],
    ids=str,
)
def test_odd_losses_can_be_drawn(values: list[float], picture: type[ContourMap | Relief]) -> None:
    _, _, way = scene()
    figure = shown(picture_of(picture, with_losses(np.array(values)), way, way))
    ground = figure["data"][0]
    low, high = (ground["zmin"], ground["zmax"]) if picture is ContourMap else (ground["cmin"], ground["cmax"])
    z = decoded(ground["z"])
    assert low < high
    assert ((low <= z) & (z <= high)).all()


def test_what_is_drawn_in_space_fits_single_precision() -> None:
    run = PRESETS["diverging"].run()
    run.advance(1_000)
    snapshot, way = run.at(run.epoch), trajectory(run)
    plane = PLANES["weights"].make(snapshot, way[1], seed=0, chosen=[(1, "W", 0, 0), (1, "W", 1, 0)])
    ground = surface(snapshot, plane, suggested_reach(plane, way[1]), POINTS)
    line = trail(ground, run, *way)
    figure = shown(picture_of(Relief, ground, line, line))
    for trace in figure["data"]:
        assert max(np.abs(decoded(trace[name])).max() for name in "xyz") < DRAWABLE[1]
    title = figure["layout"]["scene"]["xaxis"]["title"]["text"]
    unit = float(title.partition(", in units of ")[2])
    np.testing.assert_allclose(unit * decoded(figure["data"][0]["x"]), ground.alpha, rtol=1e-12)
    np.testing.assert_allclose(unit * decoded(figure["data"][2]["x"]), line.points[:, 0], rtol=1e-12)
