"""Every preset runs, and every dataset is learned with the settings suggested for it."""

import numpy as np
import pytest

from backprop_core.data.datasets import DATASETS
from backprop_core.training.presets import PRESETS, suggested
from backprop_core.training.run import Run


@pytest.mark.parametrize("name", PRESETS)
def test_presets_run_and_stay_finite(name: str) -> None:
    run = PRESETS[name].run()
    assert run.advance(5) == 5
    assert np.isfinite(run.history.loss).all()
    assert all(np.isfinite(array).all() for pair in run.params for array in pair)
    assert run.history.loss[-1] != run.history.loss[0]


def test_a_preset_gives_a_new_run_every_time() -> None:
    first, second = PRESETS["mazur"].run(), PRESETS["mazur"].run()
    first.advance(1)
    assert second.epoch == 0
    assert second.history.loss[0] == first.history.loss[0]


def test_a_learning_rate_too_high_diverges_before_its_end() -> None:
    run = PRESETS["diverging"].run()
    epochs = run.config.epochs
    assert 10 < run.advance(epochs) < epochs
    assert run.diverged == run.epoch + 1


def test_vanishing_gradients_vanish() -> None:
    (first, _), *_, (last, _) = PRESETS["vanishing"].run().at(0).grads
    assert np.abs(first).max() < 0.01 * np.abs(last).max()


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "csv"])
def test_suggested_settings_learn_their_dataset(name: str) -> None:
    run = Run(suggested(name))
    assert run.advance(run.config.epochs) == run.config.epochs
    assert run.at(run.epoch).score >= 0.9


def test_settings_are_suggested_for_your_own_data_too() -> None:
    assert suggested("csv").dataset == "csv"
