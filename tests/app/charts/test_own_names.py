"""Names that a user gave to inputs and classes, in the pictures of what was learned and on the plane to be clicked."""

import json

import numpy as np
import pytest
from support.decoding import shown

from backprop_core import Run
from backprop_core.data.rows import MAX_INPUTS, TableRows
from backprop_core.tables.reading import grid
from backprop_core.tables.to_rows import to_rows
from backprop_core.training.presets import suggested_for
from playground.charts.learned import GRID
from playground.charts.of_run import learned_views
from playground.charts.theme import CLASSES, DARK, LIGHT
from playground.data.figures import CLASS_NAMES, PLACES, Clicking, places
from playground.train.board import Board, Views

LONG = "a kind of animal with quite a name"


def animals(kinds: tuple[str, ...], rows: int = 30) -> TableRows:
    rng = np.random.RandomState(0)
    cells = [(*rng.randn(2).round(3), kinds[i % len(kinds)]) for i in range(rows)]
    return to_rows(grid(("body height", "<i>weight</i>", "kind"), cells), "kind")


def curve(rows: int = 30) -> TableRows:
    cells = [(i / 10, i * i) for i in range(rows)]
    return to_rows(grid(("year", "sales"), cells), "sales", task="number")


def learned(rows: TableRows, view: str) -> list[dict[str, object]]:
    run = Run(suggested_for(rows), data=rows)
    assert view in learned_views(run.data)
    data: list[dict[str, object]] = shown(Board(run, Views(view), LIGHT, 0).learned)["data"]
    return data


def test_a_surface_of_two_classes_says_inputs_and_what_its_ends_mean() -> None:
    surface, rows, _ = learned(animals(("cat", "dog")), "Surface")
    assert str(surface["hovertemplate"]).startswith(
        "body height %{x:.6~g}, &lt;i&gt;weight&lt;/i&gt; %{y:.6~g}: output"
    )
    assert "<i>" not in str(surface["hovertemplate"])
    assert "(0 cat, 1 dog)" in str(surface["hovertemplate"])
    assert "body height %{x:.6~g}" in str(rows["hovertemplate"])
    assert set(rows["text"]) == {"class cat", "class dog"}  # type: ignore[call-overload]


def test_a_surface_of_several_classes_names_the_likeliest() -> None:
    names = ("cat", "dog", LONG)
    surface, rows, _ = learned(animals(names), "Surface")
    told = set(np.ravel(np.array(surface["customdata"])))
    assert np.array(surface["customdata"]).shape == (GRID, GRID)
    assert told <= {"cat", "dog", f"{LONG[:15].rstrip()}…"}
    assert len(told) > 1
    assert "class %{customdata}" in str(surface["hovertemplate"])
    assert f"class {LONG}" in rows["text"]  # type: ignore[operator]


def test_a_curve_names_its_input() -> None:
    training, test, line = learned(curve(), "Curve")
    assert all("year %{x:.6~g}" in str(trace["hovertemplate"]) for trace in (training, test, line))


def test_a_table_has_room_for_its_names() -> None:
    texts = learned(animals(("cat", "dog"), rows=6), "Table")[1]["text"]
    assert texts[0] == "body height"  # type: ignore[index]
    many = to_rows(grid([*(f"a long name {i}" for i in range(12)), "y"], [(*[i] * 12, i % 2) for i in range(6)]), "y")
    heads = learned(many, "Table")[1]["text"]
    assert all(len(head) <= 5 for head in heads[:12])  # type: ignore[index]


def test_a_table_judges_only_what_has_two_sides() -> None:
    texts = learned(curve(rows=8), "Table")[1]["text"]
    assert texts[-1] == texts[-3] == ""  # type: ignore[index]


@pytest.mark.parametrize("inputs", [1, 2, 20, MAX_INPUTS])
@pytest.mark.parametrize("rows", [4, 30])
def test_rows_of_any_shape_have_pictures_and_a_table_only_where_it_fits(inputs: int, rows: int) -> None:
    rng = np.random.RandomState(1)
    names = tuple(f"input {i}" for i in range(inputs))
    own = TableRows(rng.randn(rows, inputs), np.arange(rows) % 2.0, names, ("no", "yes"))
    run = Run(suggested_for(own), data=own)
    views = learned_views(run.data)
    assert ("Table" in views) is (rows == 4 and inputs < 20)
    assert ("Confusion" in views) is ("Table" not in views)
    for view in views:
        json.dumps(Board(run, Views(view), LIGHT, 0).patches)


def test_points_are_shown_with_letter_and_colour() -> None:
    chart = Clicking(DARK, 300)
    chart.update_points(((0.0, 1.5, "A"), (-3.0, 0.15, "C")))
    points, grid_of_places = shown(chart)["data"]
    assert (points["x"], points["y"], points["text"]) == ([0.0, -3.0], [1.5, 0.15], ["A", "C"])
    assert points["marker"]["color"] == [CLASSES[0], CLASSES[2]]
    assert grid_of_places["marker"]["opacity"] == 0
    chart.update_points(())
    assert shown(chart)["data"][0]["x"] == []


def test_places_are_an_even_grid_with_the_middle_in_it() -> None:
    x1, x2 = places()
    assert len(x1) == len(x2) == len(set(zip(x1, x2, strict=True))) == PLACES**2
    assert (0.0, 0.0) in set(zip(x1, x2, strict=True))
    assert max(x1) == -min(x1) == 3.0
    assert len(CLASS_NAMES) <= len(CLASSES)
