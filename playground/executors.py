"""Where sweeps are trained. The operator chooses, with environment variables; nothing typed into the page does.

`BACKPROP_DASK_SCHEDULER` : the address of a Dask scheduler (requirements-cluster.txt)
`BACKPROP_SWEEP_PROCESSES` : how many processes of this machine; by default one a core. With 1, sweeps are trained in
the process of the page.
"""

from __future__ import annotations

import os
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import streamlit as st

SCHEDULER, PROCESSES = "BACKPROP_DASK_SCHEDULER", "BACKPROP_SWEEP_PROCESSES"


class Workers(NamedTuple):
    """An executor, None for this process; how many runs of it work at a time; and its name for people."""

    executor: Executor | None
    number: int
    label: str


def workers() -> Workers:
    """The workers that all visitors share, made when first needed, and anew should they have broken down."""
    found = _workers()
    try:
        if isinstance(found.executor, ProcessPoolExecutor):
            found.executor.submit(int)
    except BrokenExecutor:
        _workers.clear()
        return _workers()
    return found


@st.cache_resource
def _workers() -> Workers:
    address = os.environ.get(SCHEDULER)
    if address:
        return _dask(address)
    processes = int(os.environ.get(PROCESSES) or os.cpu_count() or 1)
    if processes < 2:
        return Workers(None, 1, "1 core")
    return Workers(ProcessPoolExecutor(processes, get_context("spawn")), processes, f"{processes} cores")


def _dask(address: str) -> Workers:
    from distributed import Client

    client = Client(address, set_as_default=False)
    cores = sum(client.ncores().values())
    return Workers(client.get_executor(pure=False), max(1, cores), f"{cores} cores of the cluster")
