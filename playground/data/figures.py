"""A plane on which every click places a point of a class."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from backprop_core.data import REACH
from playground.charts.live_figure import Live, layout
from playground.charts.theme import CLASSES, Theme

CLASS_NAMES = ("A", "B", "C", "D", "E", "F")
PLACES = 41  # along each axis at which points can be placed

Points = tuple[tuple[float, float, str], ...]


def places() -> tuple[list[float], list[float]]:
    """The x1 and the x2 of all places where points can be."""
    line = np.linspace(-REACH, REACH, PLACES).round(2).tolist()
    return [x1 for _ in line for x1 in line], [x2 for x2 in line for _ in line]


class Clicking(Live):
    """The points so far, with the letters of their classes, and invisible places that can be selected by a click."""

    def __init__(self, theme: Theme, height: int) -> None:
        x1, x2 = places()
        points = go.Scatter(
            mode="markers+text", x=[], y=[], text=[], hoverinfo="skip", textfont={"size": 11, "color": "#ffffff"},
            marker={"size": 18, "color": [], "line": {"width": 1, "color": theme.background}},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}, "textfont": {"color": "#ffffff"}},  # else selecting dims them
        )  # fmt: skip
        grid = go.Scatter(
            mode="markers", x=x1, y=x2, marker={"size": 12, "opacity": 0, "color": theme.muted},
            selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}},
            hovertemplate="x1 %{x:.2f}, x2 %{y:.2f}<extra></extra>",
        )  # fmt: skip
        end = REACH * 1.06
        axis = {
            "range": [-end, end], "fixedrange": True, "automargin": False, "zerolinecolor": theme.muted,
            "gridcolor": theme.line, "color": theme.muted, "tickvals": list(range(-3, 4)), "showgrid": True,
        }  # fmt: skip
        super().__init__(
            [points, grid],
            **layout(
                theme,
                height,
                margin={"l": 34, "r": 8, "t": 8, "b": 34, "pad": 0},
                xaxis=axis | {"title": {"text": "x1", "standoff": 2}},
                yaxis=axis | {"title": {"text": "x2", "standoff": 2}},
                clickmode="event+select",
            ),
        )

    def update_points(self, points: Points) -> None:
        """Show these points."""
        x1, x2, names = ([point[i] for point in points] for i in range(3))
        colours = [CLASSES[CLASS_NAMES.index(str(name))] for name in names]
        self.show({"x": x1, "y": x2, "text": names, "marker": {"color": colours}})
