"""The network as a diagram: a circle for each unit, and for each weight a line whose width shows its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array, Params
from playground.charts.live_figure import HIDDEN_AXIS, Live, encoded, layout, nice_ceiling
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

MOST_LINES = 400  # of larger networks, only the largest weights are drawn
WIDEST = 0.055  # half the width of the widest line, in units of the diagram's height
MARGIN = 0.45  # beside the first and the last layer, in units of the distance between layers
LOWEST, HIGHEST = -0.08, 1.08  # the diagram's reach


class WeightLines:
    """The lines of the weights between units at these places, (units, 2) for each layer, in three traces.

    A line ends `gap` beside the places of its two units.
    """

    def __init__(self, names: Sequence[Sequence[str]], places: Sequence[Array], *, gap: float = 0.0) -> None:
        ends = np.concatenate(
            [
                np.hstack([np.repeat(left, len(right), axis=0), np.tile(right, (len(left), 1))])
                for left, right in zip(places[:-1], places[1:], strict=True)
            ]
        )
        self._ends = ends + np.array([gap, 0.0, -gap, 0.0])
        self._pairs = [
            literal(f"{left} → {right}")
            for a, b in zip(names[:-1], names[1:], strict=True)
            for left in a
            for right in b
        ]
        self._widest = WIDEST * min(1.0, 8 / max(len(layer) for layer in names))

    def traces(self, theme: Theme, *, reach: float = 12) -> list[go.Scatter]:
        """Negative weights, positive ones, and places that tell a weight when the mouse is within half of `reach`."""
        lines = [
            go.Scatter(
                mode="lines",
                fill="toself",
                fillcolor=colour,
                line={"width": 0, "simplify": False},
                hoverinfo="skip",
                opacity=0.85,
            )
            for colour in (theme.negative, theme.positive)
        ]
        hints = go.Scatter(mode="markers", marker={"size": reach, "opacity": 0}, hovertemplate="%{text}<extra></extra>")
        return [*lines, hints]

    def changes(self, params: Params, *, hints: bool) -> list[dict[str, Any]]:
        """What changes of the three traces at these parameters; without `hints`, nothing of the third."""
        weights = np.concatenate([W.ravel() for W, _ in params])
        sizes = np.abs(weights)
        order = np.argsort(-sizes, kind="stable")[:MOST_LINES]
        largest = nice_ceiling(float(sizes.max(initial=0.0)))
        lines = []
        for chosen in (order[weights[order] < 0], order[weights[order] > 0]):
            x, y = _bars(self._ends[chosen], self._widest * sizes[chosen] / largest)
            lines.append({"x": encoded(x), "y": encoded(y)})
        middles: dict[str, Any] = {}
        if hints:
            middle = self._ends[order][:, :2] * 0.62 + self._ends[order][:, 2:] * 0.38
            middles = {
                "x": middle[:, 0].tolist(),
                "y": middle[:, 1].tolist(),
                "text": [f"{self._pairs[i]}: w = {weights[i]:.6g}" for i in order],
            }
        return [*lines, middles]


class Diagram(Live):
    """A diagram of layers with these unit names. Circles are coloured by bias, lines by the sign of the weight."""

    def __init__(self, names: Sequence[Sequence[str]], theme: Theme, height: int) -> None:
        places = places_of(names)
        self._lines = WeightLines(names, places)
        self._names = [literal(name) for layer in names for name in layer]
        self._inputs = len(names[0])
        units = np.concatenate(places)
        crowded = max(len(layer) for layer in names) > 12
        circles = go.Scatter(
            mode="markers" if crowded else "markers+text",
            x=units[:, 0],
            y=units[:, 1],
            text=None if crowded else self._names,
            textfont={"size": 12, "color": theme.text},
            hovertemplate="%{customdata}<extra></extra>",
            marker={
                "size": 7 if crowded else 30,
                "colorscale": diverging(theme),
                "line": {"width": 1.5, "color": theme.muted},
            },
        )
        super().__init__([*self._lines.traces(theme), circles], **diagram_layout(names, theme, height))

    def update_params(self, params: Params, *, hints: bool) -> None:
        """Show these parameters; `hints` adds the exact values on hover, which frames leave out while playing."""
        biases = np.concatenate([b for _, b in params])
        circles: dict[str, Any] = {"marker": bias_colours(np.concatenate([np.zeros(self._inputs), biases]))}
        if hints:
            inputs, units = self._names[: self._inputs], self._names[self._inputs :]
            circles["customdata"] = [*inputs, *bias_hints(units, biases)]
        self.show(*self._lines.changes(params, hints=hints), circles)


def places_of(names: Sequence[Sequence[str]]) -> list[Array]:
    """(units, 2) for each layer: the places of its units, in a column at x = layer, spread evenly over the height."""
    return [
        np.stack([np.full(len(units), float(layer)), 1.0 - (np.arange(len(units)) + 0.5) / len(units)], axis=1)
        for layer, units in enumerate(names)
    ]


def diagram_layout(names: Sequence[Sequence[str]], theme: Theme, height: int) -> dict[str, Any]:
    """The layout of a diagram of layers at x = 0, 1, … between y = 0 and 1."""
    return layout(
        theme,
        height,
        xaxis=HIDDEN_AXIS | {"range": [-MARGIN, len(names) - 1 + MARGIN]},
        yaxis=HIDDEN_AXIS | {"range": [LOWEST, HIGHEST]},
    )


def bias_colours(biases: Array) -> dict[str, Any]:
    """The colours of markers that show these biases."""
    end = nice_ceiling(float(np.abs(biases).max(initial=0.0)))
    return {"color": encoded(biases, exact=True), "cmin": -end, "cmax": end}


def bias_hints(names: Sequence[str], biases: Array) -> list[str]:
    """What the mouse is told about the biases of units."""
    return [f"{name}: b = {bias:.6g}" for name, bias in zip(names, biases, strict=True)]


def _bars(ends: Array, half_widths: Array) -> tuple[Array, Array]:
    """Outlines of bars from (x0, y0) to (x1, y1): one polygon for each bar, with a gap (NaN) after it."""
    x0, y0, x1, y1 = ends.T
    gap = np.full(len(ends), np.nan)
    x = np.stack([x0, x1, x1, x0, x0, gap], axis=1)
    half_widths = np.maximum(half_widths, 0.001)
    y = np.stack(
        [y0 + half_widths, y1 + half_widths, y1 - half_widths, y0 - half_widths, y0 + half_widths, gap], axis=1
    )
    return x.ravel(), y.ravel()
