"""The Landscape page in a real browser: both pictures on one screen, the point that moves, and a run that plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as TooLate
from support.patience import PATIENCE

from backprop_core import Config, Run
from browser.conftest import visits
from browser.painted import check_painted, pause
from browser.train_page import TrainPage, inside, moved

pytestmark = pytest.mark.browser

PICTURES = ["landscape_map", "landscape_relief"]
# Where the point is drawn on the map, which may be painted, and where it is in Plotly's data of the relief.
PLACES = """([map, relief]) => {
  const [flat, space] = [map, relief].map((name) => document.querySelector(`.st-key-${name} .js-plotly-plot`));
  const point = [...flat.querySelectorAll(".scatterlayer .point")].at(-1).getAttribute("transform");
  const [left, top] = point.match(/[-0-9.]+/g).map(Number);
  const { xaxis, yaxis } = flat._fullLayout;
  const { x, y } = space._fullData.at(-1);
  const places = [[xaxis.p2l(left), yaxis.p2l(top)], [x[0], y[0]]];
  return places.map((place) => place.map((at) => Math.round(200 * at) / 200));
}"""

OpenLandscape = Callable[..., "LandscapePage"]


class LandscapePage(TrainPage):
    """The page at /landscape, drawn."""

    path = "/landscape"

    def wait_drawn(self) -> None:
        for name in PICTURES:
            drawn = f".st-key-{name} .js-plotly-plot[data-frame]"
            try:
                self.page.wait_for_selector(drawn, timeout=1000 * PATIENCE / 4)
            except TooLate:  # without a graphics card, Chromium sometimes loses what draws surfaces while it starts
                self.complaints.clear()
                self.page.reload()
                self.page.wait_for_selector(drawn)
        self.rest()

    def mark_pictures(self) -> None:
        self.page.evaluate(
            "(names) => names.forEach((n) => document.querySelector(`.st-key-${n} .js-plotly-plot`).mark = n)", PICTURES
        )

    def marked_pictures(self) -> list[str]:
        marked: list[str] = self.page.evaluate(
            "(names) => names.filter((n) => document.querySelector(`.st-key-${n} .js-plotly-plot`).mark === n)",
            PICTURES,
        )
        return marked

    def places(self) -> list[list[float]]:
        """Where each picture shows the point, rounded, as pixels are."""
        places: list[list[float]] = self.page.evaluate(PLACES, PICTURES)
        return places

    def wait_moved(self, before: list[list[float]]) -> None:
        """Wait until the point has moved in both pictures, to the same place."""
        self.page.wait_for_function(
            f"([names, before]) => {{ const now = ({PLACES})(names);"
            "return String(now[0]) === String(now[1]) && String(now[0]) !== String(before[0]); }",
            arg=[PICTURES, before],
        )


@pytest.fixture
def open_landscape(chromium_3d: Browser, address: str) -> Iterator[OpenLandscape]:
    """Opens the page."""
    with visits(chromium_3d, address, LandscapePage) as open_landscape:
        yield open_landscape


def test_the_point_moves_with_the_timeline_and_with_training(open_landscape: OpenLandscape) -> None:
    page = open_landscape()
    assert page.places() == [[0, 0], [0, 0]]
    page.mark_pictures()
    page.press("play")
    page.wait_playing()
    page.wait_moved([[0, 0], [0, 0]])
    assert page.marked_pictures() == PICTURES
    page.page.wait_for_function("document.querySelector('.st-key-timeline').innerText !== '0'")
    assert page.marked_pictures() == PICTURES  # scripts ran again, and the charts stayed
    page.press("play")
    page.wait_paused()
    page.wait_text("as much of the run's own way as a plane can")
    page.wait_drawn()
    before, epoch = page.places(), page.epoch
    page.mark_pictures()
    page.press("back")
    page.wait_epoch(f"=== {epoch - 1}")
    page.page.locator(".st-key-timeline input").first.press("Home")
    page.wait_epoch("=== 0")
    page.wait_moved(before)
    page.rest()
    assert page.marked_pictures() == PICTURES
    assert f"{Run(Config()).at(0).loss:.6g}" in page.key("train_loss").inner_text()


def test_the_map_is_painted(open_landscape: OpenLandscape) -> None:
    page = open_landscape(query="?epoch=3000&learning_rate=0.01")
    page.switch("speed", "1")
    page.press("play")
    page.wait_playing()
    page.wait_epoch(">= 3005")
    pause(page, PICTURES)
    assert check_painted(page, "landscape_map")


@pytest.mark.parametrize(("width", "height", "dark"), [(1400, 1000, True), (1280, 720, False)])
def test_on_a_desktop_both_pictures_are_on_one_screen_and_stay_there(
    open_landscape: OpenLandscape, width: int, height: int, dark: bool
) -> None:
    page = open_landscape(width, height, dark=dark)
    keys = ("play", "timeline", "zoom_in", "landscape_points", "landscape_plane", "draw_around", *PICTURES)
    boxes = page.boxes(*keys)
    for key, box in boxes.items():
        assert inside(box, width, height), key
    assert page.page.locator(".stMain").evaluate("(e) => e.scrollHeight - e.clientHeight") == 0
    assert page.overflow() == 0
    for option in ("Two parameters", "Random directions"):
        page.switch("landscape_plane", option)
        page.rest()
        page.wait_drawn()
        assert moved(boxes, page.boxes(*keys)) == {}
    page.switch("landscape_plane", "Principal components")
    page.wait_text("Train a few epochs first")
    assert page.overflow() == 0


def test_on_a_phone_they_are_stacked(open_landscape: OpenLandscape) -> None:
    page = open_landscape(390, 844)
    above, below = page.boxes(*PICTURES).values()
    assert above["y"] + above["height"] <= below["y"]
    assert page.overflow() == 0
