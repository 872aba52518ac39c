"""Pinned runs in one figure: every curve, its number where it ends, and names that stay text."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import PRESETS, suggested
from playground.charts.curves import MOST_POINTS
from playground.charts.of_run import learned_figure, learned_views
from playground.charts.plotly_text import literal
from playground.charts.theme import DARK, LIGHT
from playground.compare.figures import (
    MOST_STYLES,
    SERIES,
    Line,
    LossCurves,
    make_compact,
    spread,
    style,
    swatch,
)
from playground.train.board import HEIGHTS

NOTHING = np.zeros(0)


def line(place: int, loss: Any, test_loss: Any = NOTHING, name: str = "a run") -> Line:
    return Line(place, name, np.asarray(loss, dtype=float), np.asarray(test_loss, dtype=float))


def figure(lines: list[Line], at: int = 0, series: str = SERIES[0], *, log: bool = True) -> dict[str, Any]:
    live = LossCurves(lines, LIGHT, 250, series=series, log=log)
    live.update_epoch(at)
    return shown(live)


def numbers(figure: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Where the runs' numbers stand."""
    notes = figure["layout"]["annotations"][:-1]
    return {note["text"].removeprefix("<b>").removesuffix("</b>"): (note["x"], note["y"]) for note in notes}


def run_line(place: int, config: Config, epochs: int) -> tuple[Run, Line]:
    run = Run(config)
    run.advance(epochs)
    return run, line(place, run.history.loss, run.history.test_loss)


# Styles and names


def test_twelve_runs_have_twelve_styles() -> None:
    styles = [style(place) for place in range(MOST_STYLES)]
    assert len(set(styles)) == MOST_STYLES == 12
    assert len({swatch(place) for place in range(MOST_STYLES)}) == MOST_STYLES


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("place", range(MOST_STYLES))
def test_every_colour_can_be_seen_on_the_background(theme: Any, place: int) -> None:
    def luminance(colour: str) -> float:
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted((luminance(style(place).colour), luminance(theme.background)))
    assert (light + 0.05) / (dark + 0.05) > 2


def test_a_swatch_is_a_picture_of_the_line() -> None:
    for place in (0, 7):
        kind, _, data = swatch(place).partition(",")
        assert kind == "data:image/svg+xml;base64"
        picture = base64.b64decode(data).decode()
        assert style(place).colour in picture
        assert ("stroke-dasharray" in picture) == (style(place).dash == "dash")


@pytest.mark.parametrize(
    "name", ["<b>x</b>", "<script>", "$x^2$", "%{y} %{x}", "&lt;", '<a href="javascript:1">', "a & b", "50%"]
)
def test_names_are_text_to_plotly(name: str) -> None:
    text = literal(name)
    assert not set(text) & set("<>$%")
    template = figure([line(0, [1, 0.5], name=name)])["data"][0]["hovertemplate"]
    assert f"</b> {text}<br>" in template


# Curves


@pytest.mark.parametrize("log", [True, False])
def test_every_curve_is_drawn_with_the_numbers_of_its_run(log: bool) -> None:
    pairs = [run_line(place, Config(seed=place), 300 + 200 * place) for place in range(3)]
    traces = figure([one for _, one in pairs], log=log)["data"]
    assert len(traces) == 4
    for (run, one), trace in zip(pairs, traces, strict=False):
        epochs = decoded(trace["x"]).astype(int)
        assert (epochs[0], epochs[-1], len(epochs)) == (0, run.epoch, min(run.epoch + 1, MOST_POINTS))
        np.testing.assert_array_equal(decoded(trace["y"]), run.history.loss[epochs])
        assert (trace["line"]["color"], trace["line"]["dash"]) == style(one.place)


def test_series_are_training_losses_test_losses_or_both() -> None:
    run, one = run_line(0, suggested("moons"), 20)
    plain = line(7, [1, 0.5])
    for series, wanted in zip(
        SERIES,
        (
            [run.history.loss, plain.loss],
            [run.history.test_loss],
            [run.history.loss, run.history.test_loss, plain.loss],
        ),
        strict=True,
    ):
        traces = figure([one, plain], series=series)["data"][:-1]
        assert len(traces) == len(wanted)
        for trace, losses in zip(traces, wanted, strict=True):
            np.testing.assert_array_equal(decoded(trace["y"]), losses)
    training, test, _ = figure([one, plain], series="Both")["data"][:3]
    assert test["line"]["width"] < training["line"]["width"]
    assert "test loss" in test["hovertemplate"]
    assert "test loss" not in training["hovertemplate"]


def test_where_nothing_can_be_drawn_there_is_an_empty_picture() -> None:
    empty = figure([line(0, [1, 0.5])], series="Test")
    assert len(empty["data"]) == 1
    assert numbers(empty) == {}
    assert empty["data"][0]["y"] == [None]
    assert np.isfinite(empty["layout"]["yaxis"]["range"]).all()
    perfect = figure([line(0, [0, 0])])
    assert np.isnan(decoded(perfect["data"][0]["y"])).all()


@pytest.mark.parametrize("at", [0, 3, 5, 9])
def test_the_line_stands_at_the_shown_epoch_and_dots_at_it_or_at_the_end(at: int) -> None:
    long, short = np.linspace(1, 0.1, 10), np.linspace(1, 0.5, 5)
    picture = figure([line(0, long), line(1, short)], at=at)
    (marker,) = picture["layout"]["shapes"]
    assert marker["x0"] == marker["x1"] == at
    dots = picture["data"][-1]
    assert dots["x"] == [at, min(at, 4)]
    assert dots["y"] == [long[at], short[min(at, 4)]]
    assert dots["marker"]["color"] == [style(0).colour, style(1).colour]


def test_all_epochs_are_on_the_axis() -> None:
    assert figure([line(0, np.ones(77)), line(1, np.ones(500))])["layout"]["xaxis"]["range"] == [0, 499]
    assert figure([line(0, [1.0])])["layout"]["xaxis"]["range"] == [0, 10]


def heights(picture: dict[str, Any], *, log: bool) -> tuple[float, float, Array]:
    low, high = picture["layout"]["yaxis"]["range"]
    drawn = np.concatenate([decoded(trace["y"]) for trace in picture["data"][:-1]])
    drawn = drawn[np.isfinite(drawn)]
    return low, high, np.log10(drawn) if log else drawn


@given(st.lists(st.lists(st.floats(1e-9, 1e2), min_size=1, max_size=9), min_size=1, max_size=12), st.booleans())
def test_curves_that_do_not_diverge_lie_within_the_range(curves: list[list[float]], log: bool) -> None:
    curves = [curve for curve in curves if max(curve) <= 1_000 * curve[0]] or [[1.0]]
    low, high, drawn = heights(figure([line(place, curve) for place, curve in enumerate(curves)], log=log), log=log)
    assert low <= drawn.min()
    assert drawn.max() <= high


@pytest.mark.parametrize("log", [True, False])
def test_a_diverging_run_leaves_the_others_their_room(log: bool) -> None:
    learning = np.geomspace(1, 0.01, 100)
    diverging = np.geomspace(1, 1e300, 100)
    picture = figure([line(0, learning), line(1, diverging)], at=99, log=log)
    high = picture["layout"]["yaxis"]["range"][1]
    assert high <= (4 if log else 3)
    drawn = decoded(picture["data"][1]["y"])
    assert np.nanmax(drawn) > (10**high if log else high), "it leaves the picture"
    assert np.nanmax(drawn) < 1e7, "and ends where browsers can still draw"
    assert picture["data"][-1]["y"] == [learning[-1], None]
    assert set(numbers(picture)) == {"1", "2"}
    assert numbers(picture)["2"][1] > 0.9


@given(st.lists(st.floats(1e-9, 1e2), min_size=1, max_size=12), st.integers(1, 500))
def test_numbers_of_curves_that_end_together_do_not_overlap(ends: list[float], epochs: int) -> None:
    lines = [line(place, np.append(np.ones(epochs), end)) for place, end in enumerate(ends)]
    places = numbers(figure(lines))
    assert set(places) == {str(place + 1) for place in range(len(ends))}
    assert {x for x, _ in places.values()} == {epochs}
    ys = sorted(y for _, y in places.values())
    assert 0 <= ys[0] <= ys[-1] <= 1
    assert np.all(np.diff(ys) * (250 - 32) > 12.9)


def test_a_number_stands_where_its_curve_ends() -> None:
    picture = figure([line(0, np.linspace(1, 0.1, 101)), line(5, np.linspace(1, 0.5, 51))], log=False)
    low, high = picture["layout"]["yaxis"]["range"]
    places = numbers(picture)
    assert {number: x for number, (x, _) in places.items()} == {"1": 100, "6": 50}
    heights = [places["1"][1], places["6"][1]]
    np.testing.assert_allclose(heights, [(end - low) / (high - low) for end in (0.1, 0.5)])


wanted = st.lists(st.floats(-2, 3), min_size=1, max_size=12).map(np.array)


@given(wanted, st.floats(0.0, 0.2))
def test_spread_keeps_order_and_distance_and_stays_inside(places: Array, gap: float) -> None:
    found = spread(places, gap, 0.0, 1.0)
    order = np.argsort(places, kind="stable")
    fits = min(gap, 1 / max(len(places) - 1, 1))
    assert np.all(np.diff(found[order]) >= fits - 1e-9)
    assert found.min() >= -1e-9
    assert found.max() <= 1 + 1e-9


@given(st.lists(st.integers(0, 20), min_size=1, max_size=12, unique=True))
def test_spread_leaves_what_is_apart_where_it_is(places: list[int]) -> None:
    wanted = np.array(places) / 20
    np.testing.assert_allclose(spread(wanted, 1 / 20, 0.0, 1.0), wanted, atol=1e-12)


# Small pictures


@pytest.mark.parametrize("preset", PRESETS)
def test_a_compact_picture_shows_the_same_with_smaller_marks(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(2)
    for view in learned_views(run.data):
        live, update = learned_figure(run, view, LIGHT, 165)
        large, _ = learned_figure(run, view, LIGHT, HEIGHTS["learned"])
        update(run.at(2))
        make_compact(live)
        assert live.figure.layout.height == 165
        for small, usual in zip(live.figure.data, large.figure.data, strict=True):
            if usual.type == "scatter" and usual.mode == "markers":
                assert 5 <= small.marker.size < usual.marker.size
            if usual.type == "scatter" and usual.mode == "text":
                assert small.textfont.size <= 10
        assert shown(live)["data"]
