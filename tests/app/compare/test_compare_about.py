"""What the Compare page says about its charts: every placeholder is filled, with the numbers of the epoch."""

import pytest
from support.app_page import COMPARE, Page

from backprop_core.training.presets import PRESETS
from playground.charts.of_run import learned_views
from playground.compare import about
from playground.compare.figures import SERIES
from playground.compare.state import MOST_PINS, Pin


def pinned(*presets: str) -> list[Pin]:
    pins = []
    for place, preset in enumerate(presets):
        run = PRESETS[preset].run()
        run.advance(2)
        pins.append(Pin(place + 1, place, preset, run))
    return pins


@pytest.mark.parametrize("presets", [("xor",), ("xor", "notebook"), ("sine", "digits"), ("spirals", "blobs")])
def test_every_chart_of_these_runs_is_explained(presets: tuple[str, ...]) -> None:
    pins = pinned(*presets)
    said = [about.curves(series, pins, 2) for series in SERIES]
    said += [about.pictures(view, pins, 2) for pin in pins for view in learned_views(pin.run.data)]
    for text in said:
        assert "{" not in text
        assert "epoch 2" in text
        assert text.count(". ") == 2, "three sentences"


def test_the_best_and_the_worst_run_are_named() -> None:
    first, second = pins = pinned("xor", "notebook")
    low, high = sorted((float(pin.run.history.loss[2]), pin.place + 1) for pin in (first, second))
    expected = f"from {low[0]:.3g} (run {low[1]}) to {high[0]:.3g} (run {high[1]})"
    assert expected in about.curves("Training", pins, 2)
    assert "this loss is not known" in about.curves("Test", pins, 2)
    assert "accuracy or R²" in about.pictures("Units", pinned("sine", "xor"), 2)


def test_the_page_has_them_unless_it_hides_them() -> None:
    page = Page(COMPARE)
    assert f"There is room for {MOST_PINS} runs." in page.text()
    page.press("pin_examples")
    assert "Each curve is the loss of one pinned run" in page.text()
    assert {"explain_compare_curves", "explain_pictures"} <= page.keys_on_it()
    page = Page(COMPARE, hide="about")
    page.press("pin_examples")
    assert not {"explain_compare_curves", "explain_pictures"} & page.keys_on_it()
