"""Rounding: float64's noise when terms cancel, and the error of a number rounded to some digits."""

import numpy as np
import pytest
from support.classwork import CLASS

from backprop_core import Config, Run
from backprop_core.explain.diagnosis import noises
from backprop_core.explain.rounding import noise_of_terms, to_digits
from backprop_core.explain.update import explain


def test_terms_that_cancel_leave_noise_where_the_right_value_is_zero() -> None:
    W = np.array([[0.1], [0.2], [-0.3]])
    config = Config(dataset="csv", hidden=(), output="linear", loss="half_sse", train_biases=True)
    run = Run(config, data=([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]], [[0.0], [0.0]]), params=[(W, np.zeros(1))])
    explanation = explain(run.at(0))
    z = explanation.quantities[0]
    assert (np.abs(z.values) > 0).all()
    assert (np.abs(z.values) <= noise_of_terms(explanation, z)).all()


@pytest.mark.parametrize("title", CLASS)
def test_both_noises_agree_in_size_and_leave_digits_to_compare(title: str) -> None:
    homework = CLASS[title]
    explanation, noise = explain(homework.run().at(0)), noises(homework)
    for quantity in explanation.quantities:
        of_terms = noise_of_terms(explanation, quantity)
        assert of_terms.shape == quantity.values.shape
        if quantity.kind in {"z", "a", "delta"}:
            carried = noise[f"{quantity.kind}{quantity.layer}"]
            assert (of_terms <= 1.01 * carried + 1e-300).all(), quantity.name
        assert (of_terms < 1e-12 * max(1.0, np.abs(quantity.values).max())).all(), quantity.name


@pytest.mark.parametrize(
    ("digits", "unit", "number", "lost"),
    [
        (3, 1e-3, 0.593269, 0.0005),
        (3, 1e-3, -1.10591, 0.005),  # digits are the coarser
        (3, 1e-3, 0.0593, 0.0005),  # decimals are
        (3, 1e-3, 0.00877, 0.00005),  # two digits are kept at least
        (2, 1e9, 123.0, 5.0),
        (3, 1e-3, 0.0, 0.0),
    ],
)
def test_a_number_loses_half_a_unit(digits: int, unit: float, number: float, lost: float) -> None:
    assert float(to_digits(digits, unit)(np.array(number))) == pytest.approx(lost)
