"""A plateau is told from a run that has learned, by the loss of one answer for all rows; dead and saturated units."""

import numpy as np
import pytest

from backprop_core import Config, Run
from backprop_core.explain import WINDOW, Stuck, plateau_at, stuck_units
from backprop_core.explain.stuck import loss_of_guessing
from backprop_core.training import PRESETS


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", 0.1875),  # the variance of 0, 0, 0, 1
        ("mae", 0.25),  # the median, 0, errs by 1 once
        ("bce", -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))),  # the entropy
    ],
)
def test_guessing_is_as_good_as_one_answer_can_be(loss: str, expected: float) -> None:
    run = Run(Config(dataset="and", loss=loss, output="sigmoid"))
    assert loss_of_guessing(run.data, loss) == pytest.approx(expected)


def test_xor_rests_on_its_plateau_and_leaves_it() -> None:
    run = Run(Config(learning_rate=0.1))
    run.advance(15_000)
    on_it = [epoch for epoch in range(0, run.epoch, 250) if plateau_at(run, epoch) is not None]
    assert on_it
    assert on_it == [*range(on_it[0], on_it[-1] + 1, 250)], "in one piece"
    assert on_it[0] >= WINDOW
    assert plateau_at(run, on_it[0]) == 0.5
    assert run.history.loss[on_it[-1]] > 0.4
    assert run.at(run.epoch).score == 1


def test_units_that_are_all_dead_rest_on_a_plateau() -> None:
    config = Config(activation="relu", output="linear", loss="mse", hidden=(2,))
    dead = [(np.zeros((2, 2)), np.array([-1.0, -1.0])), (np.ones((2, 1)), np.zeros(1))]
    run = Run(config, params=dead)
    run.advance(600)
    assert plateau_at(run, 600) == 0.25


@pytest.mark.parametrize("preset", ["xor", "blobs", "sine", "notebook", "mazur", "diverging"])
def test_a_run_that_has_learned_something_is_on_none(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(2_000)
    assert [epoch for epoch in range(0, run.epoch + 1, 100) if plateau_at(run, epoch) is not None] == []


def test_a_converged_run_is_on_none_however_flat_its_loss() -> None:
    run = Run(Config(dataset="blobs", output="softmax", loss="cross_entropy", hidden=(), learning_rate=0.5, noise=0.5))
    run.advance(1_500)
    last = run.history.loss[-WINDOW - 1 :]
    assert np.ptp(last) < 0.005 * last[-1]
    assert plateau_at(run, run.epoch) is None


def test_units_are_dead_or_saturated_by_their_slopes_on_the_training_rows() -> None:
    # For 0 0, 0 1, 1 0 and 1 1, z is −1 always; −1, −1, 1, 1; and 0.5, 0.5, 1.5, 1.5.
    hidden = np.array([[0.0, 2.0, 1.0], [0.0, 0.0, 0.0]]), np.array([-1.0, -1.0, 0.5])
    output = np.ones((3, 1)), np.zeros(1)
    run = Run(Config(activation="relu", hidden=(3,)), params=[hidden, output])
    assert stuck_units(run.at(0)) == [Stuck(1, 0, 1.0, True)]
    hidden = np.array([[0.0, 9.0, 1.0], [0.0, 9.0, 1.0]]), np.array([9.0, 0.0, 0.0])
    run = Run(Config(activation="sigmoid", hidden=(3,)), params=[hidden, output])
    assert stuck_units(run.at(0)) == [Stuck(1, 0, 1.0, False), Stuck(1, 1, 0.75, False)]
