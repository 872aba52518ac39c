"""The board: five figures for any run, in any view and theme, brought to any epoch by a patch fit for JSON."""

import itertools
import json
import math
from itertools import product

import numpy as np
import pytest
from support.decoding import decoded, shown, through_json

from backprop_core import Config, Run
from backprop_core.data.datasets import DATASETS
from backprop_core.training.presets import PRESETS, suggested
from playground.charts.live_figure import Live
from playground.charts.of_run import learned_views, network_views
from playground.charts.theme import DARK, LIGHT, THEMES
from playground.train.board import CURVE_VIEWS, GRADIENT_VIEWS, HEIGHTS, Board, Views

MOST_CELLS = {"weights": 30_000, "gradients": 30_000, "learned": 140_000}  # of a heatmap, whatever the network
MOST_PATCH = 1_400_000  # characters of a frame's message, whatever the network

NETWORKS = {
    "no hidden layer": Config(hidden=()),
    "one": Config(),
    "two": Config(dataset="moons", hidden=(3, 4), samples=40),
    "six": PRESETS["vanishing"].recipe.config.replace(samples=60),
    "four classes": suggested("blobs").replace(samples=60),
    "curve": suggested("sine").replace(samples=40),
    "surface": suggested("plane").replace(samples=40, features=("x1", "x2", "x1x2")),
    "three inputs": Config(dataset="parity3"),
    "one input": Config(dataset="not"),
    "digits": suggested("digits"),
    "wide": Config(hidden=(64, 2, 64)),
    "penalised mini-batches": Config(dataset="moons", samples=50, batch_size=7, l1=0.01, l2=0.01, optimizer="adam"),
}


def all_views(run: Run) -> list[Views]:
    """Every view of every panel at least once: each panel is drawn from its own view alone."""
    curves_panel = list(product(CURVE_VIEWS, (True, False)))
    panels = [learned_views(run.data), GRADIENT_VIEWS, curves_panel, network_views(run.data)]
    choices = zip(*(itertools.islice(itertools.cycle(views), max(map(len, panels))) for views in panels), strict=True)
    return [
        Views(learned, gradients=gradients, curves=curves, log=log, network=network)
        for learned, gradients, (curves, log), network in choices
    ]


def sound(live: Live) -> None:
    """The figure can be sent and drawn: no trace is cut off, and no number of a layout is missing."""
    figure = shown(live)
    assert len(live.patch["data"]) <= len(live.figure.data)
    for axis in ("xaxis", "yaxis"):
        assert np.isfinite(figure["layout"][axis]["range"]).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_view_of_every_network_is_made_and_brought_to_another_epoch(name: str) -> None:
    run = Run(NETWORKS[name])
    run.advance(6)
    for views in all_views(run):
        board = Board(run, views, LIGHT, 0)
        anchors = {panel: live.figure.to_json() for panel, live in board.figures.items()}
        for epoch, still in ((1, False), (6, True), (3, False)):
            board.update(run.at(epoch), still=still)
            for live in board.figures.values():
                sound(live)
        assert anchors == {panel: live.figure.to_json() for panel, live in board.figures.items()}, "anchors must stand"


@pytest.mark.parametrize("dataset", [name for name in DATASETS if name != "csv"])
def test_every_view_of_every_dataset(dataset: str) -> None:
    run = Run(suggested(dataset))
    run.advance(1)
    for view in learned_views(run.data):
        board = Board(run, Views(view), DARK, 1)
        sound(board.learned)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_a_board(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(1)
    for views in all_views(run)[:2]:
        board = Board(run, views, LIGHT, 0)
        board.update(run.at(run.epoch), still=True)
        assert set(board.patches) == set(HEIGHTS)


@pytest.mark.parametrize("views", all_views(Run(Config())), ids=str)
def test_a_patched_figure_is_the_figure_made_at_that_epoch(views: Views) -> None:
    run = Run(Config())
    run.advance(20)
    patched, made = Board(run, views, LIGHT, 0), Board(run, views, LIGHT, 11)
    patched.update(run.at(11), still=True)
    for panel in HEIGHTS:
        first, second = shown(patched.figures[panel]), shown(made.figures[panel])
        assert first["data"] == second["data"]
        assert first["layout"]["xaxis"] == second["layout"]["xaxis"]


@pytest.mark.parametrize("theme", THEMES)
def test_figures_take_their_colours_from_the_theme(theme: str) -> None:
    board = Board(Run(Config()), Views("Surface"), THEMES[theme], 0)
    for live in board.figures.values():
        assert live.figure.layout.font.color == THEMES[theme].text
    other = {"light": DARK, "dark": LIGHT}[theme]
    drawn = "".join(live.figure.to_json() for live in board.figures.values())
    assert other.text not in drawn
    assert other.middle not in drawn


def test_nothing_has_to_be_measured_by_the_browser() -> None:
    """Automatic margins and ranges cost plotly.js most of a frame's time, and make the layout jump."""
    for config in NETWORKS.values():
        board = Board(Run(config), Views("Units"), LIGHT, 0)
        for panel, live in board.figures.items():
            layout = live.figure.layout
            assert layout.height == HEIGHTS[panel]
            assert layout.showlegend is False
            for axis in (layout.xaxis, layout.yaxis):
                assert axis.automargin is False
                assert axis.range is not None


@pytest.mark.parametrize("view", GRADIENT_VIEWS)
def test_the_largest_network_stays_drawable(view: str) -> None:
    run = Run(suggested("digits").replace(hidden=(64,) * 6))
    board = Board(run, Views("Units", gradients=view), LIGHT, 0)
    board.update(run.at(0), still=False)
    for panel, most in MOST_CELLS.items():
        assert decoded(shown(board.figures[panel])["data"][0]["z"]).size <= most
    assert len(json.dumps(board.patches)) <= MOST_PATCH
    assert all(len(live.figure.data) <= 5 for panel, live in board.figures.items() if panel != "loss_curve")


LINEAR = PRESETS["diverging"].recipe.config
RELU = Config(
    dataset="plane", hidden=(8,), activation="relu", output="linear", loss="mse", init="he_normal", learning_rate=10.0
)


@pytest.mark.parametrize("config", [LINEAR, RELU], ids=["linear", "relu"])
def test_a_diverged_run_is_shown_like_any_other(config: Config) -> None:
    run = Run(config)
    run.advance(config.epochs)
    assert run.diverged is not None
    for views in all_views(run):
        board = Board(run, views, LIGHT, 0)
        board.update(run.at(run.epoch), still=True)
        for live in board.figures.values():
            sound(live)


@pytest.mark.parametrize("value", [1e6, -1e6])
def test_weights_as_large_as_may_be_typed(value: float) -> None:
    run = Run(Config(dataset="plane", hidden=(3,), activation="relu", output="linear", loss="mse"))
    run.edit(params={(1, "W", i, j): value for i in range(2) for j in range(3)})
    for views in all_views(run):
        for live in Board(run, views, LIGHT, 0).figures.values():
            sound(live)


def test_weights_of_1e300_are_shown() -> None:
    params = [(np.full((2, 3), 1e300), np.full(3, -1e300)), (np.full((3, 1), 1e300), np.zeros(1))]
    run = Run(Config(hidden=(3,)), params=params)
    for views in all_views(run):
        board = Board(run, views, LIGHT, 0)
        for live in board.figures.values():
            sound(live)
    assert np.nanmax(decoded(shown(board.weights)["data"][0]["z"])) == 1e300


def test_a_test_loss_beyond_all_numbers_is_a_gap() -> None:
    run = Run(Config(dataset="moons", samples=40, hidden=(2,)))
    run.advance(5)
    run.history.rewind(2)
    run.epoch = 2
    run.history.extend([0.5], [math.inf], None)
    run.epoch = 3
    board = Board(run, Views("Surface"), LIGHT, 3)
    figure = shown(board.loss_curve)
    assert np.isnan(decoded(figure["data"][1]["y"])[3])
    assert figure["data"][2]["y"] == [0.5, None]
    through_json(board.loss_curve.patch)


def test_frames_between_standing_still_send_less() -> None:
    """What is read by pointing at it is sent when playing stops, not with every frame."""
    run = Run(NETWORKS["six"])
    board = Board(run, Views("Surface"), LIGHT, 0)
    board.update(run.at(0), still=True)
    still = len(json.dumps(board.patches))
    board.update(run.at(0), still=False)
    assert len(json.dumps(board.patches)) < still
