"""Passing a run on in a real browser: by its link, by its file, and in every format that can be taken home."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as TooLate
from support.patience import PATIENCE

from backprop_core import Config, Edit, Run
from backprop_core.training.recipe import Recipe
from browser.conftest import visits
from browser.train_page import CHARTS, READOUTS, TrainPage
from playground.sidebar import links
from playground.sidebar.share_panel import TAKES

pytestmark = pytest.mark.browser


class Visitor(TrainPage):
    """The Train page, entered by any address of the app."""

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the address in the browser."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def readouts(self) -> list[str]:
        return [self.key(name).inner_text() for name in READOUTS]

    def unfold(self) -> None:
        """Open the sidebar's last part, and wait until it stands still."""
        self.page.locator("summary").filter(has_text="Save, share, take home").click()
        self.page.locator(".st-key-take_home button:visible").first.hover()

    def download(self, key: str, folder: Path) -> Path:
        """Press a download button and keep the file.

        Streamlit makes these files when asked, under a name that lasts for one script run: a press that meets the end
        of a run comes to nothing, and is made once more.
        """
        try:
            with self.page.expect_download(timeout=PRESSED_AGAIN_AFTER) as started:
                self.press(key)
        except TooLate:
            with self.page.expect_download() as started:
                self.press(key)
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path


PRESSED_AGAIN_AFTER = 30_000.0  # milliseconds

Follow = Callable[[str], Visitor]


@pytest.fixture
def follow(chromium: Browser, address: str) -> Iterator[Follow]:
    """Follows a link, given by what comes after the app's address, as a new visitor whose screen shows all of it."""
    with visits(chromium, address, Visitor) as open_page:
        yield lambda link: open_page(1400, 2400, query=link)


def edited() -> Run:
    """A run of 12 epochs with two edits on the way."""
    run = Run(Config(dataset="moons", samples=40, hidden=(3,)))
    run.advance(5)
    run.edit(learning_rate=0.25)
    run.advance(4)
    run.edit(params={(1, "W", 0, 1): -2.0})
    run.advance(3)
    return run


def link_to(run: Run) -> str:
    return f"?{urlencode(links.write(run.config, run.edits, run.epoch))}"


def test_the_address_is_a_link_to_what_is_seen(follow: Follow) -> None:
    page = follow("?hidden=3")
    page.press("step")
    page.wait_epoch("=== 1")
    page.rest()
    page.enter("learning_rate", 0.25)
    page.page.wait_for_url("**/?*edits=*")
    page.press("step")
    page.wait_epoch("=== 2")
    page.page.wait_for_url("**/?*epoch=2*")
    page.rest()
    assert page.parts == {"hidden": "3", "edits": "1:learning_rate=0.25", "epoch": "2"}
    other = follow(f"?{urlsplit(page.page.url).query}")
    assert other.readouts == page.readouts
    assert other.epoch == 2
    assert other.parts == page.parts
    assert other.page.locator(".st-key-learning_rate input").input_value() == "0.25"
    run = Run.replay(Recipe(Config(hidden=(3,)), (Edit(1, "learning_rate", 0.25),), 2))
    assert other.key("train_loss").inner_text().split()[-1] == f"{run.history.loss[-1]:.6g}"
    other.unfold()
    other.wait_text("its settings, its 1 edit and the epoch shown.")


def test_a_saved_file_opens_elsewhere_to_the_last_bit_and_another_does_not(follow: Follow, tmp_path: Path) -> None:
    run, bad = edited(), tmp_path / "notebook.json"
    bad.write_text(json.dumps({"cells": [], "nbformat": 4}))
    page = follow(link_to(run))
    page.unfold()
    file = page.download("save", tmp_path)
    assert file.name == "run.json"
    assert file.read_text(encoding="utf-8") == run.to_json()
    other = follow("")
    other.unfold()
    box, before = other.page.locator(".st-key-open input[type=file]"), other.readouts
    box.set_input_files(bad)
    other.wait_text("This file is not a run saved by this playground.")
    assert other.readouts == before
    box.set_input_files(file)
    other.wait_text("Opened: 12 epochs, and every number as it was saved, to the last bit.")
    other.wait_epoch("=== 12")
    other.rest()
    assert other.readouts == page.readouts
    assert other.parts == page.parts == links.write(run.config, run.edits, 12)


def test_every_take_is_downloaded_and_the_program_prints_the_page(follow: Follow, tmp_path: Path) -> None:
    run = edited()
    page = follow(link_to(run))
    shown = page.key("train_loss").inner_text().split()[-1]
    page.unfold()
    files = {}
    for name, take in TAKES.items():
        page.choose("take", take.label)
        page.page.locator(".st-key-take_home button", has_text=take.file).wait_for()
        page.rest()
        files[name] = page.download("take_home", tmp_path)
        assert files[name].name == take.file
    contents = {name: file.read_bytes() for name, file in files.items()}
    assert {name: json.loads(contents[name]) for name in ("notebook", "json")}.keys() == {"notebook", "json"}
    with zipfile.ZipFile(io.BytesIO(contents["npz"])) as archive:
        assert archive.testzip() is None
    for name in ("python", "pytorch", "sklearn"):
        compile(contents[name], files[name].name, "exec")
    rows = list(csv.reader(io.StringIO(contents["csv"].decode())))
    assert [float(row[1]) for row in rows[1:]] == run.history.loss.tolist()
    command = [sys.executable, "-I", files["python"].name]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert printed.stderr == ""
    losses = re.findall(r"^epoch +12 +loss (\S+)", printed.stdout, re.MULTILINE)
    assert [float(loss) for loss in losses] == [run.history.loss[-1]]
    assert f"{float(losses[0]):.6g}" == shown


HOSTILE = {
    "![i](http://evil.example/i.png)": "1",
    "dataset": "[x](http://evil.example) ![i](//evil.example/i.png) $a^2$ <b>b</b> :material/home: :smile: ] **s**",
    "preset": "<img src=http://evil.example/i.png>",
    "epoch": "`c` :red[x]",
    "edits": "$a$",
}


def test_nothing_in_a_link_is_interpreted(follow: Follow) -> None:
    page = follow(f"?{urlencode(HOSTILE)}")
    status = page.key("status")
    told = status.inner_text()
    assert "“!(i)(http∶//evil.example/i.png)” is not a setting." in told
    assert "Dataset (dataset) = '(x)(http∶//evil.example) !(i)(//evil.ex…' is unknown." in told
    assert "There is no preset “‹img src=http∶//evil.example/i.png›”." in told
    assert "epoch = '’c’ ∶red(x)' is not a whole number" in told
    assert "The edits: they are not written as in 400:learning_rate=0.05 (epoch:setting=value)." in told
    assert status.locator("a, img, .katex, strong, em, code").count() == 0
    assert status.locator("[role=img]").count() == 1  # the icon that the page itself puts there
    assert page.parts == {}
    assert page.epoch == 0


def test_a_long_way_can_be_stopped(chromium: Browser, address: str) -> None:
    complaints = []
    with chromium.new_context(viewport={"width": 1400, "height": 1000}) as context:
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/?dataset=moons&epoch=1000000")
        page.get_by_text(re.compile(r"^[1-9][\d,]* of 1,000,000 epochs$")).wait_for()
        page.get_by_text("Stop here").click()
        for name in CHARTS:
            page.wait_for_selector(f".st-key-{name} .js-plotly-plot[data-frame]")
        status = page.locator(".st-key-status").first.inner_text()
        epoch = re.search(r"Stopped on the way, at epoch ([\d,]+) of 1,000,000\.", status)
        assert epoch
        page.wait_for_url(f"**/?dataset=moons&epoch={epoch[1].replace(',', '')}")
        assert page.locator(".st-key-epoch_shown").inner_text().split()[-1] == epoch[1]
    assert not complaints
