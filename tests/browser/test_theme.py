"""The theme of the browser is switched while the page is open: everything follows, without a press."""

import pytest

from browser.conftest import Open
from browser.train_page import CHARTS, TrainPage
from playground.charts.theme import DARK, LIGHT

pytestmark = pytest.mark.browser

# A chart in other colours is another chart: there is none for a moment.
WRITTEN_IN = """([charts, colour]) => charts.every((name) =>
  document.querySelector(`.st-key-${name} .js-plotly-plot`)?._fullLayout?.font.color === colour)"""


def switch_theme(page: TrainPage, *, dark: bool) -> None:
    page.page.emulate_media(color_scheme="dark" if dark else "light")
    page.page.wait_for_function(WRITTEN_IN, arg=[CHARTS, (DARK if dark else LIGHT).text])


def test_charts_follow_the_theme_standing_and_playing(open_page: Open) -> None:
    page = open_page(query="?epochs=100000")
    page.press("step")
    page.wait_epoch("=== 1")
    page.rest()
    switch_theme(page, dark=True)
    page.rest()
    assert page.epoch == 1
    page.switch("speed", "1")
    page.press("play")
    page.wait_playing()
    page.wait_frames(2)
    switch_theme(page, dark=False)
    page.wait_frames(2)
    at = page.epoch
    page.wait_epoch(f"> {at}")
    page.press("play")
    page.wait_paused()
