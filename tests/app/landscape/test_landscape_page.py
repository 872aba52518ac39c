"""The Landscape page without a browser: which plane, which surface, what it says, and when it is made anew."""

from __future__ import annotations

import numpy as np
import pytest
from support.app_page import LANDSCAPE, TRAIN, Page

from backprop_core.landscape import PLANES, explained, suggested_reach, surface, trajectory
from backprop_core.settings.parameter import addresses
from backprop_core.training.presets import PRESETS
from playground.landscape.state import COARSE, MOST_SECONDS, MOST_ZOOM, RESOLUTIONS, Drawing, Landscapes

CHARTS = ["landscape_map_chart", "landscape_relief_chart"]
TRAINED = 300


class LandscapePage(Page):
    """The Landscape page, of a run that has been trained for some epochs."""

    def __init__(self, epochs: int = 0) -> None:
        super().__init__(LANDSCAPE)
        if epochs:
            self.train(epochs)

    @property
    def page(self) -> Landscapes:
        return self.session.part(Landscapes)

    @property
    def drawing(self) -> Drawing:
        drawing = self.page.drawing
        assert drawing is not None
        return drawing

    @property
    def origin(self) -> float:
        """The loss that the surface shows at (0, 0)."""
        ground = self.drawing.landscape
        return float(ground.loss[ground.beta == 0][:, ground.alpha == 0].item())


def shape(drawing: Drawing) -> tuple[int, ...]:
    return drawing.landscape.loss.shape


def test_before_training_random_directions_are_shown() -> None:
    page = LandscapePage()
    assert page.drawing.kind == "random"
    assert page.widget("landscape_plane").value == "random"
    assert page.charts() == CHARTS
    assert page.origin == page.run.at(0).loss
    assert "Li, Xu, Taylor, Studer & Goldstein 2018" in page.text()


def test_a_trained_run_is_shown_in_its_principal_components() -> None:
    page = LandscapePage(TRAINED)
    assert page.session.shown == page.run.epoch == TRAINED
    assert page.drawing.kind == "pca"
    assert page.origin == page.run.at(TRAINED).loss
    epochs, thetas = trajectory(page.run)
    np.testing.assert_array_equal(page.drawing.way.epochs, epochs)
    share = explained(page.drawing.landscape.plane, thetas)
    assert page.drawing.way.share == share
    assert f"**{share:.1%}**" in page.text()
    assert f"epoch {TRAINED:,} (the newest" in page.text()


@pytest.mark.parametrize("kind", PLANES)
def test_the_surface_is_the_core_s(kind: str) -> None:
    page = LandscapePage(TRAINED)
    page.choose("landscape_plane", kind)
    run, ground = page.run, page.drawing.landscape
    known = addresses(run.network)
    way = trajectory(run)[1]
    plane = PLANES[kind].make(run.at(TRAINED), way, seed=0, chosen=[known[0], (2, "W", 0, 0)])
    expected = surface(run.at(TRAINED), plane, suggested_reach(plane, way))
    np.testing.assert_array_equal(ground.loss, expected.loss)
    assert page.origin == run.at(TRAINED).loss


def test_the_page_goes_on_to_principal_components_by_itself_but_never_away_from_a_choice() -> None:
    page = LandscapePage()
    page.choose("landscape_plane", "weights")
    page.choose("timeline", 50)
    assert page.drawing.kind == "weights"
    page.choose("landscape_plane", "pca")
    page.choose("preset", "xor")
    assert page.widget("landscape_plane").value == "pca"


def test_where_there_is_no_plane_it_is_said_and_training_is_offered() -> None:
    page = LandscapePage()
    page.choose("landscape_plane", "pca")
    assert page.charts() == []
    assert "Train a few epochs first" in page.text()
    page.press("landscape_finish")
    assert page.run.epoch == page.run.config.epochs
    assert page.charts() == CHARTS
    assert "landscape_finish" not in page.keys_on_it()


def test_a_plane_of_one_parameter_is_no_plane() -> None:
    page = LandscapePage()
    page.choose("landscape_plane", "weights")
    page.choose("landscape_parameter_2", 0)
    assert page.charts() == []
    assert "choose two different parameters" in page.text()
    assert "landscape_finish" not in page.keys_on_it()
    page.choose("landscape_parameter_2", 8)
    assert page.page.chosen == ((1, "W", 0, 0), (2, "b", 0))
    assert page.charts() == CHARTS
    assert page.widget("landscape_parameter_1").options[:2] == ["W1[0, 0]: x1 → h1", "W1[0, 1]: x1 → h2"]
    assert page.widget("landscape_parameter_2").options[-1] == "b2[0]: bias → y"


def test_another_seed_is_another_surface_and_the_same_seed_the_same() -> None:
    page = LandscapePage()
    first = page.drawing.landscape.loss
    page.press("landscape_draw")
    assert page.widget("landscape_seed").value == page.page.seed == 1
    second = page.drawing.landscape.loss
    assert (first != second).any()
    page.choose("landscape_seed", 0)
    np.testing.assert_array_equal(page.drawing.landscape.loss, first)
    page.choose("landscape_plane", "weights")
    assert "landscape_seed" not in page.keys_on_it()


def test_zooming_halves_and_doubles_the_reach_around_the_origin() -> None:
    page = LandscapePage(TRAINED)
    before = page.drawing.landscape
    page.press("zoom_in")
    after = page.drawing.landscape
    np.testing.assert_allclose(np.ptp(after.alpha), np.ptp(before.alpha) / 2)
    assert page.origin == page.run.at(TRAINED).loss
    page.press("zoom_out")
    np.testing.assert_array_equal(page.drawing.landscape.loss, before.loss)
    page.page.zoom = MOST_ZOOM
    page.look()
    assert page.app.button(key="zoom_out").disabled
    page.choose("landscape_plane", "weights")
    assert page.page.zoom == 1


def test_what_has_not_changed_is_not_computed_again() -> None:
    page = LandscapePage(TRAINED)
    drawing = page.drawing
    pictures = drawing.pictures
    for _ in range(2):
        page.look()
    page.choose("timeline", 100)
    page.press("back")
    page.go(TRAIN)
    page.go(LANDSCAPE)
    assert page.drawing is drawing
    assert page.drawing.pictures is pictures


def test_the_timeline_is_shared_and_moves_the_point() -> None:
    page = LandscapePage(TRAINED)
    page.choose("timeline", 100)
    assert page.session.shown == 100
    assert f"**{page.run.at(100).loss:.6g}**" in page.text()
    page.go(TRAIN)
    assert page.widget("timeline").value == 100
    page.press("step")
    page.go(LANDSCAPE)
    assert page.widget("timeline").value == 101
    assert f"**{page.run.at(101).loss:.6g}**" in page.text()


def test_a_surface_can_be_drawn_around_the_shown_epoch_and_the_newest_again() -> None:
    page = LandscapePage(TRAINED)
    page.choose("timeline", 100)
    assert page.origin == page.run.at(TRAINED).loss
    page.press("draw_around")
    assert page.origin == page.run.at(100).loss
    assert "the weights at epoch 100." in page.text()
    page.choose("timeline", TRAINED)
    assert page.drawing.centre == 100
    page.press("draw_around")
    assert page.origin == page.run.at(TRAINED).loss


def test_a_run_that_leaves_its_surface_gets_a_new_one_when_it_pauses() -> None:
    page = LandscapePage(20)
    old = page.drawing
    page.press("step")
    assert page.drawing is old  # it has not gone far
    assert page.drawing.way.epochs[-1] == 21
    page.press("play")
    assert page.session.mode == "paused"
    assert page.run.epoch == page.run.config.epochs
    assert page.drawing is not old
    assert page.origin == page.run.at(page.run.epoch).loss


def test_another_run_has_another_surface() -> None:
    page = LandscapePage(TRAINED)
    old = page.drawing
    page.press("zoom_in")
    page.choose("landscape_plane", "weights")
    page.choose("landscape_parameter_1", 8)
    page.choose("preset", "sine")
    assert page.drawing is not old
    assert page.page.zoom == 1
    assert page.origin == page.run.at(0).loss
    page.choose("timeline", 20)
    page.choose("timeline", 10)
    before = page.drawing
    page.choose("learning_rate", 0.2)  # an edit: another future
    assert page.run.epoch == 10
    assert page.drawing is not before
    assert page.origin == page.run.at(10).loss


def test_more_points_are_offered_where_they_do_not_take_long() -> None:
    page = LandscapePage()
    assert shape(page.drawing) == (51, 51)
    page.choose("landscape_points", 101)
    assert shape(page.drawing) == (101, 101)
    page.choose("landscape_points", 25)
    assert shape(page.drawing) == (25, 25)


@pytest.mark.parametrize(("seconds", "points"), [(MOST_SECONDS / 26**2, 25), (1.0, COARSE)])
def test_where_they_would_take_long_there_are_fewer_and_it_is_said(seconds: float, points: int) -> None:
    page = LandscapePage(TRAINED)
    page.page.seconds, page.page.drawing_key = seconds, ()
    page.look()
    assert shape(page.drawing) == (points, points)
    assert f"{points} × {points} points: more would take too long" in page.text()
    assert page.page.points == RESOLUTIONS[1]


def test_every_preset_has_a_landscape() -> None:
    page = LandscapePage()
    page.choose("landscape_points", RESOLUTIONS[0])
    for name in PRESETS:
        page.choose("landscape_plane", "random")
        page.choose("preset", name)
        assert page.origin == page.run.at(0).loss
        page.choose("timeline", min(20, page.run.config.epochs))
        for kind in PLANES:
            page.choose("landscape_plane", kind)
            assert page.charts() == CHARTS


def test_a_diverged_run_is_shown_as_far_as_it_came() -> None:
    page = LandscapePage()
    page.choose("preset", "diverging")
    page.press("finish")
    assert page.run.diverged is not None
    assert page.charts() == CHARTS
    assert "Training diverged" in page.text()
