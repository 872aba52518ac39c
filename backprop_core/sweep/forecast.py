"""How long a sweep will take, estimated from a few of its epochs: a range, because the machine's load is unknown.

Epochs are timed one by one, so that an interruption of one of them is not extrapolated to all epochs. The load of the
machine is estimated in two ways: from how often epochs were interrupted, which covers only a fifth of a second, and
from the load average of the last minute, which may be out of date. The range covers both.
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
BUDGET = 0.2  # seconds for timing; the first block is timed even if it takes longer
FEWEST_EPOCHS = 3  # epochs of a block that are timed at least, if it has that many
CHUNK_SECONDS = 0.005  # of uninterrupted training: about the time slice of a process on a shared core
FEWEST_CHUNKS = 3
MOST_ABOVE_LOAD = 3.0
USUAL = 0.25  # quantile of the epoch times that counts as uninterrupted
MARGIN = 1.25  # later epochs may be faster or slower than the first
LEAST = 0.1  # seconds that any sweep may need for sending slices and displaying results
WORKER_START = 1.0  # seconds for starting workers, at most once


class Estimate(NamedTuple):
    """The shortest and the longest time expected, in seconds."""

    low: float
    high: float


@dataclass(frozen=True)
class Probe:
    """Timings of a block, in seconds: drawing its weights, preparing a slice, and some epochs one by one."""

    draw: float
    prepare: float
    epochs: list[float]
    processor: float  # processor time of all these epochs

    @property
    def epoch(self) -> float:
        """Seconds of an epoch that neither other programs nor other threads of this process interrupt."""
        usual, own = float(np.quantile(self.epochs, USUAL)), self.processor / len(self.epochs)
        return min(usual, own) if own > 0 else usual

    def seconds(self, epochs: int) -> float:
        """Seconds that a block with this many epochs takes, without interruptions."""
        training = epochs * self.epoch
        slices = np.ceil(training / max(SLICE_SECONDS - self.prepare, self.epoch, 1e-9))
        return self.draw + float(slices) * self.prepare + training


def estimate(grid: Grid, workers: int = 1) -> Estimate:
    """How many seconds a grid will take with this many workers."""
    blocks = grid.blocks(workers)
    kinds = [kind(block.configs[0]) for block in blocks]
    probes = _probes(blocks, kinds)
    nearest = [
        min(probes, key=lambda probe: (kinds[probe] != block_kind, abs(probe - number)))
        for number, block_kind in enumerate(kinds)
    ]
    seconds = [
        probes[probe].seconds(block.until) * len(block.configs) / len(blocks[probe].configs)
        for block, probe in zip(blocks, nearest, strict=True)
    ]
    least, most = _stretch(probes.values(), min(workers, len(blocks)))
    together = _together(seconds, workers)
    config = grid.config
    ends_early = config.stop_loss is not None or config.stop_accuracy is not None
    low = 0.0 if ends_early else together * least / MARGIN
    return Estimate(low, together * most * MARGIN + LEAST + (WORKER_START if workers > 1 else 0.0))


def _probes(blocks: list[Block], kinds: list[Any]) -> dict[int, Probe]:
    """Timings of some blocks, by block number: one of each kind, evenly spread, as many as the budget allows."""
    firsts = [number for number, block_kind in enumerate(kinds) if number == 0 or block_kind != kinds[number - 1]]
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
    """The same numbers, reordered so that any first few are spread over all: first, last, middle, …"""
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
    """Time a block's first epochs: as many as fit into `patience` seconds, but at least FEWEST_EPOCHS."""
    clock = time.perf_counter
    with np.errstate(all="ignore"):
        start = clock()
        slice_ = begin(block)
        drawn = clock()
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
    prepare = min(prepared - drawn, drawn - start)
    return Probe(drawn - start - prepare, prepare, epochs, time.thread_time() - processor)


def _together(seconds: Iterable[float], workers: int) -> float:
    """Total time of blocks on several workers, each of which takes the next block when it has finished one."""
    free_at = [0.0] * workers
    for block_seconds in seconds:
        heapq.heapreplace(free_at, free_at[0] + block_seconds)
    return max(free_at)


def _stretch(probes: Iterable[Probe], workers: int) -> tuple[float, float]:
    """By what factor interruptions slow down this many workers, at least and at most.

    Other programs compete with each worker or, if the system divides processor time by group, with all workers as if
    they were one.
    """
    cores = os.cpu_count() or 1
    sharing = min(workers, cores)
    other_workers = (sharing - 1) / cores  # they may compete for the core that the probes had to themselves
    usual, mean = _interrupted(list(probes))
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):  # not available on Windows
        load = (usual - 1) * cores
    loaded, alone = (max(1.0, (load + number) / cores) for number in (sharing, 1))
    usual = min(usual, MOST_ABOVE_LOAD * alone)  # anything above was caused by other threads of this process
    as_one = 1 + (max(usual, alone) - 1) * sharing
    return min(mean + other_workers, loaded), max(usual + other_workers, loaded, as_one)


def _interrupted(probes: list[Probe]) -> tuple[float, float]:
    """By what factor interruptions slowed down the timed epochs, at least 1: typically (median), and on average.

    On a busy machine, most chunks of epochs are slowed down. A single interruption, however long, affects only one
    chunk, so it changes the average but not the median. With too few chunks, the median is not meaningful and 1 is
    returned.
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
    mean = took / max(sum(len(probe.epochs) * probe.epoch for probe in probes), 1e-9)  # a coarse clock may measure 0
    return usual, max(1.0, mean)
