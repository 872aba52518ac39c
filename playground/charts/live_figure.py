"""A figure that is made once, and a patch that brings it to another epoch.

`st.plotly_chart` mounts a new chart whenever the description changes, which blinks and takes a tenth of a second.
So the description given to Streamlit stays the same while a run trains, and frames send only what changed.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from playground.charts.theme import Theme

SMALLEST, LARGEST = 1e-300, 1e300  # beyond these, rounding up would leave float64

HIDDEN_AXIS = {"visible": False, "fixedrange": True, "automargin": False, "zeroline": False, "showgrid": False}
# The usual template would be sent with every figure: 7,000 characters, all of which they set themselves.
TEMPLATE = {"layout": {"hovermode": "closest"}}
SINGLE_LIMIT = float(np.finfo(np.float32).max)  # the largest number in single precision


class Live:
    """A figure with a patch: the attributes of its traces and of its layout that change from epoch to epoch.

    figure : the figure as it was made
    patch : `data`, one dictionary for each trace, and `layout`, both ready for JSON
    """

    def __init__(self, traces: Sequence[Any], **layout: Any) -> None:
        self.figure = go.Figure(data=traces, layout=layout)
        self.patch: dict[str, Any] = {}

    def show(self, *traces: dict[str, Any], layout: dict[str, Any] | None = None) -> None:
        """Set the patch: the changed attributes of the first, second, … trace, and of the layout."""
        self.patch = {"data": list(traces), "layout": layout or {}}

    def settle(self) -> None:
        """Write the patch into the figure itself."""
        for trace, changes in zip(self.figure.data, self.patch["data"], strict=False):
            trace.update(changes)
        self.figure.update_layout(self.patch["layout"])


def merged(old: Any, changes: Any) -> Any:
    """Attributes with changes applied: dictionaries are merged, anything else is replaced, as in components/live.js."""
    if isinstance(old, dict) and isinstance(changes, dict) and "bdata" not in changes:
        return old | {name: merged(old.get(name), value) for name, value in changes.items()}
    return changes


def encoded(array: Array, *, exact: bool = False) -> dict[str, Any]:
    """An array in Plotly's base64 form, shorter and faster than digits; in single precision unless exact."""
    if not exact:
        array = array.clip(-SINGLE_LIMIT, SINGLE_LIMIT)
    array = np.ascontiguousarray(array, dtype=np.float64 if exact else np.float32)
    return {
        "dtype": "f8" if exact else "f4",
        "bdata": base64.b64encode(array.tobytes()).decode(),
        "shape": ", ".join(str(length) for length in array.shape),
    }


def layout(theme: Theme, height: int, **changes: Any) -> dict[str, Any]:
    """The layout all figures share, with fixed margins and without a legend: plotly.js need not measure any text."""
    return {
        "template": TEMPLATE,
        "height": height,
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "font": {"color": theme.text, "size": 12},
        "hoverlabel": {"font": {"size": 13}},
        "uirevision": "stay",
        "xaxis": HIDDEN_AXIS,
        "yaxis": HIDDEN_AXIS,
    } | changes


def visible_axis(theme: Theme, **changes: Any) -> dict[str, Any]:
    """An axis with grid lines and tick labels, in margins that stay as they are."""
    look = {"fixedrange": True, "automargin": False, "zeroline": False, "gridcolor": theme.line, "color": theme.muted}
    return look | changes


def nice_ceiling(value: float) -> float:
    """The next of 1, 2, 5, 10, … at or above a value, so that a scale does not change with every frame."""
    if not value > 0 or not np.isfinite(value):
        return 1.0
    if not SMALLEST < value < LARGEST:
        return max(value, SMALLEST)
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1.0, 2.0, 5.0, 10.0) if value <= step * power * (1 + 1e-12)))


def short(value: float, digits: int = 3) -> str:
    """A number with this many significant digits, in few characters."""
    if 100 <= abs(value) < 100_000:
        return f"{value:.0f}"
    text = f"{value:.{digits}g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
