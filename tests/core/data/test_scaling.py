"""Rows and predictions are in the user's units, even if data is scaled for training."""

import io
import json
import warnings
from typing import Any

import numpy as np
import pytest
from support.exported import cells, losses, names, weights
from support.exported import execute as printed_by

from backprop_core import Config, Run, export
from backprop_core.__main__ import main
from backprop_core.data.rows import FEATURES, TableRows
from backprop_core.settings.parameter import Address
from backprop_core.tables.to_rows import with_scaled_target
from backprop_core.training.presets import suggested, suggested_for

REAL = ["iris", "wine", "breast_cancer", "digits"]
YEARS = np.stack([2000.0 + np.arange(24), 50.0 * np.cos(np.arange(24))], axis=1)
SALES = 1e6 + 2e4 * np.sin(np.arange(24) / 4) + 100 * YEARS[:, 1]
BOTH = np.stack([SALES, SALES[::-1] / 1e9], axis=1)


def sales(y: Any = SALES) -> TableRows:
    return with_scaled_target(TableRows(YEARS, y, ("year", "advertising"), (), standardise=True))


def trained(config: Config, epochs: int = 15, **given: Any) -> Run:
    run = Run(config, **given)
    run.advance(epochs)
    return run


def of_sales(y: Any = SALES, **changes: Any) -> Run:
    return trained(suggested_for(sales(y)).replace(**changes), data=sales(y))


def plain_sgd(name: str, **changes: Any) -> Config:
    return suggested(name).replace(optimizer="sgd", batch_size=None, learning_rate=0.05, **changes)


@pytest.mark.parametrize("name", REAL)
def test_the_rows_of_a_real_dataset_are_predicted_as_they_are(name: str) -> None:
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")()
    run = trained(suggested(name).replace(test_share=0.0), 20)
    snapshot = run.at(run.epoch)
    for predict in (run.predict, snapshot.predict):
        right = run.data.labels(predict(bunch.data)) == bunch.target
        assert right.mean() == snapshot.score > 0.9
    np.testing.assert_array_equal(run.predict(bunch.data), snapshot.respond(bunch.data)[-1])


@pytest.mark.parametrize("y", [SALES, BOTH], ids=["one target", "two targets"])
def test_a_scaled_target_is_answered_in_its_own_units(y: Any) -> None:
    run = of_sales(y)
    run.advance(1_000)
    answers = run.predict(YEARS)
    assert run.history.loss[-1] < 0.1  # in standard deviations
    np.testing.assert_allclose(answers, y.reshape(24, -1), atol=float(y.std()))
    np.testing.assert_array_equal(answers, run.at(run.epoch).predict(YEARS))
    np.testing.assert_allclose(run.data.answer(run.data.y), run.data.targets)
    explained = 1 - ((answers - y.reshape(24, -1)) ** 2).sum(axis=0) / (len(y) * y.reshape(24, -1).var(axis=0))
    assert (explained > 0.8).all()


def test_scaled_rows_come_back_from_a_file() -> None:
    run = of_sales()
    said = json.loads(run.to_json())
    assert said["data"]["X"] == YEARS.tolist()
    assert said["data"]["y"] == SALES.tolist()
    again = Run.from_json(run.to_json())
    np.testing.assert_array_equal(again.predict(YEARS), run.predict(YEARS))
    np.testing.assert_array_equal(again.history.loss, run.history.loss)


def test_files_in_which_the_target_stands_scaled_still_open_to_the_same_bits() -> None:
    run = of_sales()
    said = json.loads(run.to_json())
    del said["data"]["names"]["scale_target"]
    said["data"]["y"] = ((SALES - SALES.mean()) / SALES.std()).tolist()
    again = Run.from_json(json.dumps(said))
    np.testing.assert_array_equal(again.history.loss, run.history.loss)
    np.testing.assert_array_equal(again.predict(YEARS), run.at(run.epoch).respond(YEARS)[-1])


def test_the_command_line_prints_rows_and_answers_in_their_own_units(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dataset", "iris", "--output", "softmax", "--loss", "cross_entropy", "--epochs", "3"]) == 0
    run = Run(Config(dataset="iris", output="softmax", loss="cross_entropy"))
    first = "  ".join(format(number, "g") for number in run.data.rows[0])
    assert first in capsys.readouterr().out


PROGRAMS: dict[str, Any] = {
    "python": lambda run: [export.python(run)],
    "notebook": lambda run: cells(export.notebook(run), "code"),
    "pytorch": lambda run: [export.pytorch(run)],
    "sklearn": lambda run: [export.sklearn(run)],
}
RUNS: dict[str, Any] = {
    "standardised, softmax": lambda: trained(plain_sgd("iris")),
    "standardised, sigmoid": lambda: trained(plain_sgd("breast_cancer")),
    "divided": lambda: trained(plain_sgd("digits"), 3),
    "scaled target": lambda: of_sales(optimizer="sgd", learning_rate=0.05),
    "two scaled targets, features": lambda: of_sales(BOTH, optimizer="sgd", features=tuple(FEATURES)),
    "raw, no hidden layer": lambda: trained(plain_sgd("moons", hidden=())),
    "raw, one input": lambda: trained(plain_sgd("sine")),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_exported_programs_predict_raw_rows_as_the_run_does(program: str, name: str) -> None:
    if program == "pytorch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    run = RUNS[name]()
    with warnings.catch_warnings():
        predict = names(*PROGRAMS[program](run))["predict"]
    rows = run.data.rows[:5] + 0.25
    close: dict[str, Any] = dict(rtol=1e-9 if program in ("pytorch", "sklearn") else 1e-12, atol=1e-12)
    np.testing.assert_allclose(np.asarray(predict(rows)), run.predict(rows), **close)
    np.testing.assert_allclose(np.asarray(predict(rows[0].tolist())), run.predict(rows[:1]), **close)


@pytest.mark.parametrize("name", RUNS)
def test_files_of_weights_lead_from_raw_rows_to_answers(name: str) -> None:
    run = RUNS[name]()
    with np.load(io.BytesIO(export.weights_npz(run)), allow_pickle=False) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    read = {name: np.array(values) for name, values in json.loads(export.weights_json(run)).items()}
    for found in (arrays, read):
        assert ("input_mean" in found) == (run.data.scaling is not None)
        shown = run.data.expand((run.data.rows - found.get("input_mean", 0.0)) / found.get("input_deviation", 1.0))
        np.testing.assert_array_equal(shown, run.data.expand(run.data.X))
        outputs = run.at(run.epoch).a[-1] * found.get("target_deviation", 1.0) + found.get("target_mean", 0.0)
        np.testing.assert_allclose(outputs, run.predict(run.data.rows), rtol=1e-12)


CLASSES: dict[str, Any] = dict(hidden=(3,), learning_rate=0.001)
SATURATED: dict[str, Config] = {
    "a sigmoid": Config(dataset="moons", samples=30, loss="bce", **CLASSES),
    "several sigmoids": Config(dataset="iris", output="sigmoid", loss="bce", **CLASSES),
    "softmax": Config(dataset="iris", output="softmax", loss="cross_entropy", activation="relu", **CLASSES),
    "softmax, no hidden layer": Config(
        dataset="iris", output="softmax", loss="cross_entropy", **CLASSES | {"hidden": ()}, l2=0.001
    ),
}


@pytest.mark.parametrize("program", ["python", "sklearn", "pytorch"])
@pytest.mark.parametrize("name", SATURATED)
def test_where_outputs_saturate_the_loss_is_the_page_s_too(name: str, program: str) -> None:
    if program == "pytorch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    run = Run(SATURATED[name])
    last = len(run.params)
    heavy: dict[Address, float] = {(last, "W", 0, 0): -20_000.0, (last, "b", 0): 9_000.0}
    run.edit(params=heavy)
    run.advance(3)
    outputs = run.at(0).a[-1]
    assert ((outputs < 1e-290) | (outputs > 1 - 1e-16)).any()
    assert run.history.loss[0] > 100
    with warnings.catch_warnings():
        printed = printed_by(*PROGRAMS[program](run))
    found = losses(printed)
    assert [epoch for epoch, _, _ in found][-1] == 3
    for epoch, loss, _ in found:
        assert loss == pytest.approx(run.history.loss[epoch], rel=1e-9)
    for name, values in weights(printed).items():
        layer, kind = int(name[1:]), "Wb".index(name[0])
        np.testing.assert_allclose(values, run.params[layer - 1][kind], rtol=1e-7, atol=1e-8)
