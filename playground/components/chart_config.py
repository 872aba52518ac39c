"""Plotly's configuration of every chart: a button above it saves it as a picture, PNG or SVG."""

from __future__ import annotations

from typing import Any

from playground.session import widgets

PICTURES = ("PNG", "SVG")


def config(**changes: Any) -> dict[str, Any]:
    """The configuration of a chart, with the picture format chosen in the sidebar.

    Two clicks that follow quickly are two clicks: no range can be changed, so a double click would do nothing.
    """
    image = {"format": widgets.value("picture", PICTURES[0]).lower(), "filename": "backprop", "scale": 2}
    common = {"displaylogo": False, "doubleClickDelay": 0, "modeBarButtons": [["toImage"]]}
    return common | {"toImageButtonOptions": image} | changes
