"""Two replicas behind the nginx of `deploy/`: a visitor stays with one, and finds the same run on the other."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.patience import PATIENCE

from browser.conftest import ROOT, answers, free_port, visits
from browser.train_page import TrainPage

pytestmark = pytest.mark.browser

DEPLOY = ROOT / "deploy"
VISIT = re.compile(r"^\S+ (?P<visitor>[0-9a-f]{32}) (?P<replica>\S+) \d{3} ", re.MULTILINE)

WEIGHTS = """() => document.querySelector(".st-key-weights .js-plotly-plot")._fullData
  .map(({ z }) => z && Array.from(z, (row) => Array.from(row)))"""


class Servers:
    """nginx with the configuration of `deploy/`, and two replicas with the settings there."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self._log = folder / "visits.log"
        home = folder / "home"
        (home / ".streamlit").mkdir(parents=True)
        shutil.copy(DEPLOY / "streamlit.toml", home / ".streamlit" / "config.toml")
        environment = os.environ | {"HOME": str(home), "STREAMLIT_SERVER_COOKIE_SECRET": "the same for both"}
        environment["STREAMLIT_BROWSER_SERVER_ADDRESS"] = "127.0.0.1"
        self.replicas = {}
        for name in ("one", "two"):
            replica = f"127.0.0.1:{free_port()}"
            host, port = replica.split(":")
            command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.address={host}"]
            self.replicas[replica] = self._start([*command, f"--server.port={port}"], folder / name, stack, environment)
        config = folder / "nginx.conf"
        config.write_text(self._nginx(list(self.replicas)))
        self._start(
            ["nginx", "-p", str(folder), "-c", str(config), "-g", "daemon off;"], folder / "nginx", stack, environment
        )
        for address in (*(f"http://{replica}" for replica in self.replicas), self.address):
            self._await(address)

    def _nginx(self, replicas: list[str]) -> str:
        """The configuration with addresses on this machine instead of those between containers."""
        text = (DEPLOY / "nginx.conf").read_text()
        changes = {
            "server one:8501": f"server {replicas[0]}",
            "server two:8501": f"server {replicas[1]}",
            "listen 8080": f"listen {self.address.removeprefix('http://')}",
            "access_log /dev/stdout": f"access_log {self._log}",
        }
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    @staticmethod
    def _start(command: list[str], log: Path, stack: ExitStack, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        output = stack.enter_context(log.open("w"))
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        return process

    @staticmethod
    def _await(address: str) -> None:
        until = time.monotonic() + PATIENCE
        while not answers(address):
            assert time.monotonic() < until, address
            time.sleep(0.05)  # a server that does not listen yet cannot be awaited

    def visits(self) -> dict[str, set[str]]:
        """The replicas that answered each visitor."""
        replicas = defaultdict(set)
        for visit in VISIT.finditer(self._log.read_text()):
            replicas[visit["visitor"]].add(visit["replica"])
        return dict(replicas)


@pytest.fixture
def servers(tmp_path: Path, chromium: Browser) -> Iterator[Servers]:
    if not shutil.which("nginx"):
        reason = "no nginx on the path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with ExitStack() as stack:
        yield Servers(tmp_path, stack)


def test_a_visitor_stays_with_a_replica_and_finds_the_run_on_the_other(servers: Servers, chromium: Browser) -> None:
    for _ in range(40):
        urllib.request.urlopen(f"{servers.address}/_stcore/health").close()
    assert set.union(*servers.visits().values()) == set(servers.replicas), "visitors are spread over the replicas"

    with visits(chromium, servers.address, TrainPage) as open_page:
        page = open_page(query="?dataset=moons&hidden=4&epoch=50")
        page.press("step")
        page.wait_epoch("=== 51")
        page.open("?dataset=moons&hidden=4&learning_rate=0.3&epoch=80")
        cookies = {cookie["name"]: cookie for cookie in page.page.context.cookies()}
        visitor = cookies["replica"]["value"]
        (replica,) = servers.visits()[visitor]
        assert cookies["replica"]["httpOnly"]

        page.press("step")
        page.wait_epoch("=== 81")
        page.rest()
        weights = page.page.evaluate(WEIGHTS)
        link = page.page.url
        assert "epoch=81" in link
        page.check()
        servers.replicas[replica].kill()
        servers.replicas[replica].wait()

        page.open(link.partition(servers.address + "/")[2])
        assert page.epoch == 81
        assert page.page.evaluate(WEIGHTS) == weights
        assert servers.visits()[visitor] == set(servers.replicas)
        page.complaints.clear()  # that the connection was lost


@pytest.mark.parametrize(
    ("method", "path", "size", "status"),
    [("GET", "/_stcore/agent/openapi.json", 0, 404), ("PUT", "/_stcore/upload_file/a/b", 18_000_000, 413)],
)
def test_what_a_public_server_refuses(servers: Servers, method: str, path: str, size: int, status: int) -> None:
    with closing(HTTPConnection(servers.address.removeprefix("http://"))) as connection:
        connection.request(method, path, headers={"Content-Length": str(size)})
        answer = connection.getresponse()
        assert answer.status == status
        assert answer.headers["Server"] == "nginx", "its version is nobody's business"
