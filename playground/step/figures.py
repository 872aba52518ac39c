"""An array as a heatmap with its numbers in the cells, the network's diagram with a framed layer, and an activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Activation, Array, Params
from playground.charts.live_figure import HIDDEN_AXIS, layout, nice_ceiling, visible_axis
from playground.charts.network.diagram import Diagram
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

ROW_HEIGHT = 30
WIDTH = 560  # pixels available for the cells
MOST_ROWS = 14
HIDDEN_NUMBER = "?"
CURVE_POINTS = 161


@dataclass(frozen=True)
class Window:
    """The visible part of a large array: rows and columns around a chosen cell."""

    rows: slice
    columns: slice

    def is_all(self, shape: tuple[int, int]) -> bool:
        """Whether it is the whole of an array of this shape."""
        return self.rows == slice(0, shape[0]) and self.columns == slice(0, shape[1])


def window(shape: tuple[int, int], row: int, column: int, digits: int, width: int = WIDTH) -> Window:
    """The cells around a chosen one that fit into `width` pixels, with numbers of this many digits."""
    most = (MOST_ROWS, max(2, width // (8 * digits + 44)))
    spans = []
    for length, chosen, room in zip(shape, (row, column), most, strict=True):
        start = min(max(0, chosen - room // 2), max(0, length - room))
        spans.append(slice(start, min(length, start + room)))
    return Window(*spans)


def cells(
    values: Array,
    names: tuple[Sequence[str], Sequence[str]],
    chosen: tuple[int, int] | None,
    theme: Theme,
    *,
    digits: int,
    hidden: bool = False,
) -> go.Figure:
    """A heatmap of values (rows, columns) with row and column names, each number in its cell, the chosen one framed.

    `hidden` shows question marks instead of the numbers. Cells can be selected; their `customdata` is (row, column).
    """
    rows, columns = values.shape
    end = nice_ceiling(float(np.abs(values).max(initial=0.0)))
    places = [(row, column) for row in range(rows) for column in range(columns)]
    texts = [HIDDEN_NUMBER if hidden else f"{values[place] + 0.0:.{digits}g}" for place in places]
    heatmap = go.Heatmap(
        z=np.zeros_like(values) if hidden else values,
        zmin=-end,
        zmax=end,
        colorscale=diverging(theme),
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    numbers = go.Scatter(
        mode="markers+text",
        x=[column for _, column in places],
        y=[row for row, _ in places],
        text=texts,
        customdata=[list(place) for place in places],
        marker={"size": 22, "opacity": 0},
        textfont={"size": 13, "color": theme.text},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}, "textfont": {"color": theme.text}},
        hovertemplate="%{text}<extra></extra>",
    )
    labels = [(float(column), -0.9, name) for column, name in enumerate(names[1])]
    labels += [(-0.62, float(row), name) for row, name in enumerate(names[0])]
    titles = go.Scatter(
        mode="text",
        x=[x for x, _, _ in labels],
        y=[y for _, y, _ in labels],
        text=[f"<b>{literal(text)}</b>" for _, _, text in labels],
        textposition=["middle center"] * columns + ["middle left"] * rows,
        hoverinfo="skip",
        textfont={"size": 12, "color": theme.text},
        unselected={"textfont": {"color": theme.text}},  # otherwise selecting a cell dims the numbers
    )
    frame = []
    if chosen is not None:
        row, column = chosen
        corners = {"x0": column - 0.48, "x1": column + 0.48, "y0": row - 0.48, "y1": row + 0.48}
        frame = [{"type": "rect", **corners, "line": {"color": theme.text, "width": 3}}]
    room = 0.2 + 0.085 * max(len(name) for name in names[0]) * (columns + 1) / 5
    return go.Figure(
        [heatmap, titles, numbers],
        layout(
            theme,
            ROW_HEIGHT * (rows + 1) + 26,
            xaxis=HIDDEN_AXIS | {"range": [-0.6 - room, columns - 0.45]},
            yaxis=HIDDEN_AXIS | {"range": [rows - 0.45, -1.4]},
            shapes=frame,
            clickmode="event+select",
        ),
    )


def highlighted(
    names: Sequence[Sequence[str]], params: Params, layer: int, *, backward: bool, theme: Theme, height: int
) -> go.Figure:
    """The network's diagram with the layer being computed framed, and an arrow in the direction of computation."""
    diagram = Diagram(names, theme, height)
    diagram.update_params(params, hints=True)
    diagram.settle()
    figure = diagram.figure
    figure.add_shape(
        type="rect", x0=layer - 0.22, x1=layer + 0.22, y0=-0.04, y1=1.0, line={"color": theme.test, "width": 3}
    )
    tail, head = (layer + 0.75, layer + 0.28) if backward else (layer - 0.75, layer - 0.28)
    if not backward or layer < len(names) - 1:
        arrow = {"x": head, "ax": tail, "y": 1.05, "ay": 1.05, "xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
        figure.add_annotation(**arrow, text="", showarrow=True, arrowhead=2, arrowwidth=3, arrowcolor=theme.test)
    figure.update_yaxes(range=[-0.08, 1.15])
    return figure


def tangent(function: Activation, z: float, slope: float, theme: Theme, height: int) -> go.Figure:
    """An activation and its derivative around a weighted sum, with the tangent there."""
    end = max(4.0, nice_ceiling(abs(z)))
    x = np.linspace(-end, end, CURVE_POINTS)
    a = function.f(x)
    at = float(function.f(np.array([z]))[0])
    reach = end / 3
    line = np.array([z - reach, z + reach])
    values = {"f": a, "f′": function.derivative(x, a), "tangent": at + slope * (line - z)}
    looks = {
        "f": {"color": theme.train, "width": 2.5},
        "f′": {"color": theme.test, "width": 2, "dash": "dash"},
        "tangent": {"color": theme.text, "width": 2},
    }
    curves = [
        go.Scatter(
            mode="lines", name=name, x=line if name == "tangent" else x, y=y, line=looks[name],
            hovertemplate=f"{name} at z = %{{x:.4g}}: %{{y:.4g}}<extra></extra>",
        )
        for name, y in values.items()
    ]  # fmt: skip
    points = go.Scatter(
        mode="markers",
        x=[z, z],
        y=[at, slope],
        marker={"size": 9, "color": [theme.train, theme.test], "line": {"width": 1, "color": theme.background}},
        hoverinfo="skip",
    )
    low, high = float(min(a.min(), 0.0)), float(max(a.max(), 1.0))
    room = 0.1 * (high - low)
    keys = [
        {
            "text": f"<b>{name}</b>",
            "x": 0,
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "top",
            "yshift": -16 * number,
            "xshift": 4,
            "showarrow": False,
            "font": {"size": 12, "color": look["color"]},
        }
        for number, (name, look) in enumerate(looks.items())
    ]
    axis = visible_axis(theme, tickfont={"size": 11})
    return go.Figure(
        [*curves, points],
        layout(
            theme,
            height,
            margin={"l": 34, "r": 8, "t": 6, "b": 22, "pad": 0},
            xaxis=axis | {"range": [-end, end], "nticks": 9},
            yaxis=axis | {"range": [low - room, high + room], "nticks": 5},
            annotations=keys,
        ),
    )
