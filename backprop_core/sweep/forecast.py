"""How long a sweep will take, from a few of its epochs: a range, since nobody knows what else the machine will do.

Single epochs are timed, so that what interrupts one of them does not count for the thousands to come. How busy the
machine is, is found in two ways: by how often epochs were interrupted, which is known for a fifth of a second only, and
by the load of the last minute, which may be over. The range covers both.
"""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from backprop_core.sweep.block import Block, begin
from backprop_core.sweep.engine import SLICE_SECONDS
from backprop_core.sweep.grid import Grid, kind

MOST_PROBES = 24
BUDGET = 0.2  # seconds that timing may take; the first block is timed in any case
FEWEST_EPOCHS = 3  # timed of a block, should it have so many
CHUNK_SECONDS = 0.005  # of training, without interruptions: about as long as a core is left to one of many
FEWEST_CHUNKS = 3
MOST_ABOVE_LOAD = 3.0
USUAL = 0.25  # quantile of an epoch's times: one that nothing interrupts
MARGIN = 1.25  # later epochs are not quite like the first
LEAST = 0.1  # seconds that any sweep may take: slices have to be sent, and drawn
WORKER_START = 1.0  # seconds, at most once


class Estimate(NamedTuple):
    """Seconds: at least, and at most."""

    low: float
    high: float


@dataclass(frozen=True)
class Probe:
    """What was timed of a block, in seconds: drawing its weights, preparing a slice, and some epochs one by one."""

    draw: float
    prepare: float
    epochs: list[float]
    processor: float  # seconds that all these epochs had a core

    @property
    def epoch(self) -> float:
        """An epoch that nothing interrupts: neither other programs nor other threads of this one."""
        usual, own = float(np.quantile(self.epochs, USUAL)), self.processor / len(self.epochs)
        return min(usual, own) if own > 0 else usual

    def seconds(self, epochs: int) -> float:
        """How long a block takes that has so many epochs, if nothing interrupts it."""
        training = epochs * self.epoch
        slices = np.ceil(training / max(SLICE_SECONDS - self.prepare, self.epoch, 1e-9))
        return self.draw + float(slices) * self.prepare + training


def estimate(grid: Grid, workers: int = 1) -> Estimate:
    """How many seconds a grid will take on so many cores."""
    blocks = grid.blocks(workers)
    kinds = [kind(block.configs[0]) for block in blocks]
    probes = _probes(blocks, kinds)
    alike = [min(probes, key=lambda probe: (kinds[probe] != own, abs(probe - at))) for at, own in enumerate(kinds)]
    seconds = [
        probes[probe].seconds(block.until) * len(block.configs) / len(blocks[probe].configs)
        for block, probe in zip(blocks, alike, strict=True)
    ]
    least, most = _stretch(probes.values(), min(workers, len(blocks)))
    together = _together(seconds, workers)
    config = grid.config
    ends_early = config.stop_loss is not None or config.stop_accuracy is not None
    low = 0.0 if ends_early else together * least / MARGIN
    return Estimate(low, together * most * MARGIN + LEAST + (WORKER_START if workers > 1 else 0.0))


def _probes(blocks: list[Block], kinds: list[Any]) -> dict[int, Probe]:
    """Timings of some blocks, by their number: one of every kind, as far as the budget goes, spread over all."""
    firsts = [number for number, own in enumerate(kinds) if number == 0 or own != kinds[number - 1]]
    firsts = firsts[:: -(-len(firsts) // MOST_PROBES)]
    probes: dict[int, Probe] = {}
    start = time.perf_counter()
    for done, number in enumerate(_spread(firsts)):
        left = BUDGET - (time.perf_counter() - start)
        if probes and left <= 0:
            break
        probes[number] = _probe(blocks[number], left / (len(firsts) - done))
    return probes


def _spread(numbers: list[int]) -> list[int]:
    """The same numbers, in an order of which any beginning is spread over all: the first, the last, the middle, …"""
    if len(numbers) < 3:
        return numbers
    order, parts = [numbers[0], numbers[-1]], [numbers[1:-1]]
    while parts:
        part = parts.pop(0)
        if part:
            half = len(part) // 2
            order.append(part[half])
            parts += [part[:half], part[half + 1 :]]
    return order


def _probe(block: Block, patience: float) -> Probe:
    """Time a block's first epochs: as many as are possible in so many seconds, but at least a few."""
    clock = time.perf_counter
    with np.errstate(all="ignore"):
        start = clock()
        slice_ = begin(block)
        begun = clock()
        slice_ = begin(replace(block, state=slice_.trainer.state, records=slice_.records))
        now = prepared = clock()
        epochs: list[float] = []
        processor = time.thread_time()
        for epoch in range(1, block.until + 1):
            slice_.train(epoch)
            before, now = now, clock()
            epochs.append(now - before)
            if len(epochs) >= FEWEST_EPOCHS and now - start > patience:
                break
    prepare = min(prepared - begun, begun - start)
    return Probe(begun - start - prepare, prepare, epochs, time.thread_time() - processor)


def _together(seconds: Iterable[float], workers: int) -> float:
    """How long blocks take on so many workers, each of which takes the next one when it has finished."""
    free_at = [0.0] * workers
    for each in seconds:
        heapq.heapreplace(free_at, free_at[0] + each)
    return max(free_at)


def _stretch(probes: Iterable[Probe], workers: int) -> tuple[float, float]:
    """How many times longer than without interruption so many workers take, at least and at most.

    Other programs compete with every worker or, where the system shares cores by group, with all workers as with one.
    """
    cores = os.cpu_count() or 1
    sharing = min(workers, cores)
    company = (sharing - 1) / cores  # the probes had a core that other workers may now want
    usual, mean = _interrupted(list(probes))
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        load = (usual - 1) * cores
    loaded, alone = (max(1.0, (load + number) / cores) for number in (sharing, 1))
    usual = min(usual, MOST_ABOVE_LOAD * alone)  # beyond, it was this process's other threads
    as_one = 1 + (max(usual, alone) - 1) * sharing
    return min(mean + company, loaded), max(usual + company, loaded, as_one)


def _interrupted(probes: list[Probe]) -> tuple[float, float]:
    """How many times longer than without interruption epochs took, at least 1: as a rule, and on average.

    A machine that is busy is so all the time; a single interruption, however long, is in one of the chunks of which the
    median is taken, but counts in the average. From few chunks nothing can be told as a rule.
    """
    chunks = []
    took = undisturbed = 0.0
    for probe in probes:
        for seconds in probe.epochs:
            took, undisturbed = took + seconds, undisturbed + probe.epoch
            if undisturbed >= CHUNK_SECONDS:
                chunks.append(took / undisturbed)
                took = undisturbed = 0.0
    usual = max(1.0, float(np.median(chunks))) if len(chunks) >= FEWEST_CHUNKS else 1.0
    took = sum(sum(probe.epochs) for probe in probes)
    mean = took / max(sum(len(probe.epochs) * probe.epoch for probe in probes), 1e-9)  # a coarse clock may say 0
    return usual, max(1.0, mean)
