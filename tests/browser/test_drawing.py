"""A digit drawn with the mouse or by keyboard is answered, and stays where it is drawn."""

import itertools

import pytest
from playwright.sync_api import Locator

from browser.conftest import Open
from browser.train_page import TrainPage

pytestmark = pytest.mark.browser

INKED = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
  .filter((value, i) => i % 4 === 3 && value === 255).length"""
EMPTY = "Draw a digit in the field"


def opened(open_page: Open, width: int = 1400) -> tuple[TrainPage, Locator]:
    page = open_page(width, 1000, query="?preset=digits&epoch=20")
    page.key("try_drawing").locator("summary").click()
    canvas = page.key("pad").locator("canvas")
    canvas.wait_for()
    page.rest()
    canvas.scroll_into_view_if_needed()
    return page, canvas


def drag(page: TrainPage, canvas: Locator, *points: tuple[float, float]) -> None:
    """Draw a line through points, in shares of the field."""
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.page.mouse.move(*places[0])
    page.page.mouse.down()
    for place in places[1:]:
        page.page.mouse.move(*place, steps=8)
    page.page.mouse.up()


def answer(page: TrainPage) -> str:
    page.rest()
    return page.key("drawing_said").inner_text()


def test_what_is_drawn_with_the_mouse_is_answered_and_stays(open_page: Open) -> None:
    page, canvas = opened(open_page)
    assert EMPTY in answer(page)
    drag(page, canvas, (0.2, 0.1), (0.8, 0.1), (0.4, 0.9))
    page.wait_text("Epoch 20: 7, ")
    ink = canvas.evaluate(INKED)
    drag(page, canvas, (0.3, 0.5), (0.75, 0.5))
    page.rest()
    assert canvas.evaluate(INKED) > ink
    page.press("step")
    page.wait_text("Epoch 21: 7, ")
    assert canvas.evaluate(INKED) > ink
    page.press("draw_clear")
    page.wait_text(EMPTY)
    assert canvas.evaluate(INKED) == 0


def test_it_can_be_drawn_by_keyboard(open_page: Open) -> None:
    page, canvas = opened(open_page, 390)
    canvas.focus()
    for key, times in {"ArrowUp": 7, "Shift+ArrowDown": 13}.items():
        for _ in itertools.repeat(None, times):
            page.page.keyboard.press(key)
    page.wait_text("Epoch 20: 1, ")
    assert page.overflow() == 0
    assert page.epoch == 20  # no key went to a button
