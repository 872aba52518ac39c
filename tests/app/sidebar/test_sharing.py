"""Links, files and takes in the whole app, without a browser: what is opened, what is said of it, and the way back."""

import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
from support.app_page import Page

from backprop_core import Config, Run
from backprop_core.data.rows import TableRows
from backprop_core.tables import read, to_rows
from backprop_core.training.json_parts import packed
from backprop_core.training.presets import PRESETS
from playground.charts.theme import LIGHT
from playground.components import bursts
from playground.sidebar import links
from playground.sidebar.address import Address
from playground.sidebar.share_panel import TAKES

ABOUT = "The page's address is a link to this very run: its settings"


def address(page: Page) -> dict[str, str]:
    """The parts of the page's address."""
    parts: dict[str, str] = page.session.part(Address).parts
    return parts


def open_file(page: Page, content: str | bytes) -> None:
    """Upload a file as a saved run."""
    data = content if isinstance(content, bytes) else content.encode()
    page.app.file_uploader(key="open").set_value(("run.json", data, "application/json")).run()
    page.check()


def bits(run: Run) -> tuple[Any, ...]:
    """What a run is defined by, where it stands, and every loss on the way."""
    params = tuple(array.tobytes() for pair in run.params for array in pair)
    return run.config, run.edits, run.epoch, params, run.history.loss.tobytes(), run.history.test_loss.tobytes()


def edited(config: Config, **own: Any) -> Run:
    """A run of 12 epochs with edits at its beginning and on the way."""
    run = Run(config, **own)
    run.edit(params={(1, "b", 0): -0.5})
    run.advance(5)
    run.edit(learning_rate=0.0625, optimizer="adam", params={(1, "W", 0, 1): 2.0})
    run.advance(4)
    run.edit(batch_size=2, train_biases=False)
    run.advance(3)
    return run


@pytest.fixture
def stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that would run its script again and again does so only when it is looked at."""
    monkeypatch.setattr(st, "rerun", st.stop)
    monkeypatch.setattr(bursts, "BURST_SECONDS", 0.0)


# Links


@pytest.mark.parametrize(
    "config",
    [Config(), Config(dataset="moons", samples=30, hidden=(4, 3), activation=("tanh", "relu"), noise=0.3, seed=5)],
    ids=["xor", "moons"],
)
def test_a_link_brings_back_the_run_to_the_last_bit(config: Config) -> None:
    run = edited(config)
    parts = links.write(run.config, run.edits, run.epoch)
    page = Page(**parts)
    assert bits(page.run) == bits(run)
    assert (page.session.shown, page.session.mode) == (12, "paused")
    assert "Opened from the link." in page.text()
    assert address(page) == parts
    assert f"**{run.history.loss[-1]:.6g}**" in page.text()
    assert f"{ABOUT}, its 6 edits and the epoch shown." in page.text()
    page.press("back")
    assert address(page) == parts | {"epoch": "11"}


def test_a_link_to_a_preset_brings_its_rows_and_weights() -> None:
    preset = PRESETS["mazur"]
    run = edited(preset.recipe.config, data=preset.recipe.data, params=preset.recipe.params)
    parts = links.write(run.config, run.edits, run.epoch, "mazur")
    page = Page(**parts)
    assert bits(page.run) == bits(run)
    assert np.array_equal(page.run.data.X, [[0.05, 0.10]])
    assert address(page) == parts
    assert address(page)["preset"] == "mazur"


@pytest.mark.parametrize(
    ("parts", "changes", "told"),
    [
        ({"colour": "red"}, {}, "“colour” is not a setting."),
        (
            {"samples": "5", "dataset": "moons", "epoch": "x"},
            {"dataset": "moons"},
            "Samples (samples) = 5 is not allowed. It must be a whole number from 10 to 5,000. epoch = 'x' is not",
        ),
        ({"dataset": "csv", "hidden": "3"}, {"hidden": (3,)}, "Rows of your own did not fit into the link"),
        ({"edits": "…", "l2": "0.5"}, {"l2": 0.5}, "The edits made while training did not fit into the link"),
        ({"preset": "[x](//e.x)<b>$a$"}, {}, "There is no preset “(x)(//e.x)‹b›＄a＄”."),
    ],
    ids=["a name", "values", "rows", "edits", "hostile"],
)
def test_what_a_link_cannot_bring_is_named(parts: dict[str, str], changes: dict[str, Any], told: str) -> None:
    page = Page(**parts)
    assert page.run.config == Config(**changes)
    assert page.session.shown == 0
    assert page.session.error.startswith("Not everything in the link could be used. ")
    assert told in page.session.error
    assert f":red[:material/error: {page.session.error}]" in page.text()
    assert address(page) == links.write(page.run.config, (), 0)
    page.press("step")
    assert not page.session.error


def test_edits_that_cannot_be_made_are_named_and_the_rest_is_opened() -> None:
    page = Page(hidden="3", edits="4:learning_rate=0.25,5:W3[0,0]=1", epoch="8")
    run = Run(Config(hidden=(3,)))
    run.advance(8)
    assert bits(page.run) == bits(run)
    assert page.session.error == (
        "Not everything in the link could be used. "
        "The edits: (3, 'W', 0, 0) is not a parameter of this network, whose layers are 2-3-1."
    )
    assert address(page) == {"hidden": "3", "epoch": "8"}


def test_a_link_beyond_where_training_diverges_says_so() -> None:
    page = Page(preset="diverging", epoch="1000")
    wanted = PRESETS["diverging"].run()
    wanted.advance(1_000)
    assert bits(page.run) == bits(wanted)
    assert page.session.shown == wanted.epoch
    assert "Training diverged" in page.session.error


def test_a_link_that_cannot_be_opened_leaves_the_default_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is known that gets so far; what is said then is checked all the same."""
    monkeypatch.setattr(links, "SHAPES", ())
    page = Page(preset="mazur", hidden="3", epoch="5")
    assert bits(page.run) == bits(PRESETS["xor"].run())
    assert page.session.error.startswith("The link cannot be opened: Weights must be")
    assert address(page) == {}


def test_an_address_without_anything_is_the_default_run() -> None:
    page = Page()
    assert bits(page.run) == bits(PRESETS["xor"].run())
    assert (page.session.error, page.session.notice, address(page)) == ("", "", {})


# The address follows


def test_the_address_follows_settings_edits_and_the_shown_epoch() -> None:
    page = Page()
    page.choose("hidden_size", 3)
    assert address(page) == {"hidden": "3"}
    page.choose("timeline", 6)
    assert address(page) == {"hidden": "3", "epoch": "6"}
    page.choose("learning_rate", 0.25)
    assert address(page) == {"hidden": "3", "edits": "6:learning_rate=0.25", "epoch": "6"}
    assert f"{ABOUT}, its 1 edit and the epoch shown." in page.text()
    page.press("step")
    assert address(page)["epoch"] == "7"
    before = bits(page.run)
    assert bits(Page(**address(page)).run) == before
    page.choose("timeline", 4)
    assert address(page) == {"hidden": "3", "epoch": "4"}
    assert f"{ABOUT} and the epoch shown." in page.text()
    page.choose("preset", "mazur")
    assert address(page) == {"preset": "mazur"}
    page.choose("hidden_size", 3)  # the preset's weights no longer fit
    assert address(page)["dataset"] == "csv"
    assert bits(Page(**address(page)).run) == bits(page.run)  # its rows are few enough for the link
    page.press("undo")
    assert address(page) == {"hidden": "3", "edits": "6:learning_rate=0.25", "epoch": "7"}
    assert bits(page.run) == before


def test_more_edits_than_fit_are_said_to_be_missing() -> None:
    page = Page()
    for epoch in range(60):
        page.run.edit(params={(1, "W", 0, 0): epoch / 7, (1, "W", 1, 0): epoch / 11})
        page.run.advance(1)
    page.session.shown = page.run.epoch
    page.look()
    assert address(page) == {"edits": "…", "epoch": "60"}
    assert "but the 120 edits do not fit into 2,000 characters: save the run as a file" in page.text()


@pytest.mark.usefixtures("stands_still")
def test_while_playing_the_epoch_in_the_address_stays() -> None:
    page = Page(epoch="3")
    page.look()
    page.session.mode, page.session.until = "playing", 10_000
    page.session.shown = page.run.epoch + page.run.advance(20)
    page.look()
    assert (page.session.mode, page.session.shown) == ("playing", 23)
    assert address(page) == {"epoch": "3"}
    page.choose("learning_rate", 0.25)
    assert address(page)["epoch"] == "3"
    assert address(page)["edits"] == "23:learning_rate=0.25"
    page.session.mode = "paused"
    page.look()
    assert address(page)["epoch"] == str(page.session.shown)


SMALL = "a,b,kind\n" + "\n".join(f"{i},{('u', 'v <b>')[i % 2]},{('cat', 'dog')[i // 6]}" for i in range(12))


def test_a_small_table_is_in_the_link_with_what_was_done_to_it() -> None:
    rows = to_rows(read(SMALL), "kind", missing="median", standardise=True)
    run = edited(Config(dataset="csv", hidden=(2,), test_share=0.25), data=rows)
    parts = links.write(run.config, run.edits, run.epoch, rows=links.rows_text(run.user_rows))
    page = Page(**parts)
    assert bits(page.run) == bits(run)
    assert isinstance(page.run.user_rows, TableRows)
    assert page.run.user_rows.preparation == rows.preparation
    assert page.run.user_rows.report == rows.report
    assert address(page) == parts
    assert "is a link to this very run" in page.text()
    page.choose("preset", "xor")
    assert "rows" not in address(page)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "did not fit"),
        ("x" * 2_001, "have 2,001 characters"),
        ("~", "are damaged"),
        ("YQ", "are damaged"),
        (packed("{}"), "are damaged"),
        (packed("[" * 2_000), "are damaged"),
        (packed(" " * 400_000), "are damaged"),
    ],
    ids=["none", "long", "no base64", "not packed", "no rows", "nested", "a bomb"],
)
def test_rows_that_a_link_cannot_bring_are_named(text: str, told: str) -> None:
    link = links.read({"dataset": "csv", "rows": text, "hidden": "3"})
    assert link.recipe.data is None
    assert told in " ".join(link.ignored)
    assert link.recipe.config.hidden == (3,)


def test_many_rows_are_not_in_the_link() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(200, 3)), rng.normal(size=200))
    page = Page()
    open_file(page, edited(Config(dataset="csv", output="linear", loss="mse"), data=rows).to_json())
    assert "rows" not in address(page)
    assert "not your own rows" in page.text()


# Files


def test_a_saved_file_is_opened_to_the_last_bit_and_can_be_undone() -> None:
    page = Page(hidden="3", epoch="4")
    page.choose("learning_rate", 0.25)
    before = bits(page.run)
    own = TableRows(np.arange(12.0).reshape(6, 2), np.array([0, 1, 1, 0, 1, 0.0]), ("größe", "width"), ("no", "yes"))
    run = edited(Config(test_share=0.0), data=own)
    open_file(page, run.to_json())
    assert bits(page.run) == bits(run)
    assert page.run.data.inputs == ("größe", "width")
    assert (page.session.shown, page.session.error) == (12, "")
    assert "Opened: 12 epochs, and every number as it was saved, to the last bit." in page.text()
    assert address(page)["dataset"] == "csv"
    page.press("undo")
    assert bits(page.run) == before
    assert address(page) == {"hidden": "3", "edits": "4:learning_rate=0.25", "epoch": "4"}


def test_what_the_page_saves_is_the_run() -> None:
    page = Page(hidden="3", edits="4:l2=0.5", epoch="8")
    assert not page.app.download_button(key="save").disabled
    assert page.app.download_button(key="save").label == "Save this run"
    assert bits(Run.from_json(page.run.to_json())) == bits(page.run)
    open_file(page, page.run.to_json())
    assert "to the last bit" in page.session.notice


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (1e-9, "Opened. Its weights differ from those saved by up to 1e-09. Another machine rounds differently"),
        (None, "Opened: 12 epochs. The weights that were saved with it are those of another network."),
    ],
    ids=["a little", "altogether"],
)
def test_a_file_that_ended_otherwise_says_by_how_much(change: float | None, said: str) -> None:
    page, run = Page(), edited(Config())
    file = json.loads(run.to_json())
    file["end"]["digest"] = "sha256:of another machine"
    file["end"]["parameters"][0]["b"] = [] if change is None else [b + change for b in run.params[0][1]]
    open_file(page, json.dumps(file))
    assert bits(page.run) == bits(run)
    assert said in page.text()


def bad(change: str, to: str) -> str:
    content = edited(Config()).to_json()
    assert change in content
    return content.replace(change, to)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n", "This file is not complete JSON text: it is damaged, or not a saved run."),
        ('{"cells": [], "nbformat": 4}', "This file is not a run saved by this playground."),
        (
            bad('"sigmoid"', '"<b>[x](//e.x)"'),
            "This file cannot be opened: Activation (activation) = '‹b›(x)(//e.x)' is",
        ),
        (
            bad('"data": null', '"data": {"X": [], "y": [], "names": null}'),
            "This file cannot be opened: Inputs must be",
        ),
        (bad('"W1[0, 1]"', '"W3[0, 1]"'), "It cannot be opened: (3, 'W', 0, 1) is not a parameter of this network"),
    ],
    ids=["binary", "a notebook", "a bad value", "no rows", "an edit that cannot be made"],
)
def test_a_bad_file_leaves_the_run_and_is_explained(content: str | bytes, sentence: str) -> None:
    page = Page(hidden="3", epoch="4")
    before = bits(page.run)
    open_file(page, content)
    assert bits(page.run) == before
    assert page.session.error.startswith(sentence)
    assert f":red[:material/error: {sentence}" in page.text()
    assert page.session.undo == []
    assert address(page) == {"hidden": "3", "epoch": "4"}
    page.app.file_uploader(key="open").set_value(None).run()  # taken away again: nothing is said or done
    page.check()
    assert bits(page.run) == before


# A long way there


@pytest.mark.usefixtures("stands_still")
@pytest.mark.parametrize("way", ["a link", "a file"])
def test_a_long_way_can_be_stopped_where_it_has_come(way: str) -> None:
    parts = {"dataset": "moons", "edits": "1:learning_rate=0.25", "epoch": "1000000"}
    page = Page(**(parts if way == "a link" else {}))
    if way == "a file":
        run = Run(Config(dataset="moons"))
        run.advance(1)
        run.edit(learning_rate=0.25)
        open_file(page, run.to_json().replace('"epochs": 1,', '"epochs": 1000000,'))
    assert "Training the run again" in page.text()
    assert [button.key for button in page.app.button] == ["stop_opening"]
    page.look()
    page.press("stop_opening")
    run = page.run
    assert 1 < run.epoch < 1_000_000
    assert page.session.shown == run.epoch
    assert page.session.notice == f"Stopped on the way, at epoch {run.epoch:,} of 1,000,000."
    assert address(page) == parts | {"epoch": str(run.epoch)}
    wanted = Run.replay(run.recipe)
    assert bits(run) == bits(wanted)
    page.look()
    assert page.run is run


# Take it home


def test_every_take_is_offered() -> None:
    page = Page(epoch="3")
    assert page.app.selectbox(key="take").options == [take.label for take in TAKES.values()]
    for name, take in TAKES.items():
        page.choose("take", name)
        button = page.app.download_button(key="take_home")
        assert (button.label, button.disabled) == (f"Download {take.file}", False)
        assert take.make(*(page.run, LIGHT)[: 1 + take.drawn])
    assert not page.app.warning


def test_what_scikit_learn_cannot_do_is_said_and_not_offered() -> None:
    page = Page(train_biases="off", epoch="3")
    page.choose("take", "pytorch")
    assert not page.app.warning
    page.choose("take", "sklearn")
    assert len(page.app.warning) == 1
    assert page.app.warning[0].value.endswith(".")
    assert "scikit-learn" in page.app.warning[0].value
    assert page.app.download_button(key="take_home").disabled


@pytest.mark.usefixtures("stands_still")
def test_nothing_is_saved_while_playing() -> None:
    page = Page()
    page.session.mode, page.session.until = "playing", 10_000
    page.look()
    assert page.app.download_button(key="save").disabled
    assert page.app.download_button(key="take_home").disabled
