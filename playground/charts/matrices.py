"""All layers' matrices as heatmaps on one grid of equal cells: weights, gradients, activations, δ, updates.

One trace holds all cells, another all names and numbers. plotly.js spends most of its time on axes and traces, not on
cells, so this redraws several times faster than a subplot for each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from playground.charts.live_figure import HIDDEN_AXIS, Live, encoded, layout, nice_ceiling, short
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

GAP = 2  # empty columns between matrices, room for the names of rows
DIGITS = ((10, 3), (14, 2))  # (columns and gaps, digits): up to 10 columns, cells have room for 3 digits
MOST_GAPS = 60  # rows or columns up to which there are gaps between cells
MOST_NAMES = 18  # rows or columns up to which there is room for their names
CROSS = "×"


@dataclass(frozen=True)
class Matrix:
    """The title of one matrix, and the names of its rows and columns."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


class Matrices(Live):
    """Heatmaps of matrices with these names, side by side, on one diverging scale centred at 0.

    `exact` sends the numbers in double precision, else in single precision, which takes half the characters.
    """

    def __init__(self, names: Sequence[Matrix], theme: Theme, height: int, *, exact: bool = True) -> None:
        self._exact = exact
        self._names, self._theme = list(names), theme
        tall = max(len(matrix.rows) for matrix in names)
        self._starts = np.cumsum([GAP, *(len(matrix.columns) + GAP for matrix in names)])[:-1].tolist()
        wide = self._starts[-1] + len(names[-1].columns)
        self._cells = np.full((tall, wide), np.nan)
        cells = sum(len(matrix.rows) * len(matrix.columns) for matrix in names)
        fitting = [digits for columns, digits in DIGITS if wide <= columns and tall <= MOST_NAMES]
        self._digits = max(fitting, default=0)
        heatmap = go.Heatmap(
            z=self._cells,
            colorscale=diverging(theme),
            showscale=False,
            xgap=1 if wide <= MOST_GAPS else 0,
            ygap=1 if tall <= MOST_GAPS else 0,
            hoverongaps=False,
            customdata=self._cell_names() if cells <= 2_000 else None,
            hovertemplate="%{customdata}%{z:.8g}<extra></extra>",
        )
        labels = self._labels(tall)
        self._label_texts = [text for _, _, text in labels]
        spots = [(x, y) for x, y, _ in labels] + (self._spots() if self._digits else [])
        text = go.Scatter(
            mode="text",
            x=[x for x, _ in spots],
            y=[y for _, y in spots],
            text=self._label_texts,
            hoverinfo="skip",
            textfont={"size": 12 if wide <= DIGITS[0][0] else 10, "color": theme.text},
        )
        self._crossed = np.zeros(self._cells.shape, dtype=bool)
        top = -1.9 if tall <= MOST_NAMES else -0.2 * tall
        super().__init__(
            [heatmap, text],
            **layout(
                theme,
                height,
                xaxis=HIDDEN_AXIS | {"range": [0, wide + 0.3]},
                yaxis=HIDDEN_AXIS | {"range": [tall - 0.4, top]},
            ),
        )

    @property
    def names(self) -> list[Matrix]:
        """The names of the matrices."""
        return self._names

    def cross_out(self, notes: Sequence[Sequence[Sequence[str]]]) -> None:
        """Show a cross instead of the number in every cell that has a note, and the note on hover.

        `notes` holds a matrix of texts for each matrix, empty where there is no note. Call it once for a figure.
        """
        texts = np.full(self._cells.shape, "", dtype=object)
        for start, matrix in zip(self._starts, notes, strict=True):
            for i, row in enumerate(matrix):
                texts[i, start : start + len(row)] = list(map(literal, row))
        self._crossed = texts != ""
        self.figure.add_trace(
            go.Heatmap(
                z=np.where(self._crossed, 0.0, np.nan),
                colorscale=[(0.0, self._theme.line), (1.0, self._theme.line)],
                showscale=False,
                xgap=self.figure.data[0].xgap,
                ygap=self.figure.data[0].ygap,
                hoverongaps=False,
                customdata=texts.tolist(),
                hovertemplate="%{customdata}<extra></extra>",
                hoverlabel={"bgcolor": self._theme.background, "font": {"color": self._theme.text}},
            )
        )

    def update_cells(self, matrices: Sequence[Array]) -> float:
        """Show these values; returns the end of the colour scale."""
        for start, values in zip(self._starts, matrices, strict=True):
            self._cells[: values.shape[0], start : start + values.shape[1]] = values
        self._cells[self._crossed] = np.nan
        end = nice_ceiling(max(float(np.abs(values).max(initial=0.0)) for values in matrices))
        heatmap = {"z": encoded(self._cells, exact=self._exact), "zmin": -end, "zmax": end}
        if not self._digits:
            self.show(heatmap)
            return end
        numbers = [_cell_text(value, self._digits) for values in matrices for value in values.ravel().tolist()]
        if self._crossed.any():
            crossed = [bool(self._crossed[int(y), int(x)]) for x, y in self._spots()]
            numbers = [CROSS if cross else text for cross, text in zip(crossed, numbers, strict=True)]
        self.show(heatmap, {"text": self._label_texts + numbers})
        return end

    def _spots(self) -> list[tuple[float, float]]:
        return [
            (start + column, row)
            for start, matrix in zip(self._starts, self._names, strict=True)
            for row in range(len(matrix.rows))
            for column in range(len(matrix.columns))
        ]

    def _labels(self, tall: int) -> list[tuple[float, float, str]]:
        """(x, y, text) of titles, columns and rows, without the names that there is no room for."""
        labels: list[tuple[float, float, str]] = []
        for start, matrix in zip(self._starts, self._names, strict=True):
            rows, columns = len(matrix.rows), len(matrix.columns)
            middle = start + (columns - 1) / 2
            labels.append((middle, -1.5 if tall <= MOST_NAMES else -0.14 * tall, f"<b>{matrix.title}</b>"))
            if tall <= MOST_NAMES:
                every = -(-self._cells.shape[1] // 36)
                labels += [(start + i, -0.8, literal(name)) for i, name in enumerate(matrix.columns) if i % every == 0]
                labels += [(start - 1, i, literal(name)) for i, name in enumerate(matrix.rows)]
            else:
                labels.append((middle, -0.06 * tall, f"{rows} × {columns}"))
        return labels

    def _cell_names(self) -> list[list[str]]:
        names = [[""] * self._cells.shape[1] for _ in range(self._cells.shape[0])]
        for start, matrix in zip(self._starts, self._names, strict=True):
            for i, row in enumerate(matrix.rows):
                for j, column in enumerate(matrix.columns):
                    names[i][start + j] = literal(f"{matrix.title}: {row} → {column} = ")
        return names


def _cell_text(value: float, digits: int) -> str:
    """A number for a cell; where cells are narrow, the shorter of 0.00027 and 2.7e-4."""
    text = short(value, digits)
    if digits > 2 or "e" in text or not np.isfinite(value):
        return text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return min(text, f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}", key=len)
