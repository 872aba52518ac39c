"""A mosaic of heatmaps: what every unit responds to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from playground.charts.live_figure import HIDDEN_AXIS, Live, encoded, layout, nice_ceiling
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

TILE = 18  # points along each side of a tile
MOST_UNITS = 16  # of a layer that are drawn: the first ones
MOST_ROWS = 80  # of the training rows, if there are not two inputs


class Mosaic(Live):
    """A column of tiles for each layer, a tile for each unit.

    With two inputs, a tile shows their plane, TILE × TILE points; otherwise it is a stripe over `stripe` inputs.
    """

    def __init__(self, names: Sequence[Sequence[str]], theme: Theme, height: int, *, stripe: int = 0) -> None:
        self._names = [layer[:MOST_UNITS] for layer in names]
        self._tile = (3, stripe) if stripe else (TILE, TILE)
        tallest = max(len(layer) for layer in self._names)
        self._pitch = (self._tile[0] + max(1, self._tile[0] // 6), self._tile[1] + max(4, self._tile[1] // 3))
        self._cells = np.full((tallest * self._pitch[0], len(names) * self._pitch[1]), np.nan)
        heatmap = go.Heatmap(
            z=self._cells,
            colorscale=diverging(theme),
            showscale=False,
            hoverongaps=False,
            hovertemplate="%{z:.4g}<extra></extra>",
        )
        spots = [(name, *self._corner(l, i)) for l, layer in enumerate(self._names) for i, name in enumerate(layer)]
        text = go.Scatter(
            mode="text",
            x=[left - 1 for _, _, left in spots],
            y=[top + self._tile[0] / 2 for _, top, _ in spots],
            text=[literal(name) for name, _, _ in spots],
            textposition="middle left",
            hoverinfo="skip",
            textfont={"size": 12 if tallest <= 10 else 9, "color": theme.text},
        )
        rows, columns = self._cells.shape
        super().__init__(
            [heatmap, text],
            **layout(
                theme,
                height,
                xaxis=HIDDEN_AXIS | {"range": [0, columns]},
                yaxis=HIDDEN_AXIS | {"range": [rows, -0.5]},
            ),
        )

    def update_units(self, activations: Sequence[Array]) -> None:
        """Show these activations, (points, units) for each layer; points in the order of `plane_grid(data, TILE)`."""
        tall, wide = self._tile
        for l, layer in enumerate(activations):
            for i in range(len(self._names[l])):
                top, left = self._corner(l, i)
                tile = layer[:, i].reshape(TILE, TILE)[::-1] if tall == wide else layer[:, i][None, :]
                self._cells[top : top + tall, left : left + wide] = tile
        end = nice_ceiling(float(np.nanmax(np.abs(self._cells))))
        self.show({"z": encoded(self._cells), "zmin": -end, "zmax": end})

    def _corner(self, layer: int, unit: int) -> tuple[int, int]:
        """Row and column of a tile's first cell; layers with few units are centred."""
        above = (self._cells.shape[0] // self._pitch[0] - len(self._names[layer])) * self._pitch[0] // 2
        return above + unit * self._pitch[0], layer * self._pitch[1] + self._pitch[1] - self._tile[1]
