"""Every page in both themes against axe-core's rules for WCAG 2.2, levels A and AA, in the states a visitor meets."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from backprop_core import Config, Run
from browser.conftest import Open, visits
from browser.train_page import CHARTS, TrainPage

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# What Streamlit itself causes and neither its configuration nor a style can mend: rule and selector, with the reason.
BY_STREAMLIT: dict[tuple[str, str], str] = {}

VIOLATIONS = """async ([tags, known]) => {
  const { violations } = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  const excused = (rule, node) => known.some(([name, selector]) => name === rule && node?.closest(selector));
  return violations.flatMap(({ id, nodes }) => nodes
    .filter(({ target }) => !excused(id, document.querySelector(target[0])))
    .map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""
SETTLED = """() => document.querySelector(".stApp").dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-stale=true]")
  && document.getAnimations().every(({ playState, effect }) =>
    playState !== "running" || effect.getComputedTiming().iterations === Infinity)"""
SAID = "(name) => document.querySelector(`.st-key-${name} [role=figure]`)?.ariaLabel ?? ''"


class AnyPage(TrainPage):
    """A page opened by its path."""

    def open(self, query: str) -> None:
        """Opens nothing by itself: `visit` does."""

    def visit(self, path: str, ready: str) -> None:
        self.path = path
        self.page.goto(self._address + path)
        self.page.wait_for_selector(ready)
        self.rest()
        self.page.evaluate(AXE_SCRIPT)

    def view(self, key: str, name: str) -> None:
        """Choose one of the views of a segmented control, whose name may be part of its label."""
        self.page.locator(f".st-key-{key} button", has_text=name).first.click()
        self.rest()

    def violations(self) -> list[str]:
        """What axe-core finds now; text that is still fading in has not its colour yet."""
        self.page.wait_for_function(SETTLED)
        found: list[str] = self.page.evaluate(VIOLATIONS, [TAGS, list(BY_STREAMLIT)])
        return found


def train(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/", ".st-key-loss_curve .js-plotly-plot[data-frame]")
    found("at the start")
    page.press("finish")
    page.wait_epoch("=== 10000")
    page.wait_paused()
    found("trained")
    for key in ("pin", "edit_weights"):
        page.press(key)
        page.page.get_by_test_id("stPopoverBody").wait_for()
        found(f"with {key} open")
        page.page.keyboard.press("Escape")
    page.page.locator(".st-key-activation input").first.click()
    page.page.get_by_role("option").first.wait_for()
    found("with a list of options open")


def step(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/step", ".st-key-step_cells .heatmaplayer image")
    found("walk")
    page.press("step")
    page.wait_text("The update after epoch 1:")
    page.page.locator(".st-key-panel_quantity .stPopover button").click()
    page.page.get_by_test_id("stPopoverBody").wait_for()
    found("with numbers to copy, after a step")
    page.page.keyboard.press("Escape")
    page.page.locator(".st-key-predict label").first.click()
    page.page.wait_for_selector(".st-key-guess")
    found("predict")
    page.view("step_view", "Prove")
    page.press("check_all")
    page.page.wait_for_selector(".st-key-step_errors .heatmaplayer image")
    found("prove")
    page.view("step_view", "homework")
    page.page.wait_for_selector(".st-key-panel_answers")
    found("homework")


def data(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/data", ".st-key-data_way")
    for way, ready in (("File", ".st-key-data_file"), ("Type", ".st-key-data_names"), ("Click", ".st-key-data_plane")):
        page.view("data_way", way)
        page.page.wait_for_selector(ready)
        found(way)
    page.view("data_way", "Paste")
    page.page.locator(".st-key-data_text textarea").fill("a,b,kind\n1,2,x\n2,1,y\n3,,x\n4,3,y\n")
    page.page.keyboard.press("Control+Enter")
    page.page.wait_for_selector(".st-key-data_train")
    found("a pasted table")


def compare(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/compare", ".st-key-pin_examples")
    found("empty")
    page.press("pin_examples")
    page.page.wait_for_selector(".st-key-compare_curves .js-plotly-plot[data-frame]")
    page.rest()
    found("two runs")
    page.press("pin_menu_1")
    page.page.get_by_test_id("stPopoverBody").wait_for()
    found("with a menu open")


def sweep(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/sweep", ".st-key-sweep_go")
    page.page.locator(".st-key-sweep_cost", has_text=" MB").wait_for()  # until the time is estimated, the rest may fade
    found("at the start")
    page.enter("sweep_seeds", 2)
    page.enter("sweep_epochs", 20)
    page.press("sweep_go")
    page.wait_text("runs solved, in")
    page.rest()
    found("swept")
    page.page.locator(".st-key-sweep_setting_1 input").first.click()
    page.page.get_by_role("option").first.wait_for()
    found("with a list of options open")


def landscape(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/landscape", ".st-key-landscape_map .js-plotly-plot[data-frame]")
    found("at the start")
    page.press("step")
    page.wait_epoch("=== 1")
    page.rest()
    found("a step on")


def practice(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/practice", ".st-key-practice_code input")
    found("before a code")
    page.page.locator(".st-key-practice_code input").fill("ada")
    page.page.keyboard.press("Enter")
    page.page.locator(".st-key-practice_numbers input").first.fill("nonsense")
    page.page.keyboard.press("Tab")
    page.page.locator(".st-key-panel_practice_answers", has_text="is not a number").wait_for()
    found("a number that is none")
    for task, ready in (("slip", "It first shows in"), ("Which", "Which weight"), ("code", "The wrong line")):
        page.view("practice_task", task)
        page.page.locator(".st-key-panel_practice_answers", has_text=ready).wait_for()
        found(f"task {task}")
    page.page.locator(".st-key-panel_practice_answers button", has_text="12").first.click()
    page.page.locator(".st-key-panel_practice_answers textarea").wait_for()
    found("asked why")
    page.view("practice_side", "Teacher")
    for key, text in (("codes", "ada\nada\n=1"), ("answers", "code,task,field,answer\nada,2,value,-0.0866")):
        page.page.locator(f".st-key-practice_{key} textarea").fill(text)
        page.page.keyboard.press("Control+Enter")
        page.rest()
    page.page.locator(".st-key-panel_practice_class", has_text="Slips in the class").wait_for()
    found("the teacher's side")


def presented(page: AnyPage, found: Callable[[str], None]) -> None:
    page.visit("/?present=on", ".st-key-loss_curve .js-plotly-plot[data-frame]")
    found("at the start")
    page.page.keyboard.press("?")
    page.page.get_by_test_id("stPopoverBody").wait_for()
    found("with the list of keys open")


PAGES = [presented, train, step, data, compare, sweep, landscape, practice]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__)
def test_no_rule_of_wcag_is_broken(
    visit: Callable[[AnyPage, Callable[[str], None]], None], dark: bool, chromium: Browser, address: str
) -> None:
    broken: dict[str, list[str]] = {}
    with visits(chromium, address, AnyPage) as open_page:
        page = open_page(dark=dark)

        def found(state: str) -> None:
            if violations := page.violations():
                broken[state] = violations

        visit(page, found)
    assert not broken, json.dumps(broken, indent=1)


def test_charts_say_what_they_show_now(open_page: Open) -> None:
    page = open_page()
    page.mark_charts()
    page.press("step")
    page.press("step")
    page.wait_epoch("=== 2")
    page.page.locator("#backprop-spoken", has_text="Epoch 2. Train loss").wait_for(state="attached")
    for name in CHARTS:
        page.page.wait_for_function(f"(name) => ({SAID})(name).includes('epoch 2')", arg=name)
    run = Run(Config())
    run.advance(2)
    W1 = run.params[0][0]
    assert f"W1 x1→h1 {W1[0, 0]:.3g}, " in page.page.evaluate(SAID, "weights")
    assert page.marked_charts() == CHARTS
