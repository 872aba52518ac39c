"""A visitor who presses anything: nothing breaks, and at the end the page still tells the truth about its run."""

import math
import os
import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from browser.conftest import visits
from browser.train_page import TrainPage
from browser.truth import check_the_truth

pytestmark = pytest.mark.browser

ACTIONS = 250
SECONDS = 60.0  # a slow machine gets fewer actions, not more time

# MONKEY_ACTIONS=500 MONKEY_SEEDS=1,2,3 makes it a long test: all of the actions, however long they take.
ASKED = os.environ.get("MONKEY_ACTIONS")
SEEDS = [int(seed) for seed in os.environ.get("MONKEY_SEEDS", "1").split(",")]
PAGES = ("Train", "One step", "Data", "Compare", "Sweep", "Landscape")
KEYS = ("p", "s", "b", "f", "0", "u", "ArrowRight", "ArrowLeft", "Tab", "Enter", "Escape")
NUMBERS = ("0", "1", "3", "0.5", "7", "64", "-1", "1e9", "nonsense", "", "0.01")

# Anything that can be pressed, but for what leaves the app or asks the browser for a file.
PRESSED = ".stMain button:visible:enabled, .stSidebar button:visible:enabled, .stSidebar summary:visible"
UNPRESSED = ("Help for", "Download", "Save this run", "Browse", "Upload", "ullscreen")


def anything(page: Page, choice: random.Random, selector: str) -> Locator | None:
    """One of the elements that a selector finds; none if there are none."""
    found = page.locator(selector).all()
    return choice.choice(found) if found else None


def press_something(page: Page, choice: random.Random) -> None:
    found = page.locator(PRESSED)
    labels = found.evaluate_all("(buttons) => buttons.map((button) => (button.ariaLabel ?? '') + button.innerText)")
    inside = [number for number, label in enumerate(labels) if not any(word in label for word in UNPRESSED)]
    if inside:
        found.nth(choice.choice(inside)).click(timeout=2_000)


def type_a_number(page: Page, choice: random.Random) -> None:
    box = anything(page, choice, "input[type=number]:visible:enabled")
    if box is not None:
        typed = choice.choice(NUMBERS)
        box.press("ControlOrMeta+a", timeout=2_000)
        page.keyboard.type(typed) if typed else page.keyboard.press("Delete")
        page.keyboard.press(choice.choice(("Enter", "Tab")))


def choose_an_option(page: Page, choice: random.Random) -> None:
    box = anything(page, choice, ".stSelectbox input:visible:enabled")
    if box is not None:
        box.click(timeout=2_000)
        option = anything(page, choice, "[role=option]:visible")
        if option is not None:
            option.click(timeout=2_000)


def flip_a_switch(page: Page, choice: random.Random) -> None:
    label = anything(page, choice, ".stCheckbox label:visible")
    if label is not None:
        label.click(timeout=2_000)


def move_a_slider(page: Page, choice: random.Random) -> None:
    slider = anything(page, choice, ".stSlider input[type=range]:enabled")
    if slider is not None:
        slider.focus(timeout=2_000)
        page.keyboard.press(choice.choice(("Home", "End", "ArrowLeft", "ArrowRight", "PageDown", "PageUp")))


def press_a_key(page: Page, choice: random.Random) -> None:
    page.keyboard.press(choice.choice(KEYS))


def change_the_page(page: Page, choice: random.Random) -> None:
    page.get_by_role("link", name=choice.choice(PAGES), exact=True).first.click(timeout=2_000)


TRICKS = (
    press_something,
    press_something,
    press_something,
    type_a_number,
    choose_an_option,
    flip_a_switch,
    move_a_slider,
    press_a_key,
    press_a_key,
    change_the_page,
    change_the_page,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_monkey_breaks_nothing(chromium: Browser, address: str, seed: int, tmp_path: Path) -> None:
    choice = random.Random(seed)
    with visits(chromium, address, TrainPage) as open_page:
        visitor = open_page()
        page, done = visitor.page, []
        until = math.inf if ASKED else time.monotonic() + SECONDS
        for _ in range(int(ASKED or ACTIONS)):
            if time.monotonic() > until:
                break
            trick = choice.choice(TRICKS)
            done.append(trick.__name__)
            try:
                trick(page, choice)
            except PlaywrightError as error:
                done.append(
                    str(error).splitlines()[0][:80]
                )  # what was to be pressed has gone, or lies under something else
            assert page.locator(".stException").count() == 0, done[-12:]
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Train", exact=True).first.click()
        if page.get_by_text("Stop here").count():
            page.get_by_text("Stop here").click()
        page.wait_for_selector(".st-key-play button")
        if "Pause" in visitor.key("play").inner_text():
            visitor.press("play")
        visitor.wait_paused()
        check_the_truth(visitor, tmp_path)
