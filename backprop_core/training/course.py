"""Moving through the epochs of a run: forward by training, back by replaying from keyframes."""

from __future__ import annotations

import math
import time

import numpy as np

from backprop_core.data.rows import Data
from backprop_core.nn.activations import Array
from backprop_core.nn.network import Network
from backprop_core.settings.arguments import whole_number
from backprop_core.settings.config import Config, Edit
from backprop_core.settings.parameter import put
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError
from backprop_core.training.edited_config import EditedConfig
from backprop_core.training.history import History, State
from backprop_core.training.recipe import checked_epochs
from backprop_core.training.snapshot import Snapshot, Step, take_step
from backprop_core.training.trainer import Trainer, empty_slots


class Course:
    """The training of a network, at one of its epochs; attributes as in `Run`.

    Parameters
    ----------
    edited : EditedConfig
    theta : (P,)
        The parameters at epoch 0, before any edits made at epoch 0.

    Raises
    ------
    ConfigError
        If the loss at epoch 0 is not a finite number.
    """

    def __init__(self, network: Network, data: Data, edited: EditedConfig, theta: Array) -> None:
        self.network, self.data = network, data
        self.epoch = 0
        self.diverged: int | None = None
        self.goal_reached = False
        self.history = History()
        self._edited, self._theta = edited, theta
        self._batch = 0  # updates already made in the current epoch
        self._continue(self._start())
        self._record(self._finite_loss())

    @property
    def config(self) -> Config:
        """The configuration at epoch 0, with the current goals."""
        return self._edited.config

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Changes made while training, ordered by epoch."""
        return self._edited.edits

    @property
    def current(self) -> Config:
        """The configuration at the current epoch: `config` with the edits so far."""
        return self.config_at(self.epoch)

    def config_at(self, epoch: int) -> Config:
        """The configuration in force after `epoch` epochs."""
        return self._edited.at(epoch)

    def step(self) -> Step:
        """Make one parameter update (one mini-batch) and return everything about it."""
        with np.errstate(all="ignore"):
            step = take_step(self._trainer, self.epoch, self._batch)
            self._batch += 1
            if self._batch == self._trainer.batches:
                self._batch = 0
                loss = float(self._trainer.full.loss())
                if self._trainer.is_finite(loss):
                    self.epoch += 1
                    self._record(loss)
                    self.goal_reached = self._has_goal and self._newly_meets_goal(loss)
                else:
                    self._diverge(self.epoch + 1)
        return step

    def advance(self, epochs: int) -> int:
        """Train `epochs` epochs; returns how many were completed. An epoch begun with `step` is finished first.

        Training stops early if the run diverges, or after an epoch that meets a stop condition which the epoch before
        it did not meet.
        """
        epochs = checked_epochs(epochs)
        start, until = self.epoch, self.epoch + epochs
        self.goal_reached = False
        with np.errstate(all="ignore"):
            while self._batch and epochs:
                self.step()
            while self.epoch < until and self.diverged is None and not self.goal_reached:
                self._train(min(until, self.history.next_keyframe))
            if not self._trainer.is_finite(0.0):
                self._find_divergence()
        return self.epoch - start

    def advance_for(self, seconds: float, until: int) -> None:
        """Train towards epoch `until` for about `seconds` seconds; like `advance`, stop early at divergence or a goal.

        At least one epoch is trained. Training proceeds in pieces whose length is adapted to the measured speed.
        """
        start, begin, piece = self.epoch, time.perf_counter(), 1
        while self.epoch < until:
            self.advance(min(piece, until - self.epoch))
            elapsed = time.perf_counter() - begin
            if self.diverged is not None or self.goal_reached or elapsed >= seconds:
                return
            left = (self.epoch - start) * (seconds / elapsed - 1)  # epochs in the time that is left
            piece = max(1, min(2 * piece, int(left)))

    def at(self, epoch: int) -> Snapshot:
        """The exact state after `epoch` epochs, with the edits made at that epoch.

        Raises ConfigError if `epoch` is not a whole number from 0 to `run.epoch`.
        """
        self._check_epoch(epoch)
        live = epoch == self.epoch and not self._batch
        state = self._trainer.state.copy() if live else self._replay(epoch)
        return Snapshot(epoch, self.config_at(epoch), self.network, self.data, state)

    def rewind(self, epoch: int) -> None:
        """Go back to the state after `epoch` epochs and discard everything after it, including edits.

        Raises ConfigError as `at` does.
        """
        self._check_epoch(epoch)
        state = self._replay(epoch)
        self._edited = self._edited.until(epoch)
        self.history.rewind(epoch)
        self.epoch, self.diverged, self.goal_reached, self._batch = epoch, None, False, 0
        self._continue(state)

    def _check_epoch(self, epoch: int) -> None:
        if not 0 <= whole_number(epoch, "epoch", "An epoch is a whole number") <= self.epoch:
            number = f"{epoch:,}" if abs(epoch) < 2**63 else short_repr(epoch)
            raise ConfigError("epoch", f"Epoch {number} has not been trained; epochs 0 to {self.epoch:,} have.")

    def _start(self) -> State:
        """The state at epoch 0, before any edits made at epoch 0."""
        return empty_slots(self.config, self._theta)

    def _adopt(self, edited: EditedConfig) -> None:
        """Continue from the current epoch with these edits.

        Raises ConfigError, and changes nothing, if the loss with them is not finite.
        """
        before, state = self._edited, self._trainer.state
        self._edited = edited
        replaces = self.epoch == 0 or before.made_at(self.epoch)
        unedited = self._replay(self.epoch, edited=False) if replaces else state.copy()
        self._continue(self._with_edits(unedited, self.epoch))
        try:
            loss = self._finite_loss()
        except ConfigError:
            self._edited = before
            self._continue(state)
            raise
        self.history.rewind(self.epoch - 1)
        self.diverged = None
        self._record(loss)

    def _continue(self, state: State) -> None:
        """Continue training from this state, with the current configuration."""
        with np.errstate(all="ignore"):
            self._trainer = Trainer(self.network, self.data, self.current, state)
            self._has_goal = self._trainer.has_goal
            self._goal_met = self._has_goal and bool(self._trainer.meets_goal(self._trainer.full.loss()))

    def _finite_loss(self) -> float:
        """The loss of the current parameters. Raises ConfigError if it is not a finite number."""
        with np.errstate(all="ignore"):
            loss = float(self._trainer.full.loss())
        if not math.isfinite(loss):
            raise ConfigError("params", "With these weights the loss is not a finite number.")
        return loss

    def _record(self, loss: float) -> None:
        """Record the loss of the epoch just completed, with its test loss and state."""
        self.history.extend([loss], self._trainer.test_losses(), self._trainer.state)

    def _train(self, until: int) -> None:
        """Train to epoch `until`, at most the next keyframe; stop early at divergence or a newly met stop condition."""
        trainer, losses, test_losses = self._trainer, list[float](), list[float]()
        finite = True
        for epoch in range(self.epoch, until):
            loss = float(trainer.epoch(epoch))
            finite = math.isfinite(loss)
            if not finite:
                break
            losses.append(loss)
            if trainer.has_test:
                test_losses += trainer.test_losses()
            if self._has_goal and self._newly_meets_goal(loss):
                break
        self.epoch += len(losses)
        self.history.extend(losses, test_losses, trainer.state if finite else None)
        if not finite:
            self._diverge(self.epoch + 1)

    def _newly_meets_goal(self, loss: float) -> bool:
        """Whether a stop condition is met after an epoch and was not met before it; called once per epoch."""
        met_before, self._goal_met = self._goal_met, bool(self._trainer.meets_goal(loss))
        self.goal_reached = self._goal_met and not met_before
        return self.goal_reached

    def _diverge(self, epoch: int) -> None:
        """Record that this epoch is not finite, and go back to the one before it."""
        self.rewind(epoch - 1)
        self.diverged = epoch

    def _find_divergence(self) -> None:
        """Find, by bisection, the epoch of divergence when the loss stayed finite but the parameters did not.

        A saturated unit can hide infinite parameters from the loss.
        """
        low, high = 0, self.epoch  # finite at low, not at high
        while high - low > 1:
            middle = (low + high) // 2
            if np.isfinite(self._replay(middle).memory).all():
                low = middle
            else:
                high = middle
        self._diverge(high)

    def _replay(self, epoch: int, *, edited: bool = True) -> State:
        """The state after `epoch` epochs, replayed from the nearest keyframe, with or without the edits made there."""
        before = epoch if edited else epoch - 1
        start, state = self.history.nearest(before) if before >= 0 else (0, self._start())
        with np.errstate(all="ignore"):
            for stop in (*self._edited.epochs(start, epoch), epoch):
                if start == stop:
                    break
                trainer = Trainer(self.network, self.data, self.config_at(start), state)
                for trained in range(start, stop):
                    trainer.epoch(trained)
                state = trainer.state
                if stop < epoch or edited:
                    state = self._with_edits(state, stop)
                start = stop
        return state

    def _with_edits(self, state: State, epoch: int) -> State:
        """A state after the edits made at an epoch; parameters are changed in place."""
        edits = self._edited.made_at(epoch)
        if any(edit.field == "optimizer" for edit in edits):
            state = empty_slots(self.config_at(epoch), state.theta)
        params = self.network.unpack(state.theta)
        for edit in edits:
            if not isinstance(edit.field, str):
                put(params, edit.field, edit.value)
        return state
