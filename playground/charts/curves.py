"""Curves over the epochs: the loss on training and test rows, or the norm of each layer's gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from playground.charts.live_figure import Live, encoded, layout, nice_ceiling, visible_axis
from playground.charts.theme import CLASSES, Theme

MOST_POINTS = 400


class Curves(Live):
    """Named curves over the epochs, log or linear, with a marker line at the shown epoch."""

    def __init__(self, names: Sequence[str], theme: Theme, height: int, *, log: bool) -> None:
        self._log = log
        line = {"width": 1.5, "color": theme.muted, "dash": "dot"}
        self._marker = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": line}
        colours = (theme.train, theme.test) if len(names) <= 2 else CLASSES
        lines = [
            go.Scatter(
                mode="lines",
                name=name,
                line={"color": colour, "width": 2, "simplify": False},
                hovertemplate=f"{name} at epoch %{{x:,}}: %{{y:.8g}}<extra></extra>",
            )
            for name, colour in zip(names, colours, strict=False)
        ]
        dots = go.Scatter(mode="markers", marker={"size": 9, "color": colours[: len(names)]}, hoverinfo="skip")
        axis = visible_axis(theme, tickfont={"size": 11})
        keys = [
            {
                "text": f"<b>{name}</b>",
                "x": 1,
                "y": 1,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "right",
                "yanchor": "top",
                "yshift": -15 * i,
                "showarrow": False,
                "font": {"size": 12, "color": colour},
            }
            for i, (name, colour) in enumerate(zip(names, colours, strict=False))
        ]
        super().__init__(
            [*lines, dots],
            **layout(
                theme,
                height,
                margin={"l": 58, "r": 10, "t": 8, "b": 24, "pad": 0},
                xaxis=axis | {"showgrid": False, "tickformat": ",d", "nticks": 8},
                yaxis=axis | {"type": "log" if log else "linear", "nticks": 5, "exponentformat": "e"},
                annotations=keys,
            ),
        )

    def update_curves(self, epochs: Array, curves: Sequence[Array], epoch: int) -> None:
        """Show these curves, each (K,) over epochs (K,), and the marker at an epoch."""
        kept = thinned(len(epochs), MOST_POINTS)
        at = int(np.searchsorted(epochs, epoch, side="right")) - 1
        values = [drawable(curve[kept], log=self._log) for curve in curves]
        lines = [{"x": encoded(epochs[kept], exact=True), "y": encoded(curve, exact=True)} for curve in values]
        dots = {"x": [int(epochs[at])] * len(curves), "y": [_number(curve[at]) for curve in curves]}
        reach = [0, max(10.0, nice_ceiling(float(epochs[-1])))]
        self.show(
            *lines,
            dots,
            layout={
                "shapes": [self._marker | {"x0": epoch, "x1": epoch}],
                "xaxis": {"range": reach},
                "yaxis": y_range(values, log=self._log),
            },
        )


def y_range(curves: Sequence[Array], *, log: bool) -> dict[str, Any]:
    """Range and ticks of a y axis that holds these curves, (K,) each."""
    low, high = _span(curves, log=log)
    if not log or high - low < 1.5:
        return {"range": [low, high]}
    return {"range": [low, high], "dtick": float(np.ceil((high - low) / 6))}


def thinned(length: int, most: int) -> Array:
    """Indices of at most `most` points out of `length`, evenly spread, with the first and the last."""
    return np.linspace(0, length - 1, min(length, most)).astype(int)


def drawable(curve: Array, *, log: bool) -> Array:
    """A curve (K,) with NaN where the scale has no place: at infinity, and at or below 0 on a log scale."""
    return np.where(np.isfinite(curve) & ((curve > 0) | (not log)), curve, np.nan)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _span(curves: Sequence[Array], *, log: bool) -> list[float]:
    """The range of the y axis, rounded to whole steps so that it does not change with every frame."""
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if not len(finite):
        return [0.0, 1.0]
    if log:
        low, high = np.log10(finite.min()), np.log10(finite.max())
        return [float(np.floor(low * 2) / 2 - 0.05), float(np.ceil(high * 2) / 2 + 0.05)]
    return [min(0.0, float(finite.min())), nice_ceiling(float(finite.max())) * 1.02]
