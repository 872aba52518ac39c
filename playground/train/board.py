"""The five figures of the Train page, made for one run and updated to any of its epochs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_core.data import Data
from backprop_core.nn import Array
from backprop_core.training import Run, Snapshot
from playground.charts import alt_text
from playground.charts.curves import MOST_TICKS, Curves
from playground.charts.enlarged import CROWDED, LARGE, Sizes, enlarged, enlarged_figure
from playground.charts.learned import plane_grid
from playground.charts.live_figure import Live
from playground.charts.matrices import Matrices, Matrix
from playground.charts.network.responses import WIDTH
from playground.charts.of_run import (
    NETWORK_VIEWS,
    learned_alt,
    learned_figure,
    network_figure,
    parameter_names,
    unit_names,
    with_bias,
)
from playground.charts.pictures import Patterns
from playground.charts.theme import Theme
from playground.train.plane import Plane, Point

HEIGHTS = {"network": 248, "learned": 248, "weights": 208, "gradients": 208, "loss_curve": 149}
MOST_LARGE_UNITS, MOST_LARGE_COLUMNS = 5, 6  # of a layer, and in all: more are not enlarged
LARGE_TICKS = 3
LARGE_WIDTHS = {1: 505, 2: 270, 3: 440, 4: 440, 5: 290}  # of the network, by how many charts share the screen
MOST_SAMPLES = 12  # training rows shown in the heatmaps of activations and of δ

GRADIENT_VIEWS = ("Gradients", "Activations", "δ", "Updates")
PICTURES = "Pictures"  # of the gradients, where inputs are pixels
CURVE_VIEWS = ("Loss", "Gradient norm")


@dataclass(frozen=True)
class Views:
    """The chosen view of each panel that has several, and which charts are on the page.

    large : whether the charts are for a projector
    clickable : whether points of the surface can be clicked
    """

    learned: str
    gradients: str = GRADIENT_VIEWS[0]
    curves: str = CURVE_VIEWS[0]
    log: bool = True
    network: str = NETWORK_VIEWS[0]
    charts: tuple[str, ...] = tuple(HEIGHTS)
    large: bool = False
    clickable: bool = False


class Board:
    """The figures of one run, made at one epoch; point : of the surface that is marked, in the user's units."""

    def __init__(self, run: Run, views: Views, theme: Theme, epoch: int, point: Point | None = None) -> None:
        names = unit_names(run)
        width = LARGE_WIDTHS.get(len(views.charts), WIDTH) if views.large else WIDTH
        self.network, self._update_network = network_figure(run, views.network, theme, HEIGHTS["network"], width)
        self.weights = Matrices(parameter_names(names, ""), theme, HEIGHTS["weights"])
        self._names, self._views, self._curve_names = names, views, _curve_names(run, views.curves)
        self.point = point
        self.learned, self._update_learned = self._make_learned(run, theme)
        self.gradients: Matrices | Patterns
        self.gradients, self._gradient_values = _gradients(run, views.gradients, names, theme)
        ticks = LARGE_TICKS if views.large else MOST_TICKS
        self.loss_curve = Curves(self._curve_names, theme, HEIGHTS["loss_curve"], log=views.log, ticks=ticks)
        self._norms = views.curves == CURVE_VIEWS[1]
        self._run = run
        self.update(run.at(epoch), still=True)
        self._sizes = _large_sizes(run.network.sizes, views.network)
        for name, figure in self.figures.items():
            figure.settle()
            if views.large:
                figure.figure = enlarged_figure(figure.figure, self._sizes.get(name, LARGE))
        self.first_alts = self.alts(run.at(epoch))

    @property
    def figures(self) -> dict[str, Live]:
        """The figures by the name of their panel."""
        return {name: getattr(self, name) for name in self._views.charts}

    @property
    def patches(self) -> dict[str, dict[str, object]]:
        """By panel, the patches from the epoch the figures were made at to the one they were updated to."""
        patches = {name: figure.patch for name, figure in self.figures.items()}
        if not self._views.large:
            return patches
        return {name: enlarged(patch, self._sizes.get(name, LARGE)) for name, patch in patches.items()}

    def update(self, snapshot: Snapshot, *, still: bool) -> None:
        """Update every figure to a snapshot; `still` adds hover texts."""
        updates: dict[str, Callable[[], object]] = {
            "network": lambda: self._update_network(snapshot, still),
            "weights": lambda: self.weights.update_cells([with_bias(*pair) for pair in snapshot.params]),
            "learned": lambda: self._update_learned(snapshot, still),
            "gradients": lambda: self._update_gradients(self._gradient_values(snapshot)),
            "loss_curve": lambda: self._update_curves(snapshot.epoch),
        }
        for name in self._views.charts:
            updates[name]()

    def alts(self, snapshot: Snapshot) -> dict[str, str]:
        """The alternative texts of the figures at a snapshot, by panel."""
        epoch = snapshot.epoch
        names, weights = parameter_names(self._names, ""), [with_bias(*pair) for pair in snapshot.params]
        epochs, curves = self._curves()
        texts = {
            "network": lambda: self._network_alt(snapshot, names, weights),
            "learned": lambda: learned_alt(self._views.learned, snapshot, self._names[1:]),
            "weights": lambda: alt_text.matrices("Weights", epoch, names, weights),
            "gradients": lambda: self._gradients_alt(epoch, self._gradient_values(snapshot)),
            "loss_curve": lambda: alt_text.curves(self._views.curves, self._curve_names, curves, epochs, epoch),
        }
        return {name: texts[name]() for name in self._views.charts}

    def _network_alt(self, snapshot: Snapshot, names: list[Matrix], weights: list[Array]) -> str:
        said = alt_text.network(snapshot.epoch, self._run.network.sizes, names, weights)
        if self._views.network == NETWORK_VIEWS[0]:
            return said
        return f"{said} {alt_text.responses(snapshot.data.inputs, self._names[1:], snapshot.a[1:])}"

    @property
    def takes_clicks(self) -> bool:
        """Whether the learned picture is a plane whose points can be clicked."""
        return isinstance(self.learned, Plane)

    def _make_learned(self, run: Run, theme: Theme) -> tuple[Live, Callable[[Snapshot, bool], None]]:
        view, height = self._views.learned, HEIGHTS["learned"]
        if view != "Surface" or not self._views.clickable:
            figure, update = learned_figure(run, view, theme, height)
            return figure, lambda snapshot, still: update(snapshot)
        plane, grid = Plane(run.data, theme, height), plane_grid(run.data)

        def update_plane(snapshot: Snapshot, still: bool) -> None:
            plane.point = self.point
            plane.update_plane(snapshot.predict(grid), still=still)

        return plane, update_plane

    def _update_gradients(self, values: list[Array]) -> None:
        if isinstance(self.gradients, Patterns):
            self.gradients.update_weights(values[0])
        else:
            self.gradients.update_cells(values)

    def _gradients_alt(self, epoch: int, values: list[Array]) -> str:
        if isinstance(self.gradients, Patterns):
            return alt_text.patterns(epoch, self._names[1], values[0], "gradients")
        return alt_text.matrices(self._views.gradients, epoch, self.gradients.names, values)

    def _update_curves(self, epoch: int) -> None:
        epochs, curves = self._curves()
        self.loss_curve.update_curves(epochs, curves, epoch)

    def _curves(self) -> tuple[Array, list[Array]]:
        """The epochs (K,) of the curves, and the curves, each (K,)."""
        history = self._run.history
        if self._norms:
            epochs, norms = self._run.gradient_norms()
            return epochs, list(norms.T)
        curves = [history.loss, history.test_loss] if len(history.test_loss) else [history.loss]
        return np.arange(len(history.loss)), curves


def gradient_views(data: Data) -> tuple[str, ...]:
    """The views of the panel of gradients for this data."""
    return (*GRADIENT_VIEWS, PICTURES) if data.picture else GRADIENT_VIEWS


def _gradients(
    run: Run, view: str, names: list[tuple[str, ...]], theme: Theme
) -> tuple[Matrices | Patterns, Callable[[Snapshot], list[Array]]]:
    height = HEIGHTS["gradients"]
    if run.data.picture and view == PICTURES:
        pictures = Patterns(names[1], run.data.picture, theme, height, "gradient")
        return pictures, lambda snapshot: [snapshot.grads[0][0]]
    if view == "Updates":
        return Matrices(parameter_names(names, "Δ"), theme, height), lambda snapshot: [
            with_bias(*pair) for pair in snapshot.step().change
        ]
    if view == "Gradients":
        return Matrices(parameter_names(names, "d"), theme, height), lambda snapshot: [
            with_bias(*pair) for pair in snapshot.grads
        ]
    letter = "a" if view == "Activations" else "δ"
    rows = tuple(f"row {i + 1}" for i in range(min(len(run.data.X), MOST_SAMPLES)))
    titles = [Matrix(f"{letter}{l}", rows, units) for l, units in enumerate(names[1:], start=1)]

    def values(snapshot: Snapshot) -> list[Array]:
        arrays = snapshot.a[1:] if view == "Activations" else snapshot.delta
        return [array[: len(rows)] for array in arrays]

    return Matrices(titles, theme, height), values


def _large_sizes(layers: Sequence[int], network: str) -> dict[str, Sizes]:
    """How much charts are enlarged, by panel, if their marks are too many to be as large as those of others."""
    crowded = ["network"] if max(layers) > MOST_LARGE_UNITS and network == NETWORK_VIEWS[0] else []
    crowded += ["weights", "gradients"] if sum(layers[1:]) > MOST_LARGE_COLUMNS or max(layers) > MOST_SAMPLES else []
    return dict.fromkeys(crowded, CROWDED)


def _curve_names(run: Run, view: str) -> tuple[str, ...]:
    if view == CURVE_VIEWS[1]:
        return tuple(f"layer {l}" for l in range(1, len(run.network.sizes)))
    return ("train", "test") if len(run.data.X_test) else ("train",)
