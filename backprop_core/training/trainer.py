"""One epoch of training: an update for each mini-batch of the shuffled rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import multiply, subtract

from backprop_core.data.metrics import score
from backprop_core.data.rows import Data
from backprop_core.nn.activations import Array
from backprop_core.nn.network import Network, Pass
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES, Hyper
from backprop_core.settings.config import Config
from backprop_core.training.history import State

# Settings in which networks trained together may differ: their values enter the computation as one number per network.
TOGETHER = frozenset({"init", "seed", "train_biases", "learning_rate", "l1", "l2", *Hyper._fields})


class Trainer:
    """Trains a state in place: one network, or many at once that differ only in their `TOGETHER` settings.

    Parameters
    ----------
    config : Config, or one for each network along the run axis of the state

    Between epochs, `full` holds the forward pass of the newest parameters over all training rows. With full batches
    this is also the next update's forward pass, so that an epoch needs only one. `change` (..., P) is what the last
    update subtracted from the parameters.
    """

    def __init__(self, network: Network, data: Data, config: Config | Sequence[Config], state: State) -> None:
        self.network, self.data = network, data
        self.memory, self.updates = state.memory, state.updates
        self.theta, self.slots = state.theta, list(state.memory[1:])
        self._configs = () if isinstance(config, Config) else tuple(config)
        self.config = config = config if isinstance(config, Config) else config[0]
        self.rows = len(data.X)
        self._X, self._y = np.ascontiguousarray(data.expand(data.X)), np.ascontiguousarray(data.y)
        self.batch_size = min(config.batch_size or self.rows, self.rows)
        self._full_batch, self._scheduled = self.batch_size == self.rows, config.schedule != "constant"
        self.full = self._pass(self.rows)
        self.full.load(self._X.T, self._y.T)
        self.has_test = len(data.X_test) > 0
        self._test = Pass(network, self.theta, len(data.X_test))
        if self.has_test:
            self._test.load(data.expand(data.X_test).T, data.y_test.T)
        self._batch_passes: dict[int, Pass] = {self.rows: self.full}
        self._direction = OPTIMIZERS[config.optimizer].direction
        self._hyper = Hyper(*(self._each(name) for name in Hyper._fields))
        trained = self._each("train_biases")
        self._trained = np.array(1.0) if trained is True else np.where(trained, 1.0, network.is_weight)
        self._rate = self._each("learning_rate")
        self._rates, self.change = np.asarray(self._rate * self._trained), np.empty_like(self.theta)
        self.full.forward()

    @property
    def state(self) -> State:
        """The state being trained; its memory is shared and changes with further training."""
        return State(self.memory, self.updates)

    @property
    def batches(self) -> int:
        """Number of updates per epoch."""
        return -(-self.rows // self.batch_size)

    def order(self, epoch: int) -> Array:
        """The order of the rows in one epoch, (N,) or (R, N). It depends only on the seed and the epoch's number."""
        if self._full_batch or not self.config.shuffle:
            return np.arange(self.rows)
        if not self._configs:
            return _shuffled(self.rows, self.config.seed, epoch)
        orders = {seed: _shuffled(self.rows, seed, epoch) for seed in {config.seed for config in self._configs}}
        return np.stack([orders[config.seed] for config in self._configs])

    def learning_rate(self, epoch: int) -> Any:
        """The learning rate of the epoch that starts after `epoch` epochs: a number, or (R, 1)."""
        config = self.config
        factor = SCHEDULES[config.schedule].factor(epoch, config.schedule_epochs, config.schedule_factor)
        return self._rate * factor

    def set_rate(self, epoch: int) -> None:
        """Use the learning rate of the epoch that starts after `epoch` epochs."""
        self._rates = np.asarray(self.learning_rate(epoch) * self._trained)

    def epoch(self, epoch: int) -> Array:
        """Train the epoch that starts after `epoch` epochs; returns the training loss (...) after it."""
        if self._scheduled:
            self.set_rate(epoch)
        if self._full_batch:
            self.update(self.full.backward())
        else:
            order = self.order(epoch)
            for start in range(0, self.rows, self.batch_size):
                batch = self.batch(order[..., start : start + self.batch_size])
                self.update(batch.backward())
        self.full.forward()
        return self.full.loss()

    def batch(self, rows: Array) -> Pass:
        """The forward pass over the training rows with these indices, (N,) or (R, N)."""
        size = rows.shape[-1]
        if size == self.rows:
            self.full.forward()
            return self.full
        if size not in self._batch_passes:
            self._batch_passes[size] = self._pass(size, own_rows=rows.ndim > 1)
        batch = self._batch_passes[size]
        batch.load(self._X[rows].swapaxes(-1, -2), self._y[rows].swapaxes(-1, -2))
        batch.forward()
        return batch

    def update(self, gradient: Array) -> None:
        """Update the parameters with the optimizer's step for a gradient (..., P)."""
        self.updates += 1
        direction = self._direction(gradient, self.slots, self.updates, self._hyper)
        multiply(direction, self._rates, self.change)
        subtract(self.theta, self.change, self.theta)

    def test_losses(self) -> list[Any]:
        """The loss (...) on the test rows, without penalty, as a list of one; empty if there are no test rows."""
        if not self.has_test:
            return []
        self._test.forward()
        return [self._test.loss()]

    def score(self) -> Array:
        """Training accuracy, or R², of the newest parameters, (...)."""
        outputs = self.full.a[-1].swapaxes(-1, -2)
        return score(self.data.task, outputs, self._y, multilabel=self.data.multilabel)

    @property
    def has_goal(self) -> bool:
        """Whether the configuration has a stop condition."""
        return self.config.stop_loss is not None or self.config.stop_accuracy is not None

    def meets_goal(self, loss: Any) -> Array:
        """Which networks (...) meet a stop condition of the configuration, given their training loss (...)."""
        return self.meets(self.config.stop_accuracy, self.config.stop_loss, loss)

    def meets(self, least_score: float | None, loss_below: float | None, loss: Any) -> Array:
        """Which networks (...) have a training score of at least `least_score` or a loss below `loss_below`.

        A condition that is None is never met.
        """
        below = np.less(loss, -np.inf if loss_below is None else loss_below)
        return below if least_score is None else below | (self.score() >= least_score)

    def is_finite(self, loss: Any) -> Array:
        """Which networks (...) have not diverged: their loss, parameters and slots are finite."""
        return np.isfinite(loss) & np.isfinite(self.memory).all(axis=(0, -1))

    def _each(self, name: str) -> Any:
        """The value of a setting if all networks share it, else an array (R, 1), one row per network."""
        values = [getattr(config, name) for config in self._configs]
        if len(set(values)) <= 1:
            return getattr(self.config, name)
        return np.array(values)[:, np.newaxis]

    def _pass(self, rows: int, *, own_rows: bool = False) -> Pass:
        return Pass(self.network, self.theta, rows, l1=self._each("l1"), l2=self._each("l2"), own_rows=own_rows)


def _shuffled(rows: int, seed: int, epoch: int) -> Array:
    return np.random.RandomState([seed, epoch]).permutation(rows)


def empty_slots(config: Config, theta: Array) -> State:
    """The state with these parameters (..., P) and empty optimizer slots."""
    memory = np.zeros((1 + len(OPTIMIZERS[config.optimizer].slots), *theta.shape))
    memory[0] = theta
    return State(memory)
