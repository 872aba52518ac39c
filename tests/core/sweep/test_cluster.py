"""Sweeps on a real Dask cluster, on this machine: the same bits, and nothing lost with a worker or with the cluster."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import pytest

from backprop_core import Config, sweep
from backprop_core.sweep import engine
from playground.sweep import workers

distributed = pytest.importorskip("distributed", reason="a cluster needs requirements-cluster.txt")

GRID = sweep.plan(
    Config(epochs=1_000, stop_loss=0.1), {"learning_rate": [0.5, 20.0], "hidden": [(2,), (5,), (3, 3)]}, range(8)
)
SHORT_SLICE = 0.01  # seconds: all of GRID takes some forty of them


@pytest.fixture(scope="module")
def here() -> bytes:
    *_, result = sweep.stream(GRID)
    return result.records.tobytes()


@contextmanager
def local_cluster(**settings: Any) -> Iterator[Any]:
    """A scheduler and two workers of one thread, on the loopback alone."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", protocol="tcp://", dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL, **settings,
    ) as cluster:  # fmt: skip
        yield cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with local_cluster(processes=True) as cluster:
        yield cluster


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    with distributed.Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture
def executor(client: Any) -> Executor:
    made: Executor = client.get_executor(pure=False)
    return made


def interrupted(executor: Executor, interrupt: Callable[[], None]) -> bytes:
    """The result of a sweep when something happens in the middle of it."""
    happened = False
    for result in sweep.stream(GRID, executor, workers=2):
        if not happened and result.done > 0.2:
            assert result.done < 0.9
            interrupt()
            happened = True
    assert happened
    return result.records.tobytes()


def test_a_cluster_leads_to_the_same_bits(executor: Executor, here: bytes) -> None:
    *_, result = sweep.stream(GRID, executor, workers=2)
    assert result.records.tobytes() == here


def test_stopping_takes_back_what_the_cluster_has_not_begun(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", SHORT_SLICE)
    going = sweep.stream(GRID, executor, workers=2)
    result = next(going)
    while not result.done:
        next(going)
    going.close()
    assert 0 < result.done < 1


def test_a_worker_that_is_killed_loses_nothing(here: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", SHORT_SLICE)
    with local_cluster(processes=True) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        pids = client.run(os.getpid).values()
        assert os.getpid() not in pids
        assert interrupted(client.get_executor(pure=False), lambda: os.kill(min(pids), signal.SIGKILL)) == here


def test_a_cluster_that_is_gone_loses_nothing(here: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", SHORT_SLICE)
    with local_cluster(processes=False) as cluster:
        client = distributed.Client(cluster.scheduler_address, set_as_default=False, timeout=0.5)
        assert interrupted(client.get_executor(pure=False), cluster.close) == here
        client.close()


# As the page uses it


@pytest.fixture(autouse=True)
def _no_old_connection() -> Iterator[None]:
    yield
    workers._client.clear()


@pytest.fixture
def scheduler(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    address: str = cluster.scheduler_address
    monkeypatch.setenv(workers.SCHEDULER, address)
    return address


@pytest.mark.usefixtures("scheduler")
def test_the_operator_chooses_a_cluster(here: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.PROCESSES, "rubbish")  # which would count without a cluster
    found = workers.find_workers()
    assert (found.number, found.label) == (2, "2 cores of the cluster")
    assert found.executor is not None
    *_, result = sweep.stream(GRID, found.executor, found.number)
    assert result.records.tobytes() == here
    workers._client(os.environ[workers.SCHEDULER])[0].close()


def test_a_connection_that_was_lost_is_made_again(scheduler: str) -> None:
    workers.find_workers()
    first, _ = workers._client(scheduler)
    first.close()
    workers.find_workers()
    second, _ = workers._client(scheduler)
    assert second is not first
    assert second.status == "running"
    second.close()
