"""The Train page as a visitor meets it: what can be pressed, and what can be read, by the documented keys."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Locator, Page

CHARTS = ["network", "learned", "weights", "gradients", "loss_curve"]
TRANSPORT = ["reset", "back", "play", "step", "finish", "speed", "timeline"]
READOUTS = ["epoch_shown", "train_loss", "test_loss", "accuracy"]

Box = dict[str, float]

FRAMES = """(charts) => charts.map((name) =>
  Number(document.querySelector(`.st-key-${name} .js-plotly-plot`)?.dataset.frame ?? 0))"""

FRAMES_PASSED = """([charts, before, count]) => charts.every((name, i) =>
  Number(document.querySelector(`.st-key-${name} .js-plotly-plot`)?.dataset.frame) >= before[i] + count)"""

MARK = """(charts) => charts.forEach((name) =>
  { document.querySelector(`.st-key-${name} .js-plotly-plot`).mark = name; })"""

MARKED = """(charts) => charts.filter((name) =>
  document.querySelector(`.st-key-${name} .js-plotly-plot`).mark === name)"""

EPOCH = "Number(document.querySelector('.st-key-epoch_shown').innerText.trim().split(/\\s+/).pop().replace(/,/g, ''))"

BOXES = """(keys) => Object.fromEntries(keys.map((key) => {
  const { x, y, width, height } = document.querySelector(`.st-key-${key}`).getBoundingClientRect();
  return [key, { x, y, width, height }];
}))"""

PLACE = """([name, x, y]) => {
  const chart = document.querySelector(`.st-key-${name} .js-plotly-plot`);
  const { xaxis, yaxis } = chart._fullLayout, box = chart.getBoundingClientRect();
  return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
}"""

LISTEN = """(name) => {
  const chart = document.querySelector(`.st-key-${name} .js-plotly-plot`);
  chart.clicked = false;
  chart.once("plotly_click", () => { chart.clicked = true; });
}"""

POINTED = """([name, x, y]) => {
  const point = document.querySelector(`.st-key-${name} .js-plotly-plot`)?._hoverdata?.[0];
  return Math.abs(point?.x - x) < 0.1 && Math.abs(point?.y - y) < 0.1;
}"""


class TrainPage:
    """The page, opened and drawn. Whatever goes wrong in the browser is kept in `complaints`.

    A class for another page has its own `path` and `wait_drawn`.
    """

    path = "/"

    def __init__(self, page: Page, address: str, query: str = "") -> None:
        self.page, self._address = page, address
        self.complaints: list[str] = []
        self.foreign: set[str] = set()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._watch(request.url))
        self.open(query)

    def open(self, query: str) -> None:
        """Open the page by its address, with a query or without."""
        self.page.goto(f"{self._address}{self.path}{query}")
        self.wait_drawn()

    def wait_drawn(self) -> None:
        """Wait until everything is there, and the server has nothing left to do."""
        for name in CHARTS:
            self.page.wait_for_selector(f".st-key-{name} .js-plotly-plot[data-frame]")
        self.rest()

    def check(self) -> None:
        """Nothing went wrong: no error in the console, no box with an exception, no request to anybody else."""
        assert not self.complaints, self.complaints
        assert self.page.locator(".stException").count() == 0
        assert not self.foreign

    def key(self, key: str) -> Locator:
        """The element with a documented key."""
        return self.page.locator(f".st-key-{key}").first

    def chart(self, name: str) -> Locator:
        return self.page.locator(f".st-key-{name} .js-plotly-plot")

    def rest(self) -> None:
        """Wait until the server has nothing left to do, and nothing is pale because it is about to be replaced.

        The client loads the code that applies style sheets when the first one arrives.
        """
        self.page.wait_for_selector(".stHtml style", state="attached")
        self.page.wait_for_selector(".stApp[data-test-script-state=notRunning]")
        self.page.wait_for_function("!document.querySelector('[data-stale=true]')")

    @property
    def epoch(self) -> int:
        return int(self.page.evaluate(EPOCH))

    def wait_epoch(self, condition: str) -> None:
        """Wait until the shown epoch meets a condition such as "=== 5"."""
        self.page.wait_for_function(f"{EPOCH} {condition}")

    def wait_paused(self) -> None:
        self.page.wait_for_function("document.querySelector('.st-key-play button').innerText.includes('Play')")
        self.rest()

    def wait_playing(self) -> None:
        self.page.wait_for_function("document.querySelector('.st-key-play button').innerText.includes('Pause')")

    def wait_text(self, text: str) -> None:
        self.page.wait_for_function("(text) => document.body.innerText.includes(text)", arg=text)

    def press(self, key: str) -> None:
        self.page.locator(f".st-key-{key} button:visible").first.click()  # with its help, a button is there twice
        self.page.mouse.move(1, 1)  # or the button's help would lie over the links above it

    def switch(self, key: str, option: str) -> None:
        """Choose an option of a segmented control."""
        button = self.page.locator(f".st-key-{key} button").filter(has_text=re.compile(f"^{re.escape(option)}$"))
        button.first.click()
        self.page.wait_for_function(
            "([key, option]) => [...document.querySelectorAll(`.st-key-${key} [aria-checked=true]`)]"
            ".some((button) => button.innerText.trim() === option)",
            arg=[key, option],
        )

    def choose(self, key: str, label: str) -> None:
        """Choose an option of a drop-down list."""
        self.page.locator(f".st-key-{key} input").first.click()
        self.page.get_by_role("option", name=label, exact=True).click()

    def enter(self, key: str, number: float) -> None:
        """Type a number into an input."""
        box = self.page.locator(f".st-key-{key} input").first
        box.fill(f"{number:g}")
        box.press("Enter")

    def frames(self) -> list[int]:
        """The number of the frame that each chart shows."""
        frames: list[int] = self.page.evaluate(FRAMES, CHARTS)
        return frames

    def wait_frames(self, count: int) -> None:
        """Wait until every chart has been brought so many frames on."""
        self.page.wait_for_function(FRAMES_PASSED, arg=[CHARTS, self.frames(), count])

    def mark_charts(self) -> None:
        self.page.evaluate(MARK, CHARTS)

    def marked_charts(self) -> list[str]:
        """The charts that are still the elements they were when marked."""
        marked: list[str] = self.page.evaluate(MARKED, CHARTS)
        return marked

    def boxes(self, *keys: str) -> dict[str, Box]:
        """Where the elements with these keys lie."""
        boxes: dict[str, Box] = self.page.evaluate(BOXES, keys)
        return boxes

    def overflow(self) -> int:
        """How many pixels the page is too wide."""
        widths = "(e) => e.scrollWidth - e.clientWidth"
        return max(int(self.page.locator(part).first.evaluate(widths)) for part in ("html", ".stMain"))

    def point(self, name: str, x: float, y: float) -> str:
        """What a chart says when the mouse points at a place, in the units of its axes."""
        self.page.wait_for_function("!window.backpropPlayground.drawing")  # what is drawn anew loses its hint
        left, top = self.page.evaluate(PLACE, [name, x, y])
        self.page.mouse.move(left - 3, top - 3)
        self.page.mouse.move(left, top)
        hint = self.page.locator(f".st-key-{name} .hoverlayer .hovertext")
        hint.wait_for()
        return hint.first.text_content() or ""

    def click(self, name: str, x: float, y: float) -> None:
        """Click a chart that has noticed where the mouse is. Where Plotly drew it at that moment, click once more."""
        for _ in range(3):
            self.page.wait_for_function("!window.backpropPlayground.drawing")
            self.page.evaluate(LISTEN, name)
            left, top = self.page.evaluate(PLACE, [name, x, y])
            self.page.mouse.move(left - 2, top - 2)
            self.page.mouse.move(left, top)
            self.page.wait_for_function(POINTED, arg=[name, x, y])
            self.page.mouse.click(left, top)
            if self.chart(name).evaluate("(chart) => chart.clicked"):
                return
        raise AssertionError(f"{name} took none of three clicks")

    def wait_chart(self, name: str, condition: str) -> None:
        """Wait until a condition such as "layout?.yaxis.type === 'log'" holds for a chart.

        While a chart takes the place of another, there is none for a moment.
        """
        self.page.wait_for_function(f"document.querySelector('.st-key-{name} .js-plotly-plot')?.{condition}")

    def cells(self, name: str) -> list[list[float | None]]:
        """The numbers of a heatmap as the browser holds them."""
        cells: list[list[float | None]] = self.chart(name).evaluate(
            "(chart) => Array.from(chart.calcdata[0][0].z, (row) => Array.from(row))"
        )
        return cells

    def _listen(self, message: ConsoleMessage) -> None:
        # Streamlit's client looks for its server below the page's address first, and the server answers 404 there. The
        # browser reports exactly these two addresses as errors; nothing else is let pass.
        url = str(message.location.get("url", ""))
        is_probe = url in {f"{self._address}{self.path}/_stcore/{name}" for name in ("health", "host-config")}
        if message.type == "error" and not (is_probe and "404" in message.text):
            self.complaints.append(message.text)

    def _watch(self, url: str) -> None:
        if url.startswith("http") and not url.startswith(self._address):
            self.foreign.add(url)


def inside(box: Box, width: float, height: float) -> bool:
    """Whether a box lies within a viewport."""
    return box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height


def moved(before: dict[str, Box], after: dict[str, Box]) -> dict[str, tuple[Box, Box]]:
    """What does not lie where it lay, to half a pixel."""
    return {
        key: (before[key], after[key])
        for key in before
        if any(abs(before[key][side] - after[key][side]) > 0.5 for side in before[key])
    }
