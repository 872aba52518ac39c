"""The running app, for benchmarks that visit it: on a free port of this machine, in a process of its own."""

from __future__ import annotations

import multiprocessing
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0  # seconds for it to start
STRETCH = 0.005  # seconds for which a server that is slowed down runs at a time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_answer(address: str) -> None:
    """Wait until the app answers; TimeoutError if it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
            return
        time.sleep(0.1)
    raise TimeoutError(address)


@contextmanager
def serve(folder: Path = ROOT) -> Iterator[str]:
    """Run the app of a checkout; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    server = subprocess.Popen([*command, "--server.address=127.0.0.1"], cwd=folder, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        await_answer(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def server_of(address: str) -> psutil.Process:
    """The process that serves an address."""
    port = int(address.rsplit(":", 1)[1])
    (server,) = (
        process
        for process in psutil.Process().children(recursive=True)
        if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in process.net_connections())
    )
    return server


@contextmanager
def slowed(server: psutil.Process, factor: float) -> Iterator[None]:
    """Let everything that a process computes take so many times as long: for most of the time, it is stopped."""
    if factor <= 1.0:
        yield
        return
    # A process of its own, not a thread: it would have to wait for the others of this one.
    brake = multiprocessing.get_context("spawn").Process(target=_stop_and_go, args=(server.pid, factor), daemon=True)
    brake.start()
    try:
        yield
    finally:
        brake.terminate()
        brake.join()
        server.resume()


def _stop_and_go(pid: int, factor: float) -> None:
    process = psutil.Process(pid)
    while True:
        start = time.perf_counter()
        time.sleep(STRETCH)
        process.suspend()
        time.sleep((factor - 1.0) * (time.perf_counter() - start))
        process.resume()
