"""Losses and points of a landscape as numbers and texts that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.landscape import Trail
from backprop_core.nn import Array
from playground.charts.live_figure import SMALLEST, encoded, nice_ceiling, short

LOG_COLOURS, LOG_HEIGHTS = 0.5, 2.0  # decades of losses beyond which colours, and heights, become logarithmic
BELOW, ABOVE = 8.0, 4.0  # decades below and above the median loss that a scale covers
FLAT = 1e-9  # losses with a smaller relative difference are drawn at one height
DRAWABLE = 1e-30, 1e30  # what single precision holds, in which surfaces in space are drawn
LINES = 20  # at most, contour lines
DECADES_APART = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)  # choices, between contour lines


@dataclass(frozen=True)
class Scale:
    """Maps losses to places on a colour bar or an axis: the loss itself, or its decimal logarithm.

    low, high : places at the ends of the scale
    """

    log: bool
    low: float
    high: float

    @property
    def span(self) -> float:
        """The length of the scale."""
        return self.high - self.low

    def places(self, losses: Array) -> Array:
        """The places of losses: clipped to the ends of the scale, and at its top if they are not finite."""
        return np.clip(self._unbounded(losses), self.low, self.high)

    def texts(self, losses: Array) -> list[str]:
        """Losses with eight digits, and a note if they are beyond the scale."""
        off = np.where(self._unbounded(losses) == self.places(losses), "", ", off the scale")
        notes = np.where(np.isfinite(losses), off, ", drawn at the top")
        return [f"{loss:.8g}{note}" for loss, note in zip(losses.ravel().tolist(), notes.ravel(), strict=True)]

    def lines(self) -> dict[str, float]:
        """The places of contour lines: the first, the last, and the step between them."""
        step = nice_ceiling(self.span / LINES)
        if self.log:
            step = next((apart for apart in DECADES_APART if self.span <= LINES * apart), DECADES_APART[-1])
        return {"start": float(np.ceil(self.low / step) * step), "end": self.high, "size": step}

    def ticks(self) -> dict[str, list[Any]]:
        """Ticks, labelled with losses."""
        values, digits = self._round_powers() if self.log else self._round_multiples()
        places = np.log10(values) if self.log else values
        return {"tickvals": places.tolist(), "ticktext": [short(value, digits) for value in values.tolist()]}

    def _unbounded(self, losses: Array) -> Array:
        finite = np.where(np.isfinite(losses), losses, np.finfo(float).max)
        return np.log10(np.maximum(finite, SMALLEST)) if self.log else finite

    def _round_powers(self) -> tuple[Array, int]:
        powers = np.arange(np.floor(self.low), np.ceil(self.high), max(1.0, np.ceil(self.span / 8)))
        values = np.outer(10.0**powers, [1.0] if self.span > 2.5 else [1.0, 2.0, 5.0]).ravel()
        return values[(np.log10(values) >= self.low) & (np.log10(values) <= self.high)], 3

    def _round_multiples(self) -> tuple[Array, int]:
        step = nice_ceiling(self.span / 6)
        values = step * np.arange(np.ceil(self.low / step), np.floor(self.high / step) + 1)
        return values, 1 + int(np.ceil(np.log10(np.abs(values).max(initial=step) / step)))


def scale_of(losses: Array, log_from: float) -> Scale:
    """The scale for these losses: logarithmic if the finite ones span more than this many decades."""
    finite = losses[np.isfinite(losses)]
    exponents = np.log10(finite[finite >= SMALLEST])
    if len(exponents) and (np.ptp(exponents) > log_from or unit(finite) != 1.0):
        middle = np.median(exponents)
        low, high = float(max(exponents.min(), middle - BELOW)), float(min(exponents.max(), middle + ABOVE))
        return Scale(True, low, high) if high - low > FLAT else Scale(True, low - 0.5, high + 0.5)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return Scale(False, low, high) if high - low > FLAT * high else Scale(False, 0.5 * low, 1.5 * high or 1.0)


def texts(trail: Trail, scale: Scale) -> list[str]:
    """The text of each point of a path."""
    numbers = (trail.epochs.tolist(), trail.points.tolist(), scale.texts(trail.heights), trail.losses.tolist())
    return [
        f"<b>epoch {epoch:,}</b><br>{place_text(point)}<br>loss in the plane: {height}<br>the run's own loss: {own:.8g}"
        for epoch, point, height, own in zip(*numbers, strict=True)
    ]


def place_text(point: Sequence[float]) -> str:
    """A point (2,) of a plane."""
    return f"({point[0]:.8g}, {point[1]:.8g})"


def along(names: str, points: Array) -> dict[str, Any]:
    """The columns of points (K, n), by these names of axes."""
    return {name: encoded(column, exact=True) for name, column in zip(names, points.T, strict=True)}


def unit(numbers: Array) -> float:
    """The divisor that makes numbers fit into single precision: 1, or a power of ten."""
    largest = float(np.abs(numbers).max())
    return 1.0 if DRAWABLE[0] < largest < DRAWABLE[1] or largest == 0 else float(10.0 ** np.floor(np.log10(largest)))
