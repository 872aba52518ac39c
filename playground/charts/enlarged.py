"""Figures for a projector: the same description with larger type, thicker lines and bigger points."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

FONTS, POINTS, LINES = 1.45, 1.35, 1.9  # factors


def enlarged(attributes: Any, of: str = "") -> Any:
    """Attributes of a figure, or of a patch, enlarged; `of` is the name of what they are attributes of."""
    if isinstance(attributes, dict):
        return {
            name: value * factor
            if (factor := _factor(name, of)) != 1 and isinstance(value, int | float)
            else enlarged(value, name)
            for name, value in attributes.items()
        }
    if isinstance(attributes, list | tuple) and any(isinstance(part, dict) for part in attributes):
        return [enlarged(part, of) for part in attributes]
    return attributes


def enlarged_figure(figure: go.Figure) -> go.Figure:
    """A figure that is enlarged, and as high as the page lets it be."""
    return go.Figure(enlarged(figure.to_plotly_json())).update_layout(height=None)


def _factor(name: str, of: str) -> float:
    """What a number is multiplied by; 1 unless it is a size on the screen."""
    if name == "size":
        return POINTS if of == "marker" else FONTS if of.endswith("font") else 1
    if name == "width":
        return LINES if of == "line" else 1
    return FONTS if (of == "margin" and name != "pad") or name in ("xshift", "yshift") else 1
