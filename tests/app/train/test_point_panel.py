"""Try a point: of a plane, clicked or typed, with every number of its forward pass."""

import numpy as np
import pytest
from support.app_page import STEP, TRAIN, Page

from backprop_core.training import PRESETS
from playground.charts.theme import LIGHT
from playground.session.widgets import Kept
from playground.train.one_row import forward_pass
from playground.train.plane import Plane
from playground.train.state import Panels


def opened(**parts: str) -> Page:
    page = Page(**parts)
    page.session.part(Kept).values["try_row"] = True
    page.look()
    return page


def click(page: Page, x: float, y: float) -> None:
    page.select(page.chart("learned_chart"), {"x": x, "y": y, "curve_number": 3, "point_index": 0})


def point(page: Page) -> tuple[float, float]:
    return page.widget("try_field_0").value, page.widget("try_field_1").value


def answer(page: Page) -> str:
    return next(text.value for text in page.app.markdown if text.value.startswith(":small[Epoch "))


def mark(page: Page) -> tuple[list[float], list[float]]:
    """Where the newest still frame puts the mark."""
    board = page.session.part(Panels).board
    assert board is not None
    changes = board.learned.patch["data"][4]
    return changes["x"], changes["y"]


def test_a_click_opens_the_panel_with_the_point_and_marks_it() -> None:
    page = Page()
    assert "try_field_0" not in page.keys_on_it()
    assert mark(page) == ([], [])
    click(page, 0.30000001192, 0.7125)
    assert point(page) == (0.3, 0.71)
    assert mark(page) == ([0.3], [0.71])
    assert page.run.predict([[0.3, 0.71]])[0, 0] == pytest.approx(float(answer(page).split("Output ")[1][:9]), abs=1e-7)
    assert "The row says" not in answer(page)
    page.select(page.chart("learned_chart"))  # the same place again: plotly.js reports that nothing is selected now
    assert point(page) == (0.3, 0.71)


def test_a_click_on_a_row_tries_that_row() -> None:
    page = Page()
    click(page, 1.0, 0.0)
    assert point(page) == (1.0, 0.0)
    assert "The row says 1." in answer(page)
    assert page.widget("try_place").value == 3


def test_a_point_stays_until_the_plane_is_another_one() -> None:
    page = opened()
    page.choose("try_field_0", 0.25)
    page.press("step")
    assert point(page) == (0.25, 0.0)
    assert answer(page).startswith(":small[Epoch 1:]")
    page.go(STEP)
    page.go(TRAIN)
    page.choose("hidden_size", 3)
    page.choose("dataset", "moons")
    assert point(page) == (0.25, 0.0)
    assert page.widget("try_field_0").min < -1
    page.choose("try_field_0", -1.5)
    page.choose("dataset", "and")  # its plane does not reach so far
    assert point(page) == (0.0, 0.0)
    assert "The row says 0." in answer(page)


def test_every_z_and_a_is_the_core_s() -> None:
    page = opened()
    page.train(50)
    page.choose("try_field_0", 0.4)
    run = page.run
    table = next(frame.value for frame in page.app.dataframe if "Layer" in frame.value)
    assert table["Unit"].tolist() == ["x1", "x2", "h1", "h2", "y"]
    (W1, b1), (W2, b2) = run.params
    z1 = np.array([0.4, 0.0]) @ W1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ W2 + b2
    z = [float(text.replace("−", "-")) for text in table["z"][2:]]
    a = [float(text.replace("−", "-")) for text in table["a"]]
    np.testing.assert_allclose(z, [*z1, *z2], rtol=1e-7)
    np.testing.assert_allclose(a, [0.4, 0.0, *a1, *run.predict([[0.4, 0.0]])[0]], rtol=1e-7)
    assert table["How z is computed"][2].endswith(f"{abs(b1[0]):.4g}")


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.run().data.X.shape[1] == 2])
def test_every_plane_has_fields_within_its_axes(name: str) -> None:
    page = opened(preset=name)
    page.choose("preset", name)
    for number in (0, 1):
        field = page.widget(f"try_field_{number}")
        assert field.min <= field.value <= field.max
        assert 5 <= (field.max - field.min) / field.step <= 200
    assert answer(page)


def test_while_the_run_plays_the_mouse_passes_through_to_the_surface() -> None:
    run = PRESETS["xor"].run()
    plane = Plane(run.data, LIGHT, 200)
    outputs = np.zeros((44 * 44, 1))
    plane.update_plane(outputs, still=True)
    assert "%{customdata:.6g}" in plane.patch["data"][3]["hovertemplate"]
    assert plane.patch["data"][3]["customdata"]["bdata"] == plane.patch["data"][0]["z"]["bdata"]
    plane.settle()
    plane.update_plane(outputs, still=False)
    assert plane.patch["data"][3:] == [{"hovertemplate": ""}, {}]
    assert plane.figure.data[3].hoverinfo == "skip"


def test_where_it_is_hidden_nothing_can_be_clicked() -> None:
    page = Page(hide="try")
    assert "try_row" not in page.keys_on_it()
    assert not page.chart("learned_chart").proto.selection_mode
    assert Page().chart("learned_chart").proto.selection_mode


def test_sums_are_written_out_as_far_as_they_can_be_read() -> None:
    assert forward_pass._terms(np.array([0.5, -2.0]), np.array([1.0, -0.3]), -0.1) == "0.5 · 1 − 2 · (−0.3) − 0.1"
    assert forward_pass._terms(np.ones(9), np.ones(9), 0.0).startswith("9 products")
