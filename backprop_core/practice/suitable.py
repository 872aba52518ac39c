"""Which networks are made for hands: no saturated unit, no gradient near zero, every number clear at its digits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.explain.verdicts import turn
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array

LEAST_SLOPE = 0.1  # of every unit in every row
LEAST_Z = 0.05  # away from kinks, and with a clear sign
LARGEST = 10.0
LEAST_UNITS, LEAST_CHANGE = 10, 3  # of the last digit: a gradient, and a change of a weight
NEAREST_TIE = 1e-4  # in units of the last digit: no machine rounds a number the other way
LEFT_OUT = "loss_new"  # it takes a whole second forward pass


def in_order(numbers: Mapping[str, Array]) -> list[str]:
    """The names of the quantities that are asked or printed, in the order of computation."""
    return sorted((name for name in numbers if name != LEFT_OUT), key=turn)


def suitable(batch: Homework, numbers: Mapping[str, Array], digits: int) -> Array:
    """(B,): which homeworks of a batch have numbers made for hands."""
    unit = 10.0**-digits
    good = np.ones(len(batch.X), dtype=bool)
    layers = len(batch.params)
    for layer, function in enumerate(_functions(batch, layers), start=1):
        z, a = numbers[f"z{layer}"], numbers[f"a{layer}"]
        slope = function.derivative(z.swapaxes(-1, -2), a.swapaxes(-1, -2))
        good &= _all(slope >= LEAST_SLOPE) & _all(np.abs(z) >= LEAST_Z) & _all(np.abs(a) >= LEAST_UNITS * unit)
        for name in (f"delta{layer}", f"dW{layer}", f"db{layer}"):
            good &= _all(np.abs(numbers[name]) >= LEAST_UNITS * unit)
        for before, after in zip(batch.params[layer - 1], ("W", "b"), strict=True):
            new = numbers[f"{after}{layer}_new"]
            good &= _all(np.abs(new - before) >= LEAST_CHANGE * unit) & _all(np.abs(new) >= LEAST_UNITS * unit)
    for name in in_order(numbers):
        values = numbers[name].reshape(len(batch.X), -1)
        tie = np.abs(np.mod(values / unit, 1.0) - 0.5) < NEAREST_TIE
        good &= ~tie.any(axis=1) & (np.abs(values) < LARGEST).all(axis=1)
    return good


def _functions(batch: Homework, layers: int) -> list[Activation]:
    return [ACTIVATIONS[batch.activation]] * (layers - 1) + [OUTPUTS[batch.output]]


def _all(conditions: Array) -> Array:
    """(B,): whether a condition holds for every cell of an array with a leading axis."""
    return np.asarray(conditions.reshape(len(conditions), -1).all(axis=1))
