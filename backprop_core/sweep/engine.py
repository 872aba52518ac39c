"""Training a sweep, block by block and slice by slice, in this process or on any executor."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any

from backprop_core.data.rows import TableRows
from backprop_core.settings.config import Config
from backprop_core.sweep.block import Block, Solved, rest, train
from backprop_core.sweep.grid import Axes, Grid, plan
from backprop_core.sweep.result import Result

LOG = logging.getLogger(__name__)

SLICE_SECONDS = 0.2
FIRST_SECONDS = 0.02  # for the first slice of a block, so that its first results appear quickly
LONGEST_WAIT = 1.0  # seconds after which `stream` yields again, even without new results


def run(
    config: Config,
    axes: Axes,
    seeds: Iterable[int] | int = 10,
    *,
    solved: Solved | None = None,
    data: tuple[Any, Any] | TableRows | None = None,
    executor: Executor | None = None,
) -> Result:
    """Train a whole grid.

    Parameters
    ----------
    config : Config
        The configuration that all runs share.
    axes : {name: values}
        One or two settings with their values: `{"learning_rate": [0.1, 0.5], "hidden": [(2,), (4,)]}`.
    seeds : int or iterable of int
        The seeds of every cell; 5 means range(5).
    solved : Solved, optional
        When a run counts as solved. The default is a training accuracy of 1, or an R² of 0.99.
    data : (X, y) or TableRows, optional
        The user's own rows, in the form that `Run` takes: X (N, d) and y (N,) or (N, k). All rows are used for
        training, unless the configuration has a `test_share`.
    executor : Executor, optional
        Where slices are trained; the default is this process.

    Returns
    -------
    Result
        Arrays (A, B, S): values of the first setting, of the second (1 if there is none), and seeds.
        `Run(result.config(i, j, s), data=result.data)`, advanced by its epochs, gives the same bits.

    Raises
    ------
    ConfigError
        For invalid settings, values, seeds or rows, for duplicates, and for a grid that is too large.
    """
    return deque(stream(plan(config, axes, seeds, solved=solved, data=data), executor), maxlen=1).pop()


def stream(grid: Grid, executor: Executor | None = None, workers: int | None = None) -> Generator[Result]:
    """Train a grid; yields the same Result object immediately, and again after each update or after a second.

    Close the iterator to stop; the result keeps what was computed so far. `workers` is how many slices the executor can
    train at the same time. If the executor fails, training continues in this process; errors that occur here are
    raised.
    """
    in_process = _InProcess()
    workers = 1 if executor is None else workers or os.cpu_count() or 1
    result, waiting = Result(grid), deque(grid.blocks(workers))
    pool, at_once = executor or in_process, 1 if executor is None else 2 * workers  # so that no worker is idle
    training: dict[Future[Block], Block] = {}
    try:
        yield result
        while waiting or training:
            while waiting and len(training) < at_once:
                block = waiting.popleft()
                training[_submit(pool, in_process, block)] = block
            for future in wait(training, timeout=LONGEST_WAIT, return_when=FIRST_COMPLETED).done:
                block = training.pop(future)
                try:
                    block = future.result()
                except Exception as error:  # noqa: BLE001 - the slice is trained again in this process, which raises its errors
                    LOG.warning("The executor failed, training goes on in this process: %r", error)
                    pool, at_once = in_process, 1
                result.take(block)
                remaining = rest(block)
                if remaining is not None:
                    waiting.appendleft(remaining)
            if pool is in_process:  # take back the slices that a failed executor still has
                waiting.extend(training.values())
                _cancel(training)
                training.clear()
            yield result
    finally:
        _cancel(training)


class _InProcess(Executor):
    """Runs each call immediately, in this process; `submit` raises its exceptions, so futures never hold one."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*args, **kwargs))
        return future


def _cancel(futures: Iterable[Future[Block]]) -> None:
    for future in futures:
        future.cancel()


def _submit(pool: Executor, in_process: Executor, block: Block) -> Future[Block]:
    seconds = SLICE_SECONDS if block.epoch else min(FIRST_SECONDS, SLICE_SECONDS)
    if pool is not in_process:
        with contextlib.suppress(Exception):  # an executor that accepts no more calls
            return pool.submit(train, block, seconds)
    return in_process.submit(train, block, seconds)
