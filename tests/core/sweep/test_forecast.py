"""How long a sweep will take: computed with a simulated clock, and the effect of interruptions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from backprop_core import Config, sweep
from backprop_core.sweep import forecast
from backprop_core.sweep.forecast import LEAST, MARGIN, WORKER_START, Estimate

TICK = 0.001  # seconds that an epoch, like everything else that is timed, takes
TOGETHER = sweep.plan(Config(epochs=10_000), {"learning_rate": [0.1, 0.5]}, range(4))  # one block
APART = sweep.plan(Config(epochs=10_000), {"hidden": [(1,), (2,), (3,)]}, range(4))  # three, each of its own kind
SECONDS = 10_000 * TICK + 51 * TICK  # a block's epochs, and equally many slices to prepare

Timed = Callable[..., Estimate]


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Timed:
    """An estimate on a machine with two cores, where reading the clock takes a tick, or as long as specified."""

    def estimate(
        grid: sweep.Grid, workers: int = 1, takes: Callable[[int], float] = lambda look: TICK, load: float | None = 0.0
    ) -> Estimate:
        now, looks = 0.0, 0

        def clock() -> float:
            nonlocal now, looks
            now, looks = now + takes(looks), looks + 1
            return now

        monkeypatch.setattr(forecast, "time", SimpleNamespace(perf_counter=clock, thread_time=lambda: now))
        machine = SimpleNamespace(cpu_count=lambda: 2)
        if load is not None:
            machine.getloadavg = lambda: (load, 0.0, 0.0)
        monkeypatch.setattr(forecast, "os", machine)
        return sweep.estimate(grid, workers)

    return estimate


def test_a_range_is_reckoned_from_single_epochs(timed: Timed) -> None:
    assert timed(TOGETHER) == pytest.approx((SECONDS / MARGIN, SECONDS * MARGIN + LEAST))
    assert timed(APART) == pytest.approx((3 * SECONDS / MARGIN, 3 * SECONDS * MARGIN + LEAST))


def test_workers_share_blocks_and_start_once(timed: Timed) -> None:
    two = timed(APART, 2)  # one of them trains two of the three blocks; both cores are wanted
    assert two == pytest.approx((2 * SECONDS / MARGIN, 2 * SECONDS * 1.5 * MARGIN + LEAST + WORKER_START))
    alone = timed(TOGETHER, 2)  # nothing to share
    assert alone == pytest.approx((SECONDS / MARGIN, SECONDS * MARGIN + LEAST + WORKER_START))


@pytest.mark.parametrize("grid", [TOGETHER, APART], ids=["one block", "three"])
@pytest.mark.parametrize("slow", [5, 7, 60])
def test_an_interruption_changes_little(timed: Timed, grid: sweep.Grid, slow: int) -> None:
    quiet = timed(grid)
    interrupted = timed(grid, takes=lambda look: 2.0 if look == slow else TICK)
    assert interrupted == pytest.approx(quiet, rel=0.1)


def test_a_busy_machine_is_within_the_range(timed: Timed) -> None:
    quiet = timed(TOGETHER)
    interrupted = timed(TOGETHER, takes=lambda look: TICK if look % 4 else 9 * TICK)  # three times as long in all
    assert interrupted.low == pytest.approx(quiet.low)
    assert interrupted.high == pytest.approx(3 * SECONDS * MARGIN + LEAST, rel=0.2)
    assert timed(TOGETHER, load=5.0) == pytest.approx((quiet.low, 3 * SECONDS * MARGIN + LEAST))
    both = timed(TOGETHER, takes=lambda look: TICK if look % 4 else 9 * TICK, load=5.0)
    assert both.low > 2 * quiet.low


def test_on_a_busy_machine_more_workers_may_bring_nothing(timed: Timed) -> None:
    low, high = timed(APART, 2, load=19.0)
    assert low < 3 * SECONDS
    assert high > 3 * SECONDS * 10  # as with one worker, which has a core in ten


def test_a_machine_that_does_not_tell_its_load_is_timed(timed: Timed) -> None:
    quiet = timed(APART, 2)
    without = timed(APART, 2, load=None)
    assert without == pytest.approx(quiet)


def test_a_sweep_that_may_end_early_has_only_an_upper_end(timed: Timed) -> None:
    grid = sweep.plan(Config(epochs=10_000, stop_loss=0.01), {"learning_rate": [0.1, 0.5]}, range(4))
    assert timed(grid) == pytest.approx((0.0, SECONDS * MARGIN + LEAST))


def test_timing_ends_when_its_time_is_over_and_is_spread(timed: Timed) -> None:
    grid = sweep.plan(Config(epochs=1_000), {"hidden": [(units,) for units in range(1, 31)]}, range(1))
    found = []
    probe = forecast._probe

    def noted(block: sweep.block.Block, patience: float) -> forecast.Probe:
        found.append(block.configs[0].hidden[0])
        return probe(block, patience)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forecast, "_probe", noted)
        timed(grid, takes=lambda look: 10 * TICK)
    assert found[0] == 1
    assert found[1] > 25
    assert 2 < len(found) < 10


def test_the_machine_s_own_clock_gives_a_range() -> None:
    few = sweep.plan(Config(epochs=100), {"learning_rate": [0.1, 0.5]}, range(4))
    low, high = sweep.estimate(few)
    assert 0 < low < high < 3_600
