"""The results of a sweep: arrays over its grid, complete or still being filled."""

from __future__ import annotations

import csv
import io

import numpy as np

from backprop_core.nn.activations import Array
from backprop_core.settings.config import Config
from backprop_core.sweep.block import Block, blank, marks
from backprop_core.sweep.grid import Grid
from backprop_core.training.problem import UserRows

COLUMNS = ("seed", "epochs", "final_loss", "score", "test_loss", "solved", "epochs_to_solve", "diverged_at")


class Result:
    """The results of all runs of a grid: arrays (A, B, S) by first setting, second setting and seed.

    While the sweep is running, they hold what is known so far; runs that have not started are NaN.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.records = blank(grid.runs).reshape(grid.shape)

    def take(self, block: Block) -> None:
        """Copy the records of a block into the result."""
        self.records.reshape(-1)[block.places] = block.records

    def config(self, i: int, j: int, s: int) -> Config:
        """The configuration of a run: `Run(config, data=result.data)`, advanced by its epochs, gives the same bits.

        In a sweep over the user's own rows, its dataset is "csv".
        """
        return self.grid.config_at(i, j, s)

    @property
    def data(self) -> UserRows | None:
        """The user's own rows, if runs were trained on these; None if the configuration names a dataset."""
        return self.grid.user_rows

    @property
    def final_loss(self) -> Array:
        """Training loss, penalty included, after the newest epoch with finite numbers."""
        return self.records["loss"]

    @property
    def score(self) -> Array:
        """Training accuracy, or R²; NaN if the run diverged."""
        return self.records["score"]

    @property
    def test_loss(self) -> Array:
        """Loss on the test rows, without penalty; NaN if there are none, or if the run diverged."""
        return self.records["test_loss"]

    @property
    def begun(self) -> Array:
        """Whether a run has started, so that its loss is known."""
        return np.isfinite(self.records["loss"])

    @property
    def finished(self) -> Array:
        """Whether a run has ended."""
        return ~self.records["running"]

    @property
    def solved(self) -> Array:
        """Whether a run is solved after its newest epoch."""
        return self.begun & (self.records["unsolved"] < self.records["epochs"]) & (self.records["diverged"] == 0)

    @property
    def epochs_to_solve(self) -> Array:
        """The first epoch from which on a run has been solved continuously; NaN if it is not solved."""
        return np.where(self.solved, self.records["unsolved"] + 1.0, np.nan)

    @property
    def diverged(self) -> Array:
        """The epoch whose numbers were no longer finite; 0 if there is none."""
        return self.records["diverged"]

    @property
    def success(self) -> Array:
        """(A, B): share of the started runs that are solved; NaN if none has started."""
        return _share(self.solved, self.begun)

    @property
    def share_diverged(self) -> Array:
        """(A, B): share of the started runs that diverged; NaN if none has started."""
        return _share(self.diverged > 0, self.begun)

    @property
    def done(self) -> float:
        """The share of all epochs that is completed, from 0 to 1; ended runs count as complete."""
        epochs = np.array([[config.epochs for config in row] for row in self.grid.cells])
        all_epochs = np.broadcast_to(epochs[..., np.newaxis], self.grid.shape)
        return float(np.where(self.finished, all_epochs, self.records["epochs"]).sum() / all_epochs.sum())

    def quartiles(self, of: Array) -> Array:
        """(3, A, B): lower quartile, median and upper quartile over the seeds of an array (A, B, S), ignoring NaN."""
        known = np.isfinite(of).sum(axis=-1) > 0
        quartiles = np.nanquantile(np.where(known[..., np.newaxis], of, 0.0), (0.25, 0.5, 0.75), axis=-1)
        return np.where(known, quartiles, np.nan)

    def curves(self, i: int, j: int) -> tuple[Array, Array]:
        """Epochs (K,), and the losses (S, K) of a cell's runs after these epochs; NaN beyond a run's end."""
        epochs = marks(self.grid.cells[i][j].epochs)
        return epochs, self.records["curve"][i, j, :, : len(epochs)]

    def csv(self) -> str:
        """A CSV table with one line per run, after a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [name for name, _ in self.grid.axes]
        writer.writerow([*names, *COLUMNS])
        solved, epochs_to_solve = self.solved, self.epochs_to_solve
        for place in np.ndindex(*self.grid.shape):
            config, record = self.config(*place), self.records[place]
            values = [_text(getattr(config, name)) for name in names]
            known = [config.seed, record["epochs"], record["loss"], record["score"], record["test_loss"]]
            writer.writerow([*values, *known, solved[place], epochs_to_solve[place], record["diverged"] or ""])
        return text.getvalue()


def _share(of: Array, among: Array) -> Array:
    count = among.sum(axis=-1)
    return np.where(count, of.sum(axis=-1) / np.maximum(count, 1), np.nan)


def _text(value: object) -> object:
    return "-".join(map(str, value)) if isinstance(value, tuple) else value
