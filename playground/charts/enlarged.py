"""Figures for a projector: the same description with larger type, thicker lines and bigger points."""

from __future__ import annotations

from typing import Any, NamedTuple

import plotly.graph_objects as go


class Sizes(NamedTuple):
    """By what type, points and lines are multiplied."""

    fonts: float = 1.45
    points: float = 1.35
    lines: float = 1.9


LARGE = Sizes()
CROWDED = Sizes(fonts=1.0, points=0.8)  # where many things have to stay apart


def enlarged(attributes: Any, sizes: Sizes = LARGE, of: str = "") -> Any:
    """Attributes of a figure, or of a patch, enlarged; `of` is the name of what they are attributes of."""
    if isinstance(attributes, dict):
        return {
            name: value * factor
            if (factor := _factor(name, of, sizes)) != 1 and isinstance(value, int | float)
            else enlarged(value, sizes, name)
            for name, value in attributes.items()
        }
    if isinstance(attributes, list | tuple) and any(isinstance(part, dict) for part in attributes):
        return [enlarged(part, sizes, of) for part in attributes]
    return attributes


def enlarged_figure(figure: go.Figure, sizes: Sizes = LARGE) -> go.Figure:
    """A figure that is enlarged, and as high as the page lets it be."""
    return go.Figure(enlarged(figure.to_plotly_json(), sizes)).update_layout(height=None)


def _factor(name: str, of: str, sizes: Sizes) -> float:
    """What a number is multiplied by; 1 unless it is a size on the screen."""
    if name == "size":
        return sizes.points if of == "marker" else sizes.fonts if of.endswith("font") else 1
    if name == "width":
        return sizes.lines if of == "line" else 1
    return sizes.fonts if (of == "margin" and name != "pad") or name in ("xshift", "yshift") else 1
