"""Where training stops: at divergence, with the last finite state kept; and at a goal."""

from typing import Any

import numpy as np
import pytest

from backprop_core import Config, ConfigError, Run
from backprop_core.settings.config import Edit
from backprop_core.training.presets import PRESETS

DIVERGING = PRESETS["diverging"].recipe.config


def overflowing_weights() -> Run:
    """A run whose first update makes a weight infinite, while the saturated unit keeps the loss finite."""
    return Run(
        Config(hidden=(), learning_rate=1_000.0, test_share=0.0),
        data=([[1e307]], [[1.0]]),
        params=[(np.zeros((1, 1)), np.zeros(1))],
    )


def overflowing_memory() -> Run:
    """A run whose gradients are finite, but whose squared gradients, which Adam stores, are not."""
    return Run(
        Config(hidden=(), output="linear", loss="mae", optimizer="adam", test_share=0.0),
        data=([[1e200]], [1.0]),
        params=[(np.zeros((1, 1)), np.zeros(1))],
    )


CASES = {
    "loss": lambda: Run(DIVERGING),
    "mini-batches": lambda: Run(DIVERGING.replace(batch_size=7)),
    "momentum": lambda: Run(DIVERGING.replace(optimizer="momentum", learning_rate=5.0)),
    "deep": lambda: Run(
        DIVERGING.replace(dataset="ripple", hidden=(8, 8), activation="relu", init="normal", learning_rate=10.0)
    ),
    "weights": overflowing_weights,
    "memory": overflowing_memory,
}


@pytest.fixture(params=CASES)
def run(request: pytest.FixtureRequest) -> Run:
    return CASES[request.param]()


def assert_stands_at_its_last_finite_epoch(run: Run) -> None:
    assert run.diverged == run.epoch + 1
    assert len(run.history.loss) == run.epoch + 1
    assert np.isfinite(run.history.loss).all()
    assert np.isfinite(run.at(run.epoch).state.memory).all()
    assert all(np.isfinite(array).all() for pair in run.params for array in pair)
    assert run.history.loss[-1] == run.at(run.epoch).loss


def test_training_stops_at_divergence_and_keeps_the_last_finite_state(run: Run) -> None:
    epochs = run.advance(10_000)
    assert epochs == run.epoch < 10_000
    assert_stands_at_its_last_finite_epoch(run)


def test_nothing_is_lost_by_divergence(run: Run) -> None:
    run.advance(10_000)
    for epoch in {0, run.epoch // 2, run.epoch}:
        snapshot = run.at(epoch)
        assert snapshot.loss == run.history.loss[epoch]
        assert np.isfinite(snapshot.state.memory).all()


def test_a_diverged_run_waits(run: Run) -> None:
    run.advance(10_000)
    before = run.epoch, run.diverged
    assert run.advance(10) == 0
    assert (run.epoch, run.diverged) == before


@pytest.mark.parametrize("slices", [1, 7, 100])
@pytest.mark.parametrize("case", CASES)
def test_divergence_is_found_at_the_same_epoch_however_one_gets_there(case: str, slices: int) -> None:
    at_once, sliced = CASES[case](), CASES[case]()
    at_once.advance(10_000)
    for _ in range(10_000 // slices):
        sliced.advance(slices)
    assert (sliced.epoch, sliced.diverged) == (at_once.epoch, at_once.diverged)
    assert sliced.at(sliced.epoch).state.memory.tobytes() == at_once.at(at_once.epoch).state.memory.tobytes()


@pytest.mark.parametrize("case", CASES)
def test_divergence_is_found_by_single_steps_too(case: str) -> None:
    advanced, stepped = CASES[case](), CASES[case]()
    advanced.advance(10_000)
    assert advanced.diverged is not None
    stepped.advance(max(advanced.epoch - 3, 0))
    for _ in range(200):
        stepped.step()
        if stepped.diverged is not None:
            break
    assert (stepped.epoch, stepped.diverged) == (advanced.epoch, advanced.diverged)
    assert_stands_at_its_last_finite_epoch(stepped)


def test_training_goes_on_after_an_edit_or_from_an_earlier_epoch() -> None:
    run = Run(DIVERGING)
    run.advance(10_000)
    stopped = run.epoch
    run.rewind(5)
    assert run.diverged is None
    run.edit(learning_rate=0.01)
    assert run.advance(2_000) == 2_000
    assert run.history.loss[-1] < run.history.loss[0]

    again = Run(DIVERGING)
    again.advance(10_000)
    again.edit(learning_rate=1e-6)
    assert again.diverged is None
    assert again.edits == (Edit(stopped, "learning_rate", 1e-6),)
    assert again.advance(3) == 3
    assert again.diverged is None


def test_a_refused_edit_leaves_a_diverged_run_as_it_is() -> None:
    run = Run(DIVERGING)
    run.advance(10_000)
    diverged = run.diverged
    with pytest.raises(ConfigError):
        run.edit(learning_rate=-1)
    assert run.diverged == diverged


def test_start_weights_that_give_no_finite_loss_are_refused() -> None:
    with pytest.raises(ConfigError, match="not a finite number") as caught:
        Run(
            Config(hidden=(), output="linear", test_share=0.0),
            data=([[1e300]], [0.5]),
            params=[(np.full((1, 1), 1e10), np.zeros(1))],
        )
    assert caught.value.field == "params"


# Goals.

GOALS: dict[str, tuple[Config, Any]] = {
    "loss": (Config(stop_loss=0.1), lambda run, epoch: run.history.loss[epoch] < 0.1),
    "accuracy": (Config(stop_accuracy=1.0), lambda run, epoch: run.at(epoch).score >= 1.0),
    "r squared": (
        Config(dataset="plane", output="linear", loss="mse", hidden=(), learning_rate=0.01, stop_accuracy=0.5),
        lambda run, epoch: run.at(epoch).score >= 0.5,
    ),
    "either": (
        Config(stop_loss=1e-9, stop_accuracy=0.75),
        lambda run, epoch: run.at(epoch).score >= 0.75,
    ),
    "mini-batches": (Config(batch_size=3, stop_loss=0.1), lambda run, epoch: run.history.loss[epoch] < 0.1),
}


@pytest.mark.parametrize("name", GOALS)
def test_training_stops_right_after_the_first_epoch_that_meets_the_goal(name: str) -> None:
    config, meets = GOALS[name]
    run = Run(config)
    epochs = run.advance(20_000)
    assert 0 < epochs == run.epoch < 20_000
    assert run.goal_reached
    assert meets(run, run.epoch)
    assert not any(meets(run, epoch) for epoch in [*range(0, run.epoch, 97), run.epoch - 1])


@pytest.mark.parametrize("name", GOALS)
def test_a_goal_changes_no_bit(name: str) -> None:
    config, _ = GOALS[name]
    run, plain = Run(config), Run(config.replace(stop_loss=None, stop_accuracy=None))
    plain.advance(run.advance(20_000))
    assert run.history.loss.tobytes() == plain.history.loss.tobytes()
    assert not plain.goal_reached


@pytest.mark.parametrize("name", GOALS)
@pytest.mark.parametrize("slices", [1, 100])
def test_slices_stop_where_one_long_training_does(name: str, slices: int) -> None:
    config, _ = GOALS[name]
    run, sliced = Run(config), Run(config)
    run.advance(20_000)
    while not sliced.goal_reached:
        sliced.advance(slices)
    assert sliced.epoch == run.epoch


def test_training_can_go_on_beyond_a_goal() -> None:
    run = Run(Config(stop_loss=0.1))
    run.advance(20_000)
    met = run.epoch
    assert run.advance(50) == 50
    assert not run.goal_reached
    assert run.epoch == met + 50


def test_a_goal_met_when_it_is_set_stops_nothing() -> None:
    run = Run(Config())
    run.advance(100)
    run.edit(stop_loss=10.0)
    assert run.advance(5) == 5


def test_a_goal_set_while_training_is_stopped_at() -> None:
    run, direct = Run(Config()), Run(Config(stop_loss=0.1))
    run.advance(100)
    run.edit(stop_loss=0.1)
    run.advance(20_000)
    direct.advance(20_000)
    assert run.goal_reached
    assert run.epoch == direct.epoch


def test_a_goal_is_met_again_after_rewinding() -> None:
    run = Run(Config(stop_loss=0.1))
    run.advance(20_000)
    met = run.epoch
    run.rewind(met - 10)
    assert not run.goal_reached
    assert run.advance(20_000) == 10
    assert (run.epoch, run.goal_reached) == (met, True)


@pytest.mark.parametrize("before", [0, 1])
def test_an_epoch_finished_by_advancing_can_meet_a_goal(before: int) -> None:
    """Part of the epoch that meets the goal, or of the epoch before it, is trained in single steps."""
    config = Config(batch_size=2, stop_loss=0.1)
    run, stepped = Run(config), Run(config)
    run.advance(20_000)
    stepped.advance(run.epoch - 1 - before)
    stepped.step()
    stepped.advance(20_000)
    assert (stepped.epoch, stepped.goal_reached) == (run.epoch, True)
