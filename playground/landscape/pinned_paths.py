"""The paths of pinned runs on the landscape of another run: which can be there, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core import Run
from backprop_core.landscape import Trail
from backprop_core.nn import Array
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme
from playground.compare.figures import style
from playground.landscape.scale import Scale, along, texts

SYMBOLS = ("square", "diamond", "cross", "x", "square-open", "diamond-open")  # that maps and pictures in space have
NEAR = 17  # pixels between the end of a path and its number
Coordinates = Callable[[Trail, int], Array]  # of the points of a path, raised by so many lifts: (K, 2) or (K, 3)


@dataclass(frozen=True, eq=False)
class PinnedPath:
    """A pinned run's path on the landscape; `place` counts from 0 and decides how it is drawn, as on Compare."""

    place: int
    name: str
    run: Run
    trail: Trail

    def reached(self, epoch: int) -> Trail:
        """The last point of the path that is not after an epoch, as a trail of one point."""
        last = max(0, int(np.searchsorted(self.trail.epochs, epoch, side="right")) - 1)
        here = slice(last, last + 1)
        way = self.trail
        return Trail(way.epochs[here], way.points[here], way.heights[here], way.losses[here], way.share)


def why_not(run: Run, other: Run) -> str:
    """Why the path of another run cannot be on a run's landscape, in one sentence, or "": it has another surface."""
    mine, its = run.network, other.network
    if mine.sizes != its.sizes:
        return f"It has the layers {_layers(its.sizes)}, and the run shown has {_layers(mine.sizes)}."
    if (mine.activations, mine.output) != (its.activations, its.output):
        return "It has other activation functions, and so another surface."
    config, other_config = run.config, other.config
    if mine.loss != its.loss or (config.l1, config.l2) != (other_config.l1, other_config.l2):
        return "It has another loss or another penalty, and so another surface."
    rows = [(one.data.expand(one.data.X), one.data.y) for one in (run, other)]
    if not all(np.array_equal(a, b) for a, b in zip(*rows, strict=True)):
        return "It has other training rows, and so another surface."
    if other.diverged is not None:
        return "It diverged: its path leaves every picture."
    return ""


def traces(paths: Sequence[PinnedPath], scale: Scale, theme: Theme, coordinates: Coordinates) -> list[Any]:
    """A line with an edge for each path, and one trace of markers for the points of the shown epoch."""
    drawn: list[Any] = []
    for path in paths:
        colour, dash = style(path.place)
        edge, line = coordinates(path.trail, 1), coordinates(path.trail, 2)
        scatter, names, wide = _kind(line)
        hints = [f"{_title(path)}<br>{text}" for text in texts(path.trail, scale)]
        drawn += [
            scatter(mode="lines", line={"width": 2.4 * wide, "color": theme.background}, hoverinfo="skip",
                    **along(names, edge)),
            scatter(mode="lines", line={"width": wide, "color": colour, "dash": dash}, hoverinfo="text", text=hints,
                    **along(names, line)),
        ]  # fmt: skip
    if drawn:
        marker = {
            "size": 12 if scatter is go.Scatter else 6, "color": [style(path.place).colour for path in paths],
            "symbol": [SYMBOLS[path.place % len(SYMBOLS)] for path in paths],
            "line": {"width": 1.5, "color": theme.background},
        }  # fmt: skip
        drawn.append(scatter(mode="markers", marker=marker, hoverinfo="text"))
    return drawn


def changes(
    paths: Sequence[PinnedPath], now: Sequence[Trail], scale: Scale, coordinates: Coordinates
) -> list[dict[str, Any]]:
    """What changes in `traces` from epoch to epoch; now : the point of each path, a trail of one point."""
    if not paths:
        return []
    points = np.vstack([coordinates(point, 3) for point in now])
    hints = [f"{_title(path)}<br>{texts(point, scale)[0]}" for path, point in zip(paths, now, strict=True)]
    return [*({} for _ in range(2 * len(paths))), along(_kind(points)[1], points) | {"text": hints}]


def notes(paths: Sequence[PinnedPath], theme: Theme, coordinates: Coordinates) -> list[dict[str, Any]]:
    """The number of each run, as on Compare, beside the end of its path, each on another side: many end together."""
    look = {"bgcolor": theme.background, "opacity": 0.85, "showarrow": False, "borderpad": 1, "borderwidth": 1.5}
    look |= {"font": {"size": 12, "color": theme.text}}
    angles = 2 * np.pi * np.arange(len(paths)) / max(len(paths), 1)
    shifts = np.rint(NEAR * np.column_stack([np.cos(angles), np.sin(angles)])).tolist()
    return [
        look
        | {"text": f"<b>{path.place + 1}</b>", "bordercolor": style(path.place).colour}
        | {"xshift": shift[0], "yshift": shift[1]}
        | dict(zip("xyz", coordinates(path.trail, 3)[-1].tolist(), strict=False))
        for path, shift in zip(paths, shifts, strict=True)
    ]


def _kind(points: Array) -> tuple[Any, str, float]:
    """The kind of trace for points (K, 2) or (K, 3), the names of its axes, and how wide its lines are."""
    return (go.Scatter, "xy", 2.5) if points.shape[1] == 2 else (go.Scatter3d, "xyz", 5.0)


def _title(path: PinnedPath) -> str:
    return f"<b>{path.place + 1}</b> {literal(path.name)}"


def _layers(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
