"""How smoothly the Train page plays, measured in headless Chromium: `python benchmarks/frames.py`.

Starts the app, opens the default page at 1400 × 1000 and plays it at speed 10 with every chart live. Printed are frames
per second (the slowest chart's distinct painted states), blank frames, layout shift, the delay of the first frame and
of Pause, the time that XOR takes to epoch 10,000 at the fastest speed, and the server's time per frame.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright
from server import ROOT, serve

sys.path.insert(0, str(ROOT))

SECONDS = 8.0
ROUNDS = 5
CHARTS = ("network", "learned", "weights", "gradients", "loss_curve")

WATCH = """(charts) => {
  const seen = (window.seen = { start: performance.now(), animationFrames: 0, blank: 0, shift: 0, stop: false,
    states: Object.fromEntries(charts.map((name) => [name, new Set()])),
    nodes: Object.fromEntries(charts.map((name) => [name, new Set()])) });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (seen.shift += entry.value)))
    .observe({ type: "layout-shift" });
  let marks = 0;
  const look = () => {
    if (seen.stop) return;
    seen.animationFrames += 1;
    for (const name of charts) {
      const chart = document.querySelector(`.st-key-${name} .js-plotly-plot`);
      if (!chart?.querySelector(".main-svg") || !chart.getBoundingClientRect().width) { seen.blank += 1; continue; }
      chart.mark ??= ++marks;
      seen.nodes[name].add(chart.mark);
      seen.states[name].add(chart.dataset.frame);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

READ = """() => { const seen = window.seen; seen.stop = true; const sizes = (sets) =>
  Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, set.size]));
  return { seconds: (performance.now() - seen.start) / 1000, animationFrames: seen.animationFrames, blank: seen.blank,
    shift: seen.shift, states: sizes(seen.states), nodes: sizes(seen.nodes) }; }"""

PRESS = """(wanted) => new Promise((resolve) => {
  const button = () => document.querySelector(".st-key-play button");
  const frame = () => document.querySelector(".st-key-loss_curve .js-plotly-plot").dataset.frame;
  const start = performance.now(), before = frame();
  let first = null;
  button().click();
  const look = () => {
    const now = performance.now() - start;
    if (first === null && frame() !== before) first = now;
    const flipped = button().innerText.includes(wanted === "Play" ? "Pause" : "Play");
    if ((flipped && (wanted === "Pause" || first !== null)) || now > 5000) resolve({ answered: now, first });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


@contextmanager
def browse(address: str) -> Iterator[Page]:
    """Open the app in headless Chromium; yields the page once its charts are drawn."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(address)
        page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
        page.wait_for_timeout(1_500)
        yield page
        browser.close()


def choose_speed(page: Page, speed: str) -> None:
    page.locator(".st-key-speed button", has_text=speed).first.click()
    page.wait_for_timeout(800)


def play(page: Page, seconds: float) -> dict[str, Any]:
    """Play for some seconds while watching every animation frame, then pause and play again to measure the delays."""
    choose_speed(page, "10")
    presses = {"Play": [page.evaluate(PRESS, "Play")], "Pause": []}
    page.evaluate(WATCH, CHARTS)
    page.wait_for_timeout(seconds * 1_000)
    seen: dict[str, Any] = page.evaluate(READ)
    for _ in range(ROUNDS):
        presses["Pause"].append(page.evaluate(PRESS, "Pause"))
        page.wait_for_timeout(700)
        presses["Play"].append(page.evaluate(PRESS, "Play"))
        page.wait_for_timeout(900)
    page.evaluate(PRESS, "Pause")
    seen["first"] = [press["first"] for press in presses["Play"]]
    seen["answered"] = [press["answered"] for press in presses["Pause"]]
    return seen


def race(page: Page) -> float:
    """Seconds from pressing Play at the fastest speed, with all charts live, to epoch 10,000."""
    choose_speed(page, "1000")
    page.locator(".st-key-reset button").first.click()
    page.wait_for_function("document.querySelector('.st-key-epoch_shown').innerText.trim().split(/\\s+/).pop() === '0'")
    page.wait_for_timeout(700)
    start = time.perf_counter()
    page.locator(".st-key-play button").first.click()
    page.wait_for_function("document.querySelector('.st-key-epoch_shown').innerText.includes('10,000')", polling=20)
    return time.perf_counter() - start


def server_frame(frames: int = 200) -> float:
    """Median processor time, in ms, that the server needs for a frame of the default page: charts and sending."""
    from streamlit.testing.v1 import AppTest

    def script() -> None:
        import time

        import streamlit as st

        from backprop_core.training.presets import PRESETS
        from playground.charts.theme import LIGHT
        from playground.components import live
        from playground.train.board import Board, Views

        run = PRESETS["xor"].run()
        board = Board(run, Views("Surface"), LIGHT, 0)
        channel = live.channel()
        costs = []
        for number in range(st.session_state.frames):
            run.advance(10)
            start = time.thread_time()
            board.update(run.at(run.epoch), still=False)
            channel.send(number, board.patches, still=False)
            costs.append(1_000 * (time.thread_time() - start))
        st.session_state.costs = costs

    app = AppTest.from_function(script, default_timeout=60)
    app.session_state.frames = frames
    app.run()
    assert not app.exception, app.exception
    return statistics.median(app.session_state.costs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long to watch (default: %(default)s)")
    seconds = parser.parse_args().seconds
    with serve() as address, browse(address) as page:
        seen = play(page, seconds)
        epochs_10_000 = race(page)
    rates = {name: count / seen["seconds"] for name, count in seen["states"].items()}
    print(f"frames a second at speed 10, slowest chart: {min(rates.values()):.1f}")
    print(
        f"blank chart-frames: {seen['blank']} of {seen['animationFrames'] * len(CHARTS)}   "
        f"layout shift: {seen['shift']:.4f}   remounted charts: {sum(n - 1 for n in seen['nodes'].values())}"
    )
    print(
        f"first frame after Play: median {statistics.median(seen['first']):.0f} ms, worst {max(seen['first']):.0f} ms"
    )
    print(f"Pause answered: median {statistics.median(seen['answered']):.0f} ms, worst {max(seen['answered']):.0f} ms")
    print(f"XOR to epoch 10,000 at speed 1000, charts live: {epochs_10_000:.2f} s")
    print(f"server time of a frame, all charts: median {server_frame():.2f} ms")


if __name__ == "__main__":
    main()
