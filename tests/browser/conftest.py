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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from support.patience import PATIENCE

from browser.train_page import TrainPage

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--mute-audio"]
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
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as installed on the machine, or as Playwright brings it. Where tests must run, its absence fails."""
    found = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
    if not Path(found).exists():
        reason = f"no browser: none of {', '.join(BROWSERS)} on the path, none by `playwright install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu", *QUIET])
    yield browser
    browser.close()


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
    with ExitStack() as contexts:

        def open_page(width: int = 1400, height: int = 1000, *, dark: bool = False, query: str = "") -> Kind:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            opened.append(kind(context.new_page(), address, query))
            return opened[-1]

        yield open_page
        for page in opened:
            page.check()


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens the Train page."""
    with visits(chromium, address, TrainPage) as open_page:
        yield open_page
