"""The five figures of the Train page, made for one run and brought to any of its epochs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_core.activations import Array
from backprop_core.datasets import Data
from backprop_core.run import Run, Snapshot
from playground.figures import learned, said
from playground.figures.curves import Curves
from playground.figures.live import Live
from playground.figures.matrices import Matrices, Matrix
from playground.figures.network import Diagram
from playground.figures.theme import Theme
from playground.figures.units import MOST_ROWS, TILE, Mosaic

HEIGHTS = {"network": 256, "learned": 256, "weights": 216, "gradients": 216, "loss_curve": 176}
LONGEST_NAME = 8  # of an input; where one is longer, all are x1, x2, …
MOST_SAMPLES = 12  # training rows in the heatmaps of activations and of δ

GRADIENT_VIEWS = ("Gradients", "Activations", "δ", "Updates")
CURVE_VIEWS = ("Loss", "Gradient norm")


@dataclass(frozen=True)
class Views:
    """What the user chose to see, of each panel that shows more than one thing."""

    learned: str
    gradients: str = GRADIENT_VIEWS[0]
    curves: str = CURVE_VIEWS[0]
    log: bool = True


def learned_views(data: Data) -> tuple[str, ...]:
    """The pictures there are of what a network has learned from this data, the best first."""
    inputs, views = data.X.shape[1], []
    if inputs == 2 and (data.classes or data.outputs == 1) and len(data.X) > 1:
        views.append("Surface")
    if inputs == 1 and not data.classes:
        views.append("Curve")
    columns = inputs + 2 * data.outputs
    if len(data.X) <= learned.MOST_TABLE_ROWS and columns <= learned.MOST_TABLE_COLUMNS:
        views.append("Table")
    elif data.classes:
        views.insert(1 if inputs == 2 else 0, "Confusion")
    return (*views, "Units")


def unit_names(run: Run) -> list[tuple[str, ...]]:
    """Names of the units of every layer: inputs, h1, h2, … (h2.1 in the second of several hidden layers), outputs."""
    *hidden, outputs = run.network.sizes[1:]
    inputs = run.data.input_labels
    if any(len(name) > LONGEST_NAME for name in inputs):
        inputs = tuple(f"x{i + 1}" for i in range(len(inputs)))
    several = len(hidden) > 1
    layers = [tuple(f"h{l}.{i + 1}" if several else f"h{i + 1}" for i in range(n)) for l, n in enumerate(hidden, 1)]
    output_names = ("y",) if outputs == 1 else tuple(f"y{i + 1}" for i in range(outputs))
    return [inputs, *layers, output_names]


class Board:
    """The Train page's figures for one run, made at the epoch shown first."""

    def __init__(self, run: Run, views: Views, theme: Theme, shown: int) -> None:
        names = unit_names(run)
        self.network = Diagram(names, theme, HEIGHTS["network"])
        self.weights = Matrices(parameter_names(names, ""), theme, HEIGHTS["weights"])
        self._names, self._views, self._curve_names = names, views, _curve_names(run, views.curves)
        self.learned, self._update_learned = learned_figure(run, views.learned, theme, HEIGHTS["learned"])
        self.gradients, self._gradient_values = _gradients(run, views.gradients, names, theme)
        self.loss_curve = Curves(self._curve_names, theme, HEIGHTS["loss_curve"], log=views.log)
        self._norms = views.curves == CURVE_VIEWS[1]
        self._run = run
        self.update(run.at(shown), still=True)
        for figure in self.figures.values():
            figure.settle()
        self.first_alts = self.alts(run.at(shown))

    @property
    def figures(self) -> dict[str, Live]:
        """The figures by the name of their panel."""
        return {name: getattr(self, name) for name in HEIGHTS}

    @property
    def patches(self) -> dict[str, dict[str, object]]:
        """What brings the figures from their first epoch to the one they were updated to, by panel."""
        return {name: figure.patch for name, figure in self.figures.items()}

    def update(self, snapshot: Snapshot, *, still: bool) -> None:
        """Bring every figure to the epoch of a snapshot; `still` adds what is read by pointing at it."""
        self.network.update_params(snapshot.params, hints=still)
        self.weights.update_cells([_with_bias(*pair) for pair in snapshot.params])
        self._update_learned(snapshot)
        self.gradients.update_cells(self._gradient_values(snapshot))
        self._update_curves(snapshot.epoch)

    def alts(self, snapshot: Snapshot) -> dict[str, str]:
        """What the figures show at the epoch of a snapshot, in words, by panel."""
        epoch, view = snapshot.epoch, self._views.gradients
        names, weights = parameter_names(self._names, ""), [_with_bias(*pair) for pair in snapshot.params]
        epochs, curves = self._curves()
        return {
            "network": said.network(epoch, self._run.network.sizes, names, weights),
            "learned": learned_alt(self._views.learned, snapshot, self._names[1:]),
            "weights": said.matrices("Weights", epoch, names, weights),
            "gradients": said.matrices(view, epoch, self.gradients.names, self._gradient_values(snapshot)),
            "loss_curve": said.curves(self._views.curves, self._curve_names, curves, epochs, epoch),
        }

    def _update_curves(self, shown: int) -> None:
        epochs, curves = self._curves()
        self.loss_curve.update_curves(epochs, curves, shown)

    def _curves(self) -> tuple[Array, list[Array]]:
        """The epochs (K,) of the curves, and the curves, each (K,)."""
        history = self._run.history
        if self._norms:
            epochs, norms = self._run.gradient_norms()
            return epochs, list(norms.T)
        curves = [history.loss, history.test_loss] if len(history.test_loss) else [history.loss]
        return np.arange(len(history.loss)), curves


def _with_bias(W: Array, b: Array) -> Array:
    return np.vstack([W, b])


def parameter_names(names: Sequence[Sequence[str]], prefix: str) -> list[Matrix]:
    """The names of every layer's matrix of weights, its biases in the last row."""
    return [
        Matrix(f"{prefix}W{l}, {prefix}b{l}", (*below, "bias"), tuple(units))
        for l, (below, units) in enumerate(zip(names[:-1], names[1:], strict=True), start=1)
    ]


def _gradients(
    run: Run, view: str, names: list[tuple[str, ...]], theme: Theme
) -> tuple[Matrices, Callable[[Snapshot], list[Array]]]:
    height = HEIGHTS["gradients"]
    if view == "Updates":
        return Matrices(parameter_names(names, "Δ"), theme, height), _updates
    if view == "Gradients":
        return Matrices(parameter_names(names, "d"), theme, height), lambda snapshot: [
            _with_bias(*pair) for pair in snapshot.grads
        ]
    letter = "a" if view == "Activations" else "δ"
    rows = tuple(f"row {i + 1}" for i in range(min(len(run.data.X), MOST_SAMPLES)))
    titles = [Matrix(f"{letter}{l}", rows, units) for l, units in enumerate(names[1:], start=1)]

    def values(snapshot: Snapshot) -> list[Array]:
        arrays = snapshot.a[1:] if view == "Activations" else snapshot.delta
        return [array[: len(rows)] for array in arrays]

    return Matrices(titles, theme, height), values


def _updates(snapshot: Snapshot) -> list[Array]:
    step = snapshot.step()
    return [
        _with_bias(W_after - W, b_after - b)
        for (W, b), (W_after, b_after) in zip(step.params, step.params_after, strict=True)
    ]


def learned_figure(run: Run, view: str, theme: Theme, height: int) -> tuple[Live, Callable[[Snapshot], None]]:
    """A picture, one of `learned_views`, of what a run has learned, and what brings it to the epoch of a snapshot."""
    data = run.data
    if view == "Surface":
        surface, plane = learned.Surface(data, theme, height), learned.plane_grid(data)
        return surface, lambda snapshot: surface.update_outputs(snapshot.predict(plane))
    if view == "Curve":
        curve, line = learned.Curve(data, theme, height), learned.line_grid(data)
        return curve, lambda snapshot: curve.update_outputs(snapshot.predict(line))
    if view == "Table":
        table = learned.Table(data, theme, height)
        return table, lambda snapshot: table.update_outputs(snapshot.a[-1])
    if view == "Confusion":
        confusion = learned.Confusion(data.classes, theme, height)
        return confusion, lambda snapshot: confusion.update_counts(confusion_counts(snapshot))
    plane = learned.plane_grid(data, TILE) if data.X.shape[1] == 2 else _stripe(data)
    mosaic = Mosaic(unit_names(run)[1:], theme, height, stripe=0 if data.X.shape[1] == 2 else len(plane))
    return mosaic, lambda snapshot: mosaic.update_units(snapshot.respond(plane))


def learned_alt(view: str, snapshot: Snapshot, names: Sequence[Sequence[str]]) -> str:
    """What a picture, one of `learned_views`, shows at the epoch of a snapshot, in words. `names`: of its units."""
    data, epoch = snapshot.data, snapshot.epoch
    if view == "Confusion":
        return said.confusion(data.classes, epoch, confusion_counts(snapshot))
    if view == "Units":
        return said.units(epoch, names, snapshot.a[1:])
    return said.learned(view, data, epoch, data.answer(snapshot.a[-1]), snapshot.score)


def confusion_counts(snapshot: Snapshot) -> Array:
    """Counts (classes, classes), true class down, on the test rows, or on the training rows where there are none."""
    from sklearn.metrics import confusion_matrix  # here, so that a page without one need not wait for the import

    data = snapshot.data
    held_back = len(data.X_test) > 0
    y, outputs = (data.y_test, snapshot.test_outputs) if held_back else (data.y, snapshot.a[-1])
    return confusion_matrix(data.labels(y), data.labels(outputs), labels=range(len(data.classes)))


def _stripe(data: Data) -> Array:
    """Inputs a stripe runs over: the line, or training rows in the order of their classes."""
    if data.X.shape[1] == 1:
        return learned.line_grid(data)
    order = np.argsort(data.labels(data.y), kind="stable") if data.classes else np.arange(len(data.X))
    return data.rows[order[:: -(-len(order) // MOST_ROWS)]]


def _curve_names(run: Run, view: str) -> tuple[str, ...]:
    if view == CURVE_VIEWS[1]:
        return tuple(f"layer {l}" for l in range(1, len(run.network.sizes)))
    return ("train", "test") if len(run.data.X_test) else ("train",)
