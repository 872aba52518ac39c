"""The two source programs and a worked example from the literature, number by number."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_core import Config, Run
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.network import Pass
from backprop_core.training.presets import PRESETS

GOLDENS = Path(__file__).parents[1] / "goldens"
XOR_ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def golden(name: str) -> Any:
    return json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))


NOTEBOOK, FUNCTION, MAZUR = golden("notebook_xor"), golden("function_xor"), golden("mazur_step")


def assert_close(mine: Any, theirs: Any, tolerance: float = 1e-12) -> None:
    theirs = np.array(theirs)
    np.testing.assert_allclose(np.reshape(mine, theirs.shape), theirs, rtol=0, atol=tolerance)


@pytest.fixture(scope="module")
def notebook() -> Run:
    run = PRESETS["notebook"].run()
    run.advance(NOTEBOOK["epochs"])
    return run


@pytest.fixture(scope="module")
def function() -> Run:
    run = PRESETS["function"].run()
    run.advance(10_000)
    return run


def test_the_presets_are_the_source_programs(notebook: Run, function: Run) -> None:
    for run in (notebook, function):
        assert list(run.network.sizes) == NOTEBOOK["sizes"]
        assert run.config.learning_rate == NOTEBOOK["learning_rate"] == FUNCTION["learn_rate"]
        assert run.config.seed == NOTEBOOK["numpy_random_seed"]
        assert not run.config.train_biases
        assert run.config.epochs == NOTEBOOK["epochs"]
        assert run.data.X.tolist() == XOR_ROWS.tolist()


@pytest.mark.parametrize("updates", NOTEBOOK["updates_applied_to_parameters"])
def test_notebook_parameters_after_so_many_updates(updates: str, notebook: Run) -> None:
    theirs = NOTEBOOK["updates_applied_to_parameters"][updates]
    (W1, b1), (W2, b2) = notebook.at(int(updates)).params
    assert_close(W1, theirs["weights_input_hidden"])
    assert_close(b1, theirs["biases_hidden"])
    assert_close(W2, theirs["weights_hidden_output"])
    assert_close(b2, theirs["biases_output"])


def test_notebook_prints_the_forward_pass_before_its_last_update(notebook: Run) -> None:
    assert_close(notebook.at(9_999).predict(XOR_ROWS), NOTEBOOK["predicted_output_printed"])
    last = notebook.at(9_999).step()
    assert_close(last.a[-1], NOTEBOOK["predicted_output_printed"])
    # One update later, the outputs differ by more than the tolerance, so the test identifies the right epoch.
    assert np.abs(notebook.predict(XOR_ROWS) - np.array(NOTEBOOK["predicted_output_printed"])).max() > 1e-9


@pytest.mark.parametrize("updates", FUNCTION["after_calls"])
def test_function_weights_after_so_many_calls(updates: str, function: Run) -> None:
    theirs = FUNCTION["after_calls"][updates]
    (W1, b1), (W2, b2) = function.at(int(updates)).params
    assert_close(W1, theirs["W1"])
    assert_close(W2, theirs["W2"])
    assert_close(b1, FUNCTION["start"]["b1"], 0.0)
    assert_close(b2, FUNCTION["start"]["b2"], 0.0)


def test_function_start(function: Run) -> None:
    (W1, b1), (W2, b2) = function.at(0).params
    for mine, name in [(W1, "W1"), (b1, "b1"), (W2, "W2"), (b2, "b2")]:
        assert_close(mine, FUNCTION["start"][name], 0.0)


@pytest.mark.parametrize(
    ("loss", "theirs"),
    [("half_sse", NOTEBOOK["with_biases_updated"]), ("sse", FUNCTION["with_biases_adjusted"])],
    ids=["notebook", "function"],
)
def test_with_biases_updated(loss: str, theirs: Any) -> None:
    run = Run(Config(loss=loss, seed=theirs["seed"], learning_rate=theirs["learning_rate"]))
    run.advance(theirs["updates"])
    (W1, b1), (W2, b2) = run.params
    for mine, name in [(W1, "W1"), (b1, "b1"), (W2, "W2"), (b2, "b2")]:
        assert_close(mine, theirs[name])
    assert_close(run.predict(XOR_ROWS), theirs["output_after_updates"])


@pytest.mark.parametrize("train_biases", [False, True])
def test_how_many_of_100_seeds_succeed(train_biases: bool) -> None:
    """All seeds at once on the run axis; some of them are compared with their own run, bit by bit."""
    run = Run(Config())
    net, data = run.network, run.data
    theta = np.stack([net.pack(INITIALIZERS["uniform01"].draw(net.sizes, seed)) for seed in range(100)])
    rates = 0.5 * (np.ones(net.parameters) if train_biases else net.is_weight)
    all_seeds = Pass(net, theta, 4)
    all_seeds.load(data.X.T, data.y.T)
    for _ in range(10_000):
        all_seeds.forward()
        theta -= all_seeds.backward() * rates
    outputs = all_seeds.forward()
    successes = ((outputs > 0.5) == (data.y.T > 0.5)).all(axis=(-2, -1))
    expected = NOTEBOOK["success_over_seeds_0_to_99"]["biases_updated" if train_biases else "biases_frozen"]
    assert successes.sum() == expected

    for seed in (0, 1, 42, 99):
        alone = Run(Config(seed=seed, train_biases=train_biases))
        alone.advance(10_000)
        assert net.pack(alone.params).tobytes() == theta[seed].tobytes()
        assert (alone.at(10_000).score == 1.0) == successes[seed]


def test_mazur_forward_and_gradients() -> None:
    step = PRESETS["mazur"].run().step()
    assert_close(step.a[0], MAZUR["X"], 0.0)
    for (W, b), layer in zip(step.params, "12", strict=True):
        assert_close(W, MAZUR[f"W{layer}"], 0.0)
        assert_close(b, MAZUR[f"b{layer}"], 0.0)
    assert_close(step.a[1], MAZUR["hidden_output"], 1e-8)
    assert_close(step.a[2], MAZUR["output"], 1e-8)
    assert_close(step.loss, MAZUR["loss_before"])
    assert_close(step.dW[1][0, 0], MAZUR["dL_dw5"], 1e-8)
    assert_close(step.dW[0][0, 0], MAZUR["dL_dw1"], 1e-8)


def test_mazur_after_one_update() -> None:
    run = PRESETS["mazur"].run()
    assert run.config.learning_rate == MAZUR["learning_rate"]
    run.advance(1)
    (W1, b1), (W2, b2) = run.params
    assert_close(W1, MAZUR["W1_after_one_update"], 1e-8)
    assert_close(W2, MAZUR["W2_after_one_update"], 1e-8)
    assert_close(b1, MAZUR["b1"], 0.0)
    assert_close(b2, MAZUR["b2"], 0.0)
    assert_close(run.history.loss[1], MAZUR["loss_after_one_update"])
    # The article's own 0.291027924 uses hidden deltas computed with output weights that were already updated.
    assert abs(run.history.loss[1] - 0.291027924) > 1e-7


def test_mazur_after_10000_updates() -> None:
    run = PRESETS["mazur"].run()
    run.advance(10_000)
    loss = MAZUR["loss_after_10000_updates"]
    assert_close(run.history.loss[-1], loss, 1e-12 * loss)
    assert_close(run.predict(MAZUR["X"]), MAZUR["output_after_10000_updates"], 1e-8)
