"""Points of the surface that are clicked in a real browser, while the picture stands still and while it plays."""

import pytest

from browser.conftest import Open
from browser.train_page import TrainPage

pytestmark = pytest.mark.browser

LEARNED = "document.querySelector('.st-key-learned .js-plotly-plot')"
OPACITIES = f"""[...{LEARNED}.querySelectorAll('.scatterlayer .trace:first-child .point')].map(
  (point) => getComputedStyle(point).opacity)"""
MARK = f"[{LEARNED}._fullData[4].x?.[0], {LEARNED}._fullData[4].y?.[0]]"
HOVERED = f"{LEARNED}._hoverdata?.[0]?.curveNumber"
DRAGMODE = f"{LEARNED}._fullLayout.dragmode"


def fields(page: TrainPage) -> list[str]:
    return [page.page.locator(f".st-key-try_field_{i} input").input_value() for i in (0, 1)]


def wait_fields(page: TrainPage, *values: str) -> None:
    """Wait until the fields say this, and the point is marked: then the picture is drawn, and takes another click."""
    page.page.wait_for_function(
        "(values) => values.every((value, i) =>"
        " document.querySelector(`.st-key-try_field_${i} input`)?.value === value)",
        arg=list(values),
    )
    page.rest()
    page.page.wait_for_function(f"(values) => String({MARK}) === values.join()", arg=list(values))


def test_a_clicked_point_is_tried_and_marked_and_nothing_else_changes(open_page: Open) -> None:
    page = open_page()
    page.click("learned", 0.4, 0.6)
    wait_fields(page, "0.4", "0.6")
    assert page.page.evaluate(OPACITIES) == ["1"] * 4
    assert page.page.evaluate(DRAGMODE) is False  # or a finger could not scroll the page there
    page.enter("try_field_0", 0.9)
    wait_fields(page, "0.9", "0.6")
    page.page.locator(".stMain").evaluate("(e) => e.scrollTo(0, 0)")
    page.click("learned", 0.4, 0.6)  # plotly.js takes the selection away, and the same point is meant
    wait_fields(page, "0.4", "0.6")
    page.click("learned", 1.0, 0.0)
    wait_fields(page, "1", "0")


def test_while_it_plays_hints_are_the_surface_s_and_a_click_changes_nothing(open_page: Open) -> None:
    page = open_page()
    page.mark_charts()
    page.click("learned", 0.4, 0.6)
    wait_fields(page, "0.4", "0.6")
    page.enter("try_field_0", 0.9)
    wait_fields(page, "0.9", "0.6")
    page.page.locator(".stMain").evaluate("(e) => e.scrollTo(0, 0)")
    page.switch("speed", "1")
    page.press("play")
    page.wait_playing()
    page.wait_frames(2)
    page.point("learned", 0.2, 0.2)
    page.page.wait_for_function(f"{HOVERED} === 0")
    before = page.epoch
    page.click("learned", 0.2, 0.2)
    page.wait_epoch(f"> {before + 10}")
    page.page.mouse.move(1, 1)
    page.press("play")
    page.wait_paused()
    assert fields(page) == ["0.9", "0.6"]
    assert "learned" in page.marked_charts()
