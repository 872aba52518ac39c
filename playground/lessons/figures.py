"""A guessed curve, beside the one that the run has."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.charts.theme import Theme

HEIGHT = 150


def guessed_curve(
    at: Sequence[int], guess: Sequence[float], heights: Sequence[float], names: tuple[str, str], theme: Theme
) -> go.Figure:
    """The heights that were guessed at some epochs, and those that the run has there; `names` are for the legend."""
    figure = go.Figure()
    figure.add_scatter(
        x=at, y=guess, name=names[0], mode="lines+markers", marker={"symbol": "diamond-open", "size": 9},
        line={"dash": "dot", "color": theme.text},
    )  # fmt: skip
    figure.add_scatter(x=at, y=heights, name=names[1], mode="lines+markers", line={"color": theme.train})
    figure.update_layout(
        height=HEIGHT, margin={"l": 40, "r": 10, "t": 24, "b": 25}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", font={"color": theme.text, "size": 11}, dragmode=False,
        legend={"x": 0, "y": 1.02, "yanchor": "bottom", "orientation": "h"},
        xaxis={"gridcolor": theme.line, "zeroline": False}, yaxis={"gridcolor": theme.line, "rangemode": "tozero"},
    )  # fmt: skip
    return figure
