"""f and f′ at the chosen unit and row, and the units that are dead or saturated, on the One step page."""

import numpy as np
import pytest
from support.app_page import STEP, Page

from backprop_core.nn import ACTIVATIONS
from playground.charts.theme import LIGHT
from playground.step.figures import tangent


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_tangent_touches_the_curve_with_its_slope(name: str) -> None:
    function = ACTIVATIONS[name]
    z = np.array([0.7])
    a = function.f(z)
    slope = float(function.derivative(z, a)[0])
    curve, derivative, line, points = tangent(function, 0.7, slope, LIGHT, 200).data
    assert np.interp(0.7, line.x, line.y) == pytest.approx(a[0])
    assert np.diff(line.y)[0] / np.diff(line.x)[0] == pytest.approx(slope)
    assert np.interp(0.7, curve.x, curve.y) == pytest.approx(a[0], abs=0.01)
    assert np.interp(0.7, derivative.x, derivative.y) == pytest.approx(slope, abs=0.01)
    assert list(points.y) == pytest.approx([a[0], slope])


def test_the_page_says_slope_and_numbers_of_the_chosen_unit_and_row() -> None:
    page = Page()
    page.train(5)
    page.go(STEP)
    page.choose("sample", 2)
    page.choose("unit", 1)
    step = page.run.at(5).step()
    f = step.a[1][2, 1]
    said = f"At row 3: z = {step.z[0][2, 1]:.6g}, f = {f:.6g}, and f′ = {f * (1 - f):.6g} is the slope of the tangent."
    assert said in page.text()
    assert "Saturated" not in page.text()
    page.choose("predict", True)
    assert "step_slope" not in page.charts()  # it would give the answer away


def test_outputs_that_depend_on_one_another_have_no_curve() -> None:
    page = Page(preset="blobs")
    page.go(STEP)
    assert "step_slope" in page.charts()
    layers = len(page.run.network.sizes) - 1
    page.press(*["walk_on"] * (2 * layers - 1))  # z and a of every layer
    assert "step_slope" not in page.charts()


def test_dead_units_are_named() -> None:
    page = Page(activation="relu", edits="0:b1[0]=-99")
    page.go(STEP)
    assert "Dead, with |f′| below 0.01 on all 4 training rows: h1." in page.text().replace("\\", "")
