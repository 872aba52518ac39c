"""The loss curves of all pinned runs in one figure, the style of each run, and small versions of other figures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from playground.charts.curves import MOST_POINTS, drawable, thinned, y_range
from playground.charts.live_figure import Live, encoded, layout, visible_axis
from playground.charts.plotly_text import literal
from playground.charts.theme import CLASSES, Theme

SERIES = ("Training", "Test", "Both")
COLOURS = CLASSES[:6]  # distinguishable for colour-blind eyes, on light and on dark; each again, dashed
MOST_STYLES = 2 * len(COLOURS)
ROOM = 30  # pixels right of the curves, for their numbers
TOP, BOTTOM = 8, 24
LABEL = 13  # pixels between the numbers of two curves that end together
DIVERGING = 1_000  # a curve that grows to so many times its start leaves the picture
BEYOND = 1_000  # and is cut off at so many times the picture's height
SAME_END = 0.04  # share of the axis: curves whose ends are closer count as ending together


class Style(NamedTuple):
    """How a run is drawn: its colour and, where colours repeat, its dashes."""

    colour: str
    dash: str


@dataclass(frozen=True, eq=False)
class Line:
    """The losses of a run after every epoch, (epochs + 1,); `test_loss` is empty if no rows are held back.

    `place` counts from 0 and decides the style; the page shows it counted from 1.
    """

    place: int
    name: str
    loss: Array
    test_loss: Array


def style(place: int) -> Style:
    """The style of the run at a place, counted from 0."""
    return Style(COLOURS[place % len(COLOURS)], "solid" if place % MOST_STYLES < len(COLOURS) else "dash")


def swatch(place: int) -> str:
    """A short piece of a run's line, as an image in a data URL."""
    colour, dash = style(place)
    dashes = "" if dash == "solid" else ' stroke-dasharray="7 4"'
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="26" height="12">'
        f'<path d="M1 6h24" stroke="{colour}" stroke-width="4"{dashes}/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def spread(ideal: Array, gap: float, low: float, high: float) -> Array:
    """Places (n,) near the ideal ones and in their order, at least `gap` apart if they fit from `low` to `high`."""
    count = len(ideal)
    gap = min(gap, (high - low) / max(count - 1, 1))
    order, steps = np.argsort(ideal, kind="stable"), gap * np.arange(count)
    slack = np.clip(ideal[order] - steps, low, high - gap * (count - 1))
    up, down = np.maximum.accumulate(slack), np.minimum.accumulate(slack[::-1])[::-1]
    places = np.empty(count)
    places[order] = (up + down) / 2 + steps  # halfway between pushing up and pushing down
    return places


class LossCurves(Live):
    """The loss curves of several runs, each with its number at its end, and a line at the shown epoch.

    series : "Training", "Test" or "Both", which draws test losses as thinner lines
    """

    def __init__(self, lines: Sequence[Line], theme: Theme, height: int, *, series: str, log: bool) -> None:
        self._lines, self._series, self._log, self._background = lines, series, log, theme.background
        self._last = max(10, *(len(line.loss) - 1 for line in lines))
        marker = {"width": 1.5, "color": theme.muted, "dash": "dot"}
        self._marker = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": marker}
        curves = [(line, values, thin) for line in lines for values, thin in self._curves(line)]
        self._highest = _highest([values for _, values, _ in curves], log=log)
        axis = y_range([self._below(self._highest, values) for _, values, _ in curves] or [np.zeros(0)], log=log)
        colours = [style(line.place).colour for line in lines]
        dots = go.Scatter(mode="markers", marker={"size": 8, "color": colours}, hoverinfo="skip")
        ticks = visible_axis(theme, tickfont={"size": 11})
        super().__init__(
            [*(self._trace(*curve) for curve in curves), dots],
            **layout(
                theme,
                height,
                margin={"l": 58, "r": ROOM, "t": TOP, "b": BOTTOM, "pad": 0},
                xaxis=ticks | {"showgrid": False, "tickformat": ",d", "nticks": 8, "range": [0, self._last]},
                yaxis=ticks | {"type": "log" if log else "linear", "nticks": 5, "exponentformat": "e"} | axis,
                annotations=[*self._numbers(axis["range"], height - TOP - BOTTOM), _axis_name("epoch", theme)],
            ),
        )

    def update_epoch(self, epoch: int) -> None:
        """Move the marker line to an epoch, and the dot on every curve, to its end if the curve is shorter."""
        epochs = [min(epoch, len(line.loss) - 1) for line in self._lines]
        heights = [self._height(line, last) for line, last in zip(self._lines, epochs, strict=True)]
        shapes = [self._marker | {"x0": epoch, "x1": epoch}]
        self.show(*({} for _ in self.figure.data[:-1]), {"x": epochs, "y": heights}, layout={"shapes": shapes})

    def _main(self, line: Line) -> Array:
        """The losses of a run that carry its number."""
        return line.test_loss if self._series == "Test" else line.loss

    def _curves(self, line: Line) -> list[tuple[Array, bool]]:
        """The losses of a run that are drawn, each with whether the line is thin."""
        curves = [(self._main(line), False)] + [(line.test_loss, True)] * (self._series == "Both")
        return [(values, thin) for values, thin in curves if len(values)]

    def _below(self, highest: float, values: Array) -> Array:
        """Losses with NaN where the scale cannot show them, or where they are above `highest`."""
        values = drawable(values, log=self._log)
        return np.where(values <= highest, values, np.nan)

    def _drawn(self, values: Array) -> Array:
        """The losses to draw: of a diverging run, those up to `BEYOND`, because browsers cannot draw up to 1e300."""
        return self._below(BEYOND * self._highest, values)

    def _height(self, line: Line, epoch: int) -> float | None:
        """The loss of a run at an epoch, if it is drawn."""
        values = self._drawn(self._main(line)[epoch : epoch + 1])
        return float(values[0]) if np.isfinite(values).any() else None

    def _trace(self, line: Line, values: Array, thin: bool) -> go.Scatter:
        colour, dash = style(line.place)
        what = "test loss" if values is line.test_loss else "loss"
        kept = thinned(len(values), MOST_POINTS)
        return go.Scatter(
            mode="lines",
            x=encoded(kept, exact=True),
            y=encoded(self._drawn(values[kept]), exact=True),
            line={"color": colour, "dash": dash, "width": 1.2 if thin else 2.4},
            opacity=0.7 if thin else 1.0,
            hovertemplate=f"<b>{line.place + 1}</b> {literal(line.name)}<br>{what} at epoch %{{x:,}}: %{{y:.8g}}"
            "<extra></extra>",
        )

    def _numbers(self, bounds: Sequence[float], pixels: int) -> list[dict[str, Any]]:
        """The runs' numbers at the ends of their curves, spread out where curves end together."""
        ends = []
        for line in self._lines:
            values = drawable(self._main(line), log=self._log)
            known = np.flatnonzero(np.isfinite(values))
            if len(known):
                value = np.log10(values[known[-1]]) if self._log else values[known[-1]]
                ends.append((line.place, len(values) - 1, (value - bounds[0]) / (bounds[1] - bounds[0])))
        notes: list[dict[str, Any]] = []
        while ends:
            group = [end for end in ends if abs(end[1] - ends[0][1]) <= SAME_END * self._last]
            ends = [end for end in ends if end not in group]
            edge = LABEL / 2 / pixels
            places = spread(np.array([height for _, _, height in group]), 2 * edge, edge, 1 - edge)
            x = max(epoch for _, epoch, _ in group)
            notes += [self._number(place, x, y) for (place, _, _), y in zip(group, places.tolist(), strict=True)]
        return notes

    def _number(self, place: int, x: float, y: float) -> dict[str, Any]:
        return {
            "text": f"<b>{place + 1}</b>",
            "x": x,
            "y": y,
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 7,
            "borderpad": 0,
            "bgcolor": self._background,
            "showarrow": False,
            "font": {"size": 12, "color": style(place).colour},
        }


def _highest(curves: Sequence[Array], *, log: bool) -> float:
    """The highest loss the axis shows. A diverging run leaves the picture, so that the others can be seen."""
    highest = []
    for curve in curves:
        finite = curve[np.isfinite(curve)]
        if len(finite):
            start, top = float(finite[0]), float(finite.max())
            highest.append(top if top <= DIVERGING * start else (DIVERGING if log else 2) * start)
    return max(highest, default=0.0) or np.inf


def _axis_name(name: str, theme: Theme) -> dict[str, Any]:
    corner = {"x": 0, "y": 0, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top"}
    return corner | {"text": name, "xshift": -14, "showarrow": False, "font": {"size": 11, "color": theme.muted}}


def make_compact(live: Live) -> None:
    """Make the markers and texts of a figure smaller, for a small picture."""
    for trace in live.figure.data:
        if trace.type == "scatter" and trace.mode == "markers":
            trace.marker.size = max(5, trace.marker.size // 2)
            trace.marker.line.width = min(trace.marker.line.width or 0, 0.5)
        elif trace.type == "scatter" and trace.mode == "text":
            trace.textfont.size = min(trace.textfont.size, 10)
    for note in live.figure.layout.annotations:
        note.font.size = 10
