"""Where sweeps are trained. The operator of the server decides, by environment variables; nothing on the page can.

`BACKPROP_DASK_SCHEDULER` : the address of a Dask scheduler (requirements-cluster.txt)
`BACKPROP_SWEEP_PROCESSES` : how many processes on this machine, by default one per core. With 1, sweeps are trained in
the server's own process.
"""

from __future__ import annotations

import os
import re
import socket
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

import streamlit as st

from playground.sweep import worker_start

SCHEDULER, PROCESSES = "BACKPROP_DASK_SCHEDULER", "BACKPROP_SWEEP_PROCESSES"
MOST_PROCESSES = 256
PATIENCE = 5.0  # seconds for a scheduler to answer


class WorkersError(RuntimeError):
    """The workers that the operator chose are not available; the message is a sentence for the page."""


class Workers(NamedTuple):
    """An executor, None for this process; how many workers it has; and its name on the page."""

    executor: Executor | None
    number: int
    label: str


def find_workers() -> Workers:
    """The workers that all visitors share: created when first needed, and again if they have broken down.

    Raises WorkersError.
    """
    address = os.environ.get(SCHEDULER)
    if address:
        client, executor = _sound_client(address)
        cores = sum(client.ncores().values())
        return Workers(executor, max(1, cores), f"{cores} cores of the cluster")
    processes = _processes()
    if processes == 1:
        return Workers(None, 1, "1 core")
    return Workers(_sound_pool(processes), processes, f"{processes} cores")


def _processes() -> int:
    chosen = os.environ.get(PROCESSES)
    if not chosen:
        return min(os.cpu_count() or 1, MOST_PROCESSES)
    if not (re.fullmatch("[0-9]{1,9}", chosen) and 1 <= int(chosen) <= MOST_PROCESSES):
        raise WorkersError(
            f"The environment variable {PROCESSES} must be a whole number from 1 to {MOST_PROCESSES}, "
            f"not {chosen[:40]!r}."
        )
    return int(chosen)


def _sound_pool(processes: int) -> ProcessPoolExecutor:
    """The pool of processes; a new one if a process was lost."""
    pool = _pool(processes)
    try:
        pool.submit(int)
    except RuntimeError:  # broken, or shut down
        _pool.clear(processes)
        return _pool(processes)
    return pool


@st.cache_resource(show_spinner=False)
def _pool(processes: int) -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(processes, get_context("spawn"), worker_start.begin)
    for _ in range(processes):  # start all now, while the visitor reads the page
        pool.submit(int)
    return pool


def _sound_client(address: str) -> tuple[Any, Executor]:
    """The connection to a scheduler, and its executor; new ones if it was closed."""
    if _client(address)[0].status == "closed":
        _client.clear(address)
    return _client(address)


@st.cache_resource(show_spinner=False)
def _client(address: str) -> tuple[Any, Executor]:
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port

        with socket.create_connection(get_address_host_port(address), PATIENCE):  # fails at once if nobody listens
            pass
        client = Client(address, set_as_default=False, timeout=PATIENCE)
        return client, client.get_executor(pure=False)
    except ImportError as error:
        raise WorkersError(f"{SCHEDULER} is set, but a package is missing: see requirements-cluster.txt.") from error
    except (OSError, OverflowError, ValueError) as error:
        raise WorkersError(
            f"The environment variable {SCHEDULER} is {address[:80]!r}, where no Dask scheduler answers: {error}."
        ) from error
