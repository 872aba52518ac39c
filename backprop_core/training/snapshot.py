"""The state of a run at one epoch, and a single update, with everything that can be computed from them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_core.data.metrics import score
from backprop_core.data.rows import Data
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.network import Network, Pass, forward, respond
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.arguments import numbers_of
from backprop_core.settings.config import Config
from backprop_core.settings.spec import ConfigError
from backprop_core.training.history import State
from backprop_core.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Step:
    """One parameter update with all its intermediate results; lists have one entry per layer.

    rows : (N,), indices of the training rows in the batch
    a : (N, n_l); a[0] is the input batch, a[1] the first layer's activations, …
    z, delta : (N, n_l); z[0] and delta[0] belong to the first layer
    dW, db : (n_{l-1}, n_l) and (n_l,), gradients of the loss, penalty included
    loss : of the batch, before the update, penalty included
    penalty : the penalty's share of the loss
    penalty_dW : the penalty's share of dW
    learning_rate : η of this update
    slots, slots_after : the optimizer's slots by name, before and after the update, each shaped like the parameters
    params, params_after : [(W, b), ...]
    change : [(ΔW, Δb), ...], what was added to the parameters
    """

    epoch: int
    rows: Array
    z: list[Array]
    a: list[Array]
    delta: list[Array]
    dW: list[Array]
    db: list[Array]
    loss: float
    penalty: float
    penalty_dW: list[Array]
    learning_rate: float
    slots: dict[str, Params]
    slots_after: dict[str, Params]
    params: Params
    params_after: Params
    change: Params


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The exact state of a run after `epoch` epochs, and everything computed from it. Shares no arrays with the run."""

    epoch: int
    config: Config
    network: Network
    data: Data
    state: State

    @functools.cached_property
    def params(self) -> Params:
        """[(W, b), ...], W (fan_in, fan_out) and b (fan_out,)."""
        return self.network.unpack(self.state.theta)

    @functools.cached_property
    def grads(self) -> Params:
        """[(dW, db), ...]: gradients of the loss over all training rows, penalty included."""
        return self.network.unpack(self._pass.gradient)

    @property
    def loss(self) -> float:
        """Training loss, penalty included."""
        return float(self._pass.loss())

    @property
    def penalty(self) -> float:
        """The penalty's share of the training loss."""
        return float(self._pass.penalty())

    @property
    def z(self) -> list[Array]:
        """Weighted sums of all training rows, one (N, n_l) per layer."""
        return [z.T for z in self._pass.z]

    @property
    def a(self) -> list[Array]:
        """Activations of all training rows, one (N, n_l) per layer; a[0] is the network's input."""
        return [self._pass.X.T, *(a.T for a in self._pass.a)]

    @property
    def delta(self) -> list[Array]:
        """dL/dz of all training rows, one (N, n_l) per layer."""
        return [delta.T for delta in self._pass.delta]

    @property
    def score(self) -> float:
        """Accuracy, or R², on the training rows."""
        return self._score(self.a[-1], self.data.y)

    @functools.cached_property
    def test_outputs(self) -> Array:
        """Outputs for the test rows (N_test, k), in the scaled units used for training."""
        return self._respond(self.data.expand(self.data.X_test))[-1]

    @property
    def test_score(self) -> float | None:
        """Accuracy, or R², on the test rows; None if there are none."""
        return self._score(self.test_outputs, self.data.y_test) if len(self.data.X_test) else None

    def predict(self, X: ArrayLike) -> Array:
        """Outputs (N, k) for rows X (N, d), both in the user's units, as `Run.predict`. Raises ConfigError likewise."""
        return self.data.answer(self.respond(X)[-1])

    def respond(self, X: ArrayLike) -> list[Array]:
        """Activations of all units for rows X (N, d) in the user's units: (N, n_l) per layer, outputs last.

        If targets are scaled for training, these outputs are in scaled units. Raises ConfigError as `predict` does.
        """
        return self._respond(network_inputs(self.data, X))

    def forward(self, X: ArrayLike) -> tuple[list[Array], list[Array]]:
        """Weighted sums z and activations a of rows X (N, d) in the user's units, as the attributes `z` and `a`.

        z : (N, n_l) per layer
        a : (N, n_l) per layer, preceded by the network's inputs: a[0], features if there are any

        Raises ConfigError as `predict` does.
        """
        inputs = network_inputs(self.data, X)
        z, a = forward(self.network, self.state.theta, inputs)
        return z, [inputs, *a]

    def _respond(self, inputs: Array) -> list[Array]:
        return respond(self.network, self.state.theta, inputs)

    def step(self) -> Step:
        """The update that training makes next: the first of the next epoch."""
        with np.errstate(all="ignore"):
            return take_step(Trainer(self.network, self.data, self.config, self.state.copy()), self.epoch, 0)

    def _score(self, outputs: Array, y: Array) -> float:
        return float(score(self.data.task, outputs, y, multilabel=self.data.multilabel))

    @functools.cached_property
    def _pass(self) -> Pass:
        with np.errstate(all="ignore"):
            full = Pass(self.network, self.state.theta, len(self.data.X), l1=self.config.l1, l2=self.config.l2)
            full.load(self.data.expand(self.data.X).T, self.data.y.T)
            full.forward()
            full.backward()
            return full


def network_inputs(data: Data, X: ArrayLike) -> Array:
    """The network's inputs for rows X (N, d) in the user's units.

    Raises ConfigError with field "X" for anything but finite numbers of this shape.
    """
    rows = numbers_of(X, "X", f"Rows must be numbers of shape (N, {data.X.shape[1]})")
    if rows.ndim != 2 or rows.shape[1] != data.X.shape[1]:
        raise ConfigError("X", f"Rows must have shape (N, {data.X.shape[1]}), not {rows.shape}.")
    if not np.isfinite(rows).all():
        raise ConfigError("X", "Every number of the rows must be finite.")
    return data.show(rows)


def take_step(trainer: Trainer, epoch: int, number: int) -> Step:
    """Make update `number` (from 0) of the epoch that starts after `epoch` epochs, and return all its numbers."""
    network = trainer.network
    names = OPTIMIZERS[trainer.config.optimizer].slots

    def slots() -> dict[str, Params]:
        return {name: network.unpack(slot.copy()) for name, slot in zip(names, trainer.slots, strict=True)}

    def copies(arrays: Sequence[Array]) -> list[Array]:
        return [array.T.copy() for array in arrays]

    rows = trainer.order(epoch)[number * trainer.batch_size :][: trainer.batch_size]
    batch = trainer.batch(rows)
    params, slots_before = network.unpack(trainer.theta.copy()), slots()
    gradient = network.unpack(batch.backward().copy())
    loss, penalty = float(batch.loss()), float(batch.penalty())
    penalty_dW = [W for W, _ in network.unpack(batch.penalty_gradient())]
    trainer.set_rate(epoch)
    trainer.update(batch.gradient)
    step = Step(
        epoch=epoch,
        rows=rows,
        z=copies(batch.z),
        a=copies([batch.X, *batch.a]),
        delta=copies(batch.delta),
        dW=[dW for dW, _ in gradient],
        db=[db for _, db in gradient],
        loss=loss,
        penalty=penalty,
        penalty_dW=penalty_dW,
        learning_rate=trainer.learning_rate(epoch),
        slots=slots_before,
        slots_after=slots(),
        params=params,
        params_after=network.unpack(trainer.theta.copy()),
        change=network.unpack(0.0 - trainer.change),
    )
    trainer.full.forward()
    return step
