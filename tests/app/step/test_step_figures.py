"""Heatmaps of one step: which cells are shown, the numbers in them, and the diagram that says what is computed now."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoding import decoded

from backprop_core.nn.activations import Array
from playground.charts.theme import DARK, LIGHT, THEMES, Theme
from playground.step.figures import HIDDEN_NUMBER, MOST_ROWS, WIDTH, Window, cells, highlighted, window

NAMES = (("row 1", "row 2", "row 3"), ("h1", "h2"))
VALUES = np.array([[0.12345678, -2.0], [0.0, 1e-9], [-0.0, 123456.789]])
PARAMS = [
    (np.array([[1.0, -2.0], [0.5, -0.25]]), np.array([0.1, -0.2])),
    (np.array([[3.0], [-4.0]]), np.array([0.3])),
]
UNITS = [("x1", "x2"), ("h1", "h2"), ("y",)]


@st.composite
def places(draw: st.DrawFn) -> tuple[tuple[int, int], int, int, int]:
    """A shape, a cell in it, and a number of digits."""
    rows, columns = draw(st.integers(1, 400)), draw(st.integers(1, 100))
    return (
        (rows, columns),
        draw(st.integers(0, rows - 1)),
        draw(st.integers(0, columns - 1)),
        draw(st.integers(3, 17)),
    )


def drawn(values: Array = VALUES, chosen: tuple[int, int] | None = (1, 1), **settings: Any) -> dict[str, Any]:
    """The figure as it travels to the browser."""
    theme: Theme = settings.pop("theme", LIGHT)
    figure = cells(values, NAMES, chosen, theme, **({"digits": 6} | settings))
    spec: dict[str, Any] = json.loads(figure.to_json())
    json.dumps(spec, allow_nan=False)
    return spec


# The window


@given(places())
def test_a_window_holds_the_chosen_cell_and_lies_within_the_array(place: tuple[tuple[int, int], int, int, int]) -> None:
    shape, row, column, digits = place
    part = window(shape, row, column, digits)
    for span, chosen, length in zip((part.rows, part.columns), (row, column), shape, strict=True):
        assert 0 <= span.start <= chosen < span.stop <= length
        assert span.step is None


@given(places())
def test_a_window_is_as_large_as_there_is_room_for(place: tuple[tuple[int, int], int, int, int]) -> None:
    shape, row, column, digits = place
    part = window(shape, row, column, digits)
    room = max(2, WIDTH // (8 * digits + 44))
    assert part.rows.stop - part.rows.start == min(shape[0], MOST_ROWS)
    assert part.columns.stop - part.columns.start == min(shape[1], room)
    assert np.zeros(shape)[part.rows, part.columns].size > 0


@given(places())
def test_a_window_is_all_where_nothing_is_left_out(place: tuple[tuple[int, int], int, int, int]) -> None:
    shape, row, column, digits = place
    part = window(shape, row, column, digits)
    shown = np.ones(shape)[part.rows, part.columns].shape
    assert part.is_all(shape) == (shown == shape)
    assert not part.is_all((shape[0] + 1, shape[1]))


@given(places())
def test_more_digits_never_show_more_cells(place: tuple[tuple[int, int], int, int, int]) -> None:
    shape, row, column, digits = place
    fewer, more = window(shape, row, column, 3), window(shape, row, column, digits)
    assert more.columns.stop - more.columns.start <= fewer.columns.stop - fewer.columns.start
    assert more.rows == fewer.rows


def test_a_chosen_cell_within_a_large_array_has_cells_on_both_sides() -> None:
    part = window((100, 100), 50, 50, 6)
    assert part.rows.start < 50 < part.rows.stop - 1
    assert part.columns.start < 50 < part.columns.stop - 1
    assert window((100, 100), 0, 99, 6) == Window(slice(0, MOST_ROWS), slice(100 - WIDTH // 92, 100))


# The cells


@pytest.mark.parametrize("digits", [3, 6, 17])
def test_every_cell_has_its_number(digits: int) -> None:
    heatmap, _, numbers = drawn(digits=digits)["data"]
    np.testing.assert_array_equal(decoded(heatmap["z"]), VALUES)
    expected = [f"{value + 0.0:.{digits}g}" for value in VALUES.ravel()]
    assert numbers["text"] == expected
    assert "-0" not in numbers["text"]
    rows, columns = np.divmod(np.arange(VALUES.size), 2)
    assert decoded(numbers["x"]).tolist() == columns.tolist()
    assert decoded(numbers["y"]).tolist() == rows.tolist()


def test_a_cell_says_where_it_is_when_it_is_clicked() -> None:
    figure = drawn()
    assert figure["data"][2]["customdata"] == [[row, column] for row in range(3) for column in range(2)]
    assert "select" in figure["layout"]["clickmode"]


def test_rows_and_columns_are_named() -> None:
    titles = drawn()["data"][1]
    assert titles["text"] == [f"<b>{name}</b>" for name in ("h1", "h2", "row 1", "row 2", "row 3")]
    x, y = decoded(titles["x"]), decoded(titles["y"])
    assert x[:2].tolist() == [0.0, 1.0]
    assert y[2:].tolist() == [0.0, 1.0, 2.0]
    assert (y[:2] < -0.5).all()
    assert (x[2:] < -0.5).all()


def test_the_scale_is_symmetric_and_holds_every_value() -> None:
    heatmap = drawn()["data"][0]
    assert heatmap["zmin"] == -heatmap["zmax"]
    assert heatmap["zmax"] >= np.abs(VALUES).max()
    assert drawn(np.zeros((3, 2)))["data"][0]["zmax"] > 0


def test_hidden_numbers_are_nowhere_in_the_figure() -> None:
    figure = drawn(np.array([[0.12345678, -2.5], [7.25, 8.125], [9.0625, 6.75]]), hidden=True, digits=17)
    heatmap, _, numbers = figure["data"]
    assert set(numbers["text"]) == {HIDDEN_NUMBER}
    assert not decoded(heatmap["z"]).any()
    assert len(numbers["customdata"]) == 6, "a hidden cell can be chosen too"
    sent = json.dumps(figure)
    assert all(number not in sent for number in ("0.12345678", "2.5,", "7.25", "8.125", "9.0625"))


@pytest.mark.parametrize("chosen", [(0, 0), (1, 1), (2, 0)])
def test_the_chosen_cell_is_framed(chosen: tuple[int, int]) -> None:
    (frame,) = drawn(chosen=chosen)["layout"]["shapes"]
    assert frame["x0"] < chosen[1] < frame["x1"]
    assert frame["y0"] < chosen[0] < frame["y1"]
    assert frame["x1"] - frame["x0"] <= 1
    assert frame["y1"] - frame["y0"] <= 1


def test_without_a_choice_nothing_is_framed() -> None:
    assert not drawn(chosen=None)["layout"].get("shapes")


@pytest.mark.parametrize("theme", THEMES.values(), ids=[*THEMES])
def test_numbers_keep_their_colour_when_others_are_selected(theme: Theme) -> None:
    numbers = drawn(theme=theme)["data"][2]
    assert numbers["textfont"]["color"] == numbers["unselected"]["textfont"]["color"] == theme.text
    assert numbers["selected"]["marker"]["opacity"] == numbers["unselected"]["marker"]["opacity"] == 0


def test_the_axes_show_every_cell() -> None:
    layout = drawn()["layout"]
    left, right = layout["xaxis"]["range"]
    bottom, top = layout["yaxis"]["range"]
    assert left < -0.5
    assert right >= 1.5
    assert bottom >= 2.5, "rows go down"
    assert top < -0.9


# The diagram


def diagram(layer: int, *, backward: bool, theme: Theme = LIGHT) -> dict[str, Any]:
    figure = highlighted(UNITS, PARAMS, layer, backward=backward, theme=theme, height=300)
    spec: dict[str, Any] = json.loads(figure.to_json())
    return spec


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("layer", [1, 2])
def test_the_frame_is_around_one_layer(layer: int, backward: bool) -> None:
    spec = diagram(layer, backward=backward)
    (frame,) = spec["layout"]["shapes"]
    x, y = (decoded(spec["data"][3][axis]) for axis in "xy")
    within = (x > frame["x0"]) & (x < frame["x1"]) & (y > frame["y0"]) & (y < frame["y1"])
    np.testing.assert_array_equal(within, x == layer)


@pytest.mark.parametrize("layer", [1, 2])
def test_forward_the_arrow_comes_from_the_layer_before(layer: int) -> None:
    (arrow,) = diagram(layer, backward=False)["layout"]["annotations"]
    assert layer - 1 <= arrow["ax"] < arrow["x"] < layer
    assert arrow["showarrow"]


def test_backward_the_arrow_comes_from_the_layer_behind() -> None:
    (arrow,) = diagram(1, backward=True)["layout"]["annotations"]
    assert 1 < arrow["x"] < arrow["ax"] <= 2


def test_nothing_comes_from_behind_the_outputs() -> None:
    assert not diagram(2, backward=True)["layout"].get("annotations")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_frame_and_arrow_lie_within_the_axes_and_in_one_colour(theme: Theme) -> None:
    layout = diagram(1, backward=True, theme=theme)["layout"]
    (frame,), (arrow,) = layout["shapes"], layout["annotations"]
    assert frame["line"]["color"] == arrow["arrowcolor"] == theme.test
    low, high = layout["yaxis"]["range"]
    assert low <= frame["y0"] < frame["y1"] < arrow["y"] <= high
    assert arrow["y"] == arrow["ay"]


def test_the_weights_are_those_of_the_diagram() -> None:
    traces = diagram(1, backward=False)["data"]
    assert "h2 → y: w = -4" in traces[2]["text"]
    assert traces[3]["customdata"] == ["x1", "x2", "h1: b = 0.1", "h2: b = -0.2", "y: b = 0.3"]
