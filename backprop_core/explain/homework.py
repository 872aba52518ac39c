"""Check my homework: a small network typed in by hand, its right numbers, and what went wrong with a wrong one."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.explain.marking import FLOAT_NOISE, Mark, mark, read
from backprop_core.explain.mistakes import SLIPS, Numbers, Slip, Switches, by_name, recompute
from backprop_core.explain.rounding import noise
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.settings.config import Config
from backprop_core.settings.spec import ConfigError
from backprop_core.training.presets import PRESETS, Preset
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Step

__all__ = ["EXAMPLES", "SLIPS", "Homework", "Mark", "Slip", "diagnose", "mark", "noises", "quantities"]

MOST_UNITS = 4  # inputs, units of a hidden layer, outputs: what a class computes by hand
MOST_HIDDEN_LAYERS = 2
MOST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Homework:
    """One update of a network that a class typed in: plain gradient descent, all rows at once, no penalty.

    X (N, d) and y (N, k) are the rows, params [(W, b), ...] the starting weights, W (fan_in, fan_out) and b (fan_out,),
    of none, one or two hidden layers. Names are the registries'. Arrays are copied and read-only; nothing is checked
    before `check`, so that a form can be filled in step by step.
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
            object.__setattr__(self, name, _kept(getattr(self, name)))
        if _is_list_of_pairs(self.params):
            object.__setattr__(self, "params", [(_kept(W), _kept(b)) for W, b in self.params])

    def check(self) -> None:
        """Raise what `run` raises, if it does."""
        self.run()

    def run(self) -> Run:
        """A new run of this network, so that its numbers are the training's own.

        Raises
        ------
        ConfigError
            With `.field`, one of the attributes: for more than 8 rows or more than 4 inputs, hidden units or outputs,
            more than two hidden layers, shapes that do not fit, numbers that are not finite, unknown names, and
            functions that do not go together.
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
        """The first update, of all rows. Raises ConfigError as `run` does."""
        return self.run().step()

    @functools.cached_property
    def _right(self) -> Numbers:
        run = self.run()
        step = run.step()
        loss_new = run.history.loss[-1] if run.diverged is None else math.nan
        grads = list(zip(step.dW, step.db, strict=True))
        losses = np.array([step.loss, loss_new])
        return _frozen(by_name(step.z, step.a[1:], step.delta, grads, step.params_after, losses))

    @functools.cached_property
    def _noise(self) -> Numbers:
        return _frozen(noise(self, self._right))

    @functools.cached_property
    def _slipped(self) -> tuple[Numbers, list[tuple[Slip, Numbers]]]:
        """The right numbers, and those of every slip in every way it can be made, all by `recompute`."""
        wrong = [(slip, recompute(self, way)) for slip in SLIPS.values() for way in slip.variants(self)]
        return recompute(self, Switches()), wrong


def quantities(homework: Homework) -> dict[str, Array]:
    """The right values of one update by name, as training computes them; read-only.

    For every layer l: z, a and delta (N, n_l), dW and W_new (n_{l-1}, n_l), db and b_new (n_l,), named `z1`, `a1`,
    `delta1`, `dW1`, `db1`, `W1_new`, `b1_new`, …; and the losses before and after the update, `loss` and `loss_new` ().
    `loss_new` is not a number where the update overflows. Raises ConfigError as `Homework.run` does.
    """
    return dict(homework._right)


def noises(homework: Homework) -> dict[str, Array]:
    """How far `quantities` may be off, in the same shapes, as float64 rounds; for `mark`. Raises ConfigError."""
    return dict(homework._noise)


def diagnose(homework: Homework, name: str, index: tuple[int, ...], typed: str) -> list[Slip]:
    """The slips that reproduce a wrong number as it was typed, most common first.

    A slip is named only if it changes this quantity, if its value has the typed digits, and if the right value has not
    (both as `mark` compares them). So nothing is said of a right number, nor of none, nor of zeros, which have no digit
    to compare; and where few digits were typed, several slips may fit. Each is tried in every way it can be made: in
    all layers, or in one alone.

    Raises
    ------
    ConfigError
        For a name that is not among `quantities`, an index outside its array, or as `Homework.run` does.
    """
    right = _entry(homework._right, name, index)
    number = read(typed)
    noise_here = float(homework._noise[name][index])
    if number is None or not number.digits or number.says(right, noise_here):
        return []
    base, wrong = homework._slipped
    unchanged = float(base[name][index])
    found = []
    for slip, numbers in wrong:
        value = float(numbers[name][index])
        changed = not math.isclose(value, unchanged, rel_tol=float(FLOAT_NOISE), abs_tol=noise_here)
        if slip not in found and changed and number.says(value, noise_here):
            found.append(slip)
    return found


def _entry(numbers: Numbers, name: str, index: tuple[int, ...]) -> float:
    if name not in numbers:
        raise ConfigError("name", f"{name!r} is not a quantity of this network. It has {', '.join(numbers)}.")
    shape = numbers[name].shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ConfigError("index", f"{name} has shape {shape}, so {index} is not one of its entries.")
    return float(numbers[name][index])


def _kept(values: Any) -> Any:
    """A read-only copy as an array of numbers; what is none stays as it is, for `check` to name."""
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


def _frozen(numbers: Numbers) -> Numbers:
    frozen = {name: np.array(array) for name, array in numbers.items()}
    for array in frozen.values():
        array.setflags(write=False)
    return frozen


def _of(preset: Preset) -> Homework:
    run = preset.run()
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


EXAMPLES: dict[str, Homework] = {name: _of(PRESETS[name]) for name in ("mazur", "notebook", "function")}
