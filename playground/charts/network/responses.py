"""The network as a diagram in which each unit is a small picture of what it gives over the plane of the two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.data import Data
from backprop_core.nn import Array, Params
from playground.charts.learned import plane_grid
from playground.charts.live_figure import Live, encoded, nice_ceiling
from playground.charts.network.diagram import (
    HIGHEST,
    LOWEST,
    MARGIN,
    WeightLines,
    bias_colours,
    bias_hints,
    diagram_layout,
    places_of,
)
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

MOST_UNITS = 16  # of a layer: the pictures of more would be too small
SPACED = 4  # units of a layer, up to which every tile has its name above it
WIDTH = 505  # of a chart in pixels, at which the pictures are squares if nothing else is said
NAME = 16  # pixels that a name needs above a tile
BESIDE = 34  # and beside it
SHARE = 0.84  # of the distance between units that pictures without names take
MARK = 0.28  # of the side of a picture: the mark of the bias
FEWEST_POINTS, MOST_POINTS = 12, 20  # along each side of a picture


class Responses(Live):
    """A diagram of layers with these unit names, in which every unit is a tile: its activation over the inputs' plane.

    The units of a layer share a scale of colours; each input has its own, for it is a quantity of its own. Lines end at
    the sides of the tiles, and a mark at a corner has the colour of the bias.

    width : of the chart in pixels, at which the tiles are squares
    plane : (points², 2): the rows, in the user's units, whose activations are shown
    """

    def __init__(
        self, data: Data, names: Sequence[Sequence[str]], theme: Theme, height: int, width: int = WIDTH
    ) -> None:
        places = places_of(names)
        side, across, down = _sizes(names, width, height)
        wide, tall = side / across, side / down
        self._points = int(np.clip(side / 1.6, FEWEST_POINTS, MOST_POINTS))
        self.plane = plane_grid(data, self._points)
        self._lines = WeightLines(names, places, gap=wide / 2)
        self._units = [literal(name) for layer in names[1:] for name in layer]
        spots = [f"({x1:.3g}, {x2:.3g})" for x1, x2 in self.plane]
        scaled = [" (scaled)" if data.scaling else ""] + [""] * (len(names) - 1)
        scaled[-1] = " (scaled)" if data.target_scaling else ""

        def heatmap(layer: int, units: slice) -> go.Heatmap:
            hints = np.array([[f"{literal(name)} at {spot}" for name in names[layer][units]] for spot in spots])
            return go.Heatmap(
                x=np.linspace(layer - wide / 2, layer + wide / 2, self._points + 1),
                y=np.concatenate(
                    [np.linspace(y - tall / 2, y + tall / 2, self._points + 1) for y in places[layer][units, 1][::-1]]
                ),
                text=_column(hints, "").tolist(),
                colorscale=diverging(theme),
                showscale=False,
                hoverongaps=False,
                hovertemplate=f"%{{text}}: %{{z:.4g}}{scaled[layer]}<extra></extra>",
            )

        inputs = [heatmap(0, slice(i, i + 1)) for i in range(len(names[0]))]
        for tile, values in zip(inputs, data.show(self.plane).T, strict=True):
            tile.update(_colours(values[:, None]))
        layers = [heatmap(layer, slice(None)) for layer in range(1, len(names))]
        self._inputs = len(inputs)
        corners = np.concatenate(places[1:]) - [wide / 2, tall / 2]
        marks = go.Scatter(
            mode="markers",
            x=corners[:, 0],
            y=corners[:, 1],
            hovertemplate="%{customdata}<extra></extra>",
            marker={
                "size": float(np.clip(side * MARK, 4, 10)),
                "colorscale": diverging(theme),
                "line": {"width": 1, "color": theme.text},
            },
        )
        super().__init__(
            [*inputs, *layers, *self._lines.traces(theme, reach=20), _frames(places, wide, tall, theme), marks,
             _names(names, places, (wide, tall), theme, beside=across * MARGIN - side / 2 >= BESIDE)],
            **diagram_layout(names, theme, height) | {"hoverdistance": 2},
        )  # fmt: skip

    def update_units(self, params: Params, activations: Sequence[Array], *, hints: bool) -> None:
        """Show these parameters and activations, (points², units) for each layer, of the rows of `plane`.

        `hints` adds the exact parameters on hover, which frames leave out while playing.
        """
        biases = np.concatenate([b for _, b in params])
        marks: dict[str, Any] = {"marker": bias_colours(biases)}
        if hints:
            marks["customdata"] = bias_hints(self._units, biases)
        still: list[dict[str, Any]] = [{} for _ in range(self._inputs)]
        lines = self._lines.changes(params, hints=hints)
        self.show(*still, *map(_colours, activations), *lines, {}, marks)


def _sizes(names: Sequence[Sequence[str]], width: int, height: int) -> tuple[float, float, float]:
    """The side of a tile in pixels, and how many pixels one unit of the diagram has across and down."""
    most = max(map(len, names))
    across, down = width / (len(names) - 1 + 2 * MARGIN), height / (HIGHEST - LOWEST)
    pitch = down / most
    return min(across / 2, pitch - NAME if most <= SPACED else pitch * SHARE), across, down


def _column(values: Array, gap: Any) -> Array:
    """A layer's tiles (points², units) as the cells of a heatmap, the last unit lowest, with a row of gaps between."""
    points = round(len(values) ** 0.5)
    tiles = values.T[::-1].reshape(-1, points, points)
    rows = np.full((len(tiles), 1, points), gap, dtype=tiles.dtype)
    return np.concatenate([tiles, rows], axis=1).reshape(-1, points)[:-1]


def _colours(values: Array) -> dict[str, Any]:
    """What changes of the heatmap of a layer when its units give these values (points², units)."""
    end = nice_ceiling(float(np.nanmax(np.abs(values), initial=0.0)))
    return {"z": encoded(_column(values, np.nan)), "zmin": -end, "zmax": end}


def _frames(places: Sequence[Array], wide: float, tall: float, theme: Theme) -> go.Scatter:
    """A thin frame around every tile: without it, one that is pale everywhere would not be seen."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1], [np.nan, np.nan]]) * [wide / 2, tall / 2]
    outline = (np.concatenate(places)[:, None] + corners).reshape(-1, 2)
    return go.Scatter(
        mode="lines", x=outline[:, 0], y=outline[:, 1], line={"width": 1, "color": theme.muted}, hoverinfo="skip"
    )


def _names(
    names: Sequence[Sequence[str]], places: Sequence[Array], tile: tuple[float, float], theme: Theme, *, beside: bool
) -> go.Scatter:
    """The names above the tiles; in a layer without room for them, `beside` inputs and outputs, where no lines are."""
    (wide, tall), last = tile, len(names) - 1
    spots: list[tuple[float, float, str, str]] = []
    for layer, units in enumerate(names):
        side = {0: -1, last: 1}.get(layer, 0) if len(units) > SPACED else 0
        if len(units) <= SPACED or (side and beside):
            where = {-1: "middle left", 0: "top center", 1: "middle right"}[side]
            shift = np.array([side * (wide / 2 + 0.02), 0 if side else tall / 2 + 0.012])
            spots += [(x, y, literal(name), where) for name, (x, y) in zip(units, places[layer] + shift, strict=True)]
    return go.Scatter(
        mode="text",
        x=[x for x, _, _, _ in spots],
        y=[y for _, y, _, _ in spots],
        text=[text for _, _, text, _ in spots],
        textposition=[where for _, _, _, where in spots],
        textfont={"size": 12 if max(map(len, names)) <= 8 else 10, "color": theme.text},
        hoverinfo="skip",
    )
