"""The scores shown to users, against scikit-learn's."""

import math

import numpy as np
import pytest
from sklearn import metrics

from backprop_core.data.metrics import accuracy, r_squared, score


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_accuracy_is_that_of_scikit_learn(classes: int) -> None:
    rng = np.random.RandomState(0)
    labels = rng.randint(classes, size=50)
    outputs = rng.rand(50, classes)
    expected = metrics.accuracy_score(labels, outputs.argmax(axis=1))
    assert accuracy(outputs, np.eye(classes)[labels]) == pytest.approx(expected, rel=1e-15)


def test_one_unit_is_cut_at_a_half() -> None:
    y = np.array([[0.0], [0.0], [1.0], [1.0]])
    assert accuracy(np.array([[0.5], [0.5], [0.51], [0.4]]), y) == 0.75


def test_r_squared_is_that_of_scikit_learn() -> None:
    y = np.random.RandomState(0).randn(50, 2)
    a = y + 0.3 * np.random.RandomState(1).randn(50, 2)
    expected = metrics.r2_score(y, a, multioutput="variance_weighted")
    assert r_squared(a, y) == pytest.approx(expected, rel=1e-12)
    assert r_squared(y, y) == 1.0
    assert r_squared(np.broadcast_to(y.mean(axis=0), y.shape), y) == 0.0


def test_nothing_to_explain_has_no_r_squared() -> None:
    assert math.isnan(r_squared(np.zeros((3, 1)), np.ones((3, 1))))


def test_the_task_chooses_the_score() -> None:
    y, a = np.array([[0.0], [1.0]]), np.array([[0.4], [0.6]])
    assert score("classification", a, y) == 1.0
    assert score("regression", a, y) == pytest.approx(0.36)
