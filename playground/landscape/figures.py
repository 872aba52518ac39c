"""The loss over a plane in parameter space, as a contour map and as a surface in space, with the run's path on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.landscape import Landscape, Trail
from backprop_core.nn import Array
from playground.charts.live_figure import Live, layout, short
from playground.charts.theme import DARK, Theme
from playground.landscape import pinned_paths
from playground.landscape.pinned_paths import PinnedPath
from playground.landscape.scale import LOG_COLOURS, LOG_HEIGHTS, Scale, along, place_text, scale_of, texts, unit

LIFT = 0.01  # share of the height by which a line is raised, so as not to sink into the surface
CAMERA = {"eye": {"x": 0.8, "y": -1.75, "z": 1.3}, "center": {"x": 0.0, "y": 0.0, "z": -0.16}}


def sequential(theme: Theme) -> str:
    """The colour scale of losses: ColorBrewer's YlGnBu, safe for colour-blind eyes; high losses fade into the page."""
    return "YlGnBu" if theme == DARK else "YlGnBu_r"


class ContourMap(Live):
    """Filled contours of the loss, with the run's path, both its ends, and the point of the shown epoch.

    Below them are the paths of pinned runs, if any.
    """

    def __init__(self, landscape: Landscape, theme: Theme, height: int, paths: Sequence[PinnedPath] = ()) -> None:
        scale = scale_of(landscape.loss, LOG_COLOURS)
        self._theme, self._scale, self._paths = theme, scale, paths
        contour = go.Contour(
            **_ground(landscape, scale, theme),
            zmin=scale.low,
            zmax=scale.high,
            contours=scale.lines(),
            line={"width": 0.5, "color": theme.background},
        )
        way = [
            go.Scatter(mode="lines", line={"width": 6, "color": theme.background, "simplify": False}, hoverinfo="skip"),
            go.Scatter(mode="lines", line={"width": 2.5, "color": theme.text, "simplify": False}, hoverinfo="text"),
            go.Scatter(mode="markers", marker=_ends(theme, 11), hoverinfo="skip"),
            go.Scatter(mode="markers", marker=_now(theme, 16), hoverinfo="text"),
        ]
        axis = {"fixedrange": True, "automargin": False, "zeroline": False, "showgrid": False, "color": theme.muted}
        first, second = axis_titles(landscape)
        super().__init__(
            [contour, *pinned_paths.traces(paths, scale, theme, _flat), *way],
            **layout(
                theme,
                height,
                margin={"l": 62, "r": 84, "t": 8, "b": 46, "pad": 0},
                xaxis=axis | {"range": landscape.alpha[[0, -1]].tolist(), "title": {"text": first, "standoff": 6}},
                yaxis=axis | {"range": landscape.beta[[0, -1]].tolist(), "title": {"text": second, "standoff": 4}},
            ),
        )

    def update_trail(self, trail: Trail, now: Trail, others: Sequence[Trail] = (), *, hints: bool = True) -> None:
        """Show the run's path, with or without hints, and the point of the shown epoch.

        now, others : one point each; the others are those of other paths
        """
        line = along("xy", trail.points)
        self.show(
            {},
            *pinned_paths.changes(self._paths, others, self._scale, _flat),
            line,
            line | {"text": texts(trail, self._scale) if hints else ""},
            along("xy", trail.points[[0, -1]]),
            along("xy", now.points) | {"text": texts(now, self._scale)},
            layout={
                "annotations": [
                    *pinned_paths.notes(self._paths, self._theme, _flat),
                    *_end_notes(trail.points, trail, self._theme),
                ]
            },
        )


class Relief(Live):
    """The loss as a surface in space. The run's path lies on the surface, wherever the run's own loss is."""

    def __init__(self, landscape: Landscape, theme: Theme, height: int, paths: Sequence[PinnedPath] = ()) -> None:
        scale = scale_of(landscape.loss, LOG_HEIGHTS)
        self._theme, self._scale, self._paths = theme, scale, paths
        self._units = np.array([unit(landscape.alpha), unit(landscape.beta)])
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
            [surface, *pinned_paths.traces(paths, scale, theme, self._raised), *way],
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

    def update_trail(self, trail: Trail, now: Trail, others: Sequence[Trail] = (), *, hints: bool = True) -> None:
        """Show the run's path, with or without hints, and the point of the shown epoch.

        now, others : one point each; the others are those of other paths
        """
        edge, line, ends = (self._raised(trail, lifts) for lifts in (1, 2, 3))
        self.show(
            {},
            *pinned_paths.changes(self._paths, others, self._scale, self._raised),
            along("xyz", edge),
            along("xyz", line) | {"text": texts(trail, self._scale) if hints else ""},
            along("xyz", ends[[0, -1]]),
            along("xyz", self._raised(now, 4)) | {"text": texts(now, self._scale)},
            layout={
                "scene": {
                    "annotations": [
                        *pinned_paths.notes(self._paths, self._theme, self._raised),
                        *_end_notes(ends, trail, self._theme),
                    ]
                }
            },
        )

    def _raised(self, trail: Trail, lifts: int) -> Array:
        """(K, 3): the points of a path on the surface, raised by this many times `LIFT`."""
        heights = self._scale.places(trail.heights) + lifts * LIFT * self._scale.span
        return np.column_stack([trail.points / self._units, heights])


def _flat(trail: Trail, lifts: int) -> Array:
    """(K, 2): the points of a path on the map, which has no heights."""
    return trail.points


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
        f"{place_text(point)}<br>loss {loss}"
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


def _ends(theme: Theme, size: int) -> dict[str, Any]:
    """Markers of the path's two ends: hollow at the start, full at the end."""
    colours = [theme.background, theme.text]
    return {"size": size, "color": colours, "line": {"width": 2.5, "color": colours[::-1]}}


def _now(theme: Theme, size: int) -> dict[str, Any]:
    return {"size": size, "color": theme.test, "line": {"width": 2.5, "color": theme.background}}


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
