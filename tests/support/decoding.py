"""What a chart shows once the page's script has brought it to a frame, as numbers."""

import base64
import json
from typing import Any

import numpy as np

from backprop_core.nn.activations import Array
from playground.charts.live_figure import Live, merged

Shown = dict[str, Any]


def decoded(value: Any) -> Array:
    """The array of one attribute, in Plotly's base64 form or a plain list."""
    if isinstance(value, dict) and "bdata" in value:
        flat = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return flat.reshape([int(length) for length in str(value.get("shape", len(flat))).split(",")])
    return np.asarray(value, dtype=float)


def shown(live: Live) -> Shown:
    """The figure as made, brought to its patch, after the way through JSON that both take to the browser."""
    figure, patch = json.loads(live.figure.to_json()), through_json(live.patch)
    traces = [merged(trace, changes) for trace, changes in zip(figure["data"], patch["data"], strict=False)]
    return {"data": traces + figure["data"][len(traces) :], "layout": merged(figure["layout"], patch["layout"])}


def through_json(patch: Shown) -> Shown:
    """A patch as the browser gets it; NaN and infinity would not arrive."""
    return dict(json.loads(json.dumps(patch, allow_nan=False)))
