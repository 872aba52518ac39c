"""The homework view in a real browser: a class types a value, sees it marked, and reads what went wrong."""

import pytest

from browser.test_step_page import OpenStep, open_step

__all__ = ["open_step"]

pytestmark = pytest.mark.browser


def test_typed_values_are_marked_and_a_slip_is_named(open_step: OpenStep) -> None:
    page = open_step()
    page.page.locator(".st-key-step_view button", has_text="homework").first.click()
    page.page.locator(".st-key-homework_quantity button", has_text="dW2").first.click()
    page.rest()
    ready = ("glide-cell-0-0", "a1.1")
    for row, typed, said in ((1, "-0.0822", "Sign reversed"), (2, "0,0827", "1 of 2 right")):
        table = page.page.locator(".st-key-panel_answers [data-testid=stDataFrame]").first
        table.get_by_test_id(ready[0]).filter(has_text=ready[1]).wait_for(state="attached")
        page.rest()
        table.dblclick(position={"x": 240, "y": 35 * row + 17})  # drawn on a canvas, a line every 35 pixels
        cell = page.page.locator("#portal textarea")
        cell.fill(typed)
        cell.press("Enter")
        page.page.locator(".st-key-panel_answers", has_text=said).wait_for()
        ready = (f"glide-cell-1-{row - 1}", typed)
    assert page.page.locator(".stException").count() == 0


def test_sizes_change_the_tables_and_a_bad_network_is_one_sentence(open_step: OpenStep) -> None:
    page = open_step()
    page.page.locator(".st-key-step_view button", has_text="homework").first.click()
    hidden = page.page.locator(".st-key-homework_hidden-2 input")
    hidden.fill("3")
    hidden.press("Enter")
    page.page.locator(".st-key-panel_homework", has_text="W3, b3").wait_for()
    page.page.locator(".st-key-homework_loss input").first.click()
    page.page.get_by_role("option", name="cross-entropy", exact=True).click()
    page.page.locator(".st-key-panel_answers .stAlert", has_text="softmax").wait_for()
