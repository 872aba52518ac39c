"""What the Sweep page says about itself, its map and a cell's loss curves, with the numbers of the result so far."""

from __future__ import annotations

import numpy as np

from backprop_core.sweep import Result
from playground import wording
from playground.sweep import axis_values
from playground.sweep.figures import MEASURES, values

WORDS: dict[str, dict[str, str]] = wording.sentences(__file__)


def map_(result: Result, measure: str) -> str:
    """What the map shows, one of `MEASURES`."""
    _, titles = axis_values.names(result.grid)
    cell = WORDS["parts"]["pair" if titles[1] else "single"]
    numbers = {
        "cell": cell.format(first=titles[0], second=titles[1]),
        "seeds": _counted("seed", len(result.grid.seeds)),
        "runs": _counted("run", result.grid.runs),
        "begun": f"{int(result.begun.sum()):,}",
        "values": _of_cells(result, measure),
    }
    return wording.filled(WORDS["map"][measure], numbers)


def curves(result: Result, cell: tuple[int, int], seed: int) -> str:
    """What the loss curves of a cell show; `seed` is the index of the highlighted run's."""
    losses = result.final_loss[cell]
    known = losses[np.isfinite(losses)]
    low, high = (wording.rounded(float(end)) for end in (known.min(), known.max())) if len(known) else ("", "")
    part = "unknown" if not len(known) else "same" if low == high else "range"
    numbers = {
        "seed": str(result.grid.seeds[seed]),
        "runs": _counted("run", len(result.grid.seeds)),
        "solved": f"{int(result.solved[cell].sum()):,}",
        "diverged": f"{int((result.diverged[cell] > 0).sum()):,}",
        "values": WORDS["parts"][part].format(low=low, high=high),
    }
    return wording.filled(WORDS["curves"]["cell"], numbers)


def _counted(what: str, count: int) -> str:
    return WORDS["parts"][what if count == 1 else f"{what}s"].format(count=f"{count:,}")


def _of_cells(result: Result, measure: str) -> str:
    """The lowest and the highest value on the map, and where they are."""
    names, titles = axis_values.names(result.grid)
    known = values(result, measure)
    if not np.isfinite(known).any():
        return WORDS["parts"]["none"]
    found = {}
    for end, which, flat in (("low", "lowest", np.nanargmin(known)), ("high", "highest", np.nanargmax(known))):
        i, j = np.unravel_index(flat, known.shape)
        value = float(known[i, j])
        found[end] = f"{value:.0%}" if MEASURES[measure].share else wording.rounded(value)
        found[which] = f"{titles[0]} {names[0][i]}" + (f", {titles[1]} {names[1][j]}" if titles[1] else "")
    return WORDS["parts"]["one" if found["low"] == found["high"] else "range_at"].format_map(found)
