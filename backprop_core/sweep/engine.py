"""Training a sweep: block by block, slice by slice, here or on any executor."""

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
FIRST_SECONDS = 0.02  # for the first slice of a block, so that its cells are seen at once
LONGEST_WAIT = 1.0  # seconds until whoever asks for more is heard again


def run(
    config: Config,
    axes: Axes,
    seeds: Iterable[int] | int = 10,
    *,
    solved: Solved | None = None,
    data: tuple[Any, Any] | TableRows | None = None,
    executor: Executor | None = None,
) -> Result:
    """Train a grid to its end.

    Parameters
    ----------
    config : Config
        What all runs share.
    axes : {name: values}
        One setting or two, and their values: `{"learning_rate": [0.1, 0.5], "hidden": [(2,), (4,)]}`.
    seeds : int or iterable of int
        The seeds of every cell; 5 means range(5).
    solved : Solved, optional
        When a run counts as solved: by default with a training accuracy of 1, or an R² of 0.99.
    data : (X, y) or TableRows, optional
        Rows brought by the user, as `Run` takes them: X (N, d) and y (N,) or (N, k). All train, unless the
        configuration has a `test_share`.
    executor : Executor, optional
        Where it is trained; by default in this process.

    Returns
    -------
    Result
        Arrays (A, B, S): values of the first setting, of the second (1 if there is none), seeds.
        `Run(result.config(i, j, s), data=result.data)`, advanced by its epochs, ends at the same bits.

    Raises
    ------
    ConfigError
        For a setting, value, seed or rows that cannot be, anything twice, or more than fits.
    """
    return deque(stream(plan(config, axes, seeds, solved=solved, data=data), executor), maxlen=1).pop()


def stream(grid: Grid, executor: Executor | None = None, workers: int | None = None) -> Generator[Result]:
    """Train a grid; yields the result, always the same one: at once, then whenever it has grown or a second is over.

    Close the iterator to stop: what is there stays. `workers` is how many slices the executor can train at a time.
    Should it fail, training goes on in this process: what fails here too is raised.
    """
    here = _Here()
    workers = 1 if executor is None else workers or os.cpu_count() or 1
    result, waiting = Result(grid), deque(grid.blocks(workers))
    pool, at_once = executor or here, 1 if executor is None else 2 * workers  # so that no worker ever waits
    training: dict[Future[Block], Block] = {}
    try:
        yield result
        while waiting or training:
            while waiting and len(training) < at_once:
                block = waiting.popleft()
                training[_submit(pool, here, block)] = block
            for future in wait(training, timeout=LONGEST_WAIT, return_when=FIRST_COMPLETED).done:
                block = training.pop(future)
                try:
                    block = future.result()
                except Exception as error:  # noqa: BLE001 - the slice is trained again here, and would fail again
                    LOG.warning("The executor failed, training goes on in this process: %r", error)
                    pool, at_once = here, 1
                result.take(block)
                remaining = rest(block)
                if remaining is not None:
                    waiting.appendleft(remaining)
            if pool is here:  # takes back what an executor that failed still has
                waiting.extend(training.values())
                _cancel(training)
                training.clear()
            yield result
    finally:
        _cancel(training)


class _Here(Executor):
    """Does what is submitted at once, in this process; its futures never fail."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*args, **kwargs))
        return future


def _cancel(futures: Iterable[Future[Block]]) -> None:
    for future in futures:
        future.cancel()


def _submit(pool: Executor, here: Executor, block: Block) -> Future[Block]:
    seconds = SLICE_SECONDS if block.epoch else min(FIRST_SECONDS, SLICE_SECONDS)
    if pool is not here:
        with contextlib.suppress(Exception):  # an executor that takes no more
            return pool.submit(train, block, seconds)
    return here.submit(train, block, seconds)
