"""The connection is lost or held up in mid-play, or the server is killed: the page comes back with the same run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import psutil
import pytest
from playwright.sync_api import Browser
from support.cut_connection import Connection
from support.patience import PATIENCE

from backprop_core import Run
from browser.conftest import free_port, serving, visits
from browser.train_page import TrainPage
from browser.truth import check_the_truth, linked_run, wait_address
from playground.sidebar import links

pytestmark = pytest.mark.browser

EPOCH = 25
LINKS = {
    "edited": f"?dataset=moons&hidden=4-3&epochs=100000&edits=10:l2=0.001,20:W1[0,1]=0.5&epoch={EPOCH}",
    "preset": f"?preset=mazur&epochs=100000&epoch={EPOCH}",
}
link = pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
IDLE = 10  # percent of a core
DISCARDED_AT_ONCE = "--server.disconnectedSessionTTL=0"
LOST = re.compile(r"WebSocket connection to|net::ERR_|Failed to fetch")  # what the browser says of a lost connection


def replayed(link: str, epochs: int = EPOCH) -> Run:
    """The run of a link, trained by the core alone."""
    recipe = links.read(dict(parse_qsl(link.removeprefix("?")))).recipe
    return Run.replay(replace(recipe, epochs=epochs))


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def wait_connection(page: TrainPage, state: str) -> None:
    page.page.wait_for_selector(f".stApp[data-test-connection-state={state}]")


def play(page: TrainPage) -> None:
    page.press("play")
    page.wait_epoch(f">= {EPOCH + 20}")


def pause(page: TrainPage) -> None:
    page.press("play")
    page.wait_paused()


def check_the_run(page: TrainPage, link: str, folder: Path) -> None:
    """What the page saves is the link's run, trained as far as it is shown, or by a frame further that was interrupted.

    What its address says is that run at the shown epoch.
    """
    page.rest()
    wait_address(page)
    saved = check_the_truth(page, folder)
    assert saved.epoch >= page.epoch
    assert saved.to_json() == replayed(link, saved.epoch).to_json()  # with every parameter
    assert linked_run(page).to_json() == replayed(link, page.epoch).to_json()


def check_it_is_back(page: TrainPage, link: str, folder: Path) -> None:
    """The page has come back from its address, at the epoch that it names, and plays on from there."""
    page.wait_paused()
    page.wait_epoch(f"=== {EPOCH}")
    check_the_run(page, link, folder)
    play(page)
    pause(page)
    check_the_run(page, link, folder)


@contextmanager
def visiting(chromium: Browser, address: str, link: str) -> Iterator[TrainPage]:
    """Somebody who plays a link's run; the browser complains about nothing but the lost connection."""
    with visits(chromium, address, TrainPage) as open_page:
        page = open_page(query=link)
        play(page)
        yield page
        page.complaints = [complaint for complaint in page.complaints if not LOST.search(complaint)]


def lose(page: TrainPage, connection: Connection) -> None:
    """Cut the connection until the browser has tried in vain to get it back; then mend it."""
    connection.cut()
    wait_connection(page, "PINGING_SERVER")
    refused = connection.refused
    while connection.refused == refused:
        page.page.evaluate("new Promise(requestAnimationFrame)")
    connection.mend()
    wait_connection(page, "CONNECTED")


def test_it_plays_on_when_the_connection_is_back(chromium: Browser, address: str, tmp_path: Path) -> None:
    link = LINKS["edited"]
    with closing(Connection(port_of(address))) as connection, visiting(chromium, connection.address, link) as page:
        for _ in range(3):
            lose(page, connection)
            page.wait_playing()
            page.wait_frames(3)
        before = page.epoch
        pause(page)
        assert page.epoch >= before
        check_the_run(page, link, tmp_path)


def test_nothing_moves_on_after_pause(chromium: Browser, address: str) -> None:
    with visiting(chromium, address, LINKS["edited"]) as page:
        for _ in range(10):
            pause(page)
            wait_address(page)  # it is written when the run is paused, and the charts a little later
            at = page.epoch
            page.press("play")
            page.wait_epoch(f"> {at}")
            page.wait_frames(2)


def test_a_browser_that_takes_nothing_costs_nothing_and_is_not_cut_off(chromium: Browser, tmp_path: Path) -> None:
    """Streamlit drops a session silently when too many messages wait for its browser."""
    port, link = free_port(), LINKS["edited"]
    with (
        serving(port, tmp_path / "log.txt") as server,
        closing(Connection(port)) as connection,
        visiting(chromium, connection.address, link) as page,
    ):
        page.switch("speed", "1")  # the run does not end meanwhile
        connection.hold()
        process, until = psutil.Process(server.pid), time.monotonic() + PATIENCE
        while process.cpu_percent(interval=1) > IDLE:
            assert time.monotonic() < until, "the server goes on training for a browser that takes nothing"
        connection.release()
        page.wait_frames(20)
        pause(page)
        check_the_run(page, link, tmp_path)


@link
def test_a_discarded_session_comes_back_from_its_address(chromium: Browser, link: str, tmp_path: Path) -> None:
    port = free_port()
    with (
        serving(port, tmp_path / "log.txt", DISCARDED_AT_ONCE),
        closing(Connection(port)) as connection,
        visiting(chromium, connection.address, link) as page,
    ):
        lose(page, connection)
        check_it_is_back(page, link, tmp_path)


@link
def test_a_server_that_is_killed_and_started_again(chromium: Browser, link: str, tmp_path: Path) -> None:
    port = free_port()
    with serving(port, tmp_path / "killed.txt") as server, visiting(chromium, f"http://127.0.0.1:{port}", link) as page:
        server.kill()
        server.wait()
        wait_connection(page, "PINGING_SERVER")
        with serving(port, tmp_path / "started.txt"):
            wait_connection(page, "CONNECTED")
            check_it_is_back(page, link, tmp_path)
