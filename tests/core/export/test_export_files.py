"""Weights and losses as files: exact, and plain numbers."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from support.exported import expected

from backprop_core import Config, Run, export

CONFIGS = [Config(), Config(dataset="moons", samples=30, hidden=(3, 2), batch_size=7, loss="bce", l2=0.1)]


def trained(config: Config) -> Run:
    run = Run(config)
    run.advance(15)
    run.edit(params={(1, "W", 0, 0): 1e-300, (1, "b", 1): -123456.789})
    return run


@pytest.mark.parametrize("config", CONFIGS, ids=["xor", "moons"])
def test_weights(config: Config) -> None:
    run = trained(config)
    with np.load(io.BytesIO(export.weights_npz(run)), allow_pickle=False) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    read = {name: np.array(values) for name, values in json.loads(export.weights_json(run)).items()}
    for found in (arrays, read):
        assert list(found) == list(expected(run))
        for name, values in expected(run).items():
            assert found[name].shape == values.shape
            np.testing.assert_array_equal(found[name], values)


def test_weights_are_no_pickle() -> None:
    with zipfile.ZipFile(io.BytesIO(export.weights_npz(trained(Config())))) as file:
        headers = [file.read(name)[:80] for name in file.namelist()]
    assert all(b"'descr': '<f8'" in header for header in headers)


@pytest.mark.parametrize("config", CONFIGS, ids=["xor", "moons"])
def test_losses(config: Config) -> None:
    run = trained(config)
    text = export.history_csv(run)
    titles, *rows = list(csv.reader(io.StringIO(text)))
    series = [run.history.loss, run.history.test_loss] if len(run.history.test_loss) else [run.history.loss]
    assert titles == ["epoch", "train_loss", "test_loss"][: len(series) + 1]
    assert [int(row[0]) for row in rows] == list(range(run.epoch + 1))
    for column, values in enumerate(series, start=1):
        assert [float(row[column]) for row in rows] == values.tolist()
    assert "\r" not in text


def test_the_start_alone() -> None:
    run = Run(Config())
    assert export.history_csv(run) == f"epoch,train_loss\n0,{float(run.history.loss[0])!r}\n"
    assert set(json.loads(export.weights_json(run))) == {"W1", "b1", "W2", "b2"}
