"""The button above every chart that saves it as a picture, PNG or SVG."""

from __future__ import annotations

from typing import Any

from playground.session import widgets

PICTURES = ("PNG", "SVG")


def config(**changes: Any) -> dict[str, Any]:
    """Plotly's configuration of a chart, with the picture format chosen in the sidebar."""
    image = {"format": widgets.value("picture", PICTURES[0]).lower(), "filename": "backprop", "scale": 2}
    return {"displaylogo": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": image} | changes
