"""What the Data page says about its charts, with the numbers of the table or of the points so far."""

from __future__ import annotations

from collections import Counter

from backprop_core.tables import Result
from playground import wording
from playground.data.figures import Points

WORDS: dict[str, dict[str, str]] = wording.sentences(__file__)


def columns(result: Result) -> str:
    """What the lines of the table of columns show; names from the user's table are not repeated."""
    table, rows = result.table, result.rows
    parts = WORDS["parts"]
    numbers = {
        "columns": f"{len(table.names):,}",
        "inputs": f"{len(result.choice.inputs):,}",
        "targets": f"{len(result.choice.targets):,}",
        "rows": f"{len(table.rows):,}",
        "gaps": f"{sum(table.missing):,}",
        "network": parts["no_network"]
        if rows is None
        else wording.filled(parts["network"], {"rows": f"{len(rows.X):,}", "inputs": f"{rows.X.shape[1]:,}"}),
    }
    return wording.filled(WORDS["charts"]["columns"], numbers)


def plane(points: Points) -> str:
    """What the plane shows on which every click puts a point."""
    counts = sorted(Counter(name for _, _, name in points).items())
    listed = ", ".join(WORDS["parts"]["class"].format(count=count, name=name) for name, count in counts)
    classes = WORDS["parts"]["classes"].format(counts=listed) if listed else ""
    return wording.filled(WORDS["charts"]["plane"], {"points": f"{len(points):,}", "classes": classes})
