"""Lessons walked from the first step to the last by clicks, on the pages that they open.

Three of them; with EVERY_LESSON=1 all. Every step of every lesson is walked without a browser in tests/app/lessons.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from browser.conftest import visits
from browser.train_page import TrainPage
from playground.lessons import shelf

pytestmark = pytest.mark.browser

WALKED = list(shelf.lessons()) if os.environ.get("EVERY_LESSON") else ["hidden_layer", "zero_weights", "order"]


class LessonPage(TrainPage):
    path = "/lessons"

    def wait_drawn(self) -> None:
        self.page.wait_for_selector("[class*=st-key-begin_]")
        self.rest()

    def wait_key(self, key: str) -> None:
        self.page.wait_for_selector(f".st-key-{key} button:visible")
        self.rest()

    def press_until(self, key: str, after: str) -> None:
        """Press a button, and wait for the one that stands there afterwards."""
        self.press(key)
        self.wait_key(after)

    def answer(self) -> None:
        """Say anything at all. A curve has an answer already."""
        form = self.page.locator(".st-key-lesson [data-testid=stForm]")
        form.locator(":is([data-testid=stRadioOption], [data-testid=stNumberInputField], .stSlider)").first.wait_for()
        options, numbers = form.get_by_test_id("stRadioOption"), form.get_by_test_id("stNumberInputField")
        if options.count():
            options.first.click()
            self.page.wait_for_function("document.querySelector('.st-key-lesson input[type=radio]:checked')")
        elif numbers.count():
            numbers.first.fill("1")
        self.press_until("lesson_answer", "lesson_do_it")


@pytest.fixture
def open_lessons(chromium: Browser, address: str) -> Iterator[Callable[..., LessonPage]]:
    with visits(chromium, address, LessonPage) as open_lessons:
        yield open_lessons


@pytest.mark.parametrize(
    ("name", "size", "dark"),
    [
        (name, ((1400, 1000), (1280, 720), (390, 844))[number % 3], bool(number % 2))
        for number, name in enumerate(WALKED)
    ],
)
def test_a_lesson_is_walked_from_its_first_step_to_its_last(
    open_lessons: Callable[..., LessonPage], name: str, size: tuple[int, int], dark: bool
) -> None:
    page = open_lessons(*size, dark=dark)
    page.press_until(f"begin_{name}", "lesson_answer")
    steps = len(shelf.lessons()[name].steps)
    for number in range(1, steps + 1):
        page.wait_text(f"Step {number} of {steps}")
        page.answer()
        page.press_until("lesson_do_it", "lesson_next")
        page.press_until("lesson_next", "lesson_answer" if number < steps else "lesson_again")
    page.press("lesson_leave")
    page.wait_text("finished")
