"""A server with the app, one Chromium, and a way to open the Train page in it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from support.patience import PATIENCE

from browser.train_page import TrainPage

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--mute-audio"]

# All pages of the app are drawn by one process, as tabs of one window. It has compiled the client's code once; a new
# process would compile it again, which takes more than half of what opening a page costs.
FLAGS = ["--no-sandbox", "--process-per-site", *QUIET]
OPTIONS = ["--server.headless=true", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]

# What Streamlit's server says when a browser leaves while it is connecting: it answers a socket that is closed.
GONE = re.compile(
    r"Exception in ASGI application\n(?:(?!Exception in ASGI).)*?"
    r'WebSocketDisconnected: Cannot call "send" once a close message has been sent\.',
    re.DOTALL,
)

Open = Callable[..., TrainPage]
Kind = TypeVar("Kind", bound=TrainPage)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def executable(playwright: Playwright) -> str:
    """Chromium as installed on the machine, or as Playwright brings it. Where tests must run, its absence fails."""
    found = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
    if not Path(found).exists():
        reason = f"no browser: none of {', '.join(BROWSERS)} on the path, none by `playwright install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def launched(playwright: Playwright, executable: str, *flags: str) -> Iterator[Browser]:
    """A browser with one window. An empty tab in it keeps the process that draws pages of this machine."""
    browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *flags])
    empty = browser.new_context().new_page()
    empty.route("**", lambda route: route.fulfill(body=""))
    empty.goto("http://127.0.0.1/")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, executable: str) -> Iterator[Browser]:
    with launched(playwright, executable, "--disable-gpu") as browser:
        yield browser


@pytest.fixture(scope="session")
def chromium_3d(playwright: Playwright, executable: str) -> Iterator[Browser]:
    """A browser that draws surfaces in space, without a graphics card."""
    with launched(playwright, executable, "--use-angle=swiftshader", "--enable-unsafe-swiftshader") as browser:
        yield browser


@contextmanager
def serving(port: int, log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The app on a port of this machine. Its log must stay free of tracebacks."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *OPTIONS, f"--server.port={port}", *options]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + PATIENCE
            while not answers(f"http://127.0.0.1:{port}"):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.05)  # a server that does not listen yet cannot be awaited
            yield server
        finally:
            server.terminate()
            server.wait()
    errors = GONE.sub("", log.read_text())
    assert "Traceback" not in errors, errors


@pytest.fixture(scope="session")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app is served to most tests."""
    port = free_port()
    with serving(port, tmp_path_factory.mktemp("server") / "log.txt"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def visits(chromium: Browser, address: str, kind: type[Kind]) -> Iterator[Callable[..., Kind]]:
    """Opens a page as a new visitor, any number of times; afterwards nothing may have gone wrong in the browser."""
    opened: list[Kind] = []
    tabs: list[Page] = []
    window = chromium.contexts[0]

    def open_page(width: int = 1400, height: int = 1000, *, dark: bool = False, query: str = "") -> Kind:
        tab = window.new_page()
        tabs.append(tab)
        tab.set_default_timeout(PATIENCE * 1000)
        tab.set_viewport_size({"width": width, "height": height})
        tab.emulate_media(color_scheme="dark" if dark else "light")
        opened.append(kind(tab, address, query))
        return opened[-1]

    try:
        yield open_page
        for page in opened:
            page.check()
    finally:
        for tab in tabs:
            tab.close()
        devtools = window.new_cdp_session(window.pages[0])
        kept = {"origin": address, "storageTypes": "cookies,local_storage"}  # by the browser, for the next visitor
        devtools.send("Storage.clearDataForOrigin", kept)
        devtools.detach()


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens the Train page."""
    with visits(chromium, address, TrainPage) as open_page:
        yield open_page
