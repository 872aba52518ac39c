"""A sweep as a map with a cell for each pair of settings, and the loss curves of one cell's runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from backprop_core.nn import Array
from backprop_core.sweep import Result
from playground.charts import alt_text
from playground.charts.live_figure import Live, encoded, layout, short, visible_axis
from playground.charts.theme import Theme

MOST_NUMBERS = 200  # cells, up to which there is a number in each
SMALLEST_LOSS = 1e-12
FITTING = 45  # characters of labels that fit side by side under the map on a phone


@dataclass(frozen=True)
class Measure:
    """What the map shows, and how it is drawn. `good` says which end of the scale is the better one."""

    label: str
    title: str
    log: bool = False
    good: str = "high"
    share: bool = False


MEASURES: dict[str, Measure] = {
    "success": Measure("Solved", "share of seeds solved", share=True),
    "loss": Measure("Final loss", "median final loss", log=True, good="low"),
    "test_loss": Measure("Test loss", "median loss on test rows", log=True, good="low"),
    "epochs": Measure("Epochs", "median epochs until solved", log=True, good="low"),
    "diverged": Measure("Diverged", "share of seeds diverged", good="low", share=True),
}


def values(result: Result, measure: str) -> Array:
    """The values on the map, (A, B); NaN if they are not known yet."""
    match measure:
        case "success":
            return result.success
        case "diverged":
            return result.share_diverged
        case "epochs":
            return result.quartiles(result.epochs_to_solve)[1]
        case "test_loss":
            return result.quartiles(result.test_loss)[1]
        case _:
            return result.quartiles(result.final_loss)[1]


class SweepMap(Live):
    """A heatmap over the grid: the first setting to the right, the second upwards. Every cell can be selected."""

    def __init__(self, names: tuple[Sequence[str], Sequence[str]], titles: tuple[str, str], measure: str,
                 theme: Theme, height: int) -> None:  # fmt: skip
        self.measure = MEASURES[measure]
        self._name, self._theme = measure, theme
        columns, rows = (len(texts) for texts in names)
        ends = [theme.middle, theme.train] if self.measure.good == "high" else [theme.train, theme.middle]
        if measure == "diverged":
            ends = [theme.middle, theme.test]
        heat = go.Heatmap(
            z=np.full((rows, columns), np.nan), colorscale=[(0.0, ends[0]), (1.0, ends[1])], xgap=2, ygap=2,
            hoverinfo="skip", zmin=0, zmax=1, textfont={"size": 14 if columns <= 10 else 11},
            texttemplate="%{text}" if columns * rows <= MOST_NUMBERS else None,
            colorbar={"title": {"text": self.measure.title, "side": "top"}, "thickness": 8, "outlinewidth": 0,
                      "tickfont": {"color": theme.muted}, "orientation": "h", "yref": "container", "y": 1,
                      "yanchor": "top", "ypad": 4},
        )  # fmt: skip
        self._cells = [(i, j) for j in range(rows) for i in range(columns)]
        marks = go.Scatter(
            mode="markers", x=[i for i, _ in self._cells], y=[j for _, j in self._cells],
            marker={"size": 26, "opacity": 0, "symbol": "square"}, customdata=[list(cell) for cell in self._cells],
            selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}},
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
        axis = {"fixedrange": True, "automargin": False, "showgrid": False, "zeroline": False, "color": theme.text}
        longest = max(len(text) for text in names[1])
        turned = {} if sum(len(text) + 1 for text in names[0]) <= FITTING else {"tickangle": None, "automargin": True}
        self._names, self._titles = names, titles
        self.alt = ""
        super().__init__(
            [heat, marks],
            **layout(
                theme,
                height,
                margin={"l": 10 + 24 * bool(titles[1]) + 6.5 * min(longest, 22), "r": 14, "t": 52, "b": 46, "pad": 0},
                xaxis=axis | {"tickvals": list(range(columns)), "ticktext": list(names[0]), "tickangle": 0,
                              "title": {"text": titles[0]}, "range": [-0.5, columns - 0.5]} | turned,
                yaxis=axis | {"tickvals": list(range(rows)), "ticktext": list(names[1]),
                              "title": {"text": titles[1], "standoff": 4}, "range": [-0.5, rows - 0.5]},
                clickmode="event+select",
                hoverdistance=-1,
                plot_bgcolor=theme.background,
                hoverlabel={"font": {"size": 13}, "align": "left"},
            ),
        )  # fmt: skip

    def update_result(self, result: Result, chosen: tuple[int, int] | None) -> None:
        """Show the result so far, with a frame around the chosen cell."""
        known = values(result, self._name).T
        self.alt = alt_text.grid(self.measure.title.capitalize(), self._names, self._titles, known.T)
        z = np.log10(np.maximum(known, SMALLEST_LOSS)) if self.measure.log else known
        low, high, ticks = self._scale(z, _start(result))
        begun = result.begun.sum(axis=-1).T
        texts = [[self._number(*cell) for cell in zip(*row, strict=True)] for row in zip(known, begun, strict=True)]
        hover = _hover(result, self._names, self._titles)
        frame = []
        if chosen is not None:
            i, j = chosen
            corners = {"x0": i - 0.49, "x1": i + 0.49, "y0": j - 0.49, "y1": j + 0.49}
            frame = [{"type": "rect", **corners, "line": {"color": self._theme.text, "width": 3}}]
        self.show(
            {"z": encoded(z, exact=True), "text": texts, "zmin": low, "zmax": high, "colorbar": ticks,
             "showscale": bool(np.isfinite(z).any())},
            {"hovertext": [hover[cell] for cell in self._cells]},
            layout={"shapes": frame},
        )  # fmt: skip

    def _number(self, value: float, begun: int) -> str:
        if not np.isfinite(value):
            return "–" if begun else ""
        return f"{100 * value:.0f}%" if self.measure.share else short(value, 2)

    def _scale(self, z: Array, start: float) -> tuple[float, float, dict[str, Any]]:
        """The ends of the scale, and its ticks. Losses above the usual one before training get the end's colour."""
        if self.measure.share:
            return 0.0, 1.0, {"tickvals": [0.0, 0.5, 1.0], "ticktext": ["0%", "50%", "100%"]}
        finite = z[np.isfinite(z)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        ends = self._name != "epochs" and low < np.log10(start) < high
        top = float(np.log10(start)) if ends else max(high, low + 1e-3)
        places = {
            short(10.0**place, 2): float(place) for place in np.linspace(low, top, 5)
        }  # keys, so that no text is repeated
        texts = list(places)
        texts[-1] = f"≥ {texts[-1]}" if ends else texts[-1]
        return low, top, {"tickvals": list(places.values()), "ticktext": texts}


def _start(result: Result) -> float:
    """The usual loss before training: the median over all runs begun."""
    losses = result.records["curve"][result.begun][:, 0]
    return max(float(np.median(losses)), SMALLEST_LOSS) if len(losses) else 1.0


def _hover(
    result: Result, names: tuple[Sequence[str], Sequence[str]], titles: tuple[str, str]
) -> dict[tuple[int, int], str]:
    """The hover text of every cell."""
    seeds = result.begun.sum(axis=-1)
    solved, diverged = result.solved.sum(axis=-1), (result.diverged > 0).sum(axis=-1)
    loss, epochs = result.quartiles(result.final_loss), result.quartiles(result.epochs_to_solve)
    test = result.quartiles(result.test_loss)
    texts = {}
    for i, j in np.ndindex(*seeds.shape):
        head = f"<b>{titles[0]} {names[0][i]}" + (f", {titles[1]} {names[1][j]}</b>" if titles[1] else "</b>")
        if not seeds[i, j]:
            texts[i, j] = f"{head}<br>not begun"
            continue
        lines = [head, f"{solved[i, j]} of {seeds[i, j]} seeds solved"]
        lines += [f"{diverged[i, j]} diverged"] if diverged[i, j] else []
        lines.append(f"final loss: median {loss[1, i, j]:.6g}, quartiles {loss[0, i, j]:.4g} … {loss[2, i, j]:.4g}")
        if np.isfinite(test[1, i, j]):
            lines.append(f"test loss: median {test[1, i, j]:.6g}, quartiles {test[0, i, j]:.4g} … {test[2, i, j]:.4g}")
        if np.isfinite(epochs[1, i, j]):
            lines.append(
                f"epochs until solved: median {epochs[1, i, j]:,.0f}, "
                f"quartiles {epochs[0, i, j]:,.0f} … {epochs[2, i, j]:,.0f}"
            )
        texts[i, j] = "<br>".join(lines)
    return texts


def _ticks(losses: Array) -> dict[str, Any]:
    """Ticks of a logarithmic axis at 1, 2 and 5 times powers of ten, or at a few powers of ten if there are many."""
    if not len(losses):
        return {"range": [-1, 0], "tickvals": []}
    low, high = (np.log10(end) for end in (losses.min(), losses.max()))
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    places = [step * 10.0**power for power in powers[:: -(-len(powers) // 6)] for step in steps]
    return {"tickvals": places, "ticktext": [short(place) for place in places]}


def bundle(result: Result, cell: tuple[int, int], seed: int, theme: Theme, height: int) -> go.Figure:
    """The loss curves of a cell's runs, one for each seed; the one with index `seed` is highlighted.

    Runs in the same style are one trace, with gaps between them.
    """
    epochs, curves = result.curves(*cell)
    curves = np.where(curves > 0, curves, np.nan)
    solved, diverged = result.solved[cell], result.diverged[cell] > 0
    others = np.arange(len(curves)) != seed
    lines = []
    for which in (~solved & diverged & others, ~solved & ~diverged & others, solved & others, ~others):
        if not which.any():
            continue
        count, gap = int(which.sum()), np.full((int(which.sum()), 1), np.nan)
        first = int(which.argmax())
        lines.append(
            go.Scatter(
                x=np.tile(np.append(epochs, epochs[-1]), count), y=np.hstack([curves[which], gap]).ravel(),
                customdata=np.repeat(np.array(result.grid.seeds)[which], len(epochs) + 1), mode="lines",
                line={"color": theme.train if solved[first] else theme.test,
                      "width": 1.2 if others[first] else 3.5, "dash": "dot" if diverged[first] else "solid"},
                opacity=0.55 if others[first] else 1.0,
                hovertemplate="seed %{customdata}, epoch %{x:,}: loss %{y:.6g}<extra></extra>",
            )
        )  # fmt: skip
    axis = visible_axis(theme)
    known = curves[np.isfinite(curves)]
    return go.Figure(
        lines,
        layout(
            theme,
            height,
            margin={"l": 58, "r": 14, "t": 22, "b": 40, "pad": 0},
            xaxis=axis | {"title": {"text": "epoch"}, "tickformat": ",d", "showgrid": False,
                          "range": [0, int(epochs[-1])]},
            yaxis=axis | {"title": {"text": "loss"}, "type": "log"} | _ticks(known),
            annotations=[_key(theme, dotted=bool(diverged.any()))],
            hoverlabel={"font": {"size": 13}, "align": "left"},
        ),
    )  # fmt: skip


def _key(theme: Theme, *, dotted: bool) -> dict[str, Any]:
    """The legend of the colours, above the curves."""
    keys = [("solved", theme.train), ("not solved", theme.test), *([("dotted: diverged", theme.muted)] * dotted)]
    text = "   ".join(f'<span style="color:{colour}"><b>{text}</b></span>' for text, colour in keys)
    return {"text": text, "x": 1, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom",
            "showarrow": False}  # fmt: skip
