"""What the network has learned: every picture shows the outputs it should, where it should."""

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import PRESETS, suggested
from playground.charts import learned
from playground.charts.learned import CURVE, GRID
from playground.charts.live_figure import Live
from playground.charts.of_run import confusion_counts, learned_views
from playground.charts.theme import CLASSES, LIGHT
from playground.charts.units import TILE, Mosaic
from playground.train.board import HEIGHTS, Board, Views


def picture(run: Run, view: str, epoch: int | None = None) -> Live:
    board = Board(run, Views(view), LIGHT, 0)
    board.update(run.at(run.epoch if epoch is None else epoch), still=True)
    return board.learned


def trained(config: Config, epochs: int = 12) -> Run:
    run = Run(config)
    run.advance(epochs)
    return run


def grid_points(heatmap: dict[str, float]) -> Array:
    """(GRID², 2): the points that the cells of a surface stand at, by the heatmap's own axes."""
    steps = np.arange(GRID)
    x, y = heatmap["x0"] + heatmap["dx"] * steps, heatmap["y0"] + heatmap["dy"] * steps
    return np.array([(x1, x2) for x2 in y for x1 in x])


VIEWS = {
    "xor": ("Surface", "Table", "Units"),
    "not": ("Table", "Units"),
    "parity4": ("Table", "Units"),
    "moons": ("Surface", "Confusion", "Units"),
    "blobs": ("Surface", "Confusion", "Units"),
    "sine": ("Curve", "Units"),
    "plane": ("Surface", "Units"),
    "iris": ("Confusion", "Units"),
    "digits": ("Confusion", "Patterns", "Wrong rows", "Units"),
}


@pytest.mark.parametrize("dataset", VIEWS)
def test_the_pictures_there_are(dataset: str) -> None:
    assert learned_views(Run(suggested(dataset)).data) == VIEWS[dataset]


def test_a_surface_shows_the_output_at_every_point() -> None:
    run = trained(suggested("moons"))
    heatmap = shown(picture(run, "Surface"))["data"][0]
    outputs = run.predict(grid_points(heatmap)).reshape(GRID, GRID)
    np.testing.assert_allclose(decoded(heatmap["z"]), outputs, atol=1e-6)
    assert (heatmap["zmin"], heatmap["zmax"]) == (0, 1)


def test_a_surface_of_several_classes_shows_the_likeliest_and_how_sure() -> None:
    run = trained(suggested("blobs"))
    heatmap = shown(picture(run, "Surface"))["data"][0]
    outputs = run.predict(grid_points(heatmap))
    z = decoded(heatmap["z"]).ravel()
    np.testing.assert_array_equal(np.floor(z), outputs.argmax(axis=1))
    assert np.ravel(heatmap["customdata"]).tolist() == [str(best) for best in outputs.argmax(axis=1)]
    np.testing.assert_allclose(z % 1, np.minimum(outputs.max(axis=1), 0.999), atol=1e-5)


def test_each_class_has_a_stretch_of_the_scale_that_ends_in_its_colour() -> None:
    heatmap = shown(picture(Run(suggested("blobs")), "Surface"))["data"][0]
    places = [place for place, _ in heatmap["colorscale"]]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 1)
    assert [colour for _, colour in heatmap["colorscale"][1::2]] == list(CLASSES[:4])


def test_a_regression_surface_is_centred_at_zero() -> None:
    heatmap = shown(picture(trained(suggested("ripple"), 2), "Surface"))["data"][0]
    assert heatmap["zmin"] == -heatmap["zmax"]


@pytest.mark.parametrize("dataset", ["moons", "ripple", "blobs"])
def test_training_and_test_rows_lie_on_the_surface(dataset: str) -> None:
    run = Run(suggested(dataset))
    figure = shown(picture(run, "Surface"))
    for trace, X in zip(figure["data"][1:], (run.data.X, run.data.X_test), strict=True):
        np.testing.assert_array_equal(decoded(trace["x"]), X[:, 0])
        np.testing.assert_array_equal(decoded(trace["y"]), X[:, 1])
        assert len(trace["text"]) == len(X)
    assert figure["data"][1]["marker"]["symbol"] != figure["data"][2]["marker"]["symbol"]


def test_points_have_the_colour_of_their_class() -> None:
    run = Run(suggested("blobs"))
    rows = shown(picture(run, "Surface"))["data"][1]
    assert rows["marker"]["color"] == [CLASSES[label] for label in run.data.labels(run.data.y)]


def test_a_curve_is_the_output_over_the_line_bit_for_bit() -> None:
    run = trained(suggested("sine"))
    line = shown(picture(run, "Curve"))["data"][2]
    x = decoded(line["x"])
    assert len(x) == CURVE
    np.testing.assert_array_equal(decoded(line["y"]), run.predict(x[:, None])[:, 0])


@pytest.mark.parametrize("dataset", ["xor", "parity4", "not"])
def test_a_table_gives_each_row_its_output_and_a_verdict(dataset: str) -> None:
    run = trained(Config(dataset=dataset), 300)
    texts = shown(picture(run, "Table"))["data"][1]["text"]
    outputs = run.predict(run.data.X)[:, 0]
    verdicts = ["✓" if right else "✗" for right in (outputs > 0.5) == (run.data.y[:, 0] > 0.5)]
    assert texts[-2 * len(outputs) :: 2] == [f"{output:.4f}" for output in outputs]
    assert texts[1 - 2 * len(outputs) :: 2] == verdicts


def test_the_cells_of_a_table_hold_the_exact_outputs() -> None:
    run = trained(Config(), 300)
    cells = decoded(shown(picture(run, "Table", 123))["data"][0]["z"])
    np.testing.assert_array_equal(cells[:, 3], run.at(123).a[-1][:, 0])
    assert np.isnan(cells[:, :3]).all()


def test_a_row_brought_along_with_two_outputs_has_a_table() -> None:
    run = PRESETS["mazur"].run()
    assert learned_views(run.data) == ("Table", "Units")
    texts = shown(picture(run, "Table"))["data"][1]["text"]
    assert texts[:7] == ["x1", "x2", "target 1", "target 2", "output 1", "output 2", ""]


@pytest.mark.parametrize("dataset", ["iris", "moons", "breast_cancer", "digits"])
def test_confusion_counts_the_test_rows(dataset: str) -> None:
    run = trained(suggested(dataset), 2)
    data, counts = run.data, np.zeros((len(run.data.classes),) * 2)
    for true, taken in zip(data.labels(data.y_test), data.labels(run.predict(data.rows_test)), strict=True):
        counts[true, taken] += 1
    np.testing.assert_array_equal(confusion_counts(run.at(2)), counts)
    heatmap, texts = shown(picture(run, "Confusion"))["data"]
    np.testing.assert_array_equal(decoded(heatmap["customdata"]), counts)
    np.testing.assert_allclose(decoded(heatmap["z"]), counts / counts.sum(axis=1, keepdims=True), atol=1e-6)
    assert texts["text"][-counts.size :] == [str(int(count)) if count else " " for count in counts.ravel()]


def test_confusion_counts_the_training_rows_where_no_rows_are_held_back() -> None:
    run = trained(suggested("iris").replace(test_share=0.0), 1)
    assert confusion_counts(run.at(1)).sum() == 150


def test_a_tile_of_the_mosaic_is_what_its_unit_responds_to() -> None:
    run = trained(Config(hidden=(3,)))
    live = picture(run, "Units")
    assert isinstance(live, Mosaic)
    cells = decoded(shown(live)["data"][0]["z"])
    plane = learned.plane_grid(run.data, TILE)
    responses = run.at(run.epoch).respond(plane)
    for layer, unit in ((0, 0), (0, 2), (1, 0)):
        top, left = live._corner(layer, unit)
        tile = cells[top : top + TILE, left : left + TILE][::-1]  # the highest x2 is drawn on top
        np.testing.assert_allclose(tile.ravel(), responses[layer][:, unit], atol=1e-6)


def test_stripes_of_the_mosaic_run_over_rows_in_the_order_of_their_classes() -> None:
    run = Run(suggested("digits"))
    live = picture(run, "Units")
    assert isinstance(live, Mosaic)
    cells = decoded(shown(live)["data"][0]["z"])
    top, left = live._corner(1, 3)
    stripe = cells[top, left:]
    order = np.argsort(run.data.labels(run.data.y), kind="stable")
    every = -(-len(order) // 80)
    np.testing.assert_allclose(
        stripe[: len(order[::every])], run.predict(run.data.rows[order[::every]])[:, 3], atol=1e-6
    )


def test_mosaic_scale_is_symmetric() -> None:
    heatmap = shown(picture(Run(suggested("moons")), "Units"))["data"][0]
    assert heatmap["zmin"] == -heatmap["zmax"]
    assert HEIGHTS["learned"] == shown(picture(Run(suggested("moons")), "Units"))["layout"]["height"]
