"""Check my homework: one update of a small network that a user typed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.settings.config import Config
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Step

MOST_UNITS = 4  # inputs, units of a hidden layer, outputs: what students can compute by hand
MOST_HIDDEN_LAYERS = 2
MOST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Homework:
    """One update of a network that students typed in: plain gradient descent, full batch, no penalty.

    X (N, d) and y (N, k) are the rows, params [(W, b), ...] the starting weights, W (fan_in, fan_out) and b (fan_out,),
    with up to two hidden layers. Names of functions are those of the registries. Arrays are copied and read-only.
    Nothing is validated before `check` or `run`, so that a form can be filled in step by step.
    """

    X: Array
    y: Array
    params: Params
    activation: str
    output: str
    loss: str
    learning_rate: float
    train_biases: bool

    def __post_init__(self) -> None:
        for name in ("X", "y"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))
        if _is_list_of_pairs(self.params):
            object.__setattr__(self, "params", [(_read_only(W), _read_only(b)) for W, b in self.params])

    @staticmethod
    def of(run: Run) -> Homework:
        """The update that a run makes next, if all its hidden layers have one activation."""
        config = run.config
        return Homework(
            X=run.data.X,
            y=run.data.y,
            params=run.params,
            activation=config.activations[0],
            output=config.output,
            loss=config.loss,
            learning_rate=config.learning_rate,
            train_biases=config.train_biases,
        )

    def check(self) -> None:
        """Validate the homework. Raises ConfigError as `run` does."""
        self.run()

    def run(self) -> Run:
        """A new run of this network, so that its numbers are computed by the training code.

        Raises
        ------
        ConfigError
            With `.field` one of the attributes: for more than 8 rows or more than 4 inputs, hidden units or outputs,
            more than two hidden layers, shapes that do not fit, numbers that are not finite, unknown names, and
            functions that cannot be combined.
        """
        _check_table("X", "Inputs (X)", self.X)
        _check_table("y", "Targets (y)", self.y)
        if len(self.y) != len(self.X):
            raise ConfigError("y", f"There are {len(self.X)} rows of inputs, but {len(self.y)} of targets.")
        _check_params(self.params, self.X.shape[1], self.y.shape[1])
        if not isinstance(self.activation, str):
            raise ConfigError("activation", "All hidden layers have one activation: give its name.")
        config = Config(
            dataset="csv",
            test_share=0.0,
            hidden=tuple(W.shape[1] for W, _ in self.params[:-1]),
            activation=self.activation,
            output=self.output,
            loss=self.loss,
            learning_rate=self.learning_rate,
            train_biases=self.train_biases,
        )
        if self.output == "softmax" and self.y.shape[1] == 1:
            raise ConfigError("output", "Output 'softmax' of a single unit is always 1: it needs two outputs or more.")
        return Run(config, data=(self.X, self.y), params=self.params)

    def step(self) -> Step:
        """The first update, with all rows. Raises ConfigError as `run` does."""
        return self.run().step()


def _read_only(values: Any) -> Any:
    """A read-only copy as an array of numbers. Other values are returned unchanged, for `check` to report."""
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError):
        return values
    array.setflags(write=False)
    return array


def _is_list_of_pairs(params: Any) -> bool:
    return isinstance(params, list | tuple) and all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in params
    )


def _check_table(field: str, label: str, table: Any) -> None:
    if not isinstance(table, np.ndarray) or table.ndim != 2:
        raise ConfigError(field, f"{label} must be a table of numbers with rows of equal length.")
    rows, columns = table.shape
    if not 1 <= rows <= MOST_ROWS:
        raise ConfigError(field, f"{label} must have 1 to {MOST_ROWS} rows, not {rows}.")
    if not 1 <= columns <= MOST_UNITS:
        raise ConfigError(field, f"{label} must have 1 to {MOST_UNITS} columns, not {columns}.")
    if not np.isfinite(table).all():
        raise ConfigError(field, f"{label} must have a finite number in every cell.")


def _check_params(params: Any, inputs: int, outputs: int) -> None:
    if not _is_list_of_pairs(params) or not params:
        raise ConfigError("params", "Weights (params) must be a list of pairs (W, b), one a layer.")
    if len(params) > MOST_HIDDEN_LAYERS + 1:
        raise ConfigError(
            "params", f"A network can have at most {MOST_HIDDEN_LAYERS} hidden layers here, not {len(params) - 1}."
        )
    below = inputs
    for layer, (W, b) in enumerate(params, start=1):
        if not isinstance(W, np.ndarray) or W.ndim != 2:
            raise ConfigError("params", f"W{layer} must be a table of numbers with rows of equal length.")
        units = W.shape[1] if layer < len(params) else outputs
        if not 1 <= units <= MOST_UNITS:
            raise ConfigError("params", f"Layer {layer} must have 1 to {MOST_UNITS} units, not {units}.")
        if W.shape != (below, units):
            raise ConfigError(
                "params",
                f"W{layer} must have a row for each of the {below} units below and a column for each of its {units} "
                f"units, not shape {W.shape}.",
            )
        if not isinstance(b, np.ndarray) or b.shape != (units,):
            raise ConfigError("params", f"b{layer} must be a list of {units}, one number for each unit of its layer.")
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            raise ConfigError("params", f"W{layer} and b{layer} must have a finite number in every cell.")
        below = units
