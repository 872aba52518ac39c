"""How smoothly the Train page plays, measured in headless Chromium: `python benchmarks/frames.py`.

Starts the app, opens the default page at 1400 × 1000 and plays it at speed 10 with every chart live. Printed are frames
per second (the slowest chart's distinct painted states), blank frames, layout shift, the delay of the first frame and
of Pause, the time that XOR takes to epoch 10,000 at the fastest speed, and the server's time per frame. Beside them
stands how often an empty page is animated. With `--landscape`, the Landscape page is played, too. With `--peer FOLDER`,
where the files of tensorflow/playground's branch gh-pages lie, that is played in the same browser, in turns with ours.
`--slower N` makes the browser, but not the server, as slow as on a machine whose processor needs N times as long.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import notebook_epoch
from playwright.sync_api import Page, ViewportSize, sync_playwright
from server import ROOT, serve

sys.path.insert(0, str(ROOT))

SECONDS = 8.0
ROUNDS = 3  # of playing
LONG_RUN = "/?epochs=100000"  # does not end while it is watched
LONG_WAY = "/landscape?epochs=100000&learning_rate=0.01&epoch=3000"  # nor does this one
PRESSES = 2  # of Pause and Play, after each
VIEWPORT = ViewportSize(width=1400, height=1000)
CHARTS = ("network", "learned", "weights", "gradients", "loss_curve")
MAP = ("landscape_map",)

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

PRESS = """([wanted, chart]) => new Promise((resolve) => {
  const button = () => document.querySelector(".st-key-play button");
  const frame = () => document.querySelector(`.st-key-${chart} .js-plotly-plot`).dataset.frame;
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

ANIMATED = """([seconds, number]) => new Promise((resolve) => {
  const start = performance.now();
  let [frames, last] = [0, null];
  const look = () => {
    const shown = number && document.querySelector(number).textContent;
    if (!number || shown !== last) frames += 1;
    last = shown;
    if (performance.now() - start < 1000 * seconds) requestAnimationFrame(look);
    else resolve(frames / seconds);
  };
  requestAnimationFrame(look);
})"""


@contextmanager
def browse(address: str, slower: float = 1.0, last: str = CHARTS[-1]) -> Iterator[Page]:
    """Open the app in headless Chromium; yields the page once its last chart is drawn."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(address)
        page.wait_for_selector(f".st-key-{last} .js-plotly-plot[data-frame]")
        page.wait_for_timeout(1_500)
        slow_down(page, slower)
        yield page
        browser.close()


def slow_down(page: Page, factor: float) -> None:
    """Let everything that the page computes take so many times as long."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": factor})


def choose_speed(page: Page, speed: str) -> None:
    page.locator(".st-key-speed button", has_text=speed).first.click()
    page.wait_for_timeout(800)


def play(page: Page, seconds: float, charts: Sequence[str] = CHARTS) -> dict[str, Any]:
    """Play for some seconds while watching every animation frame, then pause and play again to measure the delays."""

    def press(wanted: str) -> dict[str, float]:
        delays: dict[str, float] = page.evaluate(PRESS, [wanted, charts[-1]])
        return delays

    presses = {"Play": [press("Play")], "Pause": []}
    page.evaluate(WATCH, charts)
    page.wait_for_timeout(seconds * 1_000)
    seen: dict[str, Any] = page.evaluate(READ)
    for _ in range(PRESSES):
        presses["Pause"].append(press("Pause"))
        page.wait_for_timeout(700)
        presses["Play"].append(press("Play"))
        page.wait_for_timeout(900)
    presses["Pause"].append(press("Pause"))
    seen["first"] = [press["first"] for press in presses["Play"]]
    seen["answered"] = [press["answered"] for press in presses["Pause"]]
    return seen


@contextmanager
def other_page(page: Page, address: str, slower: float) -> Iterator[Page]:
    """Another page in the same browser, with nothing from outside of this machine."""
    assert page.context.browser
    other = page.context.browser.new_page(viewport=VIEWPORT)
    other.route(re.compile("^https?:"), lambda route: route.abort())
    other.goto(address)
    slow_down(other, slower)
    yield other
    other.close()


def play_peer(page: Page, folder: Path, seconds: float, slower: float) -> float:
    """Frames a second of tensorflow/playground, counted by the epochs it shows."""
    with other_page(page, (folder / "index.html").resolve().as_uri(), slower) as peer:
        peer.locator("#play-pause-button").click()
        peer.wait_for_timeout(1_000)
        rate: float = peer.evaluate(ANIMATED, [seconds, "#iter-number"])
    return rate


def animate_nothing(page: Page, seconds: float, slower: float) -> float:
    """How often a second an empty page is animated."""
    with other_page(page, "about:blank", slower) as empty:
        rate: float = empty.evaluate(ANIMATED, [seconds, None])
    return rate


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
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often (default: %(default)s)")
    parser.add_argument("--peer", type=Path, help="a folder with tensorflow/playground, to play beside ours")
    parser.add_argument(
        "--slower", type=float, default=1.0, metavar="N", help="let the browser take N times as long (default: 1)"
    )
    parser.add_argument("--landscape", action="store_true", help="play the Landscape page, too")
    arguments = parser.parse_args()
    seconds, peer, slower = arguments.seconds, arguments.peer, arguments.slower
    rounds, peers, empty = [], [], []
    with serve() as address:
        with browse(address + LONG_RUN, slower) as page:
            choose_speed(page, "10")
            for _ in range(arguments.rounds):
                rounds.append(play(page, seconds))
                empty.append(animate_nothing(page, min(seconds, 2.0), slower))
                if peer:
                    peers.append(play_peer(page, peer, seconds, slower))
        with browse(address, slower) as page:
            epochs_10_000 = race(page)
        if arguments.landscape:
            with browse(address + LONG_WAY, slower, "landscape_relief") as page:
                choose_speed(page, "1")
                ways = [play(page, seconds, MAP) for _ in range(arguments.rounds)]
    rates = list(map(_rate, rounds))
    first, answered = ([delay for seen in rounds for delay in seen[name]] for name in ("first", "answered"))
    blank, shown, remounted = (sum(counts) for counts in zip(*map(_counts, rounds), strict=True))
    print(f"frames a second at speed 10, slowest chart: {_spread(rates)}")
    if peer:
        print(f"tensorflow/playground, in turns with it: {_spread(peers)}")
    print(f"an empty page: {_spread(empty)}")
    print(
        f"blank chart-frames: {blank} of {shown}   layout shift: {max(seen['shift'] for seen in rounds):.4f}   "
        f"remounted charts: {remounted}"
    )
    print(f"first frame after Play: median {statistics.median(first):.0f} ms, worst {max(first):.0f} ms")
    print(f"Pause answered: median {statistics.median(answered):.0f} ms, worst {max(answered):.0f} ms")
    print(f"XOR to epoch 10,000 at speed 1000, charts live: {epochs_10_000:.2f} s")
    if arguments.landscape:
        print(f"Landscape's map at speed 1: {_spread(list(map(_rate, ways)))}")
        waits = [delay for seen in ways for delay in seen["answered"]]
        print(f"Pause answered there: median {statistics.median(waits):.0f} ms, worst {max(waits):.0f} ms")
    epoch, frame = 1_000 * notebook_epoch(), server_frame()
    print(f"server time of a frame, all charts: median {frame:.2f} ms, {frame / epoch:.0f} epochs of the notebook")


def _rate(seen: dict[str, Any]) -> float:
    """Frames a second of the slowest chart of a round."""
    return float(min(seen["states"].values()) / seen["seconds"])


def _counts(seen: dict[str, Any]) -> tuple[int, int, int]:
    """Blank charts, charts looked at, and charts mounted anew, of a round."""
    return seen["blank"], seen["animationFrames"] * len(CHARTS), sum(n - 1 for n in seen["nodes"].values())


def _spread(rates: list[float]) -> str:
    return f"median {statistics.median(rates):.1f}, from {min(rates):.1f} to {max(rates):.1f}"


if __name__ == "__main__":
    main()
