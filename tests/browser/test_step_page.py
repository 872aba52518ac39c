"""The page of one step in a real browser: walking, predicting and proving, by mouse and keyboard, in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser

from backprop_core import Config, Run
from backprop_core.explain.update import explain
from backprop_core.nn.activations import Array
from browser.conftest import Open, visits
from browser.train_page import TrainPage, inside
from playground.charts.theme import DARK, LIGHT

pytestmark = pytest.mark.browser

CELLS = "step_cells"
TEXTS = "(name) => document.querySelector(`.st-key-${name} .js-plotly-plot`)?.data?.[2]?.text ?? []"
WANTED = f"([name, wanted]) => String(({TEXTS})(name)) === wanted"
QUANTITY = "(name) => document.querySelector('.st-key-panel_diagram p')?.innerText.endsWith(`· ${name}`)"


OpenStep = Callable[..., "StepPage"]


def texts(values: Array, digits: int = 6) -> str:
    """What stands in the cells of a heatmap of these values, as JavaScript writes a list."""
    return ",".join(f"{value + 0.0:.{digits}g}" for value in values.ravel())


class StepPage(TrainPage):
    """The page at /step, drawn."""

    path = "/step"

    def wait_drawn(self) -> None:
        self.wait_quantity("z1")

    def wait_quantity(self, name: str) -> None:
        self.page.wait_for_function(QUANTITY, arg=name)
        self.page.wait_for_selector(f".st-key-{CELLS} .js-plotly-plot .heatmaplayer image")
        self.rest()

    def wait_cells(self, values: Array, digits: int = 6) -> None:
        """Wait until the heatmap shows these numbers."""
        self.page.wait_for_function(WANTED, arg=[CELLS, texts(values, digits)])

    def click_cell(self, name: str, row: int, column: int) -> None:
        """Click the number in a cell."""
        self.chart(name).evaluate("(chart) => chart.scrollIntoView({ block: 'center' })")
        self.click(name, column, row)

    def wait_formula(self, result: str) -> None:
        """Wait until the formula with numbers contains this."""
        self.page.wait_for_function(
            "(text) => [...document.querySelectorAll('.st-key-panel_quantity annotation')]"
            ".some((latex) => latex.textContent.includes(text))",
            arg=result,
        )
        self.rest()

    def wait_text(self, text: str) -> None:
        super().wait_text(text)
        self.rest()

    def proof(self) -> str:
        return self.key("panel_proof").inner_text()


@pytest.fixture
def open_step(chromium: Browser, address: str) -> Iterator[OpenStep]:
    """Opens the page of one step."""
    with visits(chromium, address, StepPage) as open_step:
        yield open_step


def test_it_shares_the_epoch_with_the_train_page(open_page: Open) -> None:
    train = open_page()
    for epoch in (1, 2, 3):
        train.press("step")
        train.wait_epoch(f"=== {epoch}")
    train.press("back")
    train.wait_epoch("=== 2")
    train.rest()
    train.page.get_by_role("link", name="One step").first.click()
    train.wait_text("The update after epoch 2")
    run = Run(Config())
    run.advance(3)
    train.page.wait_for_function(WANTED, arg=[CELLS, texts(run.at(2).z[0])])
    assert urlsplit(train.page.url).path == "/step"
    train.rest()
    train.press("back")
    train.wait_text("The update after epoch 1")
    train.page.wait_for_function(WANTED, arg=[CELLS, texts(run.at(1).z[0])])
    train.rest()
    train.page.get_by_role("link", name="Train").first.click()
    train.page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
    train.wait_epoch("=== 1")
    train.rest()


def test_walking_by_buttons_and_by_keys_but_not_while_typing(open_step: OpenStep) -> None:
    step = open_step()
    quantities = explain(Run(Config()).at(0)).quantities
    for stage in (3, 2, 1, 0):
        step.press(f"stage_{stage}")
        first = next(quantity for quantity in quantities if quantity.stage == stage)
        step.wait_quantity(first.name)
        step.wait_cells(first.values)
    step.press("walk_on")
    step.wait_quantity("a1")
    step.press("walk_back")
    step.wait_quantity("z1")
    keyboard = step.page.keyboard
    for name in ("a1", "z2", "a2"):
        keyboard.press("ArrowRight")
        step.wait_quantity(name)
    keyboard.press("ArrowLeft")
    step.wait_quantity("z2")
    step.page.locator(".st-key-predict label").first.click()
    guess = step.page.locator(".st-key-guess input")
    guess.fill("0.123")
    for key in ("ArrowLeft", "ArrowLeft", "Home", "ArrowRight"):
        guess.press(key)
    guess.type("9")
    assert guess.input_value() == "09.123"  # the keys moved within the text
    guess.press("Enter")
    step.rest()
    step.press("reveal")
    step.wait_text("Wrong:")
    step.wait_quantity("z2")  # and nowhere else
    rate = step.page.locator(".st-key-learning_rate input")
    rate.click()
    rate.press("ArrowLeft")
    rate.press("Escape")
    step.page.locator(".st-key-panel_diagram p").first.click()
    keyboard.press("ArrowRight")
    step.wait_quantity("a2")


def test_a_click_on_a_cell_chooses_it_and_large_networks_are_shown_in_slices(open_step: OpenStep) -> None:
    step = open_step()
    explanation = explain(Run(Config()).at(0))
    step.click_cell(CELLS, 2, 1)
    step.wait_formula(f"= {explanation.step.z[0][2, 1]:.6g}")
    frame = f"document.querySelector('.st-key-{CELLS} .js-plotly-plot')?.layout?.shapes?.[0]"
    step.page.wait_for_function(f"{frame}?.x0 > 0.5 && {frame}?.y0 > 1.5")
    step.click_cell(CELLS, 3, 0)
    step.wait_formula(f"= {explanation.step.z[0][3, 0]:.6g}")
    step.wait_cells(explanation.step.z[0])
    step.press("walk_on")
    step.wait_quantity("a1")
    step.wait_formula(f"= {explanation.step.a[1][3, 0]:.6g}")
    step.press("walk_back")
    step.wait_quantity("z1")
    z = explanation.step.z[0]
    step.page.locator(".st-key-digits input").press("End")
    step.wait_cells(z, 17)
    step.wait_formula(f"= {z[3, 0]:.17g}")
    assert step.overflow() == 0
    step.page.get_by_role("button", name="Copy").first.click()
    array = step.page.locator("code", has_text="np.array").first
    array.wait_for()
    np.testing.assert_array_equal(eval(array.inner_text(), {"np": np}), z)
    step.page.keyboard.press("Escape")
    step.page.locator(".st-key-digits input").press("Home")
    step.wait_cells(z, 3)
    step.choose("preset", "Handwritten digits")
    step.wait_text("Rows 1 to 14 of")
    step.wait_quantity("z1")
    assert step.overflow() == 0
    step.click_cell(CELLS, 13, 1)
    step.wait_text("Rows 7 to 20 of")


def test_predict_then_reveal(open_step: OpenStep) -> None:
    step = open_step()
    z = Run(Config()).at(0).z[0]
    step.page.locator(".st-key-predict label").first.click()
    step.page.wait_for_function(WANTED, arg=[CELLS, ",".join("?" * z.size)])
    step.rest()
    assert f"{z[0, 0]:.6g}" not in step.page.locator(".stMain").inner_text()
    guess = step.page.locator(".st-key-guess input")
    guess.fill("0.44")
    step.press("reveal")  # what was typed counts without Enter
    step.wait_text("Right to the 2 digits given")
    step.wait_cells(z)
    step.press("walk_on")
    step.page.wait_for_function(WANTED, arg=[CELLS, ",".join("?" * z.size)])
    step.rest()
    assert guess.input_value() == ""
    step.page.locator(".st-key-guessed_sign button", has_text=re.compile("^−$")).first.click()
    step.rest()
    step.press("reveal")
    step.wait_text("You said −; it is +")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_desktop_a_step_is_on_one_screen_and_gradients_are_proved(open_step: OpenStep, dark: bool) -> None:
    step = open_step(dark=dark)
    boxes = step.boxes("walk_back", "walk_on", "predict", "timeline", "digits", "step_network", CELLS)
    for key, box in boxes.items():
        assert inside(box, 1400, 1000), key
    assert step.overflow() == 0
    for name in ("step_network", CELLS):
        colour = step.chart(name).evaluate("(chart) => chart.data.at(-1).textfont.color")
        assert colour == (DARK if dark else LIGHT).text
    (dW1, _), _ = Run(Config()).at(0).grads
    step.switch("step_view", "Prove a gradient")
    step.wait_text("Relative error")
    assert step.proof().count(f"{dW1[0, 0]:.6g}") == 2
    step.page.wait_for_selector(".st-key-step_layer .js-plotly-plot .heatmaplayer image")
    step.click_cell("step_layer", 1, 1)
    step.page.wait_for_function(
        "(text) => document.querySelector('.st-key-panel_proof').innerText.includes(text)", arg=f"{dW1[1, 1]:.6g}"
    )
    step.press("check_all")
    step.wait_text("All 9 gradients checked")
    step.page.wait_for_selector(".st-key-step_errors .js-plotly-plot .heatmaplayer image")
    largest = re.findall(r"Largest relative error: (\S+)", step.page.locator(".stMain").inner_text())
    assert float(largest[0]) < 1e-6
    assert step.overflow() == 0


def test_on_a_phone_nothing_is_cut_off(open_step: OpenStep) -> None:
    step = open_step(390, 844, dark=True)
    assert step.overflow() == 0
    for name in ("a1", "z2"):
        step.press("walk_on")
        step.wait_quantity(name)
    step.press("stage_3")
    step.wait_text("Stage 4 of 4")
    for key, box in step.boxes("walk_back", "walk_on", "predict", "step_network", CELLS).items():
        assert box["x"] >= 0, key
        assert box["x"] + box["width"] <= 390, key
    assert step.overflow() == 0
    step.switch("step_view", "Prove a gradient")
    step.press("check_all")
    step.wait_text("gradients checked")
    assert step.overflow() == 0
