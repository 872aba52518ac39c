"""The replay page in a real browser, from a file and offline: it plays to the end, and shows the run's numbers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request
from support.patience import PATIENCE

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import suggested
from playground.charts.theme import THEMES
from playground.replay.page_html import replay_html

pytestmark = pytest.mark.browser

CELLS = """([chart, heading]) => {
  const note = chart.layout.annotations.find((note) => note.text.includes(`<b>${heading}</b>`));
  const [axis] = note.xref.split(' ');
  const shown = chart.calcdata.find(([point]) => point.trace.type === 'heatmap' && point.trace.xaxis === axis);
  return Array.from(shown[0].z, (row) => Array.from(row));
}"""
LABELS = "(chart) => [...chart.querySelectorAll('.textpoint')].map((label) => label.textContent)"
# Functions, for the page's policy forbids that expressions in strings are evaluated.
FRAME = "() => document.getElementById('replay')._fullLayout._currentFrame"
SHOWS = f"(name) => ({FRAME})() === name"
LEAVES = f"(name) => ({FRAME})() !== name"
RUNS = f"() => Number(({FRAME})()) >= 2"
FITS = "() => document.documentElement.scrollHeight === document.documentElement.clientHeight"
SLIDER_IS_WIDE = "(wide) => (document.getElementById('replay')._fullLayout.sliders[0].len === 1) === wide"
LISTEN = """(chart) => {
  window.frames_played = [];
  chart.on('plotly_animatingframe', (event) => window.frames_played.push(event.name));
}"""
SPANS = """(chart) => Object.values(chart._fullLayout._plots)
  .map(({ yaxis }) => [yaxis._offset, yaxis._offset + yaxis._length])"""
RESTS = "() => !document.getElementById('replay')._transitioning"


class ReplayPage:
    """The page, opened and drawn. What goes wrong in it, and what it asks others for, is kept."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)
        page.goto(path.as_uri())
        page.wait_for_selector("#replay .main-svg .gtitle")

    def check(self) -> None:
        """Nothing went wrong, and nothing but the file was opened."""
        assert not self.complaints
        assert self.requests == [self.page.url]

    @property
    def chart(self) -> Locator:
        return self.page.locator("#replay")

    @property
    def title(self) -> str:
        return self.page.locator(".gtitle").text_content() or ""

    def button(self, label: str) -> Locator:
        return self.page.locator(".updatemenu-button").filter(has_text=label)

    def wait_frame(self, name: str) -> None:
        self.page.wait_for_function(SHOWS, arg=name)
        self.page.wait_for_function(RESTS)

    def cells(self, heading: str) -> Array:
        """The numbers of a heatmap as the browser holds them; gaps are NaN."""
        rows = self.chart.evaluate(f"(chart, heading) => ({CELLS})([chart, heading])", heading)
        return np.array(rows, dtype=float)

    def labels(self) -> list[str]:
        """All texts in the panels."""
        return list(self.chart.evaluate(LABELS))

    def overflow(self) -> int:
        """How many pixels the page is too wide."""
        return int(self.page.locator("html").evaluate("(e) => e.scrollWidth - e.clientWidth"))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.requests.append(request.url)


OpenReplay = Callable[..., ReplayPage]


@pytest.fixture
def open_replay(chromium: Browser, tmp_path: Path) -> Iterator[OpenReplay]:
    """Opens the replay of a run, from a file, in a browser that is offline."""
    opened: list[ReplayPage] = []
    with ExitStack() as contexts:

        def open_page(
            run: Run, width: int = 1280, height: int = 720, theme: str = "light", **settings: Any
        ) -> ReplayPage:
            path = tmp_path / f"replay{len(opened)}.html"
            path.write_text(replay_html(run, THEMES[theme], **settings), encoding="utf-8")
            context = chromium.new_context(viewport={"width": width, "height": height})
            context.set_default_timeout(PATIENCE * 1000)
            contexts.callback(context.close)
            context.set_offline(True)
            opened.append(ReplayPage(context.new_page(), path))
            return opened[-1]

        yield open_page
        for page in opened:
            page.check()


def trained(config: Config, epochs: int) -> Run:
    run = Run(config)
    run.advance(epochs)
    return run


def assert_shows(page: ReplayPage, run: Run, epoch: int) -> None:
    """Title, weights, gradients and outputs are those of the run at an epoch."""
    snapshot = run.at(epoch)
    for text in (f"Epoch {epoch:,}", f"loss {snapshot.loss:.6g}", f"accuracy {snapshot.score:.3f}"):
        assert text in page.title
    for heading, pairs in (("Weights", snapshot.params), ("Gradients", snapshot.grads)):
        cells = page.cells(heading)
        expected = np.concatenate([np.vstack(pair).ravel() for pair in pairs])
        np.testing.assert_array_equal(np.sort(cells[np.isfinite(cells)]), np.sort(expected))
    np.testing.assert_array_equal(page.cells("Outputs")[:, 3], snapshot.a[-1][:, 0])
    assert {f"{output:.4f}" for output in snapshot.a[-1][:, 0]} <= set(page.labels())


@pytest.mark.parametrize("theme", THEMES)
def test_it_plays_to_the_last_epoch_and_shows_its_numbers(open_replay: OpenReplay, theme: str) -> None:
    run = trained(Config(), 2_000)
    page = open_replay(run, theme=theme, frames=8)
    assert_shows(page, run, 0)
    page.button("Play").click()
    page.wait_frame("2,000")
    assert_shows(page, run, 2_000)
    page.button("Play").click()  # from the end it begins again
    page.page.wait_for_function(LEAVES, arg="2,000")
    page.wait_frame("2,000")


def test_pause_stops_it_and_play_goes_on(open_replay: OpenReplay) -> None:
    run = trained(Config(), 40)
    page = open_replay(run)
    page.button("Play").click()
    page.page.wait_for_function(RUNS)
    page.button("Pause").click()
    page.page.wait_for_function(RESTS)
    paused = int(page.page.evaluate(FRAME))
    assert paused < 40
    assert_shows(page, run, paused)
    page.chart.evaluate(LISTEN)
    page.button("Play").click()
    page.wait_frame("40")
    assert page.page.evaluate("() => window.frames_played") == [str(epoch) for epoch in range(paused + 1, 41)]


def test_the_slider_goes_to_any_frame_and_back(open_replay: OpenReplay) -> None:
    run = trained(Config(), 10)
    page = open_replay(run)
    rail = page.page.locator(".slider-rail-touch-rect").bounding_box()
    assert rail
    left, width, y = rail["x"], rail["width"], rail["y"] + rail["height"] / 2
    page.page.mouse.move(left + 4, y)
    page.page.mouse.down()
    for epoch, place in ((10, 0.99), (3, 0.3), (7, 0.7)):
        page.page.mouse.move(left + place * width, y, steps=3)
        page.wait_frame(str(epoch))
        assert_shows(page, run, epoch)
    page.page.mouse.up()


def test_labels_that_appear_are_there_at_once(open_replay: OpenReplay) -> None:
    """Counts of a confusion matrix come and go; every one that is not 0 can be read in every frame."""
    run = trained(suggested("iris"), 6)
    page = open_replay(run)
    for epoch in (6, 0, 2, 1, 5):
        page.page.evaluate("(name) => Plotly.animate('replay', [name], { frame: { redraw: true } })", str(epoch))
        page.wait_frame(str(epoch))
        snapshot = run.at(epoch)
        labels = snapshot.data.labels
        pairs = zip(labels(snapshot.data.y_test), labels(snapshot.test_outputs), strict=True)
        counts = np.unique(np.array(list(pairs)), axis=0, return_counts=True)[1]
        assert sorted(int(text) for text in page.labels() if text.isdigit()) == sorted(counts)


@pytest.mark.parametrize("dataset", ["spirals", "sine", "digits"])
def test_on_a_narrow_page_the_panels_stand_one_below_the_other(open_replay: OpenReplay, dataset: str) -> None:
    page = open_replay(trained(suggested(dataset), 3), 390, 844)
    page.page.wait_for_function(SLIDER_IS_WIDE, arg=True)
    assert page.overflow() == 0
    spans = page.chart.evaluate(SPANS)
    assert len(spans) >= 4
    assert all(above[1] < below[0] for above, below in pairwise(spans))
    page.page.set_viewport_size({"width": 1280, "height": 720})
    page.page.wait_for_function(SLIDER_IS_WIDE, arg=False)
    page.page.wait_for_function(FITS)


def test_a_run_that_was_not_trained_is_one_picture(open_replay: OpenReplay) -> None:
    run = Run(Config())
    page = open_replay(run)
    assert_shows(page, run, 0)
    assert page.page.locator(".updatemenu-button, .slider-rail-touch-rect").count() == 0
