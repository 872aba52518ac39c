"""What the Train page says about itself and about each of its charts, with the numbers of the shown epoch.

The sentences are read from words.toml, so that another language is another file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from backprop_core.explain import WINDOW, plateau_at
from backprop_core.nn import Array
from backprop_core.training import Run, Snapshot
from playground import wording
from playground.charts.pictures import wrong_rows
from playground.train.board import MOST_SAMPLES, PICTURES, Views

WORDS: dict[str, dict[str, str]] = wording.sentences(__file__)
_number = wording.rounded


def chart_views(views: Views) -> dict[str, str]:
    """The view that each chart shows, by the chart's name."""
    return {
        "network": views.network,
        "learned": views.learned,
        "weights": "Weights",
        "gradients": views.gradients,
        "loss_curve": views.curves,
    }


def sentences(chart: str, view: str, run: Run, snapshot: Snapshot) -> str:
    """What a chart shows in one of its views, with its numbers at the epoch of a snapshot."""
    return wording.filled(WORDS[chart][view], _numbers(chart, view, run, snapshot))


def _numbers(chart: str, view: str, run: Run, snapshot: Snapshot) -> dict[str, str]:
    """The values of the placeholders, of which the expensive ones only for the views that have them."""
    config, samples = snapshot.config, len(snapshot.data.X)
    numbers = {
        "epoch": f"{snapshot.epoch:,}",
        "loss": _number(snapshot.loss),
        "rows": f"{samples:,}",
        "samples": str(min(samples, MOST_SAMPLES)),
        "score_name": wording.score_name(snapshot.data.task),
        "score": _number(snapshot.score),
    }
    if chart in ("network", "weights"):
        sizes = run.network.sizes
        numbers |= _range("", _arrays(snapshot.params))
        numbers |= {"sizes": "-".join(map(str, sizes)), "parameters": f"{snapshot.state.theta.size:,}"}
        numbers |= {"layers": layers(sizes)}
    if view in ("Units", "Activations", "Responses"):
        numbers |= _range("unit_", snapshot.a[1:]) | {"units": str(sum(run.network.sizes[1:]))}
    if view in ("Patterns", PICTURES):
        W, _ = (snapshot.params if view == "Patterns" else snapshot.grads)[0]
        numbers |= _range("first_", [W]) | {"first_units": str(W.shape[1])}
    if view == "Wrong rows":
        wrong = wrong_rows(snapshot)
        numbers |= {"wrong": f"{len(wrong.places):,}", "all_rows": f"{sum(wrong.rows):,}"}
    if view == "δ":
        numbers |= _range("delta_", snapshot.delta)
    if view == "Gradients":
        numbers |= _range("grad_", _arrays(snapshot.grads))
    if view == "Updates":
        numbers |= _range("change_", _arrays(snapshot.step().change))
        numbers |= {"rate": wording.value("learning_rate", config.learning_rate)}
        numbers |= {"optimizer": wording.value("optimizer", config.optimizer)}
    if view == "Loss":
        numbers |= {"first_loss": _number(run.history.loss[0]), "test": _test(run, snapshot)}
    if view == "Gradient norm":
        with np.errstate(over="ignore"):
            norms = [float(np.hypot(np.linalg.norm(dW), np.linalg.norm(db))) for dW, db in snapshot.grads]
        numbers |= {"first_norm": _number(norms[0]), "last_norm": _number(norms[-1])}
    return numbers


def plateau(run: Run, epoch: int) -> str:
    """That learning has come to rest on a plateau; "" if it has not."""
    guessing = plateau_at(run, epoch)
    return "" if guessing is None else WORDS["page"]["plateau"].format(window=WINDOW, loss=_number(guessing))


def layers(sizes: Sequence[int]) -> str:
    """How many parameters each layer has, and why; `sizes` are the numbers of units, inputs first."""
    return ", ".join(
        WORDS["parts"]["layer" if units > 1 else "layer_of_one"].format(
            below=below, units=units, count=f"{(below + 1) * units:,}", layer=layer
        )
        for layer, (below, units) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1)
    )


def _test(run: Run, snapshot: Snapshot) -> str:
    rows = len(snapshot.data.X_test)
    if not rows:
        return ""
    return WORDS["parts"]["test"].format(
        test_rows=f"{rows:,}", test_loss=_number(run.history.test_loss[snapshot.epoch])
    )


def _arrays(params: Iterable[tuple[Array, Array]]) -> list[Array]:
    return [array for pair in params for array in pair]


def _range(prefix: str, arrays: list[Array]) -> dict[str, str]:
    """The smallest and the largest value of some arrays."""
    return {
        f"{prefix}low": _number(min(float(array.min()) for array in arrays)),
        f"{prefix}high": _number(max(float(array.max()) for array in arrays)),
    }
