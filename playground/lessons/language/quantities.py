"""What can be read of a run by name: the closed vocabulary of claims and answers.

A name is a quantity, its indexes and an epoch, `gradient[1]@100`. An entry says how it is read:

- of "epoch": from a `Snapshot`, at the epoch named, or at the run's end;
- of "history": from the trained `Run` and a `Snapshot` of it, at an epoch likewise;
- of "run": from the trained `Run`;
- of "config": from the configuration, of a run or of a sweep;
- of "grid": from what a sweep is to train;
- of "sweep": from the `Result` of a sweep over seeds;
- of "mistake": from the numbers of the first update, computed with a mistake.

Layers count from 1; units, inputs, rows and values of a swept setting from 0, as in the addresses of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from backprop_core import Config, Run, Snapshot
from backprop_core.nn import ACTIVATIONS, OUTPUTS, Array, Params
from backprop_core.settings import SPECS
from backprop_core.sweep import Result
from backprop_core.training import is_solved, solved_from

FLAT = 0.01  # a unit is saturated in a row where its slope is smaller than this

Source = Literal["epoch", "history", "run", "config", "grid", "sweep", "mistake"]
Form = Literal["rounded", "counted", "exact"]
AT_EPOCHS = ("epoch", "history")


@dataclass(frozen=True)
class Quantity:
    """An entry of the vocabulary: what it is, where it is read, the names of its indexes, and how it is written."""

    about: str
    read: Callable[..., float]
    of: Source = "epoch"
    indexes: tuple[str, ...] = ()
    form: Form = "rounded"


def _norm(*arrays: Array) -> float:
    return float(np.sqrt(sum(float((array * array).sum()) for array in arrays)))


def _gradient(snapshot: Snapshot, layer: int) -> float:
    return _norm(*_of(snapshot.grads, layer))


def _slopes(snapshot: Snapshot, layer: int) -> Array:
    """The slope f′(z) of every unit of a layer for every training row, (N, n_l)."""
    names = snapshot.config.activations
    function = ACTIVATIONS[names[layer - 1]] if layer <= len(names) else OUTPUTS[snapshot.config.output]
    return function.derivative(_of(snapshot.z, layer), _of(snapshot.a[1:], layer))


def _unit_difference(snapshot: Snapshot, layer: int) -> float:
    """The largest difference between the parameters of two units of a layer, those that go out of it included."""
    W, b = _of(snapshot.params, layer)
    units = np.vstack([W, b, *(W_above.T for W_above, _ in snapshot.params[layer : layer + 1])])
    return float(np.ptp(units, axis=1).max())


def _angle(snapshot: Snapshot) -> float:
    """Degrees between the next update and the direction of steepest descent."""
    update, gradient = _flat(snapshot.step().change), _flat(snapshot.grads)
    lengths = _norm(update) * _norm(gradient)
    return float(np.degrees(np.arccos(np.clip(-(update @ gradient) / lengths, -1.0, 1.0)))) if lengths else 0.0


def _flat(params: Params) -> Array:
    """All weights and biases, or all of their gradients, one after the other."""
    return np.concatenate([array.ravel() for pair in params for array in pair])


def _row_gradients(snapshot: Snapshot) -> Array:
    """The share of every training row in the gradient, (N, P) without penalty: they add up to it."""
    parts = []
    for a, delta in zip(snapshot.a, snapshot.delta, strict=False):
        parts += [(a[:, :, np.newaxis] * delta[:, np.newaxis, :]).reshape(len(a), -1), delta]
    return np.hstack(parts)


def _opposed(snapshot: Snapshot) -> float:
    """The share of the training rows whose own gradient points away from the sum of all."""
    rows = _row_gradients(snapshot)
    return float((rows @ rows.sum(axis=0) < 0).mean())


def _spread(snapshot: Snapshot) -> float:
    """How far the gradient of one row alone lies from the mean of all, root mean square, in lengths of that mean."""
    rows = _row_gradients(snapshot)
    mean = rows.mean(axis=0)
    return float(np.sqrt(((rows - mean) ** 2).sum(axis=1).mean())) / (_norm(mean) or 1.0)


def _rises(run: Run) -> float:
    return float((np.diff(run.history.loss) > 0).mean()) if run.epoch else 0.0


def _test_loss(run: Run, snapshot: Snapshot) -> float:
    return float(run.history.test_loss[snapshot.epoch])


def _of(layers: Any, layer: int) -> Any:
    """What belongs to a layer, counted from 1; a layer 0 is none."""
    if layer < 1:
        raise IndexError(layer)
    return layers[layer - 1]


def _solved_from(run: Run) -> float:
    """The epoch from which on every row was right; NaN if the run does not end so."""
    return float(solved_from(run)) if is_solved(run) else math.nan


def _solved(result: Result, place: int) -> float:
    return float(result.solved[place, 0].sum())


QUANTITIES: dict[str, Quantity] = {
    "loss": Quantity("training loss, penalty included", lambda snapshot: snapshot.loss),
    "data_loss": Quantity("training loss without penalty", lambda snapshot: snapshot.loss - snapshot.penalty),
    "accuracy": Quantity("share of the training rows that are right, or R²", lambda snapshot: snapshot.score),
    "test_accuracy": Quantity("the same of the test rows", lambda snapshot: snapshot.test_score),
    "gradient": Quantity("length of a layer's gradient, its biases included", _gradient, indexes=("layer",)),
    "whole_gradient": Quantity(
        "length of the gradient of all parameters", lambda snapshot: _norm(_flat(snapshot.grads))
    ),
    "dead": Quantity(
        "share of a layer's units whose slope is 0 for every training row",
        lambda snapshot, layer: float((_slopes(snapshot, layer) == 0).all(axis=0).mean()),
        indexes=("layer",),
    ),
    "off": Quantity(
        "share of the training rows for which a unit's slope is 0",
        lambda snapshot, layer, unit: float((_slopes(snapshot, layer)[:, unit] == 0).mean()),
        indexes=("layer", "unit"),
    ),
    "saturated": Quantity(
        f"share of a layer's slopes, over units and training rows, below {FLAT}",
        lambda snapshot, layer: float((np.abs(_slopes(snapshot, layer)) < FLAT).mean()),
        indexes=("layer",),
    ),
    "slope": Quantity(
        "slope f′(z) of a unit in a training row",
        lambda snapshot, layer, row, unit: float(_slopes(snapshot, layer)[row, unit]),
        indexes=("layer", "row", "unit"),
    ),
    "unit_difference": Quantity(
        "largest difference between the weights of two units of a layer, in and out",
        _unit_difference,
        indexes=("layer",),
    ),
    "unit_gradient": Quantity(
        "length of the gradient of the weights into one unit, its bias included",
        lambda snapshot, layer, unit: _norm(*(array[..., unit] for array in _of(snapshot.grads, layer))),
        indexes=("layer", "unit"),
    ),
    "weight": Quantity(
        "a weight",
        lambda snapshot, layer, i, j: float(_of(snapshot.params, layer)[0][i, j]),
        indexes=("layer", "from", "to"),
    ),
    "weight_gradient": Quantity(
        "the gradient of a weight",
        lambda snapshot, layer, i, j: float(_of(snapshot.grads, layer)[0][i, j]),
        indexes=("layer", "from", "to"),
    ),
    "bias": Quantity(
        "a bias", lambda snapshot, layer, j: float(_of(snapshot.params, layer)[1][j]), indexes=("layer", "unit")
    ),
    "bias_gradient": Quantity(
        "the gradient of a bias",
        lambda snapshot, layer, j: float(_of(snapshot.grads, layer)[1][j]),
        indexes=("layer", "unit"),
    ),
    "delta": Quantity(
        "δ of a unit in a training row",
        lambda snapshot, layer, row, unit: float(_of(snapshot.delta, layer)[row, unit]),
        indexes=("layer", "row", "unit"),
    ),
    "output": Quantity(
        "what the first output unit answers to a training row",
        lambda snapshot, row: float(snapshot.a[-1][row, 0]),
        indexes=("row",),
    ),
    "opposed": Quantity("share of the training rows whose own gradient points away from the sum of all", _opposed),
    "spread": Quantity("distance of one row's gradient from the mean of all, in lengths of that mean", _spread),
    "angle": Quantity("degrees between the next update and steepest descent", _angle),
    "update": Quantity("length of the next update", lambda snapshot: _norm(_flat(snapshot.step().change))),
    "test_loss": Quantity("loss on the test rows, without penalty", _test_loss, "history"),
    "gap": Quantity(
        "test loss minus training loss, both without penalty",
        lambda run, snapshot: _test_loss(run, snapshot) - (snapshot.loss - snapshot.penalty),
        "history",
    ),
    "rows": Quantity("number of training rows", lambda run: float(len(run.data.X)), "run", form="counted"),
    "updates": Quantity(
        "updates in an epoch",
        lambda run: float(-(-len(run.data.X) // (run.config.batch_size or len(run.data.X)))),
        "run",
        form="counted",
    ),
    "parameters": Quantity(
        "number of weights and biases", lambda run: float(run.network.parameters), "run", form="counted"
    ),
    "diverged": Quantity(
        "the epoch whose numbers were no longer finite, 0 if there is none",
        lambda run: float(run.diverged or 0),
        "run",
        form="counted",
    ),
    "solved_from": Quantity(
        "the epoch from which on every training row was right",
        _solved_from,
        "run",
        form="counted",
    ),
    "lowest_test_loss": Quantity(
        "the lowest loss on the test rows of all epochs", lambda run: float(run.history.test_loss.min()), "run"
    ),
    "best_epoch": Quantity(
        "the epoch with the lowest loss on the test rows",
        lambda run: float(run.history.test_loss.argmin()),
        "run",
        form="counted",
    ),
    "rises": Quantity("share of the epochs after which the training loss was higher than before", _rises, "run"),
    "seeds": Quantity("number of seeds", lambda grid: float(len(grid.seeds)), "grid", form="counted"),
    "solved": Quantity("how many seeds solved it", _solved, "sweep", ("value",), form="counted"),
    "success": Quantity(
        "share of the seeds that solved it", lambda result, place: float(result.success[place, 0]), "sweep", ("value",)
    ),
    "mistaken_loss": Quantity(
        "loss after an update made with the mistake", lambda numbers: float(numbers["loss_new"]), "mistake"
    ),
    "mistaken_weight": Quantity(
        "a weight after an update made with the mistake",
        lambda numbers, layer, i, j: float(numbers[f"W{layer}_new"][i, j]),
        "mistake",
        ("layer", "from", "to"),
    ),
    "mistaken_delta": Quantity(
        "δ of a unit in a row, computed with the mistake",
        lambda numbers, layer, row, unit: float(numbers[f"delta{layer}"][row, unit]),
        "mistake",
        ("layer", "row", "unit"),
    ),
}


def _setting(name: str) -> Quantity:
    def read(config: Config) -> float:
        return float(getattr(config, name))

    return Quantity(f"the setting {name}", read, "config", form="exact")


QUANTITIES |= {name: _setting(name) for name, spec in SPECS.items() if spec.kind in {"integer", "real"}}
