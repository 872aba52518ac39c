"""What every chart of a run needs: which pictures there are, and the names of units and parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from backprop_core.data import Data
from backprop_core.nn import Array
from backprop_core.training import Run, Snapshot
from playground.charts import alt_text, learned, pictures
from playground.charts.live_figure import Live
from playground.charts.matrices import Matrix
from playground.charts.network import responses
from playground.charts.network.diagram import Diagram
from playground.charts.theme import Theme
from playground.charts.units import MOST_ROWS, TILE, Mosaic

NETWORK_VIEWS = ("Circles", "Responses")
LONGEST_NAME = 8  # of an input; if one is longer, all are called x1, x2, …


def network_views(data: Data) -> tuple[str, ...]:
    """The pictures of a network that suit this data; what units respond to is a picture where there are two inputs."""
    return NETWORK_VIEWS if data.X.shape[1] == 2 else NETWORK_VIEWS[:1]


def has_room_for_responses(run: Run) -> bool:
    """Whether every layer is small enough for a picture in each of its units."""
    return max(run.network.sizes) <= responses.MOST_UNITS


def learned_views(data: Data) -> tuple[str, ...]:
    """The pictures of what a network has learned that suit this data, the best first."""
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
    if data.picture:
        views += ["Patterns", *(["Wrong rows"] if data.classes else [])]
    return (*views, "Units")


def unit_names(run: Run) -> list[tuple[str, ...]]:
    """The names of every layer's units: inputs; h1, h2, … or, with several hidden layers, h1.1, h1.2, …; outputs."""
    *hidden, outputs = run.network.sizes[1:]
    inputs = run.data.input_labels
    if any(len(name) > LONGEST_NAME for name in inputs):
        inputs = tuple(f"x{i + 1}" for i in range(len(inputs)))
    several = len(hidden) > 1
    layers = [tuple(f"h{l}.{i + 1}" if several else f"h{i + 1}" for i in range(n)) for l, n in enumerate(hidden, 1)]
    output_names = ("y",) if outputs == 1 else tuple(f"y{i + 1}" for i in range(outputs))
    return [inputs, *layers, output_names]


def with_bias(W: Array, b: Array) -> Array:
    """Weights W (n, m) and biases b (m,) as one matrix (n + 1, m), the biases in the last row."""
    return np.vstack([W, b])


def parameter_names(names: Sequence[Sequence[str]], prefix: str) -> list[Matrix]:
    """The names of every layer's matrix of weights, its biases in the last row."""
    return [
        Matrix(f"{prefix}W{l}, {prefix}b{l}", (*below, "bias"), tuple(units))
        for l, (below, units) in enumerate(zip(names[:-1], names[1:], strict=True), start=1)
    ]


def network_figure(
    run: Run, view: str, theme: Theme, height: int, width: int = responses.WIDTH
) -> tuple[Live, Callable[[Snapshot, bool], None]]:
    """A picture of a network, one of `network_views`, and the function that updates it to a snapshot.

    The small pictures in it are squares in a chart `width` wide and `height` high, in pixels.
    The function is also told whether the picture stands still: then it has hints for the mouse.
    """
    names = unit_names(run)
    if view == NETWORK_VIEWS[0]:
        diagram = Diagram(names, theme, height)
        return diagram, lambda snapshot, still: diagram.update_params(snapshot.params, hints=still)
    tiles = responses.Responses(run.data, names, theme, height, width)
    return tiles, lambda snapshot, still: tiles.update_units(
        snapshot.params, snapshot.respond(tiles.plane), hints=still
    )


def learned_figure(run: Run, view: str, theme: Theme, height: int) -> tuple[Live, Callable[[Snapshot], None]]:
    """A picture of what a run has learned, one of `learned_views`, and the function that updates it to a snapshot."""
    data = run.data
    if view == "Surface":
        surface, plane = learned.Surface(data, theme, height), learned.plane_grid(data)
        return surface, lambda snapshot: surface.update_outputs(snapshot.predict(plane))
    if view == "Curve":
        curve, line = learned.Curve(data, theme, height), learned.line_grid(data)
        return curve, lambda snapshot: curve.update_outputs(snapshot.predict(line))
    if view == "Table":
        table = learned.OutputTable(data, theme, height)
        return table, lambda snapshot: table.update_outputs(snapshot.a[-1])
    if view == "Confusion":
        confusion = learned.Confusion(data.classes, theme, height)
        return confusion, lambda snapshot: confusion.update_counts(confusion_counts(snapshot))
    if data.picture and view == "Patterns":
        patterns = pictures.Patterns(unit_names(run)[1], data.picture, theme, height)
        return patterns, lambda snapshot: patterns.update_weights(snapshot.params[0][0])
    if data.picture and view == "Wrong rows":
        wrong = pictures.WrongRows(data, data.picture, theme, height)
        return wrong, lambda snapshot: wrong.update_rows(pictures.wrong_rows(snapshot))
    plane = learned.plane_grid(data, TILE) if data.X.shape[1] == 2 else _stripe(data)
    mosaic = Mosaic(unit_names(run)[1:], theme, height, stripe=0 if data.X.shape[1] == 2 else len(plane))
    return mosaic, lambda snapshot: mosaic.update_units(snapshot.respond(plane))


def learned_alt(view: str, snapshot: Snapshot, names: Sequence[Sequence[str]]) -> str:
    """What such a picture shows at the epoch of a snapshot, in words; `names` are those of the units."""
    data, epoch = snapshot.data, snapshot.epoch
    if view == "Confusion":
        return alt_text.confusion(data.classes, epoch, confusion_counts(snapshot))
    if view == "Units":
        return alt_text.units(epoch, names, snapshot.a[1:])
    if view == "Patterns":
        return alt_text.patterns(epoch, names[0], snapshot.params[0][0])
    if view == "Wrong rows":
        wrong = pictures.wrong_rows(snapshot)
        pairs = [(data.classes[i], data.classes[j]) for i, j in zip(wrong.true, wrong.predicted, strict=True)]
        return alt_text.wrong_rows(epoch, pictures.in_words(wrong, marks=False), pairs)
    return alt_text.learned(view, data, epoch, data.answer(snapshot.a[-1]), snapshot.score)


def confusion_counts(snapshot: Snapshot) -> Array:
    """Counts (classes, classes), true classes down, on the test rows, or on the training rows if there are none."""
    from sklearn.metrics import confusion_matrix  # imported late: it takes a while, and few pages need it

    data = snapshot.data
    held_back = len(data.X_test) > 0
    y, outputs = (data.y_test, snapshot.test_outputs) if held_back else (data.y, snapshot.a[-1])
    return confusion_matrix(data.labels(y), data.labels(outputs), labels=range(len(data.classes)))


def _stripe(data: Data) -> Array:
    """The inputs that a stripe shows: a line of values, or training rows in the order of their classes."""
    if data.X.shape[1] == 1:
        return learned.line_grid(data)
    order = np.argsort(data.labels(data.y), kind="stable") if data.classes else np.arange(len(data.X))
    return data.rows[order[:: -(-len(order) // MOST_ROWS)]]
