"""The learned surface with places to click, and a mark at the point that is tried."""

from __future__ import annotations

from itertools import chain

import plotly.graph_objects as go

from backprop_core.data import Data
from backprop_core.nn import Array
from playground.charts.learned import GRID, Surface, plane_grid
from playground.charts.live_figure import encoded
from playground.charts.theme import Theme

Point = tuple[float, float]
EMPTY: dict[str, list[float]] = {"x": [], "y": []}


class Plane(Surface):
    """A surface whose every place can be selected by a click; point : that is marked, in the user's units.

    A heatmap takes no selection, so an invisible grid of markers lies over it, of which plotly.js draws one. It answers
    the mouse while the picture stands still. While the run plays, its hints would be those of an earlier epoch: then
    the mouse passes through it to the surface.
    """

    def __init__(self, data: Data, theme: Theme, height: int) -> None:
        super().__init__(data, theme, height)
        self.point: Point | None = None
        surface, *rows = self.figure.data
        for trace in rows:
            trace.update(selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}})
        places = plane_grid(data)
        unseen = {"marker": {"opacity": 0}}
        self._hint = surface.hovertemplate.replace("%{z", "%{customdata")
        grid = go.Scatter(
            mode="markers", x=encoded(places[:, 0]), y=encoded(places[:, 1]), selected=unseen, unselected=unseen,
            marker={"size": 6, "opacity": 0, "maxdisplayed": 1},
            hoverlabel={"bgcolor": theme.background, "bordercolor": theme.muted, "font": {"color": theme.text}},
            hoverinfo="skip",  # as long as it has no template
        )  # fmt: skip
        mark = go.Scatter(
            mode="markers", x=[], y=[], hoverinfo="skip",
            marker={"size": 15, "symbol": "x", "color": theme.text, "line": {"width": 2, "color": theme.background}},
            selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
        self.figure.add_traces([grid, mark])
        self.figure.update_layout(clickmode="event+select")

    def update_plane(self, outputs: Array, *, still: bool) -> None:
        """Show these outputs (GRID², k) for the rows of `plane_grid`; places can be clicked if the picture is still."""
        self.update_outputs(outputs)
        changes = self.patch["data"][0]
        mark = {"x": [self.point[0]], "y": [self.point[1]]} if self.point else {}
        if not still:
            self.show(changes, {}, {}, {"hovertemplate": ""}, mark)
            return
        names = changes.get("customdata")
        hints = changes["z"] | {"shape": str(GRID * GRID)} if names is None else [*chain.from_iterable(names)]
        # Streamlit lets the mouse drag a chart that takes clicks; then no finger could scroll the page there.
        layout = {"dragmode": False}
        self.show(changes, {}, {}, {"hovertemplate": self._hint, "customdata": hints}, mark or EMPTY, layout=layout)
