"""Pictures where the inputs are pixels: what each unit of the first layer looks for, and which rows are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.data import Data
from backprop_core.nn import Array
from backprop_core.training import Snapshot
from playground.charts.live_figure import HIDDEN_AXIS, Live, encoded, layout, nice_ceiling, short
from playground.charts.plotly_text import literal
from playground.charts.theme import Theme, diverging

GAP = 2  # empty cells between pictures
LINE = 3  # cells that are as high as a line of text
WIDTH_TO_HEIGHT = 2.1  # of the room that the pictures are laid out for
LOW = 200  # pixels: below this height, texts are smaller
MOST_WRONG = 24  # rows that are shown, the first ones
BLANK = " "  # plotly.js fails to draw a text that was empty in the drawing before
TEST, TRAINING = "◇", "●"  # as in the pictures of a plane


class Tiles(Live):
    """Equal pictures in a grid: one heatmap of square cells with gaps, and a trace of texts.

    Each picture, `shape` rows and columns, has `lines` of text below it, and there may be one line above all.
    """

    def __init__(
        self,
        count: int,
        shape: tuple[int, int],
        theme: Theme,
        height: int,
        *,
        lines: int,
        texts: Sequence[str],
        heading: bool = False,
        **heatmap: Any,
    ) -> None:
        self.shape, self._top = shape, LINE if heading else 0
        self._pitch = (shape[0] + LINE * lines + 1, shape[1] + GAP)
        self._columns = _columns(count, self._pitch)
        tall = self._top + -(-count // self._columns) * self._pitch[0]
        wide = self._columns * self._pitch[1] - GAP
        self.cells = np.full((tall, wide), np.nan)
        picture = go.Heatmap(z=self.cells, showscale=False, hoverongaps=False, **heatmap)
        spots = [(wide / 2 - 0.5, LINE / 2 - 1.0)] if heading else []
        for number in range(count):
            top, left = self.corner(number)
            below = top + shape[0] + LINE / 2 - 0.5
            spots += [(left + shape[1] / 2 - 0.5, below + LINE * line) for line in range(lines)]
        text = go.Scatter(
            mode="text",
            x=[x for x, _ in spots],
            y=[y for _, y in spots],
            text=list(texts),
            hoverinfo="skip",
            textfont={"size": 10 if height >= LOW else 7, "color": theme.text},
        )
        super().__init__(
            [picture, text],
            **layout(
                theme,
                height,
                xaxis=HIDDEN_AXIS | {"range": [-0.5, wide - 0.5], "constrain": "domain"},
                yaxis=HIDDEN_AXIS | {"range": [tall - 0.5, -0.5], "constrain": "domain", "scaleanchor": "x"},
            ),
        )

    def corner(self, number: int) -> tuple[int, int]:
        """Row and column of the first cell of a picture."""
        row, column = divmod(number, self._columns)
        return self._top + row * self._pitch[0], column * self._pitch[1]

    def fill(self, pictures: Array) -> None:
        """Write pictures (count, pixels) into the cells; NaN leaves a gap."""
        tall, wide = self.shape
        for number, pixels in enumerate(pictures):
            top, left = self.corner(number)
            self.cells[top : top + tall, left : left + wide] = pixels.reshape(tall, wide)


class Patterns(Tiles):
    """A number for each pixel and unit of the first layer, a weight or a gradient, on one diverging scale.

    what : the name of such a number
    """

    def __init__(
        self, names: Sequence[str], shape: tuple[int, int], theme: Theme, height: int, what: str = "weight"
    ) -> None:
        super().__init__(
            len(names),
            shape,
            theme,
            height,
            lines=1,
            texts=[literal(name) for name in names],
            colorscale=diverging(theme),
            hovertemplate=f"{what} %{{z:.4g}}<extra></extra>",
        )

    def update_weights(self, W: Array) -> None:
        """Show these weights or gradients (pixels, units)."""
        self.fill(W.T)
        end = nice_ceiling(float(np.abs(W).max()))
        self.show({"z": encoded(self.cells), "zmin": -end, "zmax": end})


@dataclass(frozen=True)
class Wrong:
    """The rows that are classified wrongly, test rows first, each group in the order of the data.

    tests : how many of them are test rows
    places : (n,) their places among the test rows, then among the training rows
    pixels : (n, d) in the user's units
    true, predicted : (n,) class numbers
    outputs : (n,) what the network gives for the class that it takes them for
    rows : the number of test rows and of training rows
    """

    tests: int
    places: Array
    pixels: Array
    true: Array
    predicted: Array
    outputs: Array
    rows: tuple[int, int]


def wrong_rows(snapshot: Snapshot) -> Wrong:
    """The rows that the network of a snapshot classifies wrongly."""
    data, groups = snapshot.data, []
    for pixels, y, outputs in (
        (data.rows_test, data.y_test, snapshot.test_outputs),
        (data.rows, data.y, snapshot.a[-1]),
    ):
        true, predicted = data.labels(y), data.labels(outputs)
        places = np.flatnonzero(true != predicted)
        certain = outputs[places, predicted[places]] if outputs.shape[1] > 1 else outputs[places, 0]
        groups.append((places, pixels[places], true[places], predicted[places], certain))
    places, pictures, true, predicted, outputs = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    rows = (len(data.X_test), len(data.X))
    return Wrong(len(groups[0][0]), places, pictures, true, predicted, outputs, rows)


def in_words(wrong: Wrong, *, marks: bool = True) -> str:
    """How many rows are wrong: of the test rows, if there are any, and of the training rows, each with its mark."""
    test_mark, training_mark = (f" {TEST}", f" {TRAINING}") if marks else ("", "")
    tests, training = wrong.rows
    count = len(wrong.places)
    if not count:
        each = f"{tests:,} test and {training:,} training" if tests else f"{training:,} training"
        return f"None of the {each} rows is wrong."
    of_tests = f"{wrong.tests:,} of {tests:,} test{test_mark}, " if tests else ""
    rest = f"; the first {MOST_WRONG} are shown" if count > MOST_WRONG else ""
    return f"Wrong: {of_tests}{count - wrong.tests:,} of {training:,} training{training_mark}{rest}"


class WrongRows(Tiles):
    """Rows that are classified wrongly as pictures, each with its class, what it is taken for, and that output."""

    def __init__(self, data: Data, shape: tuple[int, int], theme: Theme, height: int) -> None:
        self._classes = [literal(name) for name in data.classes]
        super().__init__(
            MOST_WRONG,
            shape,
            theme,
            height,
            lines=2,
            texts=[BLANK] * (1 + 2 * MOST_WRONG),
            heading=True,
            zmin=0,
            zmax=float(data.rows.max()),
            colorscale=[(0.0, theme.middle), (1.0, theme.text)],
            hovertemplate="ink %{z:.4g}<extra></extra>",
        )

    def update_rows(self, wrong: Wrong) -> None:
        """Show the first of these rows."""
        shown = min(len(wrong.places), MOST_WRONG)
        pixels = np.full((MOST_WRONG, self.shape[0] * self.shape[1]), np.nan)
        pixels[:shown] = wrong.pixels[:shown]
        self.fill(pixels)
        texts = [in_words(wrong)]
        for number in range(shown):
            output = float(wrong.outputs[number])
            certain = f"{output:.2f}" if abs(output) < 10 else short(output, 2)
            mark = TEST if number < wrong.tests else TRAINING
            classes = [self._classes[int(labels[number])] for labels in (wrong.true, wrong.predicted)]
            texts += [" → ".join(classes), f"{mark} {certain}"]
        blanks = [BLANK] * (1 + 2 * MOST_WRONG - len(texts))
        self.show({"z": encoded(self.cells)}, {"text": texts + blanks})


def _columns(count: int, pitch: tuple[int, int]) -> int:
    """The number of columns with which this many pictures are the largest."""

    def size(columns: int) -> float:
        rows = -(-count // columns)
        return min(WIDTH_TO_HEIGHT / (columns * pitch[1]), 1 / (rows * pitch[0]))

    return max(range(1, count + 1), key=size)
