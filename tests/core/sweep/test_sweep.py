"""Sweeps: every cell equals its run, wherever it is trained; invalid sweeps are rejected."""

from __future__ import annotations

import csv
import io
import itertools
import math
import tracemalloc
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import Config, ConfigError, Run, sweep
from backprop_core.nn.activations import ACTIVATIONS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.sweep import block as blocks
from backprop_core.sweep import engine

MOONS = Config(dataset="moons", samples=40, hidden=(3,), activation="tanh", loss="bce", init="normal", epochs=6)
RATES: tuple[Any, ...] = (0.1, 3.0)


def assert_is_run(result: sweep.Result, place: tuple[int, int, int], data: Any = None) -> None:
    """Everything recorded of a cell's run has the same bits as a `Run` with its configuration."""
    config = result.config(*place)
    run = Run(config, data=data)
    run.advance(config.epochs)
    record, snapshot = result.records[place], run.at(run.epoch)
    assert record["loss"] == run.history.loss[-1] == result.final_loss[place]
    assert record["epochs"] == run.epoch
    assert result.diverged[place] == (run.diverged or 0)
    assert result.finished[place]
    epochs, losses = result.curves(*place[:2])
    reached = epochs <= run.epoch
    np.testing.assert_array_equal(losses[place[2]][reached], run.history.loss[epochs[reached]])
    assert np.isnan(losses[place[2]][~reached]).all()
    if run.diverged is not None:
        assert np.isnan(record["score"])
        assert np.isnan(record["test_loss"])
    else:
        assert record["score"] == snapshot.score
        if len(run.history.test_loss):
            assert record["test_loss"] == run.history.test_loss[-1]


def assert_all_are_runs(result: sweep.Result, data: Any = None) -> None:
    for place in np.ndindex(*result.grid.shape):
        assert_is_run(result, place, data)


AXES: dict[str, tuple[Config, dict[str, list[Any]]]] = {
    "activation": (MOONS, {"activation": list(ACTIVATIONS)}),
    "init": (MOONS, {"init": list(INITIALIZERS)}),
    "optimizer": (MOONS, {"optimizer": list(OPTIMIZERS), "learning_rate": [0.01, 0.3]}),
    "loss": (MOONS.replace(loss="mse"), {"loss": [name for name, loss in LOSSES.items() if not loss.outputs]}),
    "schedule": (MOONS.replace(schedule_epochs=2), {"schedule": list(SCHEDULES), "learning_rate": [0.1, 0.2]}),
    "hyper": (MOONS.replace(optimizer="adam"), {"beta1": [0.5, 0.9], "beta2": [0.9, 0.99]}),
    "epsilon": (MOONS.replace(optimizer="rmsprop"), {"rho": [0.5, 0.9], "epsilon": [1e-8, 1e-2]}),
    "momentum": (MOONS.replace(optimizer="nesterov"), {"momentum": [0.0, 0.9], "learning_rate": [0.1, 0.2]}),
    "penalties": (MOONS, {"l1": [0.0, 0.01], "l2": [0.0, 0.02, 0.5]}),
    "biases": (MOONS, {"train_biases": [False, True], "learning_rate": [0.1, 0.5]}),
    "depth": (MOONS, {"hidden": [(), (1,), (4,), (2, 3), (2, 2, 2)], "learning_rate": [0.1, 0.5]}),
    "batches": (MOONS, {"batch_size": [1, 2, 3, 7, 30, None], "learning_rate": [0.1, 0.2]}),
    "in order": (MOONS.replace(shuffle=False), {"batch_size": [4, 7]}),
    "shuffle": (MOONS.replace(batch_size=8, optimizer="adam"), {"shuffle": [False, True], "l2": [0.1, 0.2]}),
    "noise": (MOONS, {"noise": [0.0, 0.3], "test_share": [0.0, 0.5]}),
    "dataset": (MOONS, {"dataset": ["xor", "parity3", "circles"], "samples": [20, 40]}),
    "epochs": (MOONS, {"epochs": [1, 5, 9]}),
    "features": (MOONS, {"features": [("x1", "x2"), ("x1", "x2", "x1_squared")]}),
    "classes": (
        Config(dataset="blobs", samples=30, output="softmax", loss="cross_entropy", epochs=5, hidden=(3,)),
        {"learning_rate": [0.1, 1.0], "activation": ["relu", "gelu"]},
    ),
    "curve": (
        Config(dataset="sine", samples=30, activation="tanh", output="linear", loss="huber", epochs=5),
        {"learning_rate": [0.01, 0.1]},
    ),
}


@pytest.mark.parametrize("name", AXES)
def test_every_cell_is_its_run(name: str) -> None:
    config, axes = AXES[name]
    assert_all_are_runs(sweep.run(config, axes, seeds=(0, 7)))


@settings(max_examples=40)
@given(
    hidden=st.lists(st.lists(st.integers(1, 9), max_size=3).map(tuple), min_size=1, max_size=3, unique=True),
    rates=st.lists(st.floats(1e-3, 30.0), min_size=1, max_size=3, unique=True),
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True),
    batch_size=st.one_of(st.none(), st.integers(1, 16)),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
)
def test_any_grid_is_its_runs(
    hidden: list[Any], rates: list[float], seeds: list[int], batch_size: int | None, optimizer: str
) -> None:
    config = Config(dataset="xor_cloud", samples=16, epochs=4, batch_size=batch_size, optimizer=optimizer)
    assert_all_are_runs(sweep.run(config, {"hidden": hidden, "learning_rate": rates}, seeds))


def test_larger_networks_are_their_runs() -> None:
    config = Config(dataset="digits", hidden=(16,), output="softmax", loss="cross_entropy", init="he_normal", epochs=2)
    assert_all_are_runs(sweep.run(config, {"learning_rate": [0.1, 0.5], "batch_size": [None, 500]}, seeds=(0, 1)))


def test_runs_that_diverge_end_where_they_do_alone() -> None:
    config = Config(dataset="plane", hidden=(), output="linear", loss="mse", init="uniform_pm_half", epochs=3_000)
    result = sweep.run(config, {"learning_rate": [0.01, 0.6, 5.0]}, seeds=(0, 1))
    assert (result.diverged[0] == 0).all()
    assert (result.diverged[1:] > 0).all()
    assert not result.solved[1:].any()
    assert result.share_diverged.ravel().tolist() == [0.0, 1.0, 1.0]
    assert_all_are_runs(result)


def test_parameters_that_overflow_while_the_loss_is_finite_are_found() -> None:
    config = Config(dataset="xor", optimizer="rmsprop", epsilon=1e-16, init="zeros", learning_rate=1_000.0, epochs=300)
    result = sweep.run(config, {"learning_rate": [1_000.0], "activation": ["relu", "linear", "softplus"]}, seeds=(0, 1))
    assert_all_are_runs(result)
    config = Config(activation="relu", l2=10.0, epochs=400)
    result = sweep.run(config, {"learning_rate": [0.25, 900.0]}, seeds=(0, 1))
    assert (result.diverged[1] > 0).all()
    assert_all_are_runs(result)


@pytest.mark.parametrize(
    "stop", [{"stop_loss": 0.3}, {"stop_accuracy": 1.0}, {"stop_loss": 0.4, "stop_accuracy": 0.75}]
)
def test_stop_conditions_end_a_run_where_they_do_alone(stop: dict[str, Any]) -> None:
    result = sweep.run(Config(epochs=1_500, **stop), {"learning_rate": [0.5, 5.0], "hidden": [(2,), (6,)]}, range(4))
    assert_all_are_runs(result)
    assert len(np.unique(result.records["epochs"])) > 4


def test_rows_brought_by_the_user_are_swept() -> None:
    rng = np.random.RandomState(0)
    data = (rng.randn(12, 3), rng.randint(0, 2, 12).astype(float))
    config = Config(dataset="csv", epochs=5)
    result = sweep.run(config, {"learning_rate": list(RATES)}, range(2), data=data)
    assert_all_are_runs(result, data)


@pytest.mark.parametrize(("train_biases", "solved"), [(False, 22), (True, 87)])
def test_the_notebook_solves_xor_as_often_as_was_counted(train_biases: bool, solved: int) -> None:
    result = sweep.run(Config(), {"train_biases": [train_biases]}, range(100))
    assert int(result.solved.sum()) == solved
    assert result.success[0, 0] == solved / 100


@pytest.mark.parametrize("solved", [sweep.Solved(score=1.0), sweep.Solved(score=None, loss=0.2)])
def test_epochs_to_solve_is_where_a_run_was_solved_for_good(solved: sweep.Solved) -> None:
    result = sweep.run(Config(epochs=1_500), {"learning_rate": [0.3, 5.0]}, range(6), solved=solved)
    assert 0 < result.solved.sum() < 12
    for place in np.ndindex(*result.grid.shape):
        run = Run(result.config(*place))
        met = []
        for epoch in range(1_501):
            run.advance(epoch - run.epoch)
            met.append(run.history.loss[-1] < 0.2 if solved.loss else run._trainer.score() == 1.0)
        assert result.solved[place] == met[-1]
        if met[-1]:
            since = int(result.epochs_to_solve[place])
            assert all(met[since:])
            assert not met[since - 1]
        else:
            assert math.isnan(result.epochs_to_solve[place])


def records(result: sweep.Result) -> bytes:
    return result.records.tobytes()


GRID = sweep.plan(
    Config(epochs=400, stop_loss=0.1), {"learning_rate": [0.5, 20.0], "hidden": [(2,), (5,), (3, 3)]}, range(12)
)


@pytest.fixture(scope="module")
def here() -> bytes:
    return records(last(sweep.stream(GRID)))


def last(results: Iterable[sweep.Result]) -> sweep.Result:
    *_, result = results
    return result


@pytest.mark.parametrize("patience", [0.0, 0.002])
def test_slices_of_any_length_lead_to_the_same_bits(
    patience: float, here: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", patience)
    assert records(last(sweep.stream(GRID))) == here


@pytest.mark.parametrize("workers", [1, 3])
def test_threads_and_processes_lead_to_the_same_bits(workers: int, here: bytes) -> None:
    with ThreadPoolExecutor(workers) as threads:
        assert records(last(sweep.stream(GRID, threads, workers))) == here
    with ProcessPoolExecutor(workers, get_context("spawn")) as processes:
        assert records(last(sweep.stream(GRID, processes, workers))) == here


# Some runs diverge, each at a different epoch, and others do not.
DIVERGING = Config(dataset="sine", samples=40, test_share=0.25, hidden=(3,), activation="relu", output="linear",
                   loss="sse", init="normal", epochs=12)  # fmt: skip
DIVERGING_AXES = {"learning_rate": [1e-3, 0.05, 0.3, 1e3]}
VARIANTS: dict[str, dict[str, Any]] = {
    "full batch": {},
    "mini-batches": {"batch_size": 7},
    "stop": {"stop_loss": 5.0},
    "schedule": {"schedule": "step", "schedule_epochs": 3, "batch_size": 7},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_diverged_runs_have_the_same_bits_in_slices_of_any_length(
    variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = sweep.plan(DIVERGING.replace(**VARIANTS[variant]), DIVERGING_AXES, range(4))
    ticks = SimpleNamespace(perf_counter=itertools.count().__next__)  # a second for every epoch trained
    monkeypatch.setattr(blocks, "time", ticks)
    found = set()
    for epochs in (1, 2, 5, 12):
        monkeypatch.setattr(engine, "SLICE_SECONDS", epochs - 0.5)
        result = last(sweep.stream(grid))
        found.add(records(result))
    assert len(found) == 1
    diverged = result.diverged > 0
    assert 0 < diverged.sum() < diverged.size
    assert np.isnan(result.score[diverged]).all()
    assert np.isnan(result.test_loss[diverged]).all()
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0.0)  # one epoch per slice
    with ThreadPoolExecutor(2) as threads:
        assert records(last(sweep.stream(grid, threads, 2))) in found


def test_diverged_runs_have_the_same_bits_from_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = sweep.plan(DIVERGING, DIVERGING_AXES, range(4))
    alone = records(last(sweep.stream(grid)))
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0.0)
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        assert records(last(sweep.stream(grid, processes, 2))) == alone


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_an_executor_that_breaks_down_loses_nothing(lost: int, here: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0.002)
    submitted: list[Future[Any]] = []

    class Fragile(Executor):
        """Trains a few blocks, loses a few that are in progress, and then accepts no more."""

        def submit(self, call: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if len(submitted) < 4:
                future.set_result(call(*args, **kwargs))
            elif len(submitted) < 4 + lost:
                future.set_exception(BrokenExecutor())
            else:
                raise BrokenExecutor
            submitted.append(future)
            return future

    assert records(last(sweep.stream(GRID, Fragile(), 2))) == here
    assert len(submitted) == 4 + lost


def test_stopping_keeps_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", 0.0)
    submitted: list[Future[Any]] = []

    class Slow(Executor):
        def submit(self, call: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if len(submitted) < 2:
                future.set_result(call(*args, **kwargs))
            submitted.append(future)
            return future

    going = sweep.stream(GRID, Slow(), workers=1)
    next(going)
    result = next(going)
    before = records(result)
    going.close()
    assert [future.cancelled() for future in submitted[2:]] == [True] * len(submitted[2:])
    assert records(result) == before
    assert result.begun.any()
    assert not result.begun.all()
    assert 0 < result.done < 1
    assert np.isnan(result.success).any()


def test_work_done_rises_to_one() -> None:
    shares = [result.done for result in sweep.stream(GRID)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_quartiles_are_those_of_numpy_and_leave_out_what_is_unknown() -> None:
    result = sweep.Result(GRID)
    values = np.random.RandomState(0).rand(*GRID.shape)
    values[0, 0, 4:] = np.nan
    values[1, 1, :] = np.nan
    quartiles = result.quartiles(values)
    assert np.isnan(quartiles[:, 1, 1]).all()
    values[1, 1, :] = quartiles[:, 1, 1] = 0.0
    np.testing.assert_allclose(quartiles, np.nanquantile(values, [0.25, 0.5, 0.75], axis=-1), rtol=1e-12)


def test_the_table_has_a_line_for_every_run() -> None:
    result = sweep.run(Config(epochs=50), {"hidden": [(2,), (3, 2)], "learning_rate": [0.5, 1.0]}, range(3))
    lines = list(csv.DictReader(io.StringIO(result.csv())))
    assert len(lines) == 12
    for line, place in zip(lines, np.ndindex(2, 2, 3), strict=True):
        assert float(line["final_loss"]) == result.final_loss[place]
        assert int(line["seed"]) == place[2]
    assert lines[-1]["hidden"] == "3-2"


def test_the_first_slice_of_a_block_is_short_so_that_cells_are_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, float]] = []

    def train(block: blocks.Block, patience: float) -> blocks.Block:
        asked.append((block.epoch, patience))
        return blocks.train(block, 0.0)

    monkeypatch.setattr(engine, "train", train)
    grid = sweep.plan(Config(epochs=3), {"hidden": [(1,), (2,)]}, range(2))
    first = next(itertools.islice(sweep.stream(grid), 1, None))
    assert first.begun.any()
    last(sweep.stream(grid))
    assert {seconds for epoch, seconds in asked if epoch == 0} == {engine.FIRST_SECONDS}
    assert {seconds for epoch, seconds in asked if epoch > 0} == {engine.SLICE_SECONDS}
    assert engine.FIRST_SECONDS <= engine.SLICE_SECONDS / 10


def test_memory_stays_within_what_is_stated() -> None:
    grid = sweep.plan(
        Config(dataset="moons", samples=1_000, hidden=(8, 8), loss="bce", epochs=2),
        {"learning_rate": [0.1 * (i + 1) for i in range(10)]},
        range(40),
    )
    last(sweep.stream(grid))
    tracemalloc.start()
    last(sweep.stream(grid))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * grid.bytes


def too_many() -> dict[str, list[Any]]:
    return {"learning_rate": [0.001 * (i + 1) for i in range(200)], "l2": [0.001 * i for i in range(11)]}


REFUSED: list[tuple[dict[str, list[Any]], Any, str, str]] = [
    ({}, range(2), "axes", "one or two"),
    ({"l1": [0.1], "l2": [0.1], "hidden": [(2,)]}, range(2), "axes", "one or two"),
    ({"learning_rate": []}, range(2), "learning_rate", "at least one value"),
    ({"learning_rate": [0.5, 0.5]}, range(2), "learning_rate", "only once"),
    ({"learning_rate": [0.5]}, [], "seed", "at least one value"),
    ({"learning_rate": [0.5]}, [1, 1], "seed", "only once"),
    ({"learning_rate": [0.5]}, [-1], "seed", "from 0"),
    ({"learning_rate": [0.5]}, [2**32 - 1, 2**32], "seed", "from 0"),
    ({"seed": [1, 2]}, range(2), "axes", "seeds are given besides"),
    ({"learning_rate": [-1.0]}, range(2), "learning_rate", "must be a number from"),
    ({"rate": [1.0]}, range(2), "rate", "is not a setting"),
    ({"loss": ["mse", "cross_entropy"]}, range(2), "loss", "needs an output"),
    (too_many(), range(10), "axes", "This sweep has 22,000 runs. At most 20,000 are possible."),
]


@pytest.mark.parametrize(("axes", "seeds", "field", "message"), REFUSED)
def test_what_cannot_be_is_refused(axes: dict[str, list[Any]], seeds: Any, field: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        sweep.run(Config(), axes, seeds)
    assert caught.value.field == field


def test_a_sweep_that_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_core.sweep.grid.MOST_BYTES", 2**20)
    with pytest.raises(ConfigError, match=r"needs \d+ MB of memory. At most 1 MB"):
        sweep.plan(Config(dataset="digits", output="softmax", loss="cross_entropy"), {"learning_rate": [0.1]}, range(9))


@given(st.integers(1, 1_000_000))
def test_marks_are_few_rising_and_from_start_to_end(epochs: int) -> None:
    marks = blocks.marks(epochs)
    assert len(marks) <= blocks.MARKS
    assert (marks[0], marks[-1]) == (0, epochs)
    assert (np.diff(marks) > 0).all()


def test_blocks_hold_every_run_once_and_are_enough_for_all_workers() -> None:
    for workers in (1, 2, 8):
        parts = GRID.blocks(workers)
        places = sorted(itertools.chain(*(block.places.tolist() for block in parts)))
        assert places == list(range(GRID.runs))
        for block in parts:
            assert [GRID.config_at(*np.unravel_index(place, GRID.shape)) for place in block.places] == list(
                block.configs
            )
    many = sweep.plan(Config(), {"learning_rate": [0.5]}, range(100))
    assert len(many.blocks(4)) == 4
