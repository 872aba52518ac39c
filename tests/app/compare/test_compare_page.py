"""The Compare page without a browser: pinning, comparing, renaming, unpinning, and what no name may do."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from support.app_page import COMPARE, STEP, TRAIN, Page
from support.patience import PATIENCE

from backprop_core import Run
from backprop_core.training.presets import PRESETS
from backprop_core.training.recipe import Recipe
from playground.charts.of_run import learned_views
from playground.compare.comparison import LONGEST_NAME, SOLVED
from playground.compare.state import EXAMPLES, FULL, MOST_PINS, NAME, Pin, Pins
from playground.session import playing
from playground.wording import NOTHING

HOSTILE = [
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "$x^2$",
    ":red[red] :smile:",
    "**b** _i_ `c` # h",
    "[a](http://example.com)",
    "%{y} & &lt;",
    '" onload="x',
    "a | b | c",
]


class PinPage(Page):
    """The app as it opens: runs are pinned there and compared on the Compare page."""

    @property
    def state(self) -> Pins:
        return self.session.part(Pins)

    @property
    def pins(self) -> list[Pin]:
        return [self.state.at[place] for place in sorted(self.state.at)]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.pins]

    def pin(self, name: str = "") -> None:
        """Pin what Train shows, as its form does."""
        self.app.text_input(key=NAME).set_value(name)
        self.press("pin_run")

    def start(self, preset: str, epochs: int) -> None:
        self.choose("preset", preset)
        self.train(epochs)

    def examples(self) -> None:
        """Compare with its two examples."""
        self.go(COMPARE)
        self.press("pin_examples")

    def table(self, key: str) -> Any:
        return self.app.dataframe[("differences", "results").index(key)].value

    def own_html(self) -> str:
        return " ".join(element.value for element in self.app.html)

    def numbers(self) -> list[str]:
        """What stands below every picture, as text."""
        pictures = re.findall(r'<div class="pin-numbers">(.*?)</div>', self.own_html())
        return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split())) for text in pictures]


@pytest.fixture
def page() -> PinPage:
    return PinPage()


def same_run(first: Run, second: Run) -> bool:
    return (
        (first.config, first.edits, first.epoch, first.diverged)
        == (second.config, second.edits, second.epoch, second.diverged)
        and first.history.loss.tobytes() == second.history.loss.tobytes()
        and first.at(first.epoch).state.memory.tobytes() == second.at(second.epoch).state.memory.tobytes()
    )


# Pinning


def test_without_pins_the_page_says_how_to_pin(page: PinPage) -> None:
    page.go(COMPARE)
    assert "Press **Pin** on the Train page" in page.text()
    assert f"{MOST_PINS} runs" in page.text()
    assert page.charts() == []
    assert not [button for button in page.app.button if button.key == "undo_unpin"]


def test_two_examples_are_a_press_away(page: PinPage) -> None:
    page.examples()
    assert page.names == list(EXAMPLES)
    for one, preset in zip(page.pins, EXAMPLES.values(), strict=True):
        assert one.run.epoch == PRESETS[preset].recipe.config.epochs
    frozen, learned = (one.run.at(10_000).score for one in page.pins)
    assert frozen < learned == 1
    assert page.table("differences")["Train biases"].tolist() == ["no", "yes"]
    assert page.table("results")[SOLVED].tolist()[0] == NOTHING


def test_a_run_is_pinned_from_train_under_a_name(page: PinPage) -> None:
    page.train(7)
    page.pin("my run")
    assert page.names == ["my run"]
    assert same_run(page.pins[0].run, page.session.run)
    assert f"epoch 7: run 1 of {MOST_PINS}" in page.session.notice
    assert "my run" not in page.text()


def test_without_a_name_it_gets_one_that_says_what_is_special(page: PinPage) -> None:
    offered = page.app.text_input(key=NAME).proto.placeholder
    assert offered == "hidden 2, rate 0.5, seed 0"
    page.pin()
    page.pin("   ")
    page.choose("hidden_size", 4)
    page.pin()
    assert page.names == [offered, f"{offered} (2)", "hidden 4, rate 0.5, seed 0"]


def test_what_becomes_of_the_run_does_not_change_its_pin(page: PinPage) -> None:
    page.train(20)
    page.pin()
    pinned = page.pins[0].run
    losses, end = pinned.history.loss.tobytes(), pinned.at(20).state.memory.tobytes()
    page.choose("learning_rate", 0.25)
    page.train(40)
    page.press("back", "back")
    page.choose("learning_rate", 2.0)
    page.press("reset")
    assert pinned.epoch == 20
    assert pinned.edits == ()
    assert pinned.history.loss.tobytes() == losses
    assert pinned.at(20).state.memory.tobytes() == end


def test_pinning_while_playing_pauses_nothing(page: PinPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "AUTO_SECONDS", 0.5)
    page.session.mode, page.session.until = "playing", 9_000
    page.session.shown = 0
    page.app.text_input(key=NAME).set_value("on the way")
    pins_before = len(page.pins)
    page.press("pin_run")  # without a browser, the script plays to its end at once
    assert len(page.pins) == pins_before + 1
    assert page.session.shown == 9_000
    assert page.pins[0].run.epoch < 9_000


def test_a_thirteenth_run_is_refused_in_a_sentence_and_nothing_is_lost(page: PinPage) -> None:
    for number in range(MOST_PINS):
        page.pin(f"run {number}")
    page.train(5)
    page.pin("one too many")
    assert page.names == [f"run {number}" for number in range(MOST_PINS)]
    assert page.session.error == FULL
    assert str(MOST_PINS) in FULL
    assert FULL in page.text()
    assert page.session.run.epoch == 5
    page.go(COMPARE)
    assert len(page.charts()) == 1 + MOST_PINS
    page.press("unpin_3")
    page.go(TRAIN)
    page.pin("now there is room")
    assert page.names[2] == "now there is room"
    page.go(COMPARE)
    page.press("undo_unpin")
    assert page.names[2] == "now there is room"
    assert FULL in page.text()
    page.press("unpin_1", "undo_unpin", "unpin_4", "undo_unpin")
    assert len(page.pins) == MOST_PINS


def test_pins_survive_other_pages(page: PinPage) -> None:
    page.examples()
    before = page.pins
    page.choose("compare_epoch", 123)
    page.choose("compare_scale", "linear")
    for address in (STEP, TRAIN, COMPARE):
        page.go(address)
    assert page.pins == before
    assert page.app.slider(key="compare_epoch").value == 123
    assert page.spec("compare_curves_chart")["layout"]["yaxis"]["type"] == "linear"


def test_train_keeps_its_preset_and_its_speed_meanwhile(page: PinPage) -> None:
    page.choose("preset", "spirals")
    page.choose("speed", "100")
    page.go(COMPARE)
    page.press("pin_examples")
    page.go(TRAIN)
    assert page.app.selectbox(key="preset").value == "spirals"
    assert page.widget("speed").value == "100"


def pin_thirteen_times() -> None:
    """A script that pins the recipe it is given, as the Sweep page may."""
    import streamlit as st

    from playground.compare import state as pins

    st.session_state["said"] = [pins.pin(st.session_state["recipe"]) for _ in range(13)]


def test_recipes_can_be_pinned_too() -> None:
    config = PRESETS["diverging"].recipe.config
    app = AppTest.from_function(pin_thirteen_times, default_timeout=PATIENCE)
    app.session_state["recipe"] = Recipe(config, epochs=config.epochs)
    app.run()
    assert not app.exception
    pinned = app.session_state["session"].part(Pins).at
    assert app.session_state["said"] == [""] * MOST_PINS + [FULL]
    assert len(pinned) == MOST_PINS
    again = Run(config)
    again.advance(config.epochs)
    assert same_run(pinned[0].run, again)
    assert again.diverged is not None


# Comparing


def test_what_differs_is_in_the_table_and_nothing_else(page: PinPage) -> None:
    page.train(3)
    page.pin("plain")
    page.choose("learning_rate", 0.25)
    page.train(6)
    page.pin("edited")
    page.choose("hidden_size", 3)
    page.pin("wider")
    page.go(COMPARE)
    table = page.table("differences")
    assert list(table.columns)[3:] == ["Hidden layers", "Seed", "Learning rate", "Edits"]
    assert table["#"].tolist() == [1, 2, 3]
    assert table["Run"].tolist() == ["plain", "edited", "wider"]
    assert table["Hidden layers"].tolist() == ["2", "2", "3"]
    assert table["Learning rate"].tolist() == ["0.5", "0.5", "0.25"]
    assert table["Edits"].tolist() == ["none", "from epoch 3: rate 0.25", "none"]


def test_that_nothing_differs_is_said(page: PinPage) -> None:
    page.pin()
    page.train(3)
    page.pin()
    page.go(COMPARE)
    assert "none do" in page.text()
    assert list(page.table("differences").columns)[3:] == ["Seed"]


@pytest.mark.parametrize("preset", ["spirals", "sine", "mazur", "diverging"])
def test_the_numbers_are_those_of_train(page: PinPage, preset: str) -> None:
    page.start(preset, 450)
    page.choose("timeline", 40)
    on_train = re.findall(r"\*\*(.*?)\*\*", " ".join(element.value for element in page.app.markdown))
    page.pin("it")
    epochs = page.session.run.epoch
    page.go(COMPARE)
    page.choose("compare_epoch", 40)
    (numbers,) = page.numbers()
    words = numbers.split()
    assert words[:4] == ["epoch", "40", "loss", f"{page.pins[0].run.history.loss[40]:.6g}"]
    for number in (words[3], numbers.partition("accuracy " if "accuracy" in numbers else "R² ")[2]):
        assert number in on_train
    end = page.pins[0].run.at(epochs)
    results = page.table("results").iloc[0]
    assert results["Epochs"] == epochs
    assert results["Train loss"] == end.loss
    score = results["Train accuracy" if end.data.task == "classification" else "Train R²"]
    assert score == end.score or (np.isnan(score) and np.isnan(end.score))
    if end.test_score is not None:
        assert results["Test loss"] == page.pins[0].run.history.test_loss[-1]


def test_a_shorter_run_is_shown_at_its_last_epoch_and_says_so(page: PinPage) -> None:
    page.train(30)
    page.pin("short")
    page.train(100)
    page.pin("long")
    page.go(COMPARE)
    for epoch, shown in ((100, ["epoch 30 , its last", "epoch 100"]), (30, ["epoch 30"] * 2), (7, ["epoch 7"] * 2)):
        page.choose("compare_epoch", epoch)
        assert [numbers.partition(" loss")[0] for numbers in page.numbers()] == shown
        losses = [numbers.split("loss ")[1].split()[0] for numbers in page.numbers()]
        assert losses == [f"{one.run.at(min(epoch, one.run.epoch)).loss:.6g}" for one in page.pins]


def test_the_slider_stays_at_the_end_until_it_is_moved(page: PinPage) -> None:
    page.train(30)
    page.pin()
    page.go(COMPARE)
    assert page.app.slider(key="compare_epoch").value == 30
    page.go(TRAIN)
    page.train(50)
    page.pin()
    page.go(COMPARE)
    assert (page.app.slider(key="compare_epoch").value, page.app.slider(key="compare_epoch").max) == (50, 50)
    page.choose("compare_epoch", 45)
    page.press("unpin_2")
    assert page.app.slider(key="compare_epoch").value == 30
    page.press("undo_unpin")
    assert page.app.slider(key="compare_epoch").value == 45


def test_runs_of_no_epochs_can_be_compared(page: PinPage) -> None:
    page.pin()
    page.go(COMPARE)
    assert page.app.slider(key="compare_epoch").disabled
    assert page.numbers()[0].startswith("epoch 0 loss")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_drawn_in_every_view(page: PinPage, preset: str) -> None:
    page.start(preset, 3)
    page.pin()
    page.go(COMPARE)
    found = learned_views(page.pins[0].run.data)
    views = found[:-1] or found
    for view in views:
        if len(views) > 1:
            page.choose("compare_view", view)
        assert page.charts() == ["compare_curves_chart", "pin_chart_1_plot"]


def test_each_run_shows_its_best_where_it_has_no_such_picture(page: PinPage) -> None:
    for preset in ("xor", "sine", "digits"):
        page.start(preset, 2)
        page.pin()
    page.go(COMPARE)
    assert page.widget("compare_view").options == ["Surface", "Table", "Curve", "Confusion", "Patterns", "Wrong rows"]
    page.choose("compare_view", "Table")
    kinds = [page.spec(f"pin_chart_{number}_plot")["data"][0]["type"] for number in (1, 2, 3)]
    assert kinds == ["heatmap", "scatter", "heatmap"]


def test_different_losses_are_pointed_out(page: PinPage) -> None:
    page.examples()
    assert "cannot be compared" not in page.text()
    page.go(TRAIN)
    page.choose("preset", "spirals")
    page.pin()
    page.go(COMPARE)
    assert "cannot be compared" in page.text()


def test_charts_are_made_once(page: PinPage) -> None:
    """A description that stays the same is no new chart to the browser; frames bring what changes."""
    page.examples()
    before = [page.spec(key) for key in ("compare_curves_chart", "pin_chart_1_plot")]
    page.choose("compare_epoch", 5)
    assert [page.spec(key) for key in ("compare_curves_chart", "pin_chart_1_plot")] == before
    page.choose("pin_name_1", "another name")
    assert page.spec("pin_chart_1_plot") == before[1]
    assert page.spec("compare_curves_chart") != before[0]


# Renaming, unpinning, opening


def test_a_pin_is_renamed(page: PinPage) -> None:
    page.examples()
    page.choose("pin_name_2", "  it \n learns  ")
    assert page.names == ["XOR, biases frozen", "it learns"]
    assert page.table("results")["Run"].tolist() == page.names
    page.choose("pin_name_2", " ")
    assert page.names[1] == page.app.text_input(key="pin_name_2").value == "it learns"
    page.choose("pin_name_2", "x" * 60)
    assert page.names[1] == "x" * LONGEST_NAME


def test_unpinning_can_be_undone(page: PinPage) -> None:
    page.examples()
    runs = [one.run for one in page.pins]
    page.choose("pin_name_1", "mine")
    page.press("unpin_1")
    assert page.names == ["XOR, biases trained"]
    assert "Undo brings it back" in page.text()
    page.press("undo_unpin")
    assert page.names == ["mine", "XOR, biases trained"]
    assert all(same_run(one.run, run) for one, run in zip(page.pins, runs, strict=True))
    assert page.app.button(key="undo_unpin").disabled


def test_unpinning_all_can_be_undone(page: PinPage) -> None:
    page.examples()
    runs = [one.run for one in page.pins]
    page.press("unpin_all")
    assert page.pins == []
    assert "Press **Pin**" in page.text()
    page.press("undo_unpin")
    assert page.names == list(EXAMPLES)
    assert all(same_run(one.run, run) for one, run in zip(page.pins, runs, strict=True))


def test_several_unpinnings_are_undone_one_by_one(page: PinPage) -> None:
    for name in "abcd":
        page.pin(name)
    page.go(COMPARE)
    page.press("unpin_2", "unpin_4", "unpin_1")
    assert page.names == ["c"]
    for names in ("ac", "acd", "abcd"):
        page.press("undo_unpin")
        assert page.names == list(names)


def test_a_diverged_run_comes_back_diverged_and_an_edited_one_edited(page: PinPage) -> None:
    page.start("diverging", 900)
    page.pin("diverged")
    page.choose("preset", "mazur")
    page.train(5)
    page.choose("learning_rate", 0.25)
    page.train(9)
    page.pin("edited")
    page.go(COMPARE)
    runs = [one.run for one in page.pins]
    assert page.table("results")["Diverged at"].tolist()[0] == runs[0].diverged
    page.press("unpin_all", "undo_unpin")
    assert all(same_run(one.run, run) for one, run in zip(page.pins, runs, strict=True))
    assert page.table("results")["Diverged at"].tolist()[0] == runs[0].diverged


def test_places_and_so_colours_stay_when_others_go(page: PinPage) -> None:
    for name in "abc":
        page.pin(name)
    page.go(COMPARE)
    page.press("unpin_1")
    assert [one.place for one in page.pins] == [1, 2]
    assert page.table("results")["#"].tolist() == [2, 3]


def test_a_pin_is_opened_on_train_and_undo_brings_back_what_was_there(page: PinPage) -> None:
    page.start("spirals", 12)
    there = page.session.run
    page.examples()
    page.press("open_2")
    opened = page.session.run
    assert same_run(opened, page.pins[1].run)
    assert opened is not page.pins[1].run
    page.go(TRAIN)
    assert (page.session.shown, page.session.mode) == (10_000, "paused")
    assert "A pinned run" in page.text()
    assert page.app.selectbox(key="preset").value is None
    assert page.app.number_input(key="hidden_size").value == 2
    page.choose("learning_rate", 0.1)
    assert page.pins[1].run.edits == ()
    page.press("undo")
    assert same_run(page.session.run, there)


# Names


def test_names_are_shown_as_they_are_and_interpreted_nowhere(page: PinPage) -> None:
    page.train(2)
    for name in HOSTILE:
        page.pin(name)
    page.go(COMPARE)
    page.choose("compare_series", "Both")
    assert page.names == HOSTILE
    assert page.table("differences")["Run"].tolist() == page.table("results")["Run"].tolist() == HOSTILE
    interpreted = [element.value for kind in (page.app.markdown, page.app.caption) for element in kind]
    labels = [element.label for kind in (page.app.button, page.app.slider, page.app.text_input) for element in kind]
    specs = [json.dumps(page.spec(key)) for key in page.charts()]
    for number, name in enumerate(HOSTILE, start=1):
        assert page.app.text_input(key=f"pin_name_{number}").value == name
        assert not [text for text in (*interpreted, *labels) if name in text]
        if set(name) & set('<>"'):
            assert name not in page.own_html()
        for spec in specs:
            assert not set(name) & set("<$%") or json.dumps(name)[1:-1] not in spec


def test_a_name_is_cut_to_what_fits(page: PinPage) -> None:
    """A browser would not let it be typed."""
    page.pin("y" * 50)
    assert page.names == ["y" * LONGEST_NAME]


def press_what_is_gone() -> None:
    """A script with the callbacks of a pin that is there no more, as a second click brings them."""
    from playground.compare import state as pins

    pins.unpin(77)
    pins.rename(77)
    pins.open_on_train(77)
    pins.undo()


def test_a_second_click_comes_too_late_and_does_nothing() -> None:
    app = AppTest.from_function(press_what_is_gone, default_timeout=PATIENCE).run()
    assert not app.exception
    state = app.session_state["session"].part(Pins)
    assert (state.at, state.removed) == ({}, [])
