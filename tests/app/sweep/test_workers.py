"""Where sweeps are trained: as the operator's environment says. (With a cluster: tests/core/test_cluster.py.)"""

from __future__ import annotations

import inspect
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

from backprop_core import Config, sweep
from playground.sweep import workers
from playground.sweep.workers import PROCESSES, SCHEDULER, WorkersError, find_workers

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SCHEDULER, raising=False)
    monkeypatch.delenv(PROCESSES, raising=False)


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(PROCESSES, "2")
    workers._pool.clear()
    yield
    workers._pool(2).shutdown()
    workers._pool.clear()


def executor() -> Executor:
    found = find_workers().executor
    assert found is not None
    return found


def test_nothing_but_the_environment_is_asked() -> None:
    assert not inspect.signature(find_workers).parameters


def test_with_one_process_the_page_s_own_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROCESSES, "1")
    assert find_workers() == (None, 1, "1 core")


@pytest.mark.parametrize("chosen", [None, ""])
def test_by_default_there_is_a_process_a_core(chosen: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if chosen is not None:
        monkeypatch.setenv(PROCESSES, chosen)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert find_workers() == (None, 1, "1 core")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert find_workers() == (None, 1, "1 core")


@pytest.mark.usefixtures("two_processes")
def test_processes_are_shared_and_lead_to_the_same_bits() -> None:
    found = find_workers()
    assert isinstance(found.executor, ProcessPoolExecutor)
    assert len(found.executor._processes) == 2, "all begin before a sweep wants them"
    libraries = found.executor.submit(threadpool_info).result()
    assert {library["num_threads"] for library in libraries if library["user_api"] == "blas"} == {1}
    assert (found.number, found.label) == (2, "2 cores")
    assert find_workers() == found
    axes = {"learning_rate": [0.5, 5.0]}
    here = sweep.run(Config(epochs=50), axes, range(4))
    there = sweep.run(Config(epochs=50), axes, range(4), executor=found.executor)
    assert there.records.tobytes() == here.records.tobytes()


@pytest.mark.usefixtures("two_processes")
def test_processes_that_broke_down_or_were_shut_down_are_replaced() -> None:
    broken = executor()
    process = broken.submit(os.getpid).result()
    assert process != os.getpid()
    with pytest.raises(BrokenProcessPool):
        broken.submit(signal.raise_signal, signal.SIGKILL).result()
    assert executor() is not broken
    assert executor().submit(int).result() == 0
    executor().shutdown()
    assert executor().submit(int).result() == 0


SERVER = """
import os, signal
from playground.sweep import workers
if __name__ == "__main__":
    print(workers.find_workers().executor.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux lets us wait for the end of a stranger")
def test_processes_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    environment = os.environ | {PROCESSES: "2", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        with suppress(ProcessLookupError):  # ended already
            process = os.pidfd_open(int(server.stdout.readline()))
            assert select.select([process], [], [], 60.0)[0] == [process]
            os.close(process)
    assert server.returncode == -signal.SIGKILL


@pytest.mark.parametrize("rubbish", ["many", "0", "-1", "1.5", "2 cores", "257", "²", "٣", "1" * 5_000])
def test_rubbish_is_refused_in_a_sentence(rubbish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROCESSES, rubbish)
    with pytest.raises(WorkersError, match=f"^The environment variable {PROCESSES} must be a whole number") as caught:
        find_workers()
    assert len(str(caught.value)) < 200


def unused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize(
    "address",
    [unused_address(), "nonsense", "127.0.0.1:99999", "moon://127.0.0.1:1"],
    ids=["nobody listens", "nonsense", "no such port", "no such protocol"],
)
def test_a_scheduler_that_does_not_answer_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="a cluster needs requirements-cluster.txt")
    monkeypatch.setenv(SCHEDULER, address)
    with pytest.raises(WorkersError, match=f"{SCHEDULER} is '{address}', where no Dask scheduler answers: "):
        find_workers()


def test_a_scheduler_without_its_package_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"a package is missing: see requirements-cluster\.txt"):
        find_workers()
