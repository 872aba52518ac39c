"""The right numbers of a homework, and the mistakes that explain a wrong number."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import FLOAT_NOISE, Typed, read
from backprop_core.explain.mistakes import MISTAKES, Mistake
from backprop_core.explain.recomputation import Numbers, by_name, recompute
from backprop_core.explain.rounding import noise
from backprop_core.nn.activations import Array
from backprop_core.settings.spec import ConfigError
from backprop_core.training.presets import PRESETS

MOST_CACHED = 16  # homeworks whose numbers are cached, because a page asks for the same ones repeatedly


@dataclass(frozen=True, eq=False)
class Workings:
    """The numbers of one update: as they should be, and as each mistake makes them.

    right : the right values by name
    noise : bounds for their float64 rounding errors
    mistaken : the numbers that result from every variant of every mistake
    """

    right: Mapping[str, Array]
    noise: Mapping[str, Array]
    mistaken: Sequence[tuple[Mistake, Mapping[str, Array]]]

    def explaining(self, name: str, index: tuple[int, ...], number: Typed) -> list[Mistake]:
        """The mistakes that change an entry and lead to the digits of a number, most common first."""
        right, noise = float(self.right[name][index]), float(self.noise[name][index])
        mistakes = []
        for mistake, numbers in self.mistaken:
            value = float(numbers[name][index])
            changed = not math.isclose(value, right, rel_tol=float(FLOAT_NOISE), abs_tol=noise)
            if mistake not in mistakes and changed and number.says(value, noise):
                mistakes.append(mistake)
        return mistakes


@functools.lru_cache(MOST_CACHED)
def workings(homework: Homework) -> Workings:
    """The numbers that a homework is marked with. Raises ConfigError as `Homework.run` does."""
    return Workings(_right(homework), _noise(homework), _mistaken(homework))


@functools.lru_cache(MOST_CACHED)
def _right(homework: Homework) -> Numbers:
    run = homework.run()
    step = run.step()
    loss_new = run.history.loss[-1] if run.diverged is None else math.nan
    grads = list(zip(step.dW, step.db, strict=True))
    losses = np.array([step.loss, loss_new])
    return _frozen(by_name(step.z, step.a[1:], step.delta, grads, step.params_after, losses))


@functools.lru_cache(MOST_CACHED)
def _noise(homework: Homework) -> Numbers:
    return _frozen(noise(homework, _right(homework)))


@functools.lru_cache(MOST_CACHED)
def _mistaken(homework: Homework) -> list[tuple[Mistake, Numbers]]:
    """The numbers that result from every variant of every mistake."""
    return [
        (mistake, recompute(homework, switches))
        for mistake in MISTAKES.values()
        for switches in mistake.variants(homework)
    ]


def quantities(homework: Homework) -> dict[str, Array]:
    """The right values of one update by name, as training computes them; read-only.

    For every layer l: z, a and delta (N, n_l), dW and W_new (n_{l-1}, n_l), db and b_new (n_l,), named `z1`, `a1`,
    `delta1`, `dW1`, `db1`, `W1_new`, `b1_new`, …; and the losses before and after the update, `loss` and `loss_new` ().
    `loss_new` is NaN if the update overflows. Raises ConfigError as `Homework.run` does.
    """
    return dict(_right(homework))


def noises(homework: Homework) -> dict[str, Array]:
    """Bounds for the float64 rounding errors of `quantities`, in the same shapes; for `mark`. Raises ConfigError."""
    return dict(_noise(homework))


def diagnose(homework: Homework, name: str, index: tuple[int, ...], typed: str) -> list[Mistake]:
    """The mistakes that lead to a wrong number as typed, most common first.

    A mistake is listed only if it changes this quantity and its value matches the typed digits, while the right value
    does not (both compared as in `mark`). The list is therefore empty for a right number, for text that is not a
    number, and for zeros, which have no digits to compare. If few digits were typed, several mistakes may match. Every
    variant of a mistake is tried: in all layers, or in a single one.

    Raises
    ------
    ConfigError
        For a name that is not among `quantities`, an index outside its array, or as `Homework.run` does.
    """
    right = _entry(_right(homework), name, index)
    number = read(typed)
    entry_noise = float(_noise(homework)[name][index])
    if number is None or not number.digits or number.says(right, entry_noise):
        return []
    return workings(homework).explaining(name, index, number)


def _entry(numbers: Numbers, name: str, index: tuple[int, ...]) -> float:
    if name not in numbers:
        raise ConfigError("name", f"{name!r} is not a quantity of this network. It has {', '.join(numbers)}.")
    shape = numbers[name].shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ConfigError("index", f"{name} has shape {shape}, so {index} is not one of its entries.")
    return float(numbers[name][index])


def _frozen(numbers: Numbers) -> Numbers:
    frozen = {name: np.array(array) for name, array in numbers.items()}
    for array in frozen.values():
        array.setflags(write=False)
    return frozen


EXAMPLES: dict[str, Homework] = {name: Homework.of(PRESETS[name].run()) for name in ("mazur", "notebook", "function")}
