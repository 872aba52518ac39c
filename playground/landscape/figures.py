"""The loss over a plane in parameter space, as a contour map and as a surface in space, with the run's path on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.landscape import Landscape, Trail
from backprop_core.nn import Array
from playground.charts.live_figure import SMALLEST, Live, encoded, layout, nice_ceiling, short
from playground.charts.theme import DARK, Theme

LOG_COLOURS, LOG_HEIGHTS = 0.5, 2.0  # decades of losses beyond which colours, and heights, become logarithmic
BELOW, ABOVE = 8.0, 4.0  # decades below and above the median loss that a scale covers
FLAT = 1e-9  # losses with a smaller relative difference are drawn at one height
DRAWABLE = 1e-30, 1e30  # what single precision holds, in which surfaces in space are drawn
LINES = 20  # at most, contour lines
DECADES_APART = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)  # choices, between contour lines
LIFT = 0.01  # share of the height by which a line is raised, so as not to sink into the surface
CAMERA = {"eye": {"x": 0.8, "y": -1.75, "z": 1.3}, "center": {"x": 0.0, "y": 0.0, "z": -0.16}}


def sequential(theme: Theme) -> str:
    """The colour scale of losses: ColorBrewer's YlGnBu, safe for colour-blind eyes; high losses fade into the page."""
    return "YlGnBu" if theme == DARK else "YlGnBu_r"


@dataclass(frozen=True)
class Scale:
    """Maps losses to places on a colour bar or an axis: the loss itself, or its decimal logarithm.

    low, high : places at the ends of the scale
    """

    log: bool
    low: float
    high: float

    @property
    def span(self) -> float:
        """The length of the scale."""
        return self.high - self.low

    def places(self, losses: Array) -> Array:
        """The places of losses: clipped to the ends of the scale, and at its top if they are not finite."""
        return np.clip(self._unbounded(losses), self.low, self.high)

    def texts(self, losses: Array) -> list[str]:
        """Losses with eight digits, and a note if they are beyond the scale."""
        off = np.where(self._unbounded(losses) == self.places(losses), "", ", off the scale")
        notes = np.where(np.isfinite(losses), off, ", drawn at the top")
        return [f"{loss:.8g}{note}" for loss, note in zip(losses.ravel().tolist(), notes.ravel(), strict=True)]

    def lines(self) -> dict[str, float]:
        """The places of contour lines: the first, the last, and the step between them."""
        step = nice_ceiling(self.span / LINES)
        if self.log:
            step = next((apart for apart in DECADES_APART if self.span <= LINES * apart), DECADES_APART[-1])
        return {"start": float(np.ceil(self.low / step) * step), "end": self.high, "size": step}

    def ticks(self) -> dict[str, list[Any]]:
        """Ticks, labelled with losses."""
        values, digits = self._round_powers() if self.log else self._round_multiples()
        places = np.log10(values) if self.log else values
        return {"tickvals": places.tolist(), "ticktext": [short(value, digits) for value in values.tolist()]}

    def _unbounded(self, losses: Array) -> Array:
        finite = np.where(np.isfinite(losses), losses, np.finfo(float).max)
        return np.log10(np.maximum(finite, SMALLEST)) if self.log else finite

    def _round_powers(self) -> tuple[Array, int]:
        powers = np.arange(np.floor(self.low), np.ceil(self.high), max(1.0, np.ceil(self.span / 8)))
        values = np.outer(10.0**powers, [1.0] if self.span > 2.5 else [1.0, 2.0, 5.0]).ravel()
        return values[(np.log10(values) >= self.low) & (np.log10(values) <= self.high)], 3

    def _round_multiples(self) -> tuple[Array, int]:
        step = nice_ceiling(self.span / 6)
        values = step * np.arange(np.ceil(self.low / step), np.floor(self.high / step) + 1)
        return values, 1 + int(np.ceil(np.log10(np.abs(values).max(initial=step) / step)))


def scale_of(losses: Array, log_from: float) -> Scale:
    """The scale for these losses: logarithmic if the finite ones span more than this many decades."""
    finite = losses[np.isfinite(losses)]
    exponents = np.log10(finite[finite >= SMALLEST])
    if len(exponents) and (np.ptp(exponents) > log_from or _unit(finite) != 1.0):
        middle = np.median(exponents)
        low, high = float(max(exponents.min(), middle - BELOW)), float(min(exponents.max(), middle + ABOVE))
        return Scale(True, low, high) if high - low > FLAT else Scale(True, low - 0.5, high + 0.5)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return Scale(False, low, high) if high - low > FLAT * high else Scale(False, 0.5 * low, 1.5 * high or 1.0)


class ContourMap(Live):
    """Filled contours of the loss, with the run's path, both its ends, and the point of the shown epoch."""

    def __init__(self, landscape: Landscape, theme: Theme, height: int) -> None:
        scale = scale_of(landscape.loss, LOG_COLOURS)
        self._theme, self._scale = theme, scale
        contour = go.Contour(
            **_ground(landscape, scale, theme),
            zmin=scale.low,
            zmax=scale.high,
            contours=scale.lines(),
            line={"width": 0.5, "color": theme.background},
        )
        way = [
            go.Scatter(mode="lines", line={"width": 6, "color": theme.background}, hoverinfo="skip"),
            go.Scatter(mode="lines", line={"width": 2.5, "color": theme.text}, hoverinfo="text"),
            go.Scatter(mode="markers", marker=_ends(theme, 11), hoverinfo="skip"),
            go.Scatter(mode="markers", marker=_now(theme, 16), hoverinfo="text"),
        ]
        axis = {"fixedrange": True, "automargin": False, "zeroline": False, "showgrid": False, "color": theme.muted}
        first, second = axis_titles(landscape)
        super().__init__(
            [contour, *way],
            **layout(
                theme,
                height,
                margin={"l": 62, "r": 84, "t": 8, "b": 46, "pad": 0},
                xaxis=axis | {"range": landscape.alpha[[0, -1]].tolist(), "title": {"text": first, "standoff": 6}},
                yaxis=axis | {"range": landscape.beta[[0, -1]].tolist(), "title": {"text": second, "standoff": 4}},
            ),
        )

    def update_trail(self, trail: Trail, now: Trail) -> None:
        """Show the run's path, and the point of the shown epoch, which is a trail of one point."""
        line = _along("xy", trail.points)
        self.show(
            {},
            line,
            line | {"text": _texts(trail, self._scale)},
            _along("xy", trail.points[[0, -1]]),
            _along("xy", now.points) | {"text": _texts(now, self._scale)},
            layout={"annotations": _end_notes(trail.points, trail, self._theme)},
        )


class Relief(Live):
    """The loss as a surface in space. The run's path lies on the surface, wherever the run's own loss is."""

    def __init__(self, landscape: Landscape, theme: Theme, height: int) -> None:
        scale = scale_of(landscape.loss, LOG_HEIGHTS)
        self._theme, self._scale = theme, scale
        self._units = np.array([_unit(landscape.alpha), _unit(landscape.beta)])
        ground = _ground(landscape, scale, theme)
        ground |= {"x": landscape.alpha / self._units[0], "y": landscape.beta / self._units[1]}
        surface = go.Surface(
            **ground,
            cmin=scale.low,
            cmax=scale.high,
            contours={"z": scale.lines() | {"show": True, "color": theme.background, "width": 1}},
            lighting={"ambient": 0.75, "diffuse": 0.5, "specular": 0.05, "roughness": 0.9},
        )
        way = [
            go.Scatter3d(mode="lines", line={"width": 12, "color": theme.background}, hoverinfo="skip"),
            go.Scatter3d(mode="lines", line={"width": 5, "color": theme.text}, hoverinfo="text"),
            go.Scatter3d(mode="markers", marker=_ends(theme, 5), hoverinfo="skip"),
            go.Scatter3d(mode="markers", marker=_now(theme, 8), hoverinfo="text"),
        ]
        axis = {"gridcolor": theme.line, "zeroline": False, "color": theme.muted, "showbackground": False}
        axis |= {"showspikes": False, "nticks": 6}
        first, second = (
            title if unit == 1.0 else f"{title}, in units of {short(unit)}"
            for title, unit in zip(landscape.plane.labels, self._units.tolist(), strict=True)
        )
        heights = [scale.low - LIFT * scale.span, scale.high + 6 * LIFT * scale.span]
        super().__init__(
            [surface, *way],
            **layout(
                theme,
                height,
                scene={
                    "xaxis": axis | {"range": ground["x"][[0, -1]].tolist(), "title": {"text": first}},
                    "yaxis": axis | {"range": ground["y"][[0, -1]].tolist(), "title": {"text": second}},
                    "zaxis": axis | scale.ticks() | {"range": heights, "title": {"text": "loss"}},
                    "aspectmode": "manual",
                    "aspectratio": {"x": 1.2, "y": 1.2, "z": 0.7},
                    "camera": CAMERA,
                    "dragmode": "turntable",
                },
            ),
        )

    def update_trail(self, trail: Trail, now: Trail) -> None:
        """Show the run's path, and the point of the shown epoch, which is a trail of one point."""
        edge, line, ends = (self._raised(trail, lifts) for lifts in (1, 2, 3))
        self.show(
            {},
            _along("xyz", edge),
            _along("xyz", line) | {"text": _texts(trail, self._scale)},
            _along("xyz", ends[[0, -1]]),
            _along("xyz", self._raised(now, 4)) | {"text": _texts(now, self._scale)},
            layout={"scene": {"annotations": _end_notes(ends, trail, self._theme)}},
        )

    def _raised(self, trail: Trail, lifts: int) -> Array:
        """(K, 3): the points of a path on the surface, raised by this many times `LIFT`."""
        heights = self._scale.places(trail.heights) + lifts * LIFT * self._scale.span
        return np.column_stack([trail.points / self._units, heights])


def axis_titles(landscape: Landscape) -> tuple[str, str]:
    """The names of the plane's directions and, if known, the share of the path's variance along each."""
    plane = landscape.plane
    if plane.shares is None:
        return plane.labels
    first, second = (f"{plane.labels[i]}: {plane.shares[i]:.1%} of the variance" for i in range(2))
    return first, second


def _ground(landscape: Landscape, scale: Scale, theme: Theme) -> dict[str, Any]:
    """What both figures share: the loss over the plane, its colours, and the text of each point."""
    places = np.stack(np.meshgrid(landscape.alpha, landscape.beta), axis=-1)
    texts = [
        f"{_place(point)}<br>loss {loss}"
        for point, loss in zip(places.reshape(-1, 2).tolist(), scale.texts(landscape.loss), strict=True)
    ]
    return {
        "x": landscape.alpha,
        "y": landscape.beta,
        "z": scale.places(landscape.loss),
        "text": np.reshape(texts, landscape.loss.shape),
        "hoverinfo": "text",  # not a template, in which plotly.js uses the text of the transposed point on surfaces
        "colorscale": sequential(theme),
        "colorbar": scale.ticks()
        | {
            "title": {"text": "loss", "side": "top"},
            "thickness": 14,
            "outlinewidth": 0,
            "tickfont": {"size": 11, "color": theme.muted},
            "len": 1,
            "ypad": 6,
            "xpad": 8,
        },
    }


def _place(point: Sequence[float]) -> str:
    return f"({point[0]:.8g}, {point[1]:.8g})"


def _ends(theme: Theme, size: int) -> dict[str, Any]:
    """Markers of the path's two ends: hollow at the start, full at the end."""
    colours = [theme.background, theme.text]
    return {"size": size, "color": colours, "line": {"width": 2.5, "color": colours[::-1]}}


def _now(theme: Theme, size: int) -> dict[str, Any]:
    return {"size": size, "color": theme.test, "line": {"width": 2.5, "color": theme.background}}


def _unit(numbers: Array) -> float:
    """The divisor that makes numbers fit into single precision: 1, or a power of ten."""
    largest = float(np.abs(numbers).max())
    return 1.0 if DRAWABLE[0] < largest < DRAWABLE[1] or largest == 0 else float(10.0 ** np.floor(np.log10(largest)))


def _along(names: str, points: Array) -> dict[str, Any]:
    return {name: encoded(column, exact=True) for name, column in zip(names, points.T, strict=True)}


def _texts(trail: Trail, scale: Scale) -> list[str]:
    """The text of each point of a path."""
    numbers = (trail.epochs.tolist(), trail.points.tolist(), scale.texts(trail.heights), trail.losses.tolist())
    return [
        f"<b>epoch {epoch:,}</b><br>{_place(point)}<br>loss in the plane: {height}<br>the run's own loss: {own:.8g}"
        for epoch, point, height, own in zip(*numbers, strict=True)
    ]


def _end_notes(points: Array, trail: Trail, theme: Theme) -> list[dict[str, Any]]:
    """The epochs at which a path starts and ends, beside its first and its last point."""
    look = {"bgcolor": theme.background, "opacity": 0.85, "font": {"size": 12, "color": theme.text}}
    look |= {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": theme.text, "ax": 0}
    ends = [(0, -28), (-1, 28)][: len(points)]  # which, and how many pixels below; a single point has one note
    notes = [{"text": f"epoch {trail.epochs[end]:,}", "ay": below} for end, below in ends]
    return [
        look | note | dict(zip("xyz", points[end].tolist(), strict=False))
        for note, (end, _) in zip(notes, ends, strict=True)
    ]
