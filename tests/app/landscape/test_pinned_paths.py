"""Paths of pinned runs on one landscape: which fit, where they end, and a race to begin with."""

from __future__ import annotations

import numpy as np
import pytest
from support.app_page import COMPARE, LANDSCAPE, TRAIN, Page
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.landscape import project, suggested_reach, trajectory
from playground.compare.state import Pins
from playground.landscape.figures import ContourMap, Relief
from playground.landscape.pinned_paths import SYMBOLS, why_not
from playground.landscape.state import Drawing, Landscapes

TRAINED = 200


def drawing(page: Page) -> Drawing:
    drawing = page.session.part(Landscapes).drawing
    assert drawing is not None
    return drawing


def raced(epochs: int = TRAINED) -> Page:
    page = Page(LANDSCAPE)
    page.train(epochs)
    page.press("pin_race")
    return page


def test_a_race_is_three_pinned_runs_from_the_weights_of_the_run_shown() -> None:
    page = raced()
    pins = list(page.session.part(Pins).at.values())
    assert [pin.name for pin in pins] == ["Plain descent", "Momentum", "Adam"]
    assert [pin.run.config.optimizer for pin in pins] == ["sgd", "momentum", "adam"]
    for pin in pins:
        np.testing.assert_array_equal(pin.run.at(0).state.theta, page.run.at(0).state.theta)
        assert pin.run.diverged is None
    assert [path.name for path in drawing(page).paths] == [pin.name for pin in pins]
    assert "pin_race" not in page.keys_on_it()
    assert page.widget("landscape_pins").value == [pin.number for pin in pins]


@pytest.mark.parametrize("kind", ["pca", "random", "weights"])
def test_every_path_ends_where_its_run_does(kind: str) -> None:
    page = raced()
    page.choose("landscape_plane", kind)
    ground = drawing(page)
    assert ground.pictures is not None
    figures = [shown(picture) for picture in ground.pictures]
    for number, path in enumerate(ground.paths):
        end = path.run.at(path.run.epoch).state.theta
        expected = project(ground.landscape.plane, end[np.newaxis])[0]
        np.testing.assert_allclose(path.trail.points[-1], expected, rtol=1e-12)
        np.testing.assert_array_equal(path.trail.epochs[[0, -1]], [0, path.run.epoch])
        assert path.trail.losses[-1] == path.run.at(path.run.epoch).loss
        line = figures[0]["data"][2 + 2 * number]
        np.testing.assert_allclose([decoded(line["x"])[-1], decoded(line["y"])[-1]], expected, rtol=1e-12)
        assert ground.holds(expected)


def test_the_plane_is_that_of_all_paths_that_are_shown() -> None:
    page = raced()
    thetas = [trajectory(run)[1] for run in (page.run, *(path.run for path in drawing(page).paths))]
    reach = suggested_reach(drawing(page).landscape.plane, np.vstack(thetas))
    ground = drawing(page).landscape
    np.testing.assert_allclose(np.ptp(ground.alpha), np.ptp(reach[0]))
    with_all = drawing(page)
    page.choose("landscape_pins", [])
    assert drawing(page) is not with_all
    assert not drawing(page).paths
    assert page.charts() == ["landscape_map_chart", "landscape_relief_chart"]


def test_marks_are_where_each_run_is_at_the_shown_epoch_or_at_its_end() -> None:
    page = raced()
    page.choose("timeline", 37)
    ground = drawing(page)
    assert ground.pictures is not None
    marks = shown(ground.pictures[0])["data"][1 + 2 * 3]
    for number, path in enumerate(ground.paths):
        theta = path.run.at(37).state.theta
        (expected,) = project(ground.landscape.plane, theta[np.newaxis])
        np.testing.assert_allclose([decoded(marks["x"])[number], decoded(marks["y"])[number]], expected, rtol=1e-12)
        assert "epoch 37" in marks["text"][number]
        assert path.reached(10**6).points[0].tolist() == path.trail.points[-1].tolist()
        assert path.reached(0).epochs.tolist() == [0]
    assert len({*marks["marker"]["symbol"]} & {*SYMBOLS}) == 3


def test_names_are_drawn_as_they_are_typed() -> None:
    page = raced()
    page.session.part(Pins).at[0].name = "<b>a</b> $x$ *b*"
    page.look()
    ground = drawing(page)
    assert ground.pictures is not None
    for picture in ground.pictures:
        assert isinstance(picture, ContourMap | Relief)
        assert "<b>a</b>" not in str(shown(picture)["data"][2]["text"][0])
    (legend,) = [
        text for text in (html.proto.body for html in page.app.get("html")) if "pin-label" in text and "$x$" in text
    ]
    assert "&lt;b&gt;a&lt;/b&gt;" in legend
    assert "<b>a</b>" not in legend


def test_runs_without_this_landscape_are_named_with_the_reason_and_wait() -> None:
    page = raced()
    page.go(TRAIN)
    page.choose("hidden_size", 3)
    page.go(LANDSCAPE)
    assert not drawing(page).paths
    assert "Not here: **1** Plain descent. It has the layers 2-2-1, and the run shown has 2-3-1." in page.text()
    assert "pin_race" in page.keys_on_it()
    page.go(TRAIN)
    page.choose("hidden_size", 2)
    page.go(LANDSCAPE)
    assert len(drawing(page).paths) == 3  # the choice was not lost


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"learning_rate": 0.1, "optimizer": "adam", "seed": 7}, ""),
        ({"hidden": (3,)}, "layers 2-3-1"),
        ({"activation": "tanh"}, "activation functions"),
        ({"loss": "mse"}, "another loss"),
        ({"l2": 0.1}, "another penalty"),
        ({"dataset": "and"}, "other training rows"),
    ],
)
def test_only_runs_with_the_same_surface_fit(changes: dict[str, object], reason: str) -> None:
    said = why_not(Run(Config()), Run(Config(**changes)))  # type: ignore[arg-type]
    assert (reason in said) if reason else not said


def test_unpinned_runs_leave_the_landscape() -> None:
    page = raced()
    page.go(COMPARE)
    page.press("unpin_1")
    page.go(LANDSCAPE)
    assert len(drawing(page).paths) == 2
