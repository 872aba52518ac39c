"""Blocks: runs of the same shape that are trained together along the run axis, one time slice after another.

A block is an immutable value: `train` takes one and returns the next. A slice can therefore be trained in this process,
in another one or on another machine, and a lost slice is simply trained again. Every run in a block has exactly the
bits of a `Run` trained alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.nn.network import Network
from backprop_core.settings.arguments import numbers_of
from backprop_core.settings.config import Config
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError
from backprop_core.training.history import State
from backprop_core.training.problem import UserRows, data_for, network_for, start_weights
from backprop_core.training.trainer import Trainer, empty_slots

MARKS = 64  # points of a loss curve

# Results of a run. loss, score (accuracy or R²), test_loss: after `epochs` epochs, the last with finite numbers; score
# and test_loss are measured only when a slice or a run ends, and are NaN for a run that diverged.
# unsolved: the last epoch after which the run was not solved, -1 if there is none. diverged: the epoch whose numbers
# were no longer finite, 0 if there is none. goal_met: whether a stop condition is met. curve: the loss at
# `marks(epochs)`.
RECORD = np.dtype(
    [
        ("running", bool),
        ("epochs", int),
        ("loss", float),
        ("score", float),
        ("test_loss", float),
        ("unsolved", int),
        ("diverged", int),
        ("goal_met", bool),
        ("curve", float, MARKS),
    ],
    align=True,
)


@dataclass(frozen=True)
class Solved:
    """When a run counts as solved: if its training score (accuracy, R²) is at least `score`, or its loss below `loss`.

    Raises ConfigError for anything but numbers or None.
    """

    score: float | None = 1.0
    loss: float | None = None

    def __post_init__(self) -> None:
        for value in (self.score, self.loss):
            if value is not None and numbers_of(value, "solved", "A score or a loss must be a number").ndim:
                raise ConfigError("solved", f"A score or a loss must be a number, not {short_repr(value)}.")


@dataclass(frozen=True, eq=False)
class Block:
    """Runs, all at the same epoch, that differ only in settings that can be trained together (`trainer.TOGETHER`).

    places : (R,), flat index of each run in the sweep's grid
    records : (R,) of RECORD
    state : memory (1 + slots, R, P), and the number of updates; None before the first slice
    """

    configs: tuple[Config, ...]
    places: Array
    records: Array
    solved: Solved
    state: State | None = None
    epoch: int = 0
    user_rows: UserRows | None = None

    @property
    def until(self) -> int:
        """The epoch at which training ends."""
        return self.configs[0].epochs


def blank(runs: int) -> Array:
    """Records (runs,) of runs that have not started."""
    records = np.zeros(runs, RECORD)
    records["running"], records["unsolved"] = True, -1
    for name in ("loss", "score", "test_loss", "curve"):
        records[name] = np.nan
    return records


def marks(epochs: int) -> Array:
    """The epochs, at most MARKS, at which the loss curve is recorded: dense at first, then evenly spaced."""
    early, even = np.geomspace(1, epochs, MARKS // 3), np.linspace(0, epochs, MARKS - MARKS // 3)
    return np.unique(np.concatenate([early, even]).round().astype(int))


def bytes_per_run(network: Network, rows: int, slots: int) -> int:
    """An estimate of the memory, in bytes, for training one run."""
    activations = 4 * rows * sum(units + 1 for units in network.sizes[1:])
    return 8 * (activations + (6 + 2 * slots) * network.parameters)


def train(block: Block, patience: float) -> Block:
    """The block after further training: to its end, or for about `patience` seconds, but for at least one epoch."""
    start = time.perf_counter()
    with np.errstate(all="ignore"):
        slice_ = begin(block)
        epoch = block.epoch
        while epoch < block.until and slice_.running.any():
            epoch += 1
            slice_.train(epoch)
            if time.perf_counter() - start > patience:
                break
        slice_.measure(slice_.running)
    if epoch == block.until:
        slice_.running[:] = False
    return replace(block, records=slice_.records, state=slice_.trainer.state, epoch=epoch)


def begin(block: Block) -> Slice:
    """A Slice that continues a block, epoch by epoch. The caller must suppress NumPy's overflow warnings."""
    config = block.configs[0]
    data = data_for(config, block.user_rows)
    network = network_for(config, data)
    return Slice(block, Trainer(network, data, block.configs, _state(block, network)))


def rest(block: Block) -> Block | None:
    """The block without its finished runs; None if all runs are finished."""
    keep = np.flatnonzero(block.records["running"])
    if not len(keep):
        return None
    state = block.state and State(block.state.memory[:, keep], block.state.updates)
    configs = tuple(block.configs[number] for number in keep)
    return replace(block, configs=configs, places=block.places[keep], records=block.records[keep], state=state)


def _state(block: Block, network: Network) -> State:
    """A copy of the block's state, or a new one with drawn weights if the block has not started."""
    if block.state is not None:
        return block.state.copy()
    drawn = {(config.init, config.seed): config for config in block.configs}
    thetas = {key: network.pack(start_weights(config, network)) for key, config in drawn.items()}
    return empty_slots(block.configs[0], np.stack([thetas[config.init, config.seed] for config in block.configs]))


class Slice:
    """A block while it is being trained: its trainer, and copies of its records, which are updated."""

    def __init__(self, block: Block, trainer: Trainer) -> None:
        self.trainer, self.solved, self.config = trainer, block.solved, block.configs[0]
        self.records = block.records.copy()
        self.running = self.records["running"]
        self.column = {int(mark): column for column, mark in enumerate(marks(block.until))}
        if block.epoch == 0:
            self._record(0, trainer.full.loss())
            self.records["goal_met"] = trainer.meets_goal(trainer.full.loss())

    def train(self, epoch: int) -> None:
        """Train one epoch; `epoch` is its number, from 1."""
        loss = self.trainer.epoch(epoch - 1)
        if not np.isfinite(loss.sum() + self.trainer.memory.sum()):  # cheaper than checking every run
            self._diverge(epoch, loss)
        self._record(epoch, loss)
        if self.trainer.has_goal:
            met = self.trainer.meets_goal(loss)
            ends = met & ~self.records["goal_met"] & self.running
            np.copyto(self.records["goal_met"], met, where=self.running)
            self.measure(ends)
            self.running &= ~ends

    def measure(self, which: Array) -> None:
        """Record scores and test losses of the runs selected by the mask `which` (R,)."""
        if which.any():
            self.records["score"][which] = self.trainer.score()[which]
            for test_loss in self.trainer.test_losses():
                self.records["test_loss"][which] = test_loss[which]

    def _record(self, epoch: int, loss: Array) -> None:
        records, running = self.records, self.running
        np.copyto(records["loss"], loss, where=running)
        np.copyto(records["epochs"], epoch, where=running)
        np.copyto(
            records["unsolved"], epoch, where=running & ~self.trainer.meets(self.solved.score, self.solved.loss, loss)
        )
        if epoch in self.column:
            np.copyto(records["curve"][:, self.column[epoch]], loss, where=running)

    def _diverge(self, epoch: int, loss: Array) -> None:
        """End the runs whose numbers are no longer finite, and set their weights to zero so that they stay finite."""
        lost = ~self.trainer.is_finite(loss)
        fresh = lost & self.running
        self.records["diverged"][fresh] = self.records["unsolved"][fresh] = epoch
        self.records["score"][fresh] = self.records["test_loss"][fresh] = np.nan  # clear values from an earlier slice
        self.running &= ~lost
        self.trainer.memory[:, lost] = 0.0
        self.trainer.full.forward()
