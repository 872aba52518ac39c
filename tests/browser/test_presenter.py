"""Presenter mode on a projector of 1280 × 720, by keyboard alone."""

import pytest

from browser.conftest import Open
from browser.sidebar import check_settings
from browser.train_page import TrainPage
from browser.truth import linked_run
from playground.session.presenting import CHART_NAMES, FIRST_CHARTS

pytestmark = pytest.mark.browser

TOO_LARGE = """() => ['html', '.stMain', '.st-key-readouts', '.st-key-transport'].filter((part) => {
  const e = document.querySelector(part);
  return e.scrollWidth > e.clientWidth || (!part.startsWith('.st-key') && e.scrollHeight > e.clientHeight);
})"""
CUT_OFF = """(charts) => charts.filter((name) => {
  const outer = document.querySelector(`.st-key-panel_${name}`).getBoundingClientRect();
  const inner = document.querySelector(`.st-key-${name} .js-plotly-plot`).getBoundingClientRect();
  return inner.height < 60 || inner.bottom > outer.bottom + 1 || outer.bottom > innerHeight || outer.right > innerWidth;
})"""


def fits(page: TrainPage, *charts: str) -> None:
    assert page.page.evaluate(TOO_LARGE) == []
    page.page.wait_for_function(f"(charts) => ({CUT_OFF})(charts).length === 0", arg=charts)


def test_a_lecture_by_keyboard_alone(open_page: Open) -> None:
    page = open_page(1280, 720)
    keyboard = page.page.keyboard
    keyboard.press("s")
    page.wait_epoch("=== 1")
    keyboard.press("l")
    page.page.wait_for_selector(".st-key-presented_3 .st-key-loss_curve .js-plotly-plot[data-frame]")
    page.page.wait_for_selector(".st-key-panel_weights", state="detached")
    page.rest()
    fits(page, *FIRST_CHARTS)
    assert "present=on" in page.page.url
    assert page.epoch == 1  # the visitor's run is still there
    keyboard.press("p")
    page.wait_playing()
    page.wait_epoch("> 30")
    fits(page, *FIRST_CHARTS)
    keyboard.press("p")
    page.wait_paused()
    played = page.epoch
    keyboard.press("b")
    page.wait_epoch(f"=== {played - 1}")
    keyboard.press("t")
    keyboard.press("Home")
    page.wait_epoch("=== 0")
    keyboard.press("ArrowRight")
    page.wait_epoch("=== 1")
    keyboard.press("?")
    page.page.get_by_test_id("stPopoverBody").wait_for()
    page.wait_text("presenter mode, and back")
    keyboard.press("Escape")
    page.page.get_by_test_id("stPopoverBody").wait_for(state="detached")
    keyboard.press("l")
    page.page.wait_for_selector(".st-key-panel_weights")
    page.rest()
    check_settings(page.page, linked_run(page).config)  # in the sidebar, which is back
    assert "present" not in page.page.url
    assert page.epoch == 1


@pytest.mark.parametrize(
    "charts", [("learned",), ("network", "weights", "gradients", "loss_curve"), tuple(CHART_NAMES)]
)
def test_all_charts_fit_on_a_projector(open_page: Open, charts: tuple[str, ...]) -> None:
    page = open_page(1280, 720)
    page.page.goto(f"{page.page.url}?present=on&dataset=moons&hidden=8-8&charts={','.join(charts)}")
    page.page.wait_for_selector(f".st-key-presented_{len(charts)} .st-key-{charts[-1]} .js-plotly-plot[data-frame]")
    page.rest()
    fits(page, *charts)


def test_stages_and_steps_of_a_lesson_have_keys(open_page: Open) -> None:
    page = open_page(1280, 720)
    page.path = "/step"
    page.page.goto(f"{page.page.url}step?present=on")
    page.page.wait_for_selector(".st-key-step_cells .heatmaplayer image")
    page.rest()
    assert page.page.evaluate("document.querySelector('.stMain').scrollHeight <= innerHeight")
    page.page.keyboard.press("3")
    page.wait_text("Stage 3 of 4")
    page.page.goto(f"{page.page.url.split('/step')[0]}/?present=on&lesson=plateau")
    page.wait_text("Step 1 of")
    page.page.wait_for_selector(".js-plotly-plot[data-frame]")  # the page that the step goes to is drawn
    page.rest()
    page.page.keyboard.press("n")
    page.wait_text("Step 2 of")
    page.rest()
    page.page.keyboard.press("k")
    page.wait_text("Step 1 of")
    assert "present=on" in page.page.url
