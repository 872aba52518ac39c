"""What the network has learned: a surface over the plane, a curve, a truth table, or a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.data import Data
from backprop_core.nn import Array
from playground.charts.live_figure import HIDDEN_AXIS, Live, encoded, layout, short, visible_axis
from playground.charts.plotly_text import literal
from playground.charts.theme import CLASSES, Theme, diverging

GRID = 44  # points of a surface along each axis
CURVE = 200  # points of a curve
MOST_TABLE_ROWS = 16
TABLE_CHARACTERS = 50  # that fit side by side
MOST_TABLE_COLUMNS = 14  # inputs, targets and outputs
LONGEST_NAME = 16  # of a class, in the hover text of a surface


def reach(data: Data) -> tuple[Array, Array]:
    """The lowest and the highest input of each axis, (d,) each, with a margin, in the user's units."""
    X = np.concatenate([data.X, data.X_test])
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    low, high = low - margin, high + margin
    return (data.scaling.unscale(low), data.scaling.unscale(high)) if data.scaling else (low, high)


def plane_grid(data: Data, points: int = GRID) -> Array:
    """(points², 2): the grid of points that a surface is computed at, x1 running fastest."""
    low, high = reach(data)
    x1, x2 = np.meshgrid(*(np.linspace(low[i], high[i], points) for i in range(2)))
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def line_grid(data: Data) -> Array:
    """(CURVE, 1): the inputs that a curve is computed at."""
    low, high = reach(data)
    return np.linspace(low, high, CURVE)


class Surface(Live):
    """The output over the plane, with training rows as circles and test rows as diamonds.

    Two classes: the output, from one class's colour to the other's. More: the colour of the class, paler where the
    network is less sure. Regression: the output on the diverging scale, and each row in the colour of its target.
    """

    def __init__(self, data: Data, theme: Theme, height: int) -> None:
        low, high = reach(data)
        step = (high - low) / (GRID - 1)
        self._classes = len(data.classes) if data.outputs > 1 and data.classes else 0
        self._regression = not data.classes
        self._low, self._high = _colour_range(data)
        self._exact = data.target_scaling is not None  # a target may vary little, far from 0
        self._names = np.array([literal(_clipped(name)) for name in data.classes])
        scale, z_range = self._scale(theme)
        place = _place(data)
        surface = go.Heatmap(
            x0=low[0], dx=step[0], y0=low[1], dy=step[1], z=np.zeros((GRID, GRID)), colorscale=scale,
            zmin=z_range[0], zmax=z_range[1], showscale=False, zsmooth=False if self._classes else "fast",
            hovertemplate=(f"{place}: class %{{customdata}}" if self._classes
                           else f"{place}: output %{{z:.6g}}{_ends(data)}") + "<extra></extra>",
        )  # fmt: skip
        rows = [
            self._rows(data, X, y, theme, symbol, name)
            for X, y, symbol, name in (
                (data.rows, data.targets, "circle", "training"),
                (data.rows_test, data.targets_test, "diamond", "test"),
            )
        ]
        super().__init__(
            [surface, *rows],
            **layout(
                theme,
                height,
                margin={"l": 20, "r": 4, "t": 4, "b": 20, "pad": 0},
                xaxis=HIDDEN_AXIS | {"range": [low[0], high[0]]},
                yaxis=HIDDEN_AXIS | {"range": [low[1], high[1]]},
                annotations=_axis_names(data.inputs, low, high, theme),
            ),
        )

    def update_outputs(self, outputs: Array) -> None:
        """Show these outputs (GRID², k) for the rows of `plane_grid`."""
        if self._classes:
            best = outputs.argmax(axis=1)
            sure = np.clip(outputs.max(axis=1), 0.0, 0.999)
            z, best = (best + sure).reshape(GRID, GRID), best.reshape(GRID, GRID)
            self.show({"z": encoded(z), "customdata": self._names[best].tolist()})
        else:
            beyond = (self._high - self._low) / 2
            bounded = np.clip(outputs[:, 0], self._low - beyond, self._high + beyond)
            self.show({"z": encoded(bounded.reshape(GRID, GRID), exact=self._exact)})

    def _scale(self, theme: Theme) -> tuple[list[tuple[float, str]], tuple[float, float]]:
        if self._regression:
            return diverging(theme), (self._low, self._high)
        if not self._classes:
            return [(0.0, CLASSES[0]), (0.5, theme.middle), (1.0, CLASSES[1])], (0.0, 1.0)
        n, floor = self._classes, 1 / self._classes
        scale = []
        for number in range(n):
            scale += (
                [((number + floor) / n if number else 0.0, theme.middle)]
                if number == 0
                else [(number / n, theme.middle)]
            )
            scale.append(((number + 0.9999) / n if number < n - 1 else 1.0, CLASSES[number % len(CLASSES)]))
        return scale, (0.0, float(n))

    def _rows(self, data: Data, X: Array, y: Array, theme: Theme, symbol: str, name: str) -> go.Scatter:
        marker: dict[str, Any] = {"size": 8 if len(X) > 16 else 16, "symbol": symbol}
        marker["line"] = {"width": 1, "color": theme.background if symbol == "circle" else theme.text}
        if self._regression:
            marker |= {"color": y[:, 0], "colorscale": diverging(theme), "cmin": self._low, "cmax": self._high}
            text = [f"target {value:.6g}" for value in y[:, 0]]
        else:
            labels = data.labels(y)
            marker["color"] = [CLASSES[label % len(CLASSES)] for label in labels]
            text = [f"class {literal(data.classes[label])}" for label in labels]
        return go.Scatter(
            mode="markers", x=X[:, 0], y=X[:, 1], marker=marker, text=text,
            hovertemplate=f"{name} row<br>{_place(data)}<br>%{{text}}<extra></extra>",
        )  # fmt: skip


class Curve(Live):
    """The fitted curve over one input, with training and test rows."""

    def __init__(self, data: Data, theme: Theme, height: int) -> None:
        low, high = reach(data)
        y = np.concatenate([data.targets, data.targets_test])[:, 0]
        span = float(y.max() - y.min()) or 1.0
        rows = [
            go.Scatter(
                mode="markers", x=X[:, 0], y=target[:, 0],
                marker={"size": 7 if len(X) > 16 else 13, "symbol": symbol, "color": colour, "opacity": 0.75},
                hovertemplate=f"{name} row<br>{literal(data.inputs[0])} %{{x:.6~g}}, target %{{y:.6~g}}<extra></extra>",
            )
            for X, target, symbol, colour, name in (
                (data.rows, data.targets, "circle", theme.train, "training"),
                (data.rows_test, data.targets_test, "diamond", theme.test, "test"),
            )
        ]  # fmt: skip
        line = go.Scatter(
            mode="lines", x=line_grid(data)[:, 0], y=np.zeros(CURVE),
            line={"width": 3, "color": theme.text, "simplify": False},
            hovertemplate=f"{literal(data.inputs[0])} %{{x:.6~g}}: output %{{y:.6g}}<extra></extra>",
        )  # fmt: skip
        axis = visible_axis(theme)
        super().__init__(
            [*rows, line],
            **layout(
                theme,
                height,
                margin={"l": 36, "r": 6, "t": 6, "b": 24, "pad": 0},
                xaxis=axis | {"range": [low[0], high[0]], "nticks": 6},
                yaxis=axis | {"range": [y.min() - 0.2 * span, y.max() + 0.2 * span], "nticks": 5},
            ),
        )

    def update_outputs(self, outputs: Array) -> None:
        """Show these outputs (CURVE, 1) for the rows of `line_grid`."""
        self.show({}, {}, {"y": encoded(outputs[:, 0], exact=True)})


class OutputTable(Live):
    """A truth table: each row's inputs and target, and the network's output beside it, coloured, right or wrong.

    Numbers are in the user's units. Colours show the values trained on, which have one scale for all outputs.
    """

    def __init__(self, data: Data, theme: Theme, height: int) -> None:
        X, y = data.rows[:MOST_TABLE_ROWS], data.targets[:MOST_TABLE_ROWS]
        self._rows, self._outputs, self._answer = X.shape[0], y.shape[1], data.answer
        self._form, source = (".6g", "customdata") if data.target_scaling else (".4f", "z")
        self._targets = y
        self._judged = bool(((y >= 0) & (y <= 1)).all())  # other targets are not right or wrong
        room = max(3, TABLE_CHARACTERS // (X.shape[1] + 2 * self._outputs))
        inputs = [literal(_clipped(name, room)) for name in data.inputs]
        names = [*inputs, *_names("target", self._outputs), *_names("output", self._outputs), ""]
        self._first = X.shape[1] + self._outputs
        cells = np.full((self._rows, len(names)), np.nan)
        heatmap = go.Heatmap(
            z=cells, zmin=0, zmax=1, colorscale=diverging(theme),
            showscale=False, ygap=2, xgap=2, hoverongaps=False,
            hovertemplate=f"output %{{{source}:.10g}}<extra></extra>",
        )  # fmt: skip
        self._fixed = names + [f"{value:g}" for row in np.hstack([X, y]) for value in row]
        spots = [(i, -1) for i in range(len(names))]
        spots += [(i, row) for row in range(self._rows) for i in range(self._first)]
        spots += [(self._first + i, row) for row in range(self._rows) for i in range(self._outputs + 1)]
        text = go.Scatter(
            mode="text", x=[x for x, _ in spots], y=[y for _, y in spots], text=self._fixed, hoverinfo="skip",
            textfont={"size": 17 if self._rows <= 4 else 14 if self._rows <= 8 else 11, "color": theme.text},
        )  # fmt: skip
        self._cells = cells
        super().__init__(
            [heatmap, text],
            **layout(
                theme,
                height,
                xaxis=HIDDEN_AXIS | {"range": [-0.6, len(names) - 0.4]},
                yaxis=HIDDEN_AXIS | {"range": [self._rows - 0.4, -1.6]},
            ),
        )

    def update_outputs(self, outputs: Array) -> None:
        """Show these outputs (N, k) for the training rows, in the units that the network is trained on."""
        outputs = outputs[: self._rows]
        answers = self._answer(outputs)
        right = ((answers > 0.5) == (self._targets > 0.5)).all(axis=1)
        marks = [("✓" if ok else "✗") if self._judged else "" for ok in right]
        self._cells[:, self._first : self._first + self._outputs] = outputs
        numbers = [
            cell
            for row, mark in zip(answers.tolist(), marks, strict=True)
            for cell in [*(format(value, self._form) for value in row), mark]
        ]
        changes = {"z": encoded(self._cells, exact=True)}
        if answers is not outputs:
            in_units = self._cells.copy()
            in_units[:, self._first : self._first + self._outputs] = answers
            changes["customdata"] = encoded(in_units, exact=True)
        self.show(changes, {"text": self._fixed + numbers})


class Confusion(Live):
    """The confusion matrix: true classes down, predicted classes across."""

    def __init__(self, classes: Sequence[str], theme: Theme, height: int) -> None:
        n = len(classes)
        self._n = n
        names = [name if len(name) < 12 else f"{name[:10]}…" for name in classes]
        heatmap = go.Heatmap(
            z=np.zeros((n, n)), zmin=0, zmax=1, colorscale=[(0.0, theme.middle), (1.0, theme.train)], showscale=False,
            xgap=1, ygap=1, customdata=np.zeros((n, n)),
            hovertemplate="%{customdata} rows<br>%{z:.1%} of the class<extra></extra>",
        )  # fmt: skip
        spots = [(i, -1) for i in range(n)] + [(-0.6, i) for i in range(n)]
        spots += [(column, row) for row in range(n) for column in range(n)]
        self._names = [*map(literal, names)] * 2
        places = ["middle center"] * n + ["middle left"] * n + ["middle center"] * n * n
        text = go.Scatter(
            mode="text", x=[x for x, _ in spots], y=[y for _, y in spots], text=self._names, textposition=places,
            hoverinfo="skip", textfont={"size": 15 if n <= 4 else 11, "color": theme.text},
        )  # fmt: skip
        room = 0.16 * max(len(name) for name in names) * n / 5 + 0.6
        super().__init__(
            [heatmap, text],
            **layout(
                theme,
                height,
                xaxis=HIDDEN_AXIS | {"range": [-room - 0.5, n - 0.4]},
                yaxis=HIDDEN_AXIS | {"range": [n - 0.4, -1.6]},
            ),
        )

    def update_counts(self, counts: Array) -> None:
        """Show these counts (classes, classes); rows are the true classes."""
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        # A blank: plotly.js fails to draw a label that was empty in the drawing before.
        numbers = [str(int(count)) if count else " " for count in counts.ravel()]
        self.show({"z": encoded(shares), "customdata": encoded(counts)}, {"text": self._names + numbers})


def _colour_range(data: Data) -> tuple[float, float]:
    """The outputs at both ends of a regression's colour scale, in the user's units."""
    end = max(1.0, float(np.abs(data.y).max()))
    low, high = data.answer(np.array([[-end], [end]]) * np.ones(data.outputs))[:, 0].tolist()
    return low, high


def _clipped(name: str, most: int = LONGEST_NAME) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _place(data: Data) -> str:
    """Where the mouse is on the plane, in a hover template."""
    return f"{literal(data.inputs[0])} %{{x:.6~g}}, {literal(data.inputs[1])} %{{y:.6~g}}"


def _ends(data: Data) -> str:
    """What both ends of an output mean, if there are two named classes."""
    if len(data.classes) != 2 or data.classes == ("0", "1"):
        return ""
    return literal(f" (0 {_clipped(data.classes[0])}, 1 {_clipped(data.classes[1])})")


def _names(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name} {i + 1}" for i in range(count)]


def _axis_names(inputs: Sequence[str], low: Array, high: Array, theme: Theme) -> list[dict[str, Any]]:
    shared = {"xref": "paper", "yref": "paper", "showarrow": False, "font": {"size": 12, "color": theme.muted}}
    first = f"{literal(inputs[0])}   {short(low[0])} … {short(high[0])}"
    second = f"{literal(inputs[1])}   {short(low[1])} … {short(high[1])}"
    return [
        shared | {"text": first, "x": 0.5, "y": 0, "yanchor": "top", "yshift": -1},
        shared | {"text": second, "x": 0, "y": 0.5, "xanchor": "right", "textangle": -90},
    ]
