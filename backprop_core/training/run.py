"""A run: a configuration and its edits, trained epoch by epoch, with access to every past epoch.

The same configuration and edits give the same bits, so a run stores only what is expensive to compute again: losses,
and keyframes to replay from.
"""

from __future__ import annotations

import copy
import operator
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.linalg import norm

from backprop_core.data.rows import TableRows
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.network import respond
from backprop_core.settings.config import SPECS, Config
from backprop_core.settings.parameter import Address, checked_value
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError
from backprop_core.training import saving
from backprop_core.training.course import Course
from backprop_core.training.edited_config import EditedConfig
from backprop_core.training.problem import checked_params, data_for, network_for, start_weights, with_user_rows
from backprop_core.training.recipe import Recipe
from backprop_core.training.snapshot import network_inputs

PIECE_SECONDS = 0.1


class Run(Course):
    """A network in training.

    Parameters
    ----------
    config : Config
    data : (X, y), a DataFrame or TableRows, optional
        The user's own rows, X (N, d) and y (N,) or (N, k), instead of the configuration's dataset. All rows are used
        for training, unless the configuration has a `test_share`.

        y (N,) or (N, 1) with only 0 and 1 means two classes. Other whole numbers from 0 are class numbers with
        `output="softmax"`, one output per class. With unbounded outputs they are regression targets, like any other
        numbers; with sigmoid or tanh outputs they are rejected if the output cannot reach them.
        y (N, k) with only 0 and 1 means k classes if every row has exactly one 1, and otherwise k labels, which are
        scored one by one. Any other y (N, k) is k regression targets.

        A pandas DataFrame is read as the Data page reads a file: words become inputs of 0 and 1, large numbers are
        standardised, columns that only name the row are left out; `user_rows.report` says what was done. Text, truth
        values and categories are classes, numbers as above. In (X, y), X may be a DataFrame: all of it is inputs,
        numbers as they are.
    target : name or names, optional
        The column of a DataFrame that is learned; by default the last.
    params : [(W, b), ...], optional
        Starting weights, W (fan_in, fan_out) and b (fan_out,) for each layer, instead of those drawn by the
        configuration's initializer.

    Attributes
    ----------
    epoch : int
        Completed epochs.
    diverged : int or None
        The epoch whose loss or parameters were no longer finite. The run is then at the epoch before it.
    goal_reached : bool
        Whether the last `advance` stopped because an epoch met a stop condition that the epoch before it did not.
    history : History
        Losses of all epochs, and keyframes.
    edits : tuple of Edit
        Changes made while training, ordered by epoch.

    Raises
    ------
    ConfigError
        If data or weights are not finite numbers of these shapes, or do not fit the configuration: `.field` is "data",
        "params", "config", or the setting concerned.
    """

    def __init__(self, config: Config, *, data: Any = None, target: Any = None, params: Params | None = None) -> None:
        config, self.user_rows = with_user_rows(config, data, target)
        rows = data_for(config, self.user_rows)
        network = network_for(config, rows)
        self.start_params = None if params is None else checked_params(network, params)
        theta = network.pack(self.start_params or start_weights(config, network))
        super().__init__(network, rows, EditedConfig(config), theta)

    @classmethod
    def replay(cls, recipe: Recipe) -> Run:
        """The run of a recipe, trained for its number of epochs or until it diverges. Raises ConfigError."""
        return deque(cls.replaying(recipe), maxlen=1).pop()

    @classmethod
    def replaying(cls, recipe: Recipe) -> Iterator[Run]:
        """Replay in pieces: yields the same run again every fraction of a second, until it is complete.

        Raises ConfigError.
        """
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
    def recipe(self) -> Recipe:
        """What defines the run, and how far it was trained, counting completed epochs only."""
        return Recipe(self.config, self.edits, self.epoch, self.user_rows, self.start_params)

    def to_json(self) -> str:
        """A file with everything that defines the run, its number of epochs, and its parameters with a digest."""
        return saving.write(self.recipe, float(self.history.loss[-1]), self.at(self.epoch).params)

    @classmethod
    def from_json(cls, content: str | bytes) -> Run:
        """The run of a file from `to_json`, trained again to the same epoch. Raises ConfigError for any other file."""
        if not isinstance(content, str | bytes):
            raise ConfigError("file", f"A saved run is text or bytes, not {short_repr(content)}.")
        return cls.replay(saving.read(content).recipe)

    def copy(self) -> Run:
        """An independent copy of the run at its current epoch. Nothing is trained again."""
        twin = copy.copy(self)
        twin.history = self.history.copy()
        twin._continue(self._trainer.state.copy())
        return twin

    @property
    def params(self) -> Params:
        """Copies of the current parameters, [(W, b), ...], W (fan_in, fan_out) and b (fan_out,)."""
        return self.network.unpack(self._trainer.theta.copy())

    def predict(self, X: Any) -> Array:
        """Outputs of the current parameters.

        If the run standardises inputs, X is scaled first; if it scales targets, outputs are scaled back.

        Parameters
        ----------
        X : (N, d)
            Rows of finite numbers with the columns of the run's data, in the user's units. A single row is [[0, 1]].
            If the run was made of a table, also a DataFrame with its columns, or a list of dicts.

        Returns
        -------
        (N, k)
            Outputs of the k output units. For classes, k is 1 (the probability of class 1) or the number of classes.

        Raises
        ------
        ConfigError
            With field "X", for anything but finite numbers of this shape.
        """
        inputs = network_inputs(self.data, self._prepared(X))
        return self.data.answer(respond(self.network, self._trainer.theta, inputs)[-1])

    def gradient_norms(self, most: int = 128) -> tuple[Array, Array]:
        """Norms of each layer's gradient [dW; db]: epochs (K,), K up to `most`, and norms (K, layers).

        Taken at keyframes and at the newest epoch. Norms are cached, so that only new ones are computed when training
        continues.
        """
        epochs, norms = self.history.spread(most), self.history.norms
        for epoch in epochs:
            if epoch not in norms:
                gradients = self.at(epoch).grads
                with np.errstate(over="ignore"):
                    norms[epoch] = np.array([np.hypot(norm(dW), norm(db)) for dW, db in gradients])
        self.history.norms = {epoch: norms[epoch] for epoch in epochs}
        return np.array(epochs), np.array([norms[epoch] for epoch in epochs])

    def edit(self, *, params: Mapping[Address, float] | None = None, **changes: Any) -> None:
        """Change settings or single parameters from the current epoch on.

        `changes` are fields of the group `learning`, which are recorded as edits, or `goal`, which affect no numbers.
        `params` maps addresses to new values: `{(1, "W", 0, 1): 2.0, (2, "b", 0): 0.5}`.

        Raises
        ------
        ConfigError
            For any other field, a bad value, an unknown address, values that make the loss infinite or NaN, or in the
            middle of an epoch. The run is then unchanged.
        """
        if self._batch:
            raise ConfigError("epoch", "An edit needs a completed epoch; finish this one first, with advance(1).")
        if not isinstance(params, Mapping | None):
            raise ConfigError("params", f"Parameters are given by their addresses, not as {short_repr(params)}.")
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

    def _prepared(self, X: Any) -> Any:
        """Raw rows of the table that the run was made of as rows of numbers; other rows as they are."""
        preparation = self.user_rows.preparation if isinstance(self.user_rows, TableRows) else None
        is_frame = hasattr(X, "iloc") and hasattr(X, "columns")
        is_raw = is_frame or (isinstance(X, list | tuple) and len(X) > 0 and isinstance(X[0], Mapping))
        if preparation is None or not is_raw:
            return X
        rows = X.rename(columns=str).to_dict("records") if is_frame else X
        try:
            return np.array([preparation.inputs(row) for row in rows]).reshape(len(rows), -1)
        except ValueError as error:
            raise ConfigError("X", str(error)) from error

    def _advance_to(self, epoch: int) -> Iterator[Run]:
        """Train to an epoch, ignoring stop conditions on the way, in pieces that each take a fraction of a second."""
        while self.epoch < epoch and self.diverged is None:
            self.advance_for(PIECE_SECONDS, epoch)
            yield self
