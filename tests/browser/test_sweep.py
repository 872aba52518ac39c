"""The Sweep page in a real browser: a map that fills while processes train, and what can be done with its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as TooLate
from support.patience import PATIENCE

from backprop_core import Run, sweep
from backprop_core.sweep import SWEEPS
from browser.conftest import visits
from browser.train_page import TrainPage, inside, moved
from playground.charts.theme import DARK, LIGHT

pytestmark = pytest.mark.browser

READY = SWEEPS["rate_size"]
EPOCHS = 4_000
ENDLESS = 900_000  # epochs: the sweep is stopped long before
MAP = ".st-key-sweep_map .js-plotly-plot"

OpenSweep = Callable[..., "SweepPage"]

# Looks at the map all the time: which element it is, which frame it shows, and how many of its cells have a number.
WATCH = """(selector) => {
  window.charts = new Set();
  window.frames_seen = new Set();
  window.filled = [];
  const look = () => {
    const chart = document.querySelector(selector);
    if (chart) window.charts.add(chart);
    if (chart?.dataset.frame) window.frames_seen.add(chart.dataset.frame);
    const z = chart?.calcdata?.[0]?.[0]?.z;
    if (z) {
      const known = z.reduce((sum, row) => sum + Array.from(row).filter(Number.isFinite).length, 0);
      if (known !== window.filled.at(-1)) window.filled.push(known);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


class SweepPage(TrainPage):
    """The page at /sweep, drawn."""

    path = "/sweep"

    def wait_drawn(self) -> None:
        self.page.wait_for_selector(".st-key-sweep_go")
        self.rest()

    def set_epochs(self, epochs: int, runs: int = 81 * 10) -> None:
        """Type the epochs, and wait until the page says how long so many runs will take."""
        self.enter("sweep_epochs", epochs)
        known = "(text) => document.body.innerText.includes(text) && !document.body.innerText.includes(text + '…')"
        self.page.wait_for_function(known, arg=f"{runs * epochs:,} epochs: ")
        self.rest()

    def start(self) -> None:
        self.press("sweep_go")
        self.wait_going()

    def wait_going(self) -> None:
        self.page.wait_for_function("document.querySelector('.st-key-sweep_go button')?.innerText.includes('Stop')")

    def wait_finished(self) -> None:
        self.page.wait_for_function("document.querySelector('.stProgress')?.innerText.includes('runs solved, in')")
        self.rest()

    def progress(self) -> str:
        return self.page.locator(".stProgress").inner_text()

    def choose_cell(self, i: int, j: int) -> None:
        """Click a cell of the map, and wait for its runs. A click that meets a map just being drawn is made again."""
        for patience in [*[PATIENCE / 8] * 7, PATIENCE]:
            self.point("sweep_map", i, j)
            self.page.mouse.down()
            self.page.mouse.up()
            try:
                self.page.wait_for_function(self.frame_at(i, j), timeout=1000 * patience)
                break
            except TooLate:
                continue
        self.wait_cell(i, j)

    def frame_at(self, i: int, j: int) -> str:
        """Whether a cell has the frame, as JavaScript."""
        frame = f"document.querySelector('{MAP}')?.layout?.shapes?.[0]"
        return f"{frame}?.x0 > {i} - 0.5 && {frame}?.x1 < {i} + 0.5 && {frame}?.y1 < {j} + 0.5"

    def wait_cell(self, i: int, j: int) -> None:
        """Wait until a cell has the frame, and its runs are shown."""
        self.page.wait_for_function(self.frame_at(i, j))
        self.page.wait_for_selector(".st-key-sweep_bundle .js-plotly-plot .scatterlayer path.js-line")
        self.rest()


@pytest.fixture
def open_sweep(chromium: Browser, address: str) -> Iterator[OpenSweep]:
    """Opens the Sweep page."""
    with visits(chromium, address, SweepPage) as open_sweep:
        yield open_sweep


def cell(i: int, j: int) -> sweep.Result:
    """One cell of the ready sweep, trained here."""
    (rate, rates), (size, sizes) = READY.axes.items()
    return sweep.run(READY.config.replace(epochs=EPOCHS), {rate: [rates[i]], size: [sizes[j]]}, range(READY.seeds))


def test_a_sweep_fills_the_map_and_a_run_of_it_is_opened_on_train(open_sweep: OpenSweep) -> None:
    page = open_sweep()
    page.set_epochs(EPOCHS)
    page.page.evaluate(WATCH, MAP)
    page.start()
    page.wait_finished()
    filled: list[int] = page.page.evaluate("window.filled")
    assert filled == sorted(filled)
    assert filled[-1] == 81
    assert page.page.evaluate("window.frames_seen.size") > 4  # it could be watched
    assert page.page.evaluate("window.charts.size") == 1  # and did not blink

    i, j = 6, 3
    expected = cell(i, j)
    losses = np.quantile(expected.final_loss, [0.5, 0.25, 0.75])
    hint = page.point("sweep_map", i, j)
    assert "Learning rate 5, Hidden layers 4" in hint
    assert f"{expected.solved.sum()} of 10 seeds solved" in hint
    assert f"final loss: median {losses[0]:.6g}, quartiles {losses[1]:.4g} … {losses[2]:.4g}" in hint
    assert page.cells("sweep_map")[j][i] == expected.success[0, 0]

    page.choose_cell(i, j)
    page.choose("sweep_seed", "seed 7")
    solved_from, loss = expected.epochs_to_solve[0, 0, 7], expected.final_loss[0, 0, 7]
    page.wait_text(f"solved from epoch {solved_from:,.0f} on, loss {loss:.4g}")
    page.rest()
    page.press("sweep_open")
    page.page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
    page.wait_epoch(f"=== {EPOCHS}")
    page.wait_paused()
    assert urlsplit(page.page.url).path == "/"
    run = Run(expected.config(0, 0, 7))
    run.advance(EPOCHS)
    assert f"{run.history.loss[-1]:.6g}" in page.key("train_loss").inner_text()
    assert page.page.locator(".st-key-learning_rate input").first.input_value() == "5"


def test_stopping_keeps_what_is_there_and_the_same_cell_can_be_chosen_in_the_next_sweep(open_sweep: OpenSweep) -> None:
    page = open_sweep()
    page.set_epochs(ENDLESS)
    page.start()
    page.page.wait_for_function(f"document.querySelector('{MAP}')?.calcdata?.[0]?.[0]?.z?.[0]?.[0] >= 0")
    page.press("sweep_go")
    page.wait_text("Stopped:")
    page.rest()
    assert page.page.locator(".stProgress [role=progressbar]").first.is_visible()
    before = page.cells("sweep_map")
    assert any(value is not None for row in before for value in row)
    page.set_epochs(300)
    assert page.cells("sweep_map") == before
    page.start()
    page.wait_finished()
    page.choose_cell(2, 1)
    page.start()
    page.page.locator(".st-key-sweep_open").wait_for(state="detached")  # runs of the sweep before are not to be opened
    page.wait_finished()
    page.wait_text("Choose a cell to see its runs.")
    page.choose_cell(2, 1)


def test_a_sweep_goes_on_when_the_visitor_comes_back(open_sweep: OpenSweep) -> None:
    page = open_sweep()
    page.set_epochs(ENDLESS)
    page.start()
    page.page.get_by_role("link", name="Train").first.click()
    page.page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
    page.rest()
    page.page.get_by_role("link", name="Sweep").first.click()
    page.wait_going()
    page.page.wait_for_selector(f"{MAP}[data-frame]")
    frame = page.chart("sweep_map").get_attribute("data-frame")
    page.page.wait_for_function(f"Number(document.querySelector('{MAP}').dataset.frame) > {frame} + 4")
    assert page.page.locator(".st-key-sweep_epochs input").first.input_value() == str(ENDLESS)
    page.press("sweep_go")
    page.wait_text("Stopped:")
    page.rest()


def test_pressing_while_slices_are_trained_never_goes_wrong(open_sweep: OpenSweep) -> None:
    """Streamlit begins the next run of the script while the last one still waits for a slice."""
    page = open_sweep()
    page.set_epochs(ENDLESS)
    for measure in ("Final loss", "Epochs", "Solved", "Diverged"):
        page.start()
        page.switch("sweep_measure", measure)
        page.press("sweep_go")
        page.page.wait_for_function("document.querySelector('.st-key-sweep_go button')?.innerText.includes('Start')")
        page.rest()
    assert "Stopped:" in page.progress()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_desktop_nothing_jumps_when_a_sweep_starts_and_ends(open_sweep: OpenSweep, dark: bool) -> None:
    page = open_sweep(dark=dark)
    page.set_epochs(1_000)
    keys = ["sweep_ready", "sweep_values_1", "sweep_epochs", "sweep_solved", "sweep_base", "sweep_go"]
    before = page.boxes(*keys)
    page.start()
    page.page.wait_for_selector(MAP)
    going = page.boxes(*keys, "sweep_map", "sweep_measure", "sweep_csv")
    page.wait_finished()
    after = page.boxes(*going)
    assert moved(before, going) == {}
    assert moved(going, after) == {}
    for key, box in after.items():
        assert inside(box, 1400, 1000), key
    page.choose_cell(6, 3)
    assert moved(after, page.boxes(*after)) == {}
    assert inside(page.boxes("sweep_bundle")["sweep_bundle"], 1400, 1000)
    scale = page.chart("sweep_map").evaluate("(chart) => chart.data[0].colorscale.map(([, colour]) => colour)")
    theme = DARK if dark else LIGHT
    assert scale == [theme.middle, theme.train]
    assert page.overflow() == 0


def test_on_a_phone_nothing_is_cut_off(open_sweep: OpenSweep) -> None:
    page = open_sweep(390, 844)
    page.choose("sweep_ready", "Five layers: initial weights × activation")
    page.wait_text("360 runs")
    page.rest()
    page.set_epochs(3, runs=360)
    page.start()
    page.wait_finished()
    page.key("sweep_map").scroll_into_view_if_needed()
    page.choose_cell(0, 0)
    keys = ["sweep_numbers", "sweep_goal", "sweep_row", "sweep_measure", "sweep_map", "sweep_bundle", "sweep_open"]
    for key, box in page.boxes(*keys).items():
        assert box["x"] >= 0, key
        assert box["x"] + box["width"] <= 390, key
    assert page.overflow() == 0
    assert overlapping(page) == []


def overlapping(page: SweepPage) -> list[Any]:
    """Names along the map's axes that lie on one another."""
    pairs: list[Any] = page.chart("sweep_map").evaluate("""(chart) => {
      const labels = ["xtick", "ytick"].flatMap((kind) => [...chart.querySelectorAll(`.${kind} text`)]);
      const boxes = labels.map((label) => [label.textContent, label.getBoundingClientRect()]);
      return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map(([other]) => [name, other]));
    }""")
    return pairs


def test_what_cannot_be_is_said_and_start_does_nothing(open_sweep: OpenSweep) -> None:
    page = open_sweep()
    box = page.page.locator(".st-key-sweep_values_1 input").first
    box.click()
    box.type("fast")
    box.press("Enter")
    page.wait_text("is not a value from 1e-06 to 1,000. Write, for example, 0.5.")
    page.rest()
    page.page.keyboard.press("Escape")
    page.press("sweep_go")
    page.rest()
    assert page.page.locator(MAP).count() == 0
    assert page.page.locator(".stAlert:visible", has_text="is not a value").count() == 1
