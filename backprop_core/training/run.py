"""A run: a configuration and its edits, trained epoch by epoch, with every past epoch at hand.

The same configuration and edits give the same bits, so the run keeps only what is expensive to compute again: losses,
and keyframes to replay from.
"""

from __future__ import annotations

import copy
import math
import operator
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.linalg import norm
from numpy.typing import ArrayLike

from backprop_core.data.rows import Brought
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.network import Network, respond
from backprop_core.settings.config import SPECS, Config, Edit
from backprop_core.settings.given import numbers_of, whole_number
from backprop_core.settings.parameter import Address, checked_value, put
from backprop_core.settings.quoting import quoted
from backprop_core.settings.spec import ConfigError
from backprop_core.training import saving
from backprop_core.training.edited_config import EditedConfig
from backprop_core.training.history import History, State
from backprop_core.training.problem import data_for, network_for, own_rows, start_weights
from backprop_core.training.recipe import Recipe, checked_epochs
from backprop_core.training.snapshot import Snapshot, Step, network_inputs, take_step
from backprop_core.training.trainer import Trainer, empty_slots

PIECE_SECONDS = 0.1


class Run:
    """A network in training.

    Parameters
    ----------
    config : Config
    data : (X, y) or Brought, optional
        Rows brought by the user, X (N, d) and y (N,) or (N, k), in place of the configuration's dataset. All of them
        train, unless the configuration has a `test_share`.

        y (N,) or (N, 1) of 0 and 1 is two classes. Whole numbers from 0 are classes under `output="softmax"`, one
        output each; under an output without bounds they are numbers to be met (a regression), like any other numbers;
        under sigmoid or tanh they are refused where these cannot reach them. y (N, k) of 0 and 1 is one of k classes
        where every row has one 1, and else k labels, scored one by one; other y (N, k) is k numbers to be met.
    params : [(W, b), ...], optional
        Starting weights, W (fan_in, fan_out) and b (fan_out,) for each layer, in place of the configuration's
        initializer.

    Attributes
    ----------
    epoch : int
        Completed epochs.
    diverged : int or None
        The epoch whose loss or parameters were no longer finite. The run then stands at the epoch before it.
    goal_reached : bool
        Whether the last `advance` stopped because an epoch met a stop condition that the epoch before did not.
    history : History
        Losses of all epochs, and keyframes.
    edits : tuple of Edit
        Changes made while training, in the order of their epochs.

    Raises
    ------
    ConfigError
        If data or weights are not finite numbers of these shapes, or do not fit the configuration: `.field` is "data",
        "params", "config", or the setting in question.
    """

    def __init__(
        self, config: Config, *, data: tuple[Any, Any] | Brought | None = None, params: Params | None = None
    ) -> None:
        config, self.brought = own_rows(config, data)
        self.data = data_for(config, self.brought)
        self.network = network_for(config, self.data)
        self.start_params = None if params is None else _checked_params(self.network, params)
        self.epoch = 0
        self.diverged: int | None = None
        self.goal_reached = False
        self.history = History()
        self._edited = EditedConfig(config)
        self._norms: dict[int, Array] = {}
        self._batch = 0
        self._continue(self._start())
        self._record(self._finite_loss())

    @classmethod
    def replay(cls, recipe: Recipe) -> Run:
        """The run of a recipe, trained as far as it says, or to where it diverges. Raises ConfigError."""
        return deque(cls.replaying(recipe), maxlen=1).pop()

    @classmethod
    def replaying(cls, recipe: Recipe) -> Iterator[Run]:
        """Replay little by little: yields the run, on its way, every fraction of a second."""
        run = cls(recipe.config, data=recipe.data, params=recipe.params)
        changes = defaultdict[int, dict[Any, Any]](dict)
        for edit in recipe.edits:
            changes[edit.epoch][edit.field] = edit.value
        yield run
        for epoch, fields in sorted(changes.items(), key=operator.itemgetter(0)):
            if epoch > recipe.epochs:
                break
            yield from run._advance_to(epoch)
            if run.epoch < epoch:
                return
            settings = {field: value for field, value in fields.items() if isinstance(field, str)}
            run.edit(params={field: value for field, value in fields.items() if not isinstance(field, str)}, **settings)
        yield from run._advance_to(recipe.epochs)

    @property
    def config(self) -> Config:
        """The configuration at epoch 0, with the goals in force."""
        return self._edited.config

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Changes made while training, in the order of their epochs."""
        return self._edited.edits

    @property
    def recipe(self) -> Recipe:
        """What defines the run, and how far it was trained; an epoch that was begun is not part of it."""
        return Recipe(self.config, self.edits, self.epoch, self.brought, self.start_params)

    def to_json(self) -> str:
        """Everything that defines the run, how far it was trained, and a digest of its parameters."""
        return saving.write(self.recipe, float(self.history.loss[-1]), self.at(self.epoch).params)

    @classmethod
    def from_json(cls, content: str | bytes) -> Run:
        """The run of a file, trained again as far as it was. Raises ConfigError for anything but such a file."""
        if not isinstance(content, str | bytes):
            raise ConfigError("file", f"A saved run is text or bytes, not {quoted(content)}.")
        return cls.replay(saving.read(content).recipe)

    def copy(self) -> Run:
        """The same run as it stands: from here on, each goes its own way. Nothing is trained again."""
        twin = copy.copy(self)
        twin.history, twin._norms = self.history.copy(), dict(self._norms)
        twin._continue(self._trainer.state.copy())
        return twin

    @property
    def params(self) -> Params:
        """The current parameters, [(W, b), ...], W (fan_in, fan_out) and b (fan_out,): copies."""
        return self.network.unpack(self._trainer.theta.copy())

    @property
    def current(self) -> Config:
        """The configuration in force now: the run's own, with the edits so far."""
        return self.config_at(self.epoch)

    def config_at(self, epoch: int) -> Config:
        """The configuration in force after `epoch` epochs."""
        return self._edited.at(epoch)

    def predict(self, X: ArrayLike) -> Array:
        """Outputs of the current parameters.

        Inputs that are standardised for training are scaled here, and answers for scaled targets are scaled back.

        Parameters
        ----------
        X : (N, d)
            Rows like those of the run's data, in the user's units: finite numbers, also for a single row, [[0, 1]].

        Returns
        -------
        (N, k)
            What each output unit answers; for classes k is 1 (the probability of class 1) or their number.

        Raises
        ------
        ConfigError
            "X", for anything but numbers of this shape.
        """
        return self.data.answer(respond(self.network, self._trainer.theta, network_inputs(self.data, X))[-1])

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
                    self.goal_reached = self._newly_meets_goal(loss)
                else:
                    self._diverge(self.epoch + 1)
        return step

    def advance(self, epochs: int) -> int:
        """Train `epochs` epochs, an epoch that was begun with `step` being the first; returns how many were completed.

        Fewer are when the run diverges, or right after an epoch that newly meets a stop condition.
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
        """Train towards an epoch for about so many seconds; as `advance`, stop early at divergence and at a goal.

        At least one epoch is trained, in pieces whose length follows the speed measured.
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
        """The exact state after `epoch` epochs, edits there included. Raises ConfigError out of 0 … `run.epoch`."""
        self._check_epoch(epoch)
        live = epoch == self.epoch and not self._batch
        state = self._trainer.state.copy() if live else self._replay(epoch)
        return Snapshot(epoch, self.config_at(epoch), self.network, self.data, state)

    def gradient_norms(self, most: int = 128) -> tuple[Array, Array]:
        """How long each layer's gradient [dW; db] was: epochs (K,), K up to `most`, and norms (K, layers).

        At keyframes and at the newest epoch. Norms are kept, so that a run that goes on computes only the new ones.
        """
        epochs = self.history.spread(most)
        for epoch in epochs:
            if epoch not in self._norms:
                gradients = self.at(epoch).grads
                with np.errstate(over="ignore"):
                    self._norms[epoch] = np.array([np.hypot(norm(dW), norm(db)) for dW, db in gradients])
        self._norms = {epoch: self._norms[epoch] for epoch in epochs}
        return np.array(epochs), np.array(list(self._norms.values()))

    def rewind(self, epoch: int) -> None:
        """Go back to the state after `epoch` epochs and forget what came after, edits too."""
        self._check_epoch(epoch)
        state = self._replay(epoch)
        self._edited = self._edited.until(epoch)
        self.history.rewind(epoch)
        self._norms = {known: norms for known, norms in self._norms.items() if known <= epoch}
        self.epoch, self.diverged, self.goal_reached, self._batch = epoch, None, False, 0
        self._continue(state)

    def edit(self, *, params: Mapping[Address, float] | None = None, **changes: Any) -> None:
        """Change settings or single parameters from here on.

        `changes` are fields of the group `learning`, recorded as edits, or `goal`, which change no number; `params`
        maps addresses to new values, `{(1, "W", 0, 1): 2.0, (2, "b", 0): 0.5}`.

        Raises
        ------
        ConfigError
            For any other field, a bad value, an unknown address, or in the middle of an epoch; nothing is changed then.
        """
        if self._batch:
            raise ConfigError("epoch", "An edit needs a completed epoch; finish this one first, with advance(1).")
        if not isinstance(params, Mapping | None):
            raise ConfigError("params", f"Parameters are given by their addresses, not as {quoted(params)}.")
        config = self.current.replace(**changes)
        for field in changes:
            if SPECS[field].group in ("data", "network"):
                raise ConfigError(
                    field, f"{SPECS[field].label} ({field}) cannot change while training: start a new run."
                )
        goals = {field: value for field, value in changes.items() if SPECS[field].group == "goal"}
        settings = {field: getattr(config, field) for field in changes if field not in goals}
        weights = {address: checked_value(self.network, address, value) for address, value in (params or {}).items()}
        self._adopt(self._edited.with_changes(self.epoch, settings | weights, goals))

    def _advance_to(self, epoch: int) -> Iterator[Run]:
        """Train to an epoch, past any stop condition on the way, in pieces that each take a fraction of a second."""
        while self.epoch < epoch and self.diverged is None:
            self.advance_for(PIECE_SECONDS, epoch)
            yield self

    def _check_epoch(self, epoch: int) -> None:
        if not 0 <= whole_number(epoch, "epoch", "An epoch is a whole number") <= self.epoch:
            said = f"{epoch:,}" if abs(epoch) < 2**63 else quoted(epoch)
            raise ConfigError("epoch", f"Epoch {said} has not been trained; epochs 0 to {self.epoch:,} have.")

    def _start(self) -> State:
        config = self.config
        params = self.start_params or start_weights(config, self.network)
        return empty_slots(config, self.network.pack(params))

    def _adopt(self, edited: EditedConfig) -> None:
        """Stand at this epoch under this configuration and these edits, if the loss there is finite."""
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
        self._norms.pop(self.epoch, None)
        self.diverged = None
        self._record(loss)

    def _continue(self, state: State) -> None:
        """Go on training from this state, under the configuration in force."""
        with np.errstate(all="ignore"):
            self._trainer = Trainer(self.network, self.data, self.current, state)
            self._goal_met = self._trainer.has_goal and bool(self._trainer.meets_goal(self._trainer.full.loss()))

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
        """Train to an epoch, at most the next keyframe's; stop at divergence or where a stop condition is met."""
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
            if self._newly_meets_goal(loss):
                break
        self.epoch += len(losses)
        self.history.extend(losses, test_losses, trainer.state if finite else None)
        if not finite:
            self._diverge(self.epoch + 1)

    def _newly_meets_goal(self, loss: float) -> bool:
        """Whether a stop condition is met after an epoch, and was not before it."""
        if self._trainer.has_goal:
            met_before, self._goal_met = self._goal_met, bool(self._trainer.meets_goal(loss))
            self.goal_reached = self._goal_met and not met_before
        return self.goal_reached

    def _diverge(self, epoch: int) -> None:
        """Go back from an epoch that is not finite to the one before it."""
        self.rewind(epoch - 1)
        self.diverged = epoch

    def _find_divergence(self) -> None:
        """Parameters are no longer finite though the loss was (a saturated unit hides it): find the epoch."""
        low, high = 0, self.epoch  # finite at low, not at high
        while high - low > 1:
            middle = (low + high) // 2
            if np.isfinite(self._replay(middle).memory).all():
                low = middle
            else:
                high = middle
        self._diverge(high)

    def _replay(self, epoch: int, *, edited: bool = True) -> State:
        """The state after `epoch` epochs, from the nearest keyframe; with or without the edits made at that epoch."""
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
        """A state with the edits made at an epoch."""
        edits = self._edited.made_at(epoch)
        if any(edit.field == "optimizer" for edit in edits):
            state = empty_slots(self.config_at(epoch), state.theta)
        params = self.network.unpack(state.theta)
        for edit in edits:
            if not isinstance(edit.field, str):
                put(params, edit.field, edit.value)
        return state


def _checked_params(network: Network, params: Any) -> Params:
    wanted = "Weights must be [(W1, b1), …] of finite numbers"
    if not isinstance(params, Sequence) or not all(isinstance(pair, Sequence) and len(pair) == 2 for pair in params):
        raise ConfigError("params", f"{wanted}, not {quoted(params)}.")
    layers = [(numbers_of(W, "params", wanted), numbers_of(b, "params", wanted)) for W, b in params]
    try:
        return network.unpack(network.pack(layers))
    except ValueError as error:
        raise ConfigError("params", f"{wanted}. {error}") from error
