"""One epoch of training: the rows in their order, an update for each mini-batch."""

from __future__ import annotations

import numpy as np

from backprop_core.activations import Array
from backprop_core.config import Config
from backprop_core.datasets import Data
from backprop_core.history import State
from backprop_core.metrics import score
from backprop_core.network import Calls, Network, Pass
from backprop_core.optimizers import OPTIMIZERS, SCHEDULES, Hyper


class Trainer:
    """Trains a state, in place, under one configuration.

    Between epochs `full` holds the forward pass of the newest parameters over all training rows. For a full batch
    this is also the next update's forward pass, so an epoch costs one. `change` (P,) is what the last update took away.
    """

    def __init__(self, network: Network, data: Data, config: Config, state: State) -> None:
        self.network, self.data, self.config, self.memory, self.updates = (
            network,
            data,
            config,
            state.memory,
            state.updates,
        )
        self.theta, self.slots = state.memory[0], list(state.memory[1:])
        self.rows = len(data.X)
        self._X, self._y = np.ascontiguousarray(data.expand(data.X).T), np.ascontiguousarray(data.y.T)
        self.full = self._pass(self.rows)
        self.full.load(self._X, self._y)
        self.has_test = len(data.X_test) > 0
        self._test = Pass(network, self.theta, len(data.X_test))
        if self.has_test:
            self._test.load(data.expand(data.X_test).T, data.y_test.T)
        self.batch_size = min(config.batch_size or self.rows, self.rows)
        self._full_batch, self._scheduled = self.batch_size == self.rows, config.schedule != "constant"
        self._batch_passes: dict[int, Pass] = {self.rows: self.full}
        self._direction = OPTIMIZERS[config.optimizer].direction
        self._hyper = Hyper(config.momentum, config.rho, config.beta1, config.beta2, config.epsilon)
        self._trained = np.ones_like(self.theta) if config.train_biases else network.is_weight
        self._rates, self.change = config.learning_rate * self._trained, np.empty_like(self.theta)
        self._full_batch_epoch: Calls = [
            *self.full.backward_calls,
            (self.update, (self.full.gradient,)),
            *self.full.forward_calls,
        ]
        self.full.forward()

    @property
    def state(self) -> State:
        """The state being trained; its memory goes on changing."""
        return State(self.memory, self.updates)

    @property
    def batches(self) -> int:
        """Updates an epoch."""
        return -(-self.rows // self.batch_size)

    def order(self, epoch: int) -> Array:
        """The order of the training rows in one epoch: drawn from seed and epoch, so nothing is carried over."""
        if self.batches == 1 or not self.config.shuffle:
            return np.arange(self.rows)
        return np.random.RandomState([self.config.seed, epoch]).permutation(self.rows)

    def learning_rate(self, epoch: int) -> float:
        """The learning rate of the epoch that starts after `epoch` epochs."""
        config = self.config
        factor = SCHEDULES[config.schedule].factor(epoch, config.schedule_epochs, config.schedule_factor)
        return config.learning_rate * factor

    def set_rate(self, epoch: int) -> None:
        """Use the learning rate of the epoch that starts after `epoch` epochs."""
        self._rates = self.learning_rate(epoch) * self._trained

    def epoch(self, epoch: int) -> float:
        """Train one epoch, the one that starts after `epoch` epochs; returns the training loss after it."""
        if self._scheduled:
            self.set_rate(epoch)
        if self._full_batch:
            for call, arguments in self._full_batch_epoch:
                call(*arguments)
        else:
            order = self.order(epoch)
            for start in range(0, self.rows, self.batch_size):
                batch = self.batch(order[start : start + self.batch_size])
                self.update(batch.backward())
            self.full.forward()
        return float(self.full.loss())

    def batch(self, rows: Array) -> Pass:
        """The forward pass over some training rows."""
        if len(rows) == self.rows:
            self.full.forward()
            return self.full
        if len(rows) not in self._batch_passes:
            self._batch_passes[len(rows)] = self._pass(len(rows))
        batch = self._batch_passes[len(rows)]
        batch.load(self._X[:, rows], self._y[:, rows])
        batch.forward()
        return batch

    def update(self, gradient: Array) -> None:
        """Change the parameters against a gradient (P,), as the optimizer does."""
        self.updates += 1
        direction = self._direction(gradient, self.slots, self.updates, self._hyper)
        np.multiply(direction, self._rates, self.change)
        np.subtract(self.theta, self.change, self.theta)

    def test_losses(self) -> list[float]:
        """The loss on the test rows, without penalty, as a list of one; empty where no rows are held back."""
        if not self.has_test:
            return []
        self._test.forward()
        return [float(self._test.loss())]

    def score(self) -> float:
        """Training accuracy, or R², of the newest parameters."""
        return score(self.data.task, self.full.a[-1].T, self._y.T)

    def _pass(self, rows: int) -> Pass:
        return Pass(self.network, self.theta, rows, l1=self.config.l1, l2=self.config.l2)


def empty_slots(config: Config, theta: Array) -> State:
    """The state of these parameters (P,) before the optimizer has seen a gradient."""
    memory = np.zeros((1 + len(OPTIMIZERS[config.optimizer].slots), *theta.shape))
    memory[0] = theta
    return State(memory)
