"""The Compare page in a real browser: pinning on Train, curves and pictures that follow the slider, on every screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from backprop_core import Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import PRESETS
from browser.conftest import Open, visits
from browser.train_page import TrainPage, moved
from playground.charts import learned
from playground.charts.theme import DARK, LIGHT
from playground.compare.figures import style
from playground.compare.state import EXAMPLES, FULL, MOST_PINS

pytestmark = pytest.mark.browser

CURVES = "compare_curves"
HOSTILE = '<img src=x onerror="document.title=1"> $a$ :red[b]'[:40]

CORNER = "(name) => document.querySelector(`.st-key-${name} .js-plotly-plot`).calcdata[0][0].z[0][0]"
DRAWN = "(names) => names.every((name) => document.querySelector(`.st-key-${name} .js-plotly-plot`)?.dataset.frame)"
NEWER = """([names, frame]) => names.every((name) =>
  Number(document.querySelector(`.st-key-${name} .js-plotly-plot`)?.dataset.frame) > frame)"""

OpenCompare = Callable[..., "ComparePage"]


class ComparePage(TrainPage):
    """The page at /compare."""

    path = "/compare"

    def wait_drawn(self) -> None:
        self.wait_text("Compare runs side by side")
        self.rest()

    def examples(self) -> None:
        self.press("pin_examples")
        wait_drawn(self, 2)


def pictures(*numbers: int) -> list[str]:
    return [f"pin_chart_{number}" for number in numbers]


def wait_drawn(page: TrainPage, runs: int) -> None:
    """Wait until the curves and the pictures of the first runs are there."""
    page.page.wait_for_function(DRAWN, arg=[CURVES, *pictures(*range(1, runs + 1))])
    page.rest()


def slide(page: TrainPage, key: str, names: list[str]) -> None:
    """Move the slider by a key, and wait until charts have followed."""
    frame = page.page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('.js-plotly-plot')].map((e) => Number(e.dataset.frame ?? 0)))"
    )
    page.page.locator(".st-key-compare_epoch input").press(key)
    page.page.wait_for_function(NEWER, arg=[names, frame])
    page.rest()


def pin(page: TrainPage, name: str = "") -> None:
    """Pin what Train shows."""
    page.press("pin")
    field = page.page.locator(".st-key-pin_name input")
    field.wait_for()
    field.fill(name)
    page.press("pin_run")
    field.wait_for(state="detached")
    page.rest()


def corner(run: Run, epoch: int) -> float:
    """The output at the lower left of a surface."""
    plane: Array = learned.plane_grid(run.data)
    return float(run.at(epoch).predict(plane[:1])[0, 0])


def example(preset: str) -> Run:
    run = PRESETS[preset].run()
    run.advance(run.config.epochs)
    return run


@pytest.fixture
def open_compare(chromium: Browser, address: str) -> Iterator[OpenCompare]:
    with visits(chromium, address, ComparePage) as open_compare:
        yield open_compare


def test_two_runs_pinned_on_train_are_compared_at_one_epoch(open_page: Open) -> None:
    page = open_page()
    page.press("finish")
    page.wait_epoch("=== 10_000")
    page.rest()
    pin(page, "as it comes")
    page.enter("hidden_size", 3)
    page.wait_text("Started over")
    for epoch in (1, 2, 3):
        page.press("step")
        page.wait_epoch(f"=== {epoch}")
    pin(page)
    page.page.get_by_role("link", name="Compare").first.click()
    wait_drawn(page, 2)
    legend = page.page.locator(".pin-legend").inner_text().split("\n")
    assert [legend[1], legend[3]] == ["as it comes", "hidden 3, rate 0.5, seed 0"]
    runs = [example("xor"), Run(PRESETS["xor"].recipe.config.replace(hidden=(3,)))]
    runs[1].advance(3)
    curves = page.chart(CURVES).evaluate("(e) => e.calcdata.slice(0, 2).map((c) => [c.length, c.at(-1).x, c.at(-1).y])")
    assert [curve[1:] for curve in curves] == [[run.epoch, run.history.loss[-1]] for run in runs]
    for key, epoch in (("Home", 0), ("ArrowRight", 1), ("End", 10_000)):
        slide(page, key, [CURVES, *pictures(1, 2)])
        for number, run in enumerate(runs, start=1):
            shown = page.page.evaluate(CORNER, f"pin_chart_{number}")
            assert shown == pytest.approx(corner(run, min(epoch, run.epoch)), abs=1e-6)
        marker = page.chart(CURVES).evaluate("(e) => e.layout.shapes[0].x0")
        assert marker == epoch
    assert "epoch 3, its last" in page.key("card_2").inner_text()
    assert f"loss {runs[1].history.loss[3]:.6g}" in page.key("card_2").inner_text()


def test_the_slider_moves_charts_in_place_and_nothing_else(open_compare: OpenCompare) -> None:
    page = open_compare()
    page.examples()
    names = [CURVES, *pictures(1, 2)]
    frozen, trained = (example(preset) for preset in EXAMPLES.values())
    mark = "(names) => names.forEach((n) => document.querySelector(`.st-key-${n} .js-plotly-plot`).mark = n)"
    page.page.evaluate(mark, names)
    places = (*names, "card_1", "card_2", "panel_results", "compare_buttons")
    before = page.boxes(*places)
    for key in ("Home", "ArrowRight", "PageUp", "End", "PageDown"):
        slide(page, key, names)
        assert not moved(before, page.boxes(*places)), key
    marks = page.page.evaluate("() => [...document.querySelectorAll('.js-plotly-plot')].map((e) => e.mark)")
    assert marks == names, "a chart was replaced by another"
    epoch = page.chart(CURVES).evaluate("(e) => e.layout.shapes[0].x0")
    assert 0 < epoch < 10_000
    for number, run in ((1, frozen), (2, trained)):
        assert page.page.evaluate(CORNER, f"pin_chart_{number}") == pytest.approx(corner(run, epoch), abs=1e-6)


def test_a_view_changed_after_the_slider_shows_the_same_epoch(open_compare: OpenCompare) -> None:
    page = open_compare()
    page.examples()
    slide(page, "Home", [CURVES, *pictures(1, 2)])
    page.switch("compare_view", "Table")
    page.page.wait_for_function(
        "(text) => document.querySelector('.st-key-pin_chart_1 .js-plotly-plot')?.data?.[1]?.text?.includes(text)",
        arg=f"{example('notebook').at(0).a[-1][0, 0]:.4f}",
    )
    page.switch("compare_series", "Test")
    page.wait_text("without test rows: 1, 2")
    page.switch("compare_scale", "linear")
    page.wait_chart("compare_curves", "layout?.yaxis.type === 'linear'")
    page.rest()


def test_rename_unpin_undo_and_open_on_train(open_compare: OpenCompare) -> None:
    page = open_compare()
    page.examples()
    page.press("pin_menu_2")
    field = page.page.locator(".st-key-pin_name_2 input")
    field.wait_for()
    field.fill(HOSTILE)
    field.press("Enter")
    page.wait_text(HOSTILE)
    page.rest()
    assert page.page.title() != "1"
    assert page.page.locator(".stMain img[src=x]").count() == 0
    assert page.page.locator(f'.pin-label[title="{HOSTILE.replace(chr(34), chr(92) + chr(34))}"]').count() == 2
    hint = page.point(CURVES, 10_000, float(example("xor").history.loss[-1]))
    assert HOSTILE in hint
    page.press("unpin_2")
    page.wait_text("1 run unpinned. Undo brings it back.")
    page.page.wait_for_selector(".st-key-card_2", state="detached")
    page.press("undo_unpin")
    page.wait_text("Pinned again.")
    page.page.wait_for_function(DRAWN, arg=[CURVES, "pin_chart_1", "pin_chart_3"])
    page.rest()
    page.press("pin_menu_3")
    page.page.locator(".st-key-open_3 button:visible").first.click()
    page.page.wait_for_selector(".st-key-loss_curve .js-plotly-plot[data-frame]")
    page.wait_epoch("=== 10_000")
    page.rest()
    assert page.key("train_loss").inner_text().split()[-1] == f"{example('xor').history.loss[-1]:.6g}"


def test_pinning_while_playing_plays_on(open_page: Open) -> None:
    page = open_page()
    page.switch("speed", "1")
    page.press("play")
    page.wait_playing()
    page.press("pin")
    field = page.page.locator(".st-key-pin_name input")
    field.wait_for()
    field.type("on the way", delay=60)
    before = page.epoch
    page.wait_frames(8)
    assert field.input_value() == "on the way"
    page.press("pin_run")
    page.wait_text(f"run 1 of {MOST_PINS} on Compare")
    page.wait_frames(8)
    assert page.epoch > before
    page.page.wait_for_selector(".st-key-pin_name input", state="detached")
    page.press("play")
    page.wait_paused()
    page.page.get_by_role("link", name="Compare").first.click()
    wait_drawn(page, 1)
    assert "on the way" in page.key("card_1").inner_text()


def test_a_thirteenth_is_refused_and_twelve_are_drawn(open_page: Open) -> None:
    page = open_page()
    for number in range(MOST_PINS):
        pin(page, f"run {number + 1}")
        page.wait_text(f"run {number + 1} of {MOST_PINS}")
    pin(page, "one too many")
    page.wait_text(FULL)
    page.page.get_by_role("link", name="Compare").first.click()
    wait_drawn(page, MOST_PINS)
    colours = page.chart(CURVES).evaluate("(e) => e.data.slice(0, -1).map((t) => [t.line.color, t.line.dash])")
    assert [tuple(colour) for colour in colours] == [style(place) for place in range(MOST_PINS)]
    numbers = page.chart(CURVES).locator(".annotation-text").all_text_contents()
    assert sorted(numbers[:-1]) == sorted(map(str, range(1, MOST_PINS + 1)))
    assert page.overflow() == 0


@pytest.mark.parametrize(("width", "height"), [(1400, 1000), (1280, 720), (390, 844)])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_every_screen_nothing_is_cut_off(open_compare: OpenCompare, width: int, height: int, dark: bool) -> None:
    page = open_compare(width, height, dark=dark)
    page.examples()
    assert page.overflow() == 0
    for key, box in page.boxes(CURVES, "card_1", "card_2", "compare_epoch", "compare_buttons").items():
        assert box["x"] >= 0, key
        assert box["x"] + box["width"] <= width, key
    assert page.chart(CURVES).evaluate("(e) => e._fullLayout.font.color") == (DARK if dark else LIGHT).text
    main = page.page.locator(".stMain")
    below = main.evaluate("(e) => e.scrollHeight - e.clientHeight")
    assert below == 0 or width < 640, "curves, pictures and tables of two runs are on one screen"
    main.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    slider = page.boxes("compare_epoch")["compare_epoch"]
    assert 0 <= slider["y"] < 120, "the slider stays in view"
    under = page.page.locator("[data-testid=stLayoutWrapper]:has(> .st-key-compare_bar)")
    background = page.page.locator(".stApp").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert under.evaluate("(e) => getComputedStyle(e).backgroundColor") == background
