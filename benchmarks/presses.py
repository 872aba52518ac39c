"""What opening the page and a press cost the server: `python benchmarks/presses.py [--checkout FOLDER]`.

Visitors speak the page's own WebSocket protocol. Printed is the server's processor time for each, for this checkout and
for another one if its folder is given, with the notebook's own loop beside it as the yardstick of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psutil
from core import notebook_epoch
from server import ROOT, serve, server_of
from visitors import Visitor, ran_again, visiting

EPOCHS = 20_000
WARM_UP = 3

Cost = Callable[[], float]


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

    async with AsyncExitStack() as visits:
        opened = await cost_of(
            lambda: visits.enter_async_context(visiting(address, EPOCHS)), max(times // 4, 1), processor
        )
        visitor = await visits.enter_async_context(visiting(address, EPOCHS))
        return {"open": opened, **await press_costs(visitor, times, processor)}


async def press_costs(visitor: Visitor, times: int, processor: Cost) -> dict[str, float]:
    """Seconds of processor for presses, by what was pressed."""

    async def pressed(press: Callable[[], Awaitable[None]]) -> None:
        before = visitor.seen.finished
        await press()
        await visitor.until(ran_again(before))

    numbers = itertools.count(1)
    presses: dict[str, Callable[[], Awaitable[None]]] = {
        "step": lambda: visitor.press("step"),
        "scrub": lambda: visitor.scrub(next(numbers)),
        "learning rate": lambda: visitor.run_script("learning_rate", double_value=1 + next(numbers) / 1_000),
    }
    return {name: await cost_of(partial(pressed, press), times, processor) for name, press in presses.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", type=Path, help="folder of another checkout, to be measured too")
    parser.add_argument("--times", type=int, default=60, help="presses of each kind (default: %(default)s)")
    arguments = parser.parse_args()
    epoch = notebook_epoch()
    print(f"a notebook epoch takes {1e6 * epoch:.0f} µs of processor")
    for folder in filter(None, (ROOT, arguments.checkout)):
        with serve(folder) as address:
            results = asyncio.run(costs(address, server_of(address), arguments.times))
        said = [f"{name} {1e3 * cost:.0f} ms ({cost / epoch:,.0f} notebook epochs)" for name, cost in results.items()]
        print(f"{'this checkout' if folder == ROOT else 'the other one'}: {', '.join(said)}")


if __name__ == "__main__":
    main()
