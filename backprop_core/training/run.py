"""A run: a configuration and its edits, trained epoch by epoch, with every past epoch at hand.

The same configuration and edits give the same bits, so the run keeps only what is dear to recompute: losses, and
keyframes to replay from.
"""

from __future__ import annotations

import copy
import functools
import math
import numbers
import operator
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import norm
from numpy.typing import ArrayLike

from backprop_core.data.metrics import score
from backprop_core.data.rows import Brought, Data
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.network import Network, Pass, respond
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.config import SPECS, Address, Config, ConfigError, Edit
from backprop_core.settings.given import numbers_of, whole_number
from backprop_core.settings.quoting import quoted
from backprop_core.training import saving
from backprop_core.training.history import History, State
from backprop_core.training.problem import data_for, network_for, own_rows, start_weights
from backprop_core.training.trainer import Trainer, empty_slots

PIECE_SECONDS = 0.1
MOST_WEIGHT = 1_000_000  # a weight typed in by hand may have this size


@dataclass(frozen=True, eq=False)
class Step:
    """One parameter update with everything that went into it; lists have one entry a layer.

    rows : (N,), which training rows were in the batch
    a : (N, n_l), a[0] the input batch, a[1] the first layer's activations, …
    z, delta : (N, n_l), z[0] and delta[0] those of the first layer
    dW, db : (n_{l-1}, n_l) and (n_l,), gradients of the loss, its penalty included
    loss : of the batch, before the update, its penalty included
    penalty : the penalty's share of the loss
    penalty_dW : the penalty's share of dW
    learning_rate : η of this update
    slots, slots_after : what the optimizer remembers, by name, shaped like the parameters
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
    """The exact state of a run after `epoch` epochs, and all that follows from it. Its arrays are its own."""

    epoch: int
    config: Config
    network: Network
    data: Data
    state: State

    @functools.cached_property
    def params(self) -> Params:
        """[(W, b), ...], W (fan_in, fan_out) and b (fan_out,)."""
        return self.network.unpack(self.state.memory[0])

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
        """Weighted sums of all training rows, one (N, n_l) a layer."""
        return [z.T for z in self._pass.z]

    @property
    def a(self) -> list[Array]:
        """Activations of all training rows, one (N, n_l) a layer; a[0] is what the network is shown."""
        return [self._pass.X.T, *(a.T for a in self._pass.a)]

    @property
    def delta(self) -> list[Array]:
        """dL/dz of all training rows, one (N, n_l) a layer."""
        return [delta.T for delta in self._pass.delta]

    @property
    def score(self) -> float:
        """Accuracy, or R², on the training rows."""
        return self._score(self.a[-1], self.data.y)

    @functools.cached_property
    def test_outputs(self) -> Array:
        """Outputs for the test rows (N_test, k), in the units that are trained on."""
        return self._respond(self.data.expand(self.data.X_test))[-1]

    @property
    def test_score(self) -> float | None:
        """Accuracy, or R², on the test rows; None where there are none."""
        return self._score(self.test_outputs, self.data.y_test) if len(self.data.X_test) else None

    def predict(self, X: ArrayLike) -> Array:
        """Outputs (N, k) for rows X (N, d), both in the user's units; as `Run.predict`, raises ConfigError likewise."""
        return self.data.answer(self.respond(X)[-1])

    def respond(self, X: ArrayLike) -> list[Array]:
        """What every unit answers to rows X (N, d) in the user's units: (N, n_l) a layer, the outputs last.

        These are activations: a target that is scaled for training is scaled here.
        """
        return self._respond(_shown(self.data, X))

    def _respond(self, shown: Array) -> list[Array]:
        return respond(self.network, self.state.memory[0], shown)

    def step(self) -> Step:
        """The update that training makes from here: the first of the next epoch."""
        with np.errstate(all="ignore"):
            return _step(Trainer(self.network, self.data, self.config, self.state.copy()), self.epoch, 0)

    def _score(self, outputs: Array, y: Array) -> float:
        return float(score(self.data.task, outputs, y, multilabel=self.data.multilabel))

    @functools.cached_property
    def _pass(self) -> Pass:
        with np.errstate(all="ignore"):
            full = Pass(self.network, self.state.memory[0], len(self.data.X), l1=self.config.l1, l2=self.config.l2)
            full.load(self.data.expand(self.data.X).T, self.data.y.T)
            full.forward()
            full.backward()
            return full


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
        self.config, self.brought = own_rows(config, data)
        self.data = data_for(self.config, self.brought)
        self.network = network_for(self.config, self.data)
        self.start_params = None if params is None else _checked_params(self.network, params)
        self.epoch = 0
        self.diverged: int | None = None
        self.goal_reached = False
        self.edits: tuple[Edit, ...] = ()
        self._configs: dict[int, Config] = {}  # by the epoch of an edit: what is in force from there on
        self.history = History()
        self._norms: dict[int, Array] = {}
        self._batch = 0
        self._continue(self._start())
        self._take_down(self._finite_loss())

    @classmethod
    def replay(
        cls,
        config: Config,
        edits: Sequence[Edit],
        epochs: int,
        *,
        data: tuple[Any, Any] | Brought | None = None,
        params: Params | None = None,
    ) -> Run:
        """The run of a configuration and its edits, trained to `epochs` epochs, or to where it diverges."""
        return deque(cls.replaying(config, edits, epochs, data=data, params=params), maxlen=1).pop()

    @classmethod
    def replaying(
        cls,
        config: Config,
        edits: Sequence[Edit],
        epochs: int,
        *,
        data: tuple[Any, Any] | Brought | None = None,
        params: Params | None = None,
    ) -> Iterator[Run]:
        """Replay little by little: yields the run, on its way, every fraction of a second."""
        run = cls(config, data=data, params=params)
        _check_edits(edits)
        for epoch in (epochs, *(edit.epoch for edit in edits)):
            _checked_epochs(epoch)
        made_at = defaultdict[int, dict[Any, Any]](dict)
        for edit in edits:
            made_at[edit.epoch][edit.field] = edit.value
        yield run
        for epoch, made in sorted(made_at.items(), key=operator.itemgetter(0)):
            if epoch > epochs:
                break
            yield from run._advance_to(epoch)
            if run.epoch < epoch:
                return
            settings = {field: value for field, value in made.items() if isinstance(field, str)}
            run.edit(params={field: value for field, value in made.items() if not isinstance(field, str)}, **settings)
        yield from run._advance_to(epochs)

    def to_json(self) -> str:
        """Everything that defines the run, how far it was trained, and a digest of its parameters."""
        return saving.write(
            self.config,
            self.edits,
            self.epoch,
            data=self.brought,
            params=self.start_params,
            loss=float(self.history.loss[-1]),
            end=self.at(self.epoch).params,  # an epoch that was begun is not part of what is saved
        )

    @classmethod
    def from_json(cls, content: str | bytes) -> Run:
        """The run of a file, trained again as far as it was. Raises ConfigError for anything but such a file."""
        if not isinstance(content, str | bytes):
            raise ConfigError("file", f"A saved run is text or bytes, not {quoted(content)}.")
        saved = saving.read(content)
        return cls.replay(saved.config, saved.edits, saved.epochs, data=saved.data, params=saved.params)

    def copy(self) -> Run:
        """The same run as it stands: from here on, each goes its own way. Nothing is trained again."""
        twin = copy.copy(self)
        twin.history, twin._norms, twin._configs = self.history.copy(), dict(self._norms), dict(self._configs)
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
        place = bisect_right(self.edits, epoch, key=_epoch_of)
        if not place:
            return self.config
        last = self.edits[place - 1].epoch
        if last not in self._configs:
            known = place - 1  # how many edits lie at or before the nearest configuration that is known
            while known and self.edits[known - 1].epoch not in self._configs:
                known -= 1
            base = self._configs[self.edits[known - 1].epoch] if known else self.config
            changes = {edit.field: edit.value for edit in self.edits[known:place] if isinstance(edit.field, str)}
            self._configs[last] = base.replace(**changes) if changes else base
        return self._configs[last]

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
        return self.data.answer(respond(self.network, self._trainer.theta, _shown(self.data, X))[-1])

    def step(self) -> Step:
        """Make one parameter update (one mini-batch) and return everything about it."""
        with np.errstate(all="ignore"):
            step = _step(self._trainer, self.epoch, self._batch)
            self._batch += 1
            if self._batch == self._trainer.batches:
                self._batch = 0
                loss = float(self._trainer.full.loss())
                if math.isfinite(loss) and np.isfinite(self._trainer.memory).all():
                    self.epoch += 1
                    self._take_down(loss)
                    self.goal_reached = self._stops and self._newly_meets_goal(loss)
                else:
                    self._diverge(self.epoch + 1)
        return step

    def advance(self, epochs: int) -> int:
        """Train `epochs` epochs, an epoch that was begun with `step` being the first; returns how many were completed.

        Fewer are when the run diverges, or right after an epoch that newly meets a stop condition.
        """
        epochs = _checked_epochs(epochs)
        start, until = self.epoch, self.epoch + epochs
        self.goal_reached = False
        with np.errstate(all="ignore"):
            while self._batch and epochs:
                self.step()
            while self.epoch < until and self.diverged is None and not self.goal_reached:
                self._train(min(until, self.history.next_keyframe))
            if not np.isfinite(self._trainer.memory).all():
                self._find_divergence()
        return self.epoch - start

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
        keyframes = self.history.keyframes
        epochs = [epoch for epoch in keyframes if epoch < self.epoch]
        epochs = [*epochs[:: -(-len(epochs) // max(most - 1, 1)) or 1], self.epoch]
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
        self.edits = self.edits[: bisect_right(self.edits, epoch, key=_epoch_of)]
        self._configs = {known: config for known, config in self._configs.items() if known <= epoch}
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
        wanted = self.current.replace(**changes)
        for field in changes:
            if SPECS[field].group in ("data", "network"):
                raise ConfigError(
                    field, f"{SPECS[field].label} ({field}) cannot change while training: start a new run."
                )
        goals = {field: value for field, value in changes.items() if SPECS[field].group == "goal"}
        settings = {field: getattr(wanted, field) for field in changes if field not in goals}
        weights = {address: self._parameter(address, value) for address, value in (params or {}).items()}
        config, edits = self.config.replace(**goals) if goals else self.config, self.edits
        if settings or weights:
            new = weights if self.epoch == 0 else weights | self._differing(settings)
            replaced = {*settings, *weights}
            before = bisect_left(edits, self.epoch, key=_epoch_of)  # none comes after this epoch
            kept = [old for old in edits[before:] if old.field not in replaced]
            made = [Edit(self.epoch, field, value) for field, value in new.items()]
            edits = (*edits[:before], *sorted([*kept, *made], key=lambda edit: str(edit.field)))
            config = config.replace(**settings) if self.epoch == 0 else config
        self._adopt(config, edits)

    def _advance_to(self, epoch: int) -> Iterator[Run]:
        """Train to an epoch, past any stop condition on the way, in pieces that each take a fraction of a second."""
        piece = 1
        while self.epoch < epoch and self.diverged is None:
            start = time.perf_counter()
            self.advance(min(piece, epoch - self.epoch))
            piece = max(1, int(piece * min(2.0, PIECE_SECONDS / (time.perf_counter() - start))))
            yield self

    def _check_epoch(self, epoch: int) -> None:
        if not 0 <= whole_number(epoch, "epoch", "An epoch is a whole number") <= self.epoch:
            said = f"{epoch:,}" if abs(epoch) < 2**63 else quoted(epoch)
            raise ConfigError("epoch", f"Epoch {said} has not been trained; epochs 0 to {self.epoch:,} have.")

    def _start(self) -> State:
        config = self.config
        params = self.start_params or start_weights(config, self.network)
        return empty_slots(config, self.network.pack(params))

    def _differing(self, settings: Mapping[str, Any]) -> dict[Any, Any]:
        """The settings that differ from those in force before this epoch's edits."""
        before = self.config_at(self.epoch - 1)
        return {field: value for field, value in settings.items() if value != getattr(before, field)}

    def _adopt(self, config: Config, edits: tuple[Edit, ...]) -> None:
        """Stand at this epoch under this configuration and these edits, if the loss there is finite."""
        old_config, old_edits, old_state = self.config, self.edits, self._trainer.state
        self._put(config, edits)
        if self.epoch == 0 or (old_edits and old_edits[-1].epoch == self.epoch):
            unedited = self._replay(self.epoch, edited=False)
        else:
            unedited = old_state.copy()
        self._continue(self._edited(unedited, self.epoch))
        try:
            loss = self._finite_loss()
        except ConfigError:
            self._put(old_config, old_edits)
            self._continue(old_state)
            raise
        self.history.rewind(self.epoch - 1)
        self._norms.pop(self.epoch, None)
        self.diverged = None
        self._take_down(loss)

    def _put(self, config: Config, edits: tuple[Edit, ...]) -> None:
        """Have this configuration and these edits, which are the old ones but for those of this epoch."""
        if config == self.config:
            self._configs.pop(self.epoch, None)
        else:
            self._configs.clear()
        self.config, self.edits = config, edits

    def _continue(self, state: State) -> None:
        """Go on training from this state, under the configuration in force."""
        with np.errstate(all="ignore"):
            self._trainer = Trainer(self.network, self.data, self.current, state)
            config = self._trainer.config
            self._stops = config.stop_loss is not None or config.stop_accuracy is not None
            self._goal_met = self._stops and self._meets_goal(float(self._trainer.full.loss()))

    def _finite_loss(self) -> float:
        """The loss of the current parameters. Raises ConfigError if it is not a finite number."""
        with np.errstate(all="ignore"):
            loss = float(self._trainer.full.loss())
        if not math.isfinite(loss):
            raise ConfigError("params", "With these weights the loss is not a finite number.")
        return loss

    def _take_down(self, loss: float) -> None:
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
            if self._stops and self._newly_meets_goal(loss):
                break
        self.epoch += len(losses)
        self.history.extend(losses, test_losses, trainer.state if finite else None)
        if not finite:
            self._diverge(self.epoch + 1)

    def _newly_meets_goal(self, loss: float) -> bool:
        met_before, self._goal_met = self._goal_met, self._meets_goal(loss)
        self.goal_reached = self._goal_met and not met_before
        return self.goal_reached

    def _meets_goal(self, loss: float) -> bool:
        config = self._trainer.config
        return (config.stop_loss is not None and loss < config.stop_loss) or (
            config.stop_accuracy is not None and bool(self._trainer.score() >= config.stop_accuracy)
        )

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
        first, last = bisect_right(self.edits, start, key=_epoch_of), bisect_left(self.edits, epoch, key=_epoch_of)
        stops = [*dict.fromkeys(edit.epoch for edit in self.edits[first:last]), epoch]
        with np.errstate(all="ignore"):
            for stop in stops:
                if start == stop:
                    break
                trainer = Trainer(self.network, self.data, self.config_at(start), state)
                for trained in range(start, stop):
                    trainer.epoch(trained)
                state = trainer.state
                if stop < epoch or edited:
                    state = self._edited(state, stop)
                start = stop
        return state

    def _edited(self, state: State, epoch: int) -> State:
        """A state with the edits made at an epoch."""
        first, last = (bisect(self.edits, epoch, key=_epoch_of) for bisect in (bisect_left, bisect_right))
        edits = self.edits[first:last]
        if any(edit.field == "optimizer" for edit in edits):
            state = empty_slots(self.config_at(epoch), state.memory[0])
        params = self.network.unpack(state.memory[0])
        for edit in edits:
            if not isinstance(edit.field, str):
                layer, kind, *index = edit.field
                params[layer - 1]["Wb".index(kind)][tuple(index)] = edit.value
        return state

    def _parameter(self, address: Address, value: float) -> float:
        """The value to be given to a parameter, checked. Raises ConfigError."""
        sizes = self.network.sizes
        shapes: dict[Any, tuple[int, ...]] = {}
        for layer, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
            shapes |= {(layer, "W"): (fan_in, fan_out), (layer, "b"): (fan_out,)}
        known = isinstance(address, tuple) and len(address) in {3, 4} and address[:2] in shapes
        shape, index = (shapes[address[0], address[1]], address[2:]) if known else ((), ())
        inside = [isinstance(i, numbers.Integral) and 0 <= i < n for i, n in zip(index, shape, strict=False)]
        if not known or len(index) != len(shape) or not all(inside):
            raise ConfigError(
                "params",
                f"{quoted(address)} is not a parameter of this network, whose layers are "
                f"{'-'.join(map(str, self.network.sizes))}.",
            )
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not number or not abs(value) <= MOST_WEIGHT:
            raise ConfigError(
                "params",
                f"{address[1]}{address[0]}{list(index)} = {quoted(value)} is not allowed. "
                f"It must be a number from {-MOST_WEIGHT:,} to {MOST_WEIGHT:,}.",
            )
        return float(value)


def _epoch_of(edit: Edit) -> int:
    return edit.epoch


def _checked_epochs(epochs: Any) -> int:
    wanted = f"Epochs are a whole number from 0 to {saving.MOST_EPOCHS:,}"
    if not 0 <= (number := whole_number(epochs, "epochs", wanted)) <= saving.MOST_EPOCHS:
        raise ConfigError("epochs", f"{wanted}, not {quoted(epochs)}.")
    return number


def _check_edits(edits: Any) -> None:
    if not isinstance(edits, Sequence) or not all(isinstance(edit, Edit) for edit in edits):
        raise ConfigError("edits", f"Edits must be a list of Edit, not {quoted(edits)}.")
    for edit in edits:
        field = edit.field
        address = isinstance(field, tuple) and all(isinstance(part, str | numbers.Integral) for part in field)
        if not isinstance(field, str) and not address:
            raise ConfigError("edits", f"An edit changes a setting or a parameter, not {quoted(field)}.")


def _checked_params(network: Network, params: Any) -> Params:
    wanted = "Weights must be [(W1, b1), …] of finite numbers"
    if not isinstance(params, Sequence) or not all(isinstance(pair, Sequence) and len(pair) == 2 for pair in params):
        raise ConfigError("params", f"{wanted}, not {quoted(params)}.")
    layers = [(numbers_of(W, "params", wanted), numbers_of(b, "params", wanted)) for W, b in params]
    try:
        return network.unpack(network.pack(layers))
    except ValueError as error:
        raise ConfigError("params", f"{wanted}. {error}") from error


def _shown(data: Data, X: ArrayLike) -> Array:
    """What the network is shown for the user's rows X (N, d). Raises ConfigError for anything else."""
    rows = numbers_of(X, "X", f"Rows must be numbers of shape (N, {data.X.shape[1]})")
    if rows.ndim != 2 or rows.shape[1] != data.X.shape[1]:
        raise ConfigError("X", f"Rows must have shape (N, {data.X.shape[1]}), not {rows.shape}.")
    if not np.isfinite(rows).all():
        raise ConfigError("X", "Every number of the rows must be finite.")
    return data.show(rows)


def _step(trainer: Trainer, epoch: int, number: int) -> Step:
    """Update number `number` (from 0) of the epoch that starts after `epoch` epochs, with everything about it."""
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
