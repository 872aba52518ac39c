"""The panels of a replay: network, what it has learned, loss, weights and gradients, each with its update function."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from backprop_core.data import Data
from backprop_core.nn import Array, Params
from backprop_core.training import Run, Snapshot
from playground import wording
from playground.charts.curves import Curves
from playground.charts.learned import plane_grid
from playground.charts.live_figure import short
from playground.charts.matrices import Matrices, Matrix
from playground.charts.network.diagram import MOST_LINES, Diagram
from playground.charts.of_run import learned_figure, learned_views, parameter_names, unit_names
from playground.charts.plotly_text import literal
from playground.charts.theme import CLASSES, Theme
from playground.charts.units import MOST_ROWS, TILE, Mosaic
from playground.replay.film import Attributes, Panel

MOST_UNITS = 16  # of a layer, up to which a diagram is readable
MOST_CELLS = 8_000  # of a heatmap; larger ones show the largest of every 2 × 2, 3 × 3, … cells
MOST_RESPONSES = 24_000  # cells of the responses of units
MOST_EXACT = 2_000  # cells of a heatmap whose numbers are exact to the last bit
LONGEST_KEY = 40  # characters of all class names that fit above a picture
ROOMY, CIRCLE = 6, 25  # up to 6 units in a layer, circles are large; with more, 25 pixels
MOST_POINTS = 800  # rows drawn in a picture
ROOMY_TEXT, SMALL_TEXT = 12, 9  # font sizes in heatmaps with much and with little room
HEIGHT = 200  # of a figure on its own, before it becomes a panel

HEADINGS = {"Curve": "Fitted curve", "Table": "Outputs", "Confusion": "Confusion matrix"}

Update = Callable[[Snapshot], str]  # updates a panel to a snapshot; returns the note beside its heading


def scenes(run: Run, theme: Theme) -> list[tuple[Panel, Update]]:
    """The panels of a run, each with the function that updates it to a snapshot."""
    return [
        *_network(run, theme),
        *(_learned(run, view, theme) for view in _views(run.data)),
        _loss(run, theme),
        _matrices("Weights", "", run, theme, lambda snapshot: snapshot.params),
        _matrices("Gradients", "d", run, theme, lambda snapshot: snapshot.grads),
    ]


def title(snapshot: Snapshot, test_loss: float | None) -> str:
    """The epoch with its loss and accuracy, on training and on test rows, as HTML."""
    name = wording.score_name(snapshot.data.task)
    penalty = " with penalty" if snapshot.penalty else ""
    lines = [f"loss{penalty} {snapshot.loss:.6g}, {name} {wording.score(snapshot.score)}"]
    if test_loss is not None:
        lines = [f"training {lines[0]}", f"test loss {test_loss:.6g}, {name} {wording.score(snapshot.test_score)}"]
    small = "".join(f'<br><span style="font-size:13px">{line}</span>' for line in lines)
    return f"<b>Epoch {snapshot.epoch:,}</b>{small}"


def pooled(values: Array, by: int) -> Array:
    """The number of largest magnitude in every block of by × by cells of an array (rows, columns)."""
    rows, columns = (-(-length // by) for length in values.shape)
    padded = np.zeros((rows * by, columns * by))
    padded[: values.shape[0], : values.shape[1]] = values
    blocks = padded.reshape(rows, by, columns, by).swapaxes(1, 2).reshape(rows, columns, by * by)
    return np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1)[..., None], axis=-1)[..., 0]


def _views(data: Data) -> list[str]:
    """The best picture of what was learned; with a surface, the truth table too, if there is one."""
    first, *others = learned_views(data)
    return [first, *(view for view in others if (first, view) == ("Surface", "Table"))]


def _network(run: Run, theme: Theme) -> list[tuple[Panel, Update]]:
    """The diagram, unless it has too many lines to be read: the heatmaps show the weights too."""
    sizes = run.network.sizes
    if max(sizes) > MOST_UNITS or sum(a * b for a, b in itertools.pairwise(sizes)) > MOST_LINES:
        return []
    diagram = Diagram(unit_names(run), theme, HEIGHT)
    diagram.figure.update_traces({"line.simplify": False}, {"fill": "toself"})  # otherwise the thinnest lines vanish
    if max(sizes) > ROOMY:
        diagram.figure.update_traces({"marker.size": CIRCLE, "textfont.size": 10}, {"mode": "markers+text"})
    signs = f"{_coloured('−', theme.negative)} {_coloured('+', theme.positive)}"
    note = _muted(f"lines: weights, circles: biases, {signs}", theme)

    def update(snapshot: Snapshot) -> str:
        diagram.update_params(snapshot.params, hints=True)
        return note

    return [(Panel("Network", diagram, 0), update)]


def _learned(run: Run, view: str, theme: Theme) -> tuple[Panel, Update]:
    if view == "Units":
        return _units(run, theme)
    figure, update_figure = learned_figure(run, view, theme, HEIGHT)
    if view in ("Table", "Confusion"):
        figure.figure.update_traces({"textfont.size": 12}, {"mode": "text"})
    if view == "Confusion":  # with a scale pale enough to read numbers on
        figure.figure.update_traces({"colorscale": [(0.0, theme.middle), (1.0, theme.low)]}, {"type": "heatmap"})
    few = _draw_fewer(figure.figure)
    heading = HEADINGS.get(view, "Decision surface" if run.data.classes else "Output over the inputs")
    note = _learned_note(run.data, view, theme) + _muted(few, theme)

    def update(snapshot: Snapshot) -> str:
        update_figure(snapshot)
        return note

    return Panel(heading, figure, 0), update


def _units(run: Run, theme: Theme) -> tuple[Panel, Update]:
    """What single units respond to: of as many of the last layers as there is room for."""
    data, names = run.data, unit_names(run)[1:]
    flat = data.X.shape[1] == 2
    inputs = plane_grid(data, TILE) if flat else data.rows[:: -(-len(data.rows) // MOST_ROWS)]
    for first in range(len(names)):
        mosaic = Mosaic(names[first:], theme, HEIGHT, stripe=0 if flat else len(inputs))
        if mosaic.figure.data[0].z.size <= MOST_RESPONSES:
            break
    over = "the plane" if flat else "training rows"

    def update(snapshot: Snapshot) -> str:
        mosaic.update_units(snapshot.respond(inputs)[first:])
        return _muted(f"each over {over}{', last layers' if first else ''}", theme)

    return Panel("Responses of units", mosaic, 0), update


def _learned_note(data: Data, view: str, theme: Theme) -> str:
    tested = len(data.X_test) > 0
    if view == "Confusion":
        return _muted(f"{'test' if tested else 'training'} rows: true class down, predicted across", theme)
    if view not in ("Surface", "Curve"):
        return ""
    names = data.classes if len(" ".join(data.classes)) <= LONGEST_KEY else ()
    key = [f"{_coloured('●', colour)} {literal(name)}" for name, colour in zip(names, CLASSES, strict=False)]
    return "  ".join([*key, *([_muted("◆ test rows", theme)] if tested else [])])


def _loss(run: Run, theme: Theme) -> tuple[Panel, Update]:
    history = run.history
    losses = [history.loss, history.test_loss] if len(history.test_loss) else [history.loss]
    curves = Curves(("training", "test")[: len(losses)], theme, HEIGHT, log=True)
    corner = {"x": 0, "y": 0, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top", "xshift": -10}
    look = {"showarrow": False, "font": {"size": 11, "color": theme.muted}}
    curves.figure.add_annotation(**corner, **look, text="epoch")
    curves.figure.update_traces({"cliponaxis": False}, {"mode": "markers"})

    def update(snapshot: Snapshot) -> str:
        curves.update_curves(np.arange(len(history.loss)), losses, snapshot.epoch)
        axis = curves.patch["layout"]["yaxis"]
        axis |= {} if "dtick" in axis else _round_ticks(*axis["range"])
        return ""

    return Panel("Loss", curves, 0), update


def _matrices(
    heading: str, prefix: str, run: Run, theme: Theme, values: Callable[[Snapshot], Params]
) -> tuple[Panel, Update]:
    names = parameter_names(unit_names(run), prefix)
    by = next(by for by in itertools.count(1) if _cells(names, by) <= MOST_CELLS)
    fewer = [Matrix(matrix.title, matrix.rows[::by], matrix.columns[::by]) for matrix in names]
    matrices = Matrices(fewer, theme, HEIGHT, exact=_cells(names, by) <= MOST_EXACT)
    if by > 1:
        _say_sizes(matrices, fewer, names)
        low, high = matrices.figure.layout.xaxis.range
        matrices.figure.update_xaxes(range=[low, high + 0.04 * (high - low)])  # room for a last title

    def update(snapshot: Snapshot) -> str:
        end = matrices.update_cells([pooled(np.vstack(pair), by) for pair in values(snapshot)])
        each = f", the largest of every {by} × {by}" if by > 1 else ""
        return _muted(f"colours: ±{short(end)}{each}", theme)

    return Panel(heading, matrices, 1, _narrow_labels(matrices.figure.data[1])), update


def _narrow_labels(text: go.Scatter) -> Attributes:
    """What changes of a heatmap's labels on a narrow page; in the trace, names come before numbers.

    Names stay; numbers become smaller, or are left out where they are small on a wide page already.
    """
    names, numbers = len(text.text), len(text.x) - len(text.text)
    crowded = numbers > 0 and text.textfont.size < ROOMY_TEXT
    if crowded:
        text.textfont.size = SMALL_TEXT
    x = [None if crowded and i >= names else place for i, place in enumerate(text.x)]
    return {"x": x, "textfont.size": [text.textfont.size] * names + [SMALL_TEXT - 1] * numbers}


def _round_ticks(low: float, high: float) -> Attributes:
    """Ticks at 1, 2, 5, 10, …, from one power of ten to another."""
    powers = np.arange(np.floor(low), np.ceil(high) + 1)
    values = np.outer(10.0**powers, [1.0, 2.0, 5.0]).ravel()
    return {"tickvals": values.tolist(), "ticktext": [short(value) for value in values.tolist()]}


def _draw_fewer(figure: go.Figure) -> str:
    """Leave out points if there are too many to be drawn quickly; returns a note of how many are left."""
    traces = list(figure.select_traces({"type": "scatter", "mode": "markers"}))
    total, left = sum(len(trace.x) for trace in traces), 0
    for trace in traces:
        count = len(trace.x)
        most = -(-count * MOST_POINTS // max(total, MOST_POINTS))
        kept = np.sort(np.random.RandomState(0).permutation(count)[:most])
        left += len(kept)
        if len(kept) < count:
            trace.update(x=trace.x[kept], y=trace.y[kept])
            if trace.text is not None:
                trace.text = np.array(trace.text)[kept]
            if not isinstance(trace.marker.color, str):
                trace.marker.color = np.array(trace.marker.color)[kept]
    return f"  {left:,} of {total:,} rows drawn" if left < total else ""


def _cells(names: list[Matrix], by: int) -> int:
    """The number of cells of a heatmap in which every by × by cells are drawn as one."""
    tall = max(-(-len(matrix.rows) // by) for matrix in names)
    return tall * sum(-(-len(matrix.columns) // by) for matrix in names)


def _say_sizes(matrices: Matrices, fewer: list[Matrix], names: list[Matrix]) -> None:
    """Let a heatmap with fewer cells state the true sizes of its matrices."""
    texts = list(matrices.figure.data[1].text)
    for drawn, matrix in zip(fewer, names, strict=True):
        at = texts.index(f"<b>{drawn.title}</b>") + 1
        texts[at] = f"{len(matrix.rows)} × {len(matrix.columns)}"
    matrices.figure.data[1].text = texts


def _coloured(text: str, colour: str) -> str:
    return f'<span style="color:{colour}">{text}</span>'


def _muted(text: str, theme: Theme) -> str:
    return f'<span style="font-size:11px;color:{theme.muted}">{text}</span>'
