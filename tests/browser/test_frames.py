"""No painted frame shows two epochs: the readout, the timeline and the marker in the chart move together."""

import pytest

from browser.conftest import Open
from browser.test_landscape import OpenLandscape, open_landscape
from browser.train_page import TrainPage

__all__ = ["open_landscape"]

pytestmark = pytest.mark.browser

# Reads every painted frame: what was drawn for it is there when the next one begins.
SAMPLE = """(charts) => {
  const samples = (window.samples = new Set());
  const number = (text) => Number(text.replace(/[^0-9]/g, ""));
  const read = () => {
    const slider = document.querySelector(".st-key-timeline");
    const said = [
      number(document.querySelector(".st-key-epoch_shown strong").textContent),
      number(slider.querySelector("[data-testid=stSliderThumbValue]").textContent),
      Number(slider.querySelector("input").value),
      number(slider.querySelector("input").getAttribute("aria-valuetext")),
    ];
    const chart = document.querySelector(".st-key-loss_curve .js-plotly-plot");
    if (chart) {
      const line = chart.querySelector(".shapelayer path").getAttribute("d");
      const { xaxis } = chart._fullLayout;
      const at = xaxis.d2p(said[0]) + xaxis._offset;
      const drawn = Number(line.match(/^M([-0-9.]+)/)[1]);
      said.push(Math.abs(drawn - at) < 0.51 ? said[0] : xaxis.p2d(drawn - xaxis._offset));
    }
    samples.add(said.join(" "));
    requestAnimationFrame(read);
  };
  requestAnimationFrame(read);
}"""


def samples(page: TrainPage) -> list[list[float]]:
    """Every different set of numbers that was painted."""
    return [[float(number) for number in said.split()] for said in page.page.evaluate("[...window.samples]")]


def assert_one_epoch_a_frame(page: TrainPage, least: int) -> None:
    painted = samples(page)
    assert [said for said in painted if len(set(said)) > 1] == []
    assert len(painted) >= least


def play_on(page: TrainPage, epochs: int) -> None:
    """Play, and pause."""
    page.press("play")
    page.wait_playing()
    start = page.epoch
    page.wait_epoch(f">= {start + epochs}")
    page.press("play")
    page.wait_paused()


def test_no_painted_frame_shows_two_epochs(open_page: Open) -> None:
    page = open_page(query="?epochs=100000")
    page.page.evaluate(SAMPLE)
    for speed, epochs in (("10", 100), ("1000", 3_000)):
        page.switch("speed", speed)
        play_on(page, epochs)
    page.press("back")
    page.rest()
    page.press("reset")
    page.wait_epoch("=== 0")
    page.rest()
    page.press("step")
    page.wait_epoch("=== 1")
    page.press("finish")
    page.wait_epoch("=== 100_000")
    page.wait_paused()
    page.page.locator(".st-key-timeline input").first.press("Home")
    page.wait_epoch("=== 0")
    page.rest()
    assert_one_epoch_a_frame(page, 8)


def test_nor_does_one_of_the_landscape(open_landscape: OpenLandscape) -> None:
    page = open_landscape(query="?epochs=100000")
    page.switch("speed", "100")
    page.page.evaluate(SAMPLE)
    for _ in range(4):  # the pictures are new after a pause, and may not be drawn yet at the next press
        play_on(page, 300)
    assert_one_epoch_a_frame(page, 3)
