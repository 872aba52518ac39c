"""Wandering between pages by clicking: the sidebar tells the truth everywhere, and one change changes one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from backprop_core import Config, Run
from browser.conftest import visits
from browser.sidebar import check_settings, settings_shown
from browser.train_page import TrainPage
from playground.sidebar import links

pytestmark = pytest.mark.browser

# Every ordered pair of the pages that have the sidebar, and each of them reached from a page without one.
SIDEBAR = ("Train", "One step", "Landscape")
WALK = "Train > One step > Landscape > Train > Landscape > One step > Train > Data > One step > Data > Landscape > Data"
LINK = "?dataset=moons&hidden=5-3&activation=relu&init=he_normal&learning_rate=0.05&batch_size=20&edits=40:l2=0.01"


# What stands last on each page, when it has been drawn.
LAST = {
    "Train": ".st-key-loss_curve .js-plotly-plot[data-frame]",
    "One step": ".st-key-step_cells .js-plotly-plot",
    "Landscape": ".st-key-landscape_relief .js-plotly-plot",
    "Data": ".st-key-data_way",
    "Compare": ".st-key-compare_empty",
    "Sweep": ".st-key-sweep_go",
}


class Visitor(TrainPage):
    """Somebody who walks through the app."""

    def follow(self, name: str) -> None:
        """Press a page's link in the bar above, and wait until the page is drawn; it may play."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_selector(LAST[name])

    def go(self, name: str) -> None:
        """Press a page's link in the bar above, and wait until the page stands."""
        self.follow(name)
        self.rest()

    @property
    def link(self) -> links.Link:
        """What the address says about the run."""
        found = links.read(dict(parse_qsl(urlsplit(self.page.url).query)))
        assert found.ignored == ()
        return found

    def in_force(self) -> Config:
        """The configuration in force at the shown epoch, by the address."""
        link = self.link
        changes = {edit.field: edit.value for edit in link.recipe.edits if isinstance(edit.field, str)}
        return link.recipe.config.replace(**changes)


@pytest.fixture
def arrive(chromium: Browser, address: str) -> Iterator[Callable[[str], Visitor]]:
    """A new visitor who opens a link to the app."""
    with visits(chromium, address, Visitor) as open_page:
        yield lambda link: open_page(query=link)


def test_a_link_is_followed_while_something_is_open(arrive: Callable[[str], Visitor]) -> None:
    """The same click closes it; if that ran the script, the visitor would be brought back to the page before."""
    visitor = arrive("")
    for key in ("explain_network", "edit_weights", "pin"):
        visitor.press(key)
        visitor.page.get_by_test_id("stPopoverBody").wait_for()
        visitor.go("One step")
        visitor.page.get_by_test_id("stPopoverBody").wait_for(state="detached")
        assert urlsplit(visitor.page.url).path == "/step"
        visitor.go("Train")


def walk(visitor: Visitor, config: Config) -> None:
    """Go everywhere; at every stop with a sidebar it says what is in force."""
    for here, there in pairwise(f"{WALK} > Train".split(" > ")):
        visitor.go(there)
        if there in SIDEBAR:
            visitor.page.wait_for_selector(".stSidebar .st-key-learning_rate input")
            try:
                check_settings(visitor.page, config)
            except AssertionError as error:
                raise AssertionError(f"from {here} to {there}") from error


@pytest.mark.parametrize("link", ["", LINK], ids=["default", "link"])
def test_the_sidebar_is_right_on_every_page(arrive: Callable[[str], Visitor], link: str) -> None:
    visitor = arrive(link)
    config = visitor.in_force()
    walk(visitor, config)
    assert visitor.in_force() == config
    before = settings_shown(visitor.page)
    visitor.enter("l2", 0.03)
    visitor.page.wait_for_url(lambda url: "l2=0.03" in unquote(url))
    visitor.go("One step")
    visitor.go("Train")
    assert settings_shown(visitor.page) == before | {"l2": 0.03}
    assert visitor.in_force() == config.replace(l2=0.03)


def test_a_file_with_rows_of_its_own_and_edits(arrive: Callable[[str], Visitor], tmp_path: Path) -> None:
    X = [[i / 10, (i * i % 7) / 7] for i in range(24)]
    run = Run(Config(hidden=(3,), test_share=0.25, learning_rate=0.3), data=(X, [i % 2 for i in range(24)]))
    run.advance(30)
    run.edit(learning_rate=0.1)
    run.advance(20)
    file = tmp_path / "run.json"
    file.write_text(run.to_json(), encoding="utf-8")
    visitor = arrive("")
    visitor.page.locator("summary").filter(has_text="Save, share, take home").click()
    visitor.page.locator(".st-key-open input[type=file]").set_input_files(file)
    visitor.wait_text("every number as it was saved")
    walk(visitor, run.current)
    visitor.enter("learning_rate", 0.07)
    visitor.rest()
    check_settings(visitor.page, run.current.replace(learning_rate=0.07))
    assert visitor.epoch == 50


def test_leaving_in_mid_play_and_undo(arrive: Callable[[str], Visitor]) -> None:
    visitor = arrive("")
    visitor.press("play")
    visitor.wait_epoch(">= 20")
    visitor.go("One step")  # which does not play
    check_settings(visitor.page, Config())
    visitor.go("Landscape")
    at = visitor.epoch
    assert at >= 20
    visitor.go("Train")
    assert visitor.epoch == at, "the shown epoch is not moved by what the browser last knew of the timeline"
    check_settings(visitor.page, Config())
    visitor.choose("dataset", "Moons")
    visitor.page.wait_for_url("**dataset=moons**")
    changed = visitor.in_force()
    visitor.go("One step")
    check_settings(visitor.page, changed)
    visitor.go("Train")
    visitor.press("undo")
    visitor.wait_text("Undone.")
    walk(visitor, Config())


def test_a_run_plays_on_from_page_to_page(arrive: Callable[[str], Visitor]) -> None:
    visitor = arrive("?epochs=100000")
    visitor.switch("speed", "1")  # at "auto" it would soon be at its end
    visitor.press("play")
    visitor.wait_playing()
    for name in ("Landscape", "Train", "Landscape", "Train"):
        visitor.follow(name)
        visitor.wait_epoch(f"> {visitor.epoch}")
    visitor.press("play")
    visitor.wait_paused()
    check_settings(visitor.page, Config(epochs=100_000))


def test_the_slider_of_one_step_says_its_epoch_after_leaving_in_mid_play(arrive: Callable[[str], Visitor]) -> None:
    visitor = arrive("?epochs=100000")
    for _ in range(4):
        visitor.press("play")
        visitor.wait_playing()
        visitor.wait_frames(10)
        visitor.go("One step")
        said = visitor.key("status").inner_text().split()[4].rstrip(":").replace(",", "")
        assert visitor.key("timeline").locator("[data-testid=stSliderThumbValue]").inner_text() == said
        assert visitor.key("timeline").locator("input").input_value() == said
        visitor.page.wait_for_function(
            "(epoch) => new URLSearchParams(location.search).get('epoch') === epoch", arg=said
        )
        visitor.go("Train")


def test_what_was_chosen_elsewhere_is_kept(arrive: Callable[[str], Visitor]) -> None:
    """Views, speed and digits are where they were left, whichever page was open meanwhile."""
    visitor = arrive("")
    chosen = {"speed": "100", "gradients_view": "δ", "curves_view": "Gradient norm", "scale": "linear"}
    for key, option in chosen.items():
        visitor.switch(key, option)
    # Then all has reached the server: what it is sent, it takes in order.
    visitor.wait_chart("loss_curve", "layout?.yaxis.type === 'linear'")
    visitor.go("One step")
    visitor.page.locator(".st-key-predict label").click()
    visitor.key("digits").locator("input").focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.rest()
    for name in ("Compare", "One step", "Landscape", "Train", "Data", "Train"):
        visitor.go(name)
    for key, option in chosen.items():
        assert visitor.key(key).locator("[aria-checked=true]").inner_text().strip() == option
    visitor.go("One step")
    assert visitor.page.locator(".st-key-predict input").is_checked()
    assert visitor.key("digits").locator("input").input_value() == "7"


def test_homework_has_no_sidebar(arrive: Callable[[str], Visitor]) -> None:
    visitor = arrive("")
    visitor.go("One step")
    visitor.switch("step_view", "Check my homework")
    visitor.page.wait_for_selector(".st-key-learning_rate", state="detached")
    visitor.switch("step_view", "Walk through")
    visitor.page.wait_for_selector(".st-key-learning_rate input")
    check_settings(visitor.page, Config())


def test_the_address_follows_without_entries_of_history(arrive: Callable[[str], Visitor]) -> None:
    visitor = arrive("?dataset=moons")
    entries = visitor.page.evaluate("history.length")
    for epoch in range(1, 6):
        visitor.press("step")
        visitor.page.wait_for_url(f"**/?dataset=moons&epoch={epoch}")
    assert visitor.page.evaluate("history.length") == entries
    visitor.go("One step")
    visitor.page.wait_for_url("**/step?dataset=moons&epoch=5")
    visitor.press("step")
    visitor.page.wait_for_url("**/step?dataset=moons&epoch=6")
    visitor.page.go_back()
    visitor.page.wait_for_selector(LAST["Train"])
    visitor.wait_epoch("=== 6")
    visitor.page.wait_for_url("**/?dataset=moons&epoch=6")
    check_settings(visitor.page, Config(dataset="moons"))
    visitor.page.reload()
    visitor.page.wait_for_selector(LAST["Train"])
    visitor.wait_epoch("=== 6")
    visitor.page.goto(visitor.page.url.replace("moons", "circles"))
    visitor.page.wait_for_selector(LAST["Train"])
    visitor.wait_epoch("=== 6")
    check_settings(visitor.page, Config(dataset="circles"))
