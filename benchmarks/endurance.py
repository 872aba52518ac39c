"""Whether the server gives everything back: `python benchmarks/endurance.py`.

Three visits after each other: one run of very many epochs is watched to its end; presets are opened one after another,
each of them played for a moment; sessions are opened, played and closed while others play all the time. Printed are the
server's memory at its peak and after each (also after glibc was told to give back what is free), and what is kept once
everybody has gone: sessions, runs, threads. It ends with an error if that grows, or if the memory at the end is more
than 20 % above that at the beginning.

Streamlit keeps the session of a closed page for `server.disconnectedSessionTTL` seconds, in case its visitor comes
back, and forgets it when the next visitor leaves after that. Here the time is two seconds instead of 120.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from server import ROOT, await_answer, free_port
from visitors import Condition, Visitor, played_on, ran_again, visiting

sys.path.insert(0, str(ROOT))

from backprop_core.training import PRESETS

KEPT_SECONDS = 2
ALLOWED = 1.2  # times the memory at the beginning
AT_ONCE = 10  # sessions that are opened together
PLAYING = 3  # visitors who play meanwhile
COUNTED = ("AppSession", "Session", "Run", "ScriptRunner")


def serve(port: int, report: Path) -> None:
    """The app; asked by SIGUSR1, it collects garbage and writes down what it keeps."""
    from streamlit.web.cli import main

    def answer(_: int, __: FrameType | None) -> None:
        gc.collect()
        kept = Counter(type(each).__name__ for each in gc.get_objects())
        memory = psutil.Process().memory_info().rss
        with suppress(OSError, AttributeError):  # only glibc holds back what was freed
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        trimmed = psutil.Process().memory_info().rss
        counts = {name: kept[name] for name in COUNTED} | {"threads": threading.active_count()}
        unfinished = report.with_suffix(".part")
        unfinished.write_text(json.dumps({"counts": counts, "memory": memory, "trimmed": trimmed}))
        unfinished.rename(report)

    signal.signal(signal.SIGUSR1, answer)
    options = [f"--server.port={port}", f"--server.disconnectedSessionTTL={KEPT_SECONDS}"]
    main(["run", "app.py", "--server.headless=true", "--server.address=127.0.0.1", *options])


@dataclass
class Server:
    """The running server, seen from outside."""

    address: str
    process: psutil.Process
    report: Path
    peak: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Note the highest memory, until stopped."""
        while not self.stopped.wait(0.1):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def kept(self) -> dict[str, Any]:
        """What the server keeps, by its own account."""
        self.report.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        while not self.report.exists():
            time.sleep(0.1)
        answer: dict[str, Any] = json.loads(self.report.read_text())
        return answer


@contextmanager
def served() -> Iterator[Server]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "kept.json"
        command = [sys.executable, __file__, "--serve", str(port), str(report)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        server = Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid), report)
        watching = threading.Thread(target=server.watch)
        try:
            await_answer(server.address)
            watching.start()
            yield server
        finally:
            server.stopped.set()
            watching.join()
            process.terminate()
            process.wait()


async def more_frames(visitor: Visitor, count: int = 3) -> None:
    await visitor.until(played_on(visitor.seen.frames + count - 1))


def shows_more_than(epoch: int) -> Condition:
    return lambda seen: seen.epoch > epoch


async def watch_long(server: Server, epochs: int) -> None:
    """Watch a run to its end."""
    async with visiting(server.address, epochs) as visitor:
        await visitor.press("play")
        while visitor.seen.epoch < epochs:
            await visitor.until(shows_more_than(visitor.seen.epoch))


async def open_presets(server: Server, count: int) -> None:
    """Open presets one after another in one session, and play each for a moment."""
    labels = [preset.label for preset in PRESETS.values()]
    async with visiting(server.address, 1_000) as visitor:
        for number in range(count):
            again = ran_again(visitor.seen.finished)
            await visitor.run_script("preset", string_value=labels[number % len(labels)])
            await visitor.until(again)
            await visitor.press("play")
            await more_frames(visitor)


async def come_and_go(server: Server, sessions: int) -> None:
    """Open sessions, play and close them, a few at once, while others play all the time."""

    async def stay(done: asyncio.Event) -> None:
        async with visiting(server.address, 900_000) as visitor:
            await visitor.press("play")
            while not done.is_set():
                await more_frames(visitor)

    async def pass_by(number: int, places: asyncio.Semaphore) -> None:
        async with places, visiting(server.address, 10_000 + number) as visitor:
            await visitor.press("play")
            await more_frames(visitor)

    done, places = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as others:
        for _ in range(PLAYING):
            others.create_task(stay(done))
        async with asyncio.TaskGroup() as passing:
            for number in range(sessions):
                passing.create_task(pass_by(number, places))
        done.set()


async def begin(server: Server) -> None:
    """Use everything once, so that what is loaded when it is first used counts as there from the beginning."""
    await open_presets(server, len(PRESETS))
    await come_and_go(server, AT_ONCE)


async def leave_empty(server: Server) -> None:
    """Let Streamlit forget those who have gone: it does when the next one leaves."""
    for _ in range(2):
        await asyncio.sleep(KEPT_SECONDS + 1)
        async with visiting(server.address, 500):
            pass
    await asyncio.sleep(KEPT_SECONDS + 1)


def megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MB"


def stage(server: Server, name: str, visit: Awaitable[None]) -> dict[str, Any]:
    """Let a visit happen, then everybody leave; print what it took and what is kept."""
    start, server.peak = time.perf_counter(), 0

    async def visit_and_leave() -> None:
        await visit
        await leave_empty(server)

    asyncio.run(visit_and_leave())
    kept = server.kept()
    print(
        f"{name:>24}: peak {megabytes(server.peak)}, after it {megabytes(kept['memory'])}, "
        f"trimmed {megabytes(kept['trimmed'])}   {kept['counts']}   {time.perf_counter() - start:.0f} s",
        flush=True,
    )
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--epochs", type=int, default=1_000_000, help="of the run that is watched (default: %(default)s)"
    )
    parser.add_argument("--presets", type=int, default=500, help="opened one after another (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=200, help="opened and closed (default: %(default)s)")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(int(arguments.serve[0]), Path(arguments.serve[1]))
        return
    with served() as server:
        before = stage(server, "everything used once", begin(server))
        stage(server, f"{arguments.epochs:,} epochs watched", watch_long(server, arguments.epochs))
        stage(server, f"{arguments.presets} presets", open_presets(server, arguments.presets))
        after = stage(server, f"{arguments.sessions} sessions", come_and_go(server, arguments.sessions))
    growth = after["memory"] / before["memory"]
    more = {name: count for name, count in after["counts"].items() if count > before["counts"][name]}
    print(f"memory at the end: {growth:.2f} of that at the beginning; kept beyond it: {more or 'nothing'}")
    if growth > ALLOWED or more:
        sys.exit(1)


if __name__ == "__main__":
    main()
