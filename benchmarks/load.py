"""How many visitors one process serves: `python benchmarks/load.py`.

Opens so many pages over the page's own WebSocket protocol, and one in a real Chromium. Some play all the time, and now
and then pause, scrub, change the learning rate, step and play again; the others stand still, and step now and then.
Printed are the frames that a playing visitor gets a second, the time from a press to its effect, errors, visitors who
saw a frame of somebody else's run, and the server's processor time and memory. The notebook's own loop is timed beside
it, as the yardstick of the machine. `--slower N` makes the server, but not the visitors, as slow as on a machine whose
processor needs N times as long.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from core import notebook_epoch
from frames import CHARTS, LONG_RUN, READ, WATCH, browse, choose_speed
from server import serve, server_of, slowed
from visitors import Condition, NoEffectError, Visitor, played_on, ran_again

FIRST_END = 20_000  # epochs of the first visitor's run; each has another number
PAUSE = (4.0, 7.0)  # seconds for which a visitor plays: at speed "auto", a run takes ten from its beginning
THINK = (1.0, 3.0)  # seconds that a visitor who plays looks at what a press did, before the next one
LOOK = (15.0, 45.0)  # seconds for which somebody who stands still looks, between two steps
RATE = 0.4


@dataclass
class Results:
    """Times in seconds, by what was pressed; rates in frames a second, per stretch of playing."""

    effects: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rates: list[float] = field(default_factory=list)
    failed: int = 0
    foreign: int = 0
    bytes: int = 0


def paused(finished: int) -> Condition:
    return lambda seen: seen.still and seen.finished > finished


def stands_at(epoch: int) -> Condition:
    return lambda seen: seen.still and seen.epoch == epoch


def drawn_again(stills: int) -> Condition:
    return lambda seen: seen.stills > stills


async def timed(results: Results, visitor: Visitor, name: str, press: Awaitable[None], effect: Condition) -> None:
    """Press, and wait for what can be seen of it."""
    start = time.perf_counter()
    await press
    try:
        await visitor.until(effect)
        results.effects[name].append(time.perf_counter() - start)
    except NoEffectError:
        results.failed += 1


async def watch(visitor: Visitor, seconds: float, results: Results) -> None:
    """Look at a playing page for a while."""
    before, start = visitor.seen.frames, time.perf_counter()
    await asyncio.sleep(seconds)
    results.rates.append((visitor.seen.frames - before) / (time.perf_counter() - start))


async def think(dice: random.Random) -> None:
    """Look at what the last press did."""
    await asyncio.sleep(dice.uniform(*THINK))


async def play(visitor: Visitor, until: float, dice: random.Random, results: Results) -> None:
    """Play, watch, pause, look at a past epoch, change the learning rate there, and play on."""
    rates, seen = [RATE, RATE / 2], visitor.seen
    await think(dice)  # or all would press Play at once
    while time.perf_counter() < until:
        await timed(results, visitor, "play", visitor.press("play"), played_on(seen.frames))
        await watch(visitor, dice.uniform(*PAUSE), results)
        await timed(results, visitor, "pause", visitor.press("play"), paused(seen.finished))
        await think(dice)
        past = seen.epoch // 10
        await timed(results, visitor, "scrub", visitor.scrub(past), stands_at(past))
        await think(dice)
        rates.reverse()
        change = visitor.run_script("learning_rate", double_value=rates[0])
        await timed(results, visitor, "learning rate", change, drawn_again(seen.stills))
        await think(dice)


async def stand(visitor: Visitor, until: float, dice: random.Random, results: Results) -> None:
    """Step now and then."""
    while time.perf_counter() < until:
        await asyncio.sleep(dice.uniform(*LOOK))
        await timed(results, visitor, "step", visitor.press("step"), stands_at(visitor.seen.epoch + 1))


async def visit(address: str, number: int, plays: bool, start: float, until: float, results: Results) -> None:
    """One visitor, from opening the page to leaving it. They arrive one after the other, before the start."""
    dice = random.Random(number)
    visitor = await Visitor.open(address, FIRST_END + number)
    listening = asyncio.create_task(visitor.listen())
    await timed(results, visitor, "open", visitor.run_script(), ran_again(0))
    await asyncio.sleep(max(0.0, start - time.perf_counter()))
    await (play if plays else stand)(visitor, until, dice, results)
    await visitor.close()
    await listening
    results.failed += visitor.errors
    results.foreign += visitor.foreign
    results.bytes += visitor.seen.bytes


async def crowd(address: str, playing: int, standing: int, arrive: float, seconds: float) -> Results:
    """All visitors; they have `arrive` seconds to come."""
    results, now = Results(), time.perf_counter()
    start = now + arrive
    async with asyncio.TaskGroup() as visits:
        for number in range(playing + standing):
            plays = number % (playing + standing) < playing
            visits.create_task(visit(address, number, plays, start, start + seconds, results))
            await asyncio.sleep(arrive / (playing + standing) / 2)
    return results


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def report(results: Results) -> None:
    if results.rates:
        low, middle = percentile(results.rates, 0.05), statistics.median(results.rates)
        print(f"frames a second of a playing visitor: median {middle:.1f}, 5 % have less than {low:.1f}")
    for press, times in results.effects.items():
        shares = "   ".join(f"p{100 * share:.0f} {1000 * percentile(times, share):.0f}" for share in (0.5, 0.95, 0.99))
        print(f"{press:>14} to effect, ms: {shares}   ({len(times)} times)")
    sent = results.bytes / 1e6
    print(f"errors: {results.failed}   frames of somebody else's run: {results.foreign}   {sent:.0f} MB sent")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--playing", type=int, default=30, help="visitors who play (default: %(default)s)")
    parser.add_argument("--standing", type=int, default=0, help="visitors who only step (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=40, help="how long (default: %(default)s)")
    parser.add_argument(
        "--slower", type=float, default=1.0, metavar="N", help="let the server take N times as long (default: 1)"
    )
    arguments = parser.parse_args()
    epoch = arguments.slower * notebook_epoch()
    visitors = arguments.playing + arguments.standing
    with serve() as address, browse(address + LONG_RUN) as page:
        server, arrive = server_of(address), 1.0 * visitors
        choose_speed(page, "10")  # or the run would end meanwhile
        before = server.cpu_times()
        # Visitors have a thread of their own: Playwright has an event loop in this one.
        with slowed(server, arguments.slower), ThreadPoolExecutor(1) as thread:
            page.evaluate("document.querySelector('.st-key-play button').click()")
            visits = crowd(address, arguments.playing, arguments.standing, arrive, arguments.seconds)
            crowded = thread.submit(asyncio.run, visits)
            page.wait_for_timeout(1_000 * arrive)
            page.evaluate(WATCH, CHARTS)
            results = crowded.result()
        seen = page.evaluate(READ)
        after, memory = server.cpu_times(), server.memory_info().rss
    processor = after.user + after.system - before.user - before.system
    print(f"{arguments.playing} play, {arguments.standing} stand still")
    print(f"a notebook epoch takes {1e6 * epoch:.0f} µs where the server runs")
    report(results)
    rate = min(seen["states"].values()) / seen["seconds"]
    print(f"frames a second in Chromium, with all of them: {rate:.1f}, blank {seen['blank']}")
    print(f"server: {processor:.0f} s of processor, {memory / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
