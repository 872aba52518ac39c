"""Weights and losses of a run as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from backprop_core.training.run import Run


def weights_npz(run: Run) -> bytes:
    """The weights and biases after the last completed epoch, as W1, b1, W2, … for `np.load`: numbers, no pickle.

    Where inputs are scaled for training, input_mean and input_deviation say how: (row − mean) / deviation. Where the
    target is, target_mean and target_deviation lead back to its units: output · deviation + mean.
    """
    file = io.BytesIO()
    np.savez(file, **_weights(run))
    return file.getvalue()


def weights_json(run: Run) -> str:
    """The same as JSON, exact: a list of rows, one per input, for each W, and a list for the others."""
    entries = (f" {json.dumps(name)}: {json.dumps(values.tolist())}" for name, values in _weights(run).items())
    return "{\n" + ",\n".join(entries) + "\n}\n"


def history_csv(run: Run) -> str:
    """The losses after every epoch, exact: training, penalty included, and test where rows are held back.

    Nothing but numbers stands below the titles, so no cell can be taken for a formula.
    """
    losses = {"train_loss": run.history.loss}
    losses |= {"test_loss": run.history.test_loss} if len(run.history.test_loss) else {}
    columns = [values.tolist() for values in losses.values()]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["epoch", *losses])
    writer.writerows([epoch, *map(repr, row)] for epoch, row in enumerate(zip(*columns, strict=True)))
    return file.getvalue()


def _weights(run: Run) -> dict[str, Any]:
    arrays = {
        f"{name}{layer}": values
        for layer, pair in enumerate(run.at(run.epoch).params, start=1)
        for name, values in zip("Wb", pair, strict=True)
    }
    for name, scaling in (("input", run.data.scaling), ("target", run.data.target_scaling)):
        if scaling:
            arrays |= {f"{name}_mean": scaling.mean, f"{name}_deviation": scaling.deviation}
    return arrays
