"""What opening the page and a press cost the server: `python benchmarks/presses.py [--checkout FOLDER]`.

Visitors speak the page's own WebSocket protocol. Printed is the server's processor time for each, for this checkout and
for another one if its folder is given, with the notebook's own loop beside it as the yardstick of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import psutil
from core import notebook
from frames import ROOT, serve
from load import server_of
from visitors import Visitor

EPOCHS = 20_000
WARM_UP = 3

Cost = Callable[[], float]


async def opened(address: str) -> tuple[Visitor, asyncio.Task[None]]:
    """A visitor whose page is drawn, and the task that reads what the server sends."""
    visitor = await Visitor.open(address, EPOCHS)
    listening = asyncio.create_task(visitor.listen())
    await visitor.run_script()
    await visitor.until(lambda seen: seen.finished > 0)
    return visitor, listening


async def cost_of(what: Callable[[], Awaitable[object]], times: int, processor: Cost) -> float:
    """Seconds of processor for doing something once, on average."""
    for _ in range(WARM_UP):
        await what()
    start = processor()
    for _ in range(times):
        await what()
    return (processor() - start) / times


async def costs(address: str, server: psutil.Process, times: int) -> dict[str, float]:
    """Seconds of processor, by what was done."""

    def processor() -> float:
        spent = server.cpu_times()
        return spent.user + spent.system

    visits = list[tuple[Visitor, asyncio.Task[None]]]()

    async def open_page() -> None:
        visits.append(await opened(address))

    results = {"open": await cost_of(open_page, max(times // 4, 1), processor)}
    visitor = visits[-1][0]

    async def pressed(press: Callable[[], Awaitable[None]]) -> None:
        before = visitor.seen.finished
        await press()
        await visitor.until(lambda seen: seen.finished > before)

    numbers = itertools.count(1)
    presses: dict[str, Callable[[], Awaitable[None]]] = {
        "step": lambda: visitor.press("step"),
        "scrub": lambda: visitor.scrub(next(numbers)),
        "learning rate": lambda: visitor.run_script("learning_rate", double_value=1 + next(numbers) / 1_000),
    }
    for name, press in presses.items():
        results[name] = await cost_of(partial(pressed, press), times, processor)
    for other, listening in visits:
        await other.close()
        listening.cancel()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", type=Path, help="folder of another checkout, to be measured too")
    parser.add_argument("--times", type=int, default=60, help="presses of each kind (default: %(default)s)")
    arguments = parser.parse_args()
    train, epochs = notebook(), 5_000
    started = time.process_time()
    train(epochs)
    epoch = (time.process_time() - started) / epochs
    print(f"a notebook epoch takes {1e6 * epoch:.0f} µs of processor")
    for folder in filter(None, (ROOT, arguments.checkout)):
        with serve(folder) as address:
            results = asyncio.run(costs(address, server_of(address), arguments.times))
        said = [f"{name} {1e3 * cost:.0f} ms ({cost / epoch:,.0f} notebook epochs)" for name, cost in results.items()]
        print(f"{'this checkout' if folder == ROOT else 'the other one'}: {', '.join(said)}")


if __name__ == "__main__":
    main()
