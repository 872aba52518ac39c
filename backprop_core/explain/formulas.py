"""The formulas of an explanation in LaTeX, with the numbers of one unit substituted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backprop_core.explain.update import PART, Explanation, Kind, Quantity, chain
from backprop_core.nn.activations import Array
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS

MOST_TERMS = 4  # terms of a sum that are written out; the others become "…"
LINE = 40  # characters of numbers per line of a formula


def number(value: float, digits: int) -> str:
    """A number in LaTeX, rounded to this many significant digits."""
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")
    return rf"{mantissa}\cdot10^{{{int(exponent)}}}" if exponent else mantissa


def with_numbers(explanation: Explanation, quantity: Quantity, row: int, unit: int, digits: int) -> str:
    """The quantity's formula with numbers and its value, for one row (a sample, or an input) and one unit."""
    right = WRITERS[quantity.kind](_Place(explanation, quantity, row, unit, digits))
    result = number(float(quantity.values[row, unit]), digits)
    if r"\\" in right:
        return rf"\begin{{gathered}} {right} \\ = {result} \end{{gathered}}"
    return f"{right} = {result}"


@dataclass(frozen=True)
class _Place:
    """The entry of a quantity, at a row and a unit, for which a formula is written out with `digits` digits."""

    explanation: Explanation
    quantity: Quantity
    row: int
    unit: int
    digits: int

    @property
    def layer(self) -> int:
        return self.quantity.layer

    @property
    def is_output(self) -> bool:
        return self.layer == len(self.explanation.network.sizes) - 1

    @property
    def is_bias(self) -> bool:
        return self.row == self.explanation.network.sizes[self.layer - 1]

    @property
    def z(self) -> str:
        return self.show(self.explanation.step.z[self.layer - 1][self.row, self.unit])

    @property
    def a(self) -> str:
        return self.show(self.explanation.step.a[self.layer][self.row, self.unit])

    def show(self, value: float) -> str:
        """A number, in parentheses if it is negative."""
        text = number(value, self.digits)
        return f"({text})" if value < 0 else text

    def entry(self, W: Sequence[Array], b: Sequence[Array]) -> float:
        """The entry of W or b that belongs to this weight or bias."""
        return float(b[self.layer - 1][self.unit] if self.is_bias else W[self.layer - 1][self.row, self.unit])

    def products(self, left: Array, right: Array, extra: Iterable[str] = ()) -> str:
        """The sum of products of two vectors, plus extra terms, broken into lines."""
        terms = [rf"{self.show(float(a))}\cdot {self.show(float(b))}" for a, b in zip(left, right, strict=True)]
        written = [*_shortened(terms), *extra]
        per_line = max(1, LINE // (2 * self.digits + 4))
        return r" \\ {} + ".join(
            " + ".join(written[start : start + per_line]) for start in range(0, len(written), per_line)
        )


def _z(p: _Place) -> str:
    step = p.explanation.step
    W, b = step.params[p.layer - 1]
    return p.products(step.a[p.layer - 1][p.row], W[:, p.unit], extra=[p.show(b[p.unit])])


def _a(p: _Place) -> str:
    if p.is_output and p.explanation.network.output == "softmax":
        powers = [f"e^{{{number(z, p.digits)}}}" for z in p.explanation.step.z[-1][p.row]]
        return rf"\frac{{{powers[p.unit]}}}{{{' + '.join(_shortened(powers))}}}"
    return _filled(p.explanation.network.functions[p.layer - 1].latex, {"z": p.z})


def _slope(p: _Place) -> str:
    return _filled(p.explanation.network.functions[p.layer - 1].latex_derivative, {"z": p.z, "a": p.a})


def _error(p: _Place) -> str:
    targets = p.explanation.targets
    cells = p.explanation.batch * targets.shape[1]
    numbers = {"a": p.a, "y": p.show(targets[p.row, p.unit]), "nk": str(cells)}
    return _filled(LOSSES[p.explanation.network.loss].latex_gradient, numbers)


def _delta(p: _Place) -> str:
    explanation, step = p.explanation, p.explanation.step
    if not p.is_output:
        errors = p.products(step.delta[p.layer][p.row], step.params[p.layer][0][p.unit])
        return rf"\big({errors}\big)\cdot {p.show(explanation.slopes[p.layer - 1][p.row, p.unit])}"
    if explanation.error is None:
        targets = explanation.targets
        count = LOSSES[explanation.network.loss].count(explanation.batch, targets.shape[1])
        return rf"\frac{{{p.a} - {p.show(targets[p.row, p.unit])}}}{{{count}}}"
    error = p.show(explanation.error[p.row, p.unit])
    if explanation.network.functions[-1].pull_back:
        errors = p.products(explanation.error[p.row], step.a[-1][p.row])
        return rf"{p.a}\,\big({error} - ({errors})\big)"
    return rf"{error}\cdot {p.show(explanation.slopes[p.layer - 1][p.row, p.unit])}"


def _gradient(p: _Place) -> str:
    terms = chain(p.explanation, p.layer, p.row, p.unit)
    return p.products(terms.a, terms.delta)


def _penalty(p: _Place) -> str:
    if p.is_bias:
        return r"0\ \text{(no penalty on biases)}"
    w, config = p.show(p.explanation.step.params[p.layer - 1][0][p.row, p.unit]), p.explanation.config
    return rf"{number(config.l1, p.digits)}\cdot\operatorname{{sign}}{w} + {number(config.l2, p.digits)}\cdot {w}"


def _slot(p: _Place) -> str:
    return _rule(p, list(p.explanation.step.slots).index(p.quantity.name.split(" ")[0]))


def _update(p: _Place) -> str:
    step, config = p.explanation.step, p.explanation.config
    if p.is_bias and not config.train_biases:
        return r"0\ \text{(biases are not trained)}"
    if config.optimizer == "sgd":
        return rf"-{p.show(step.learning_rate)}\cdot {p.show(p.entry(step.dW, step.db))}"
    return _rule(p, -1).replace(r"\theta", "")


def _new(p: _Place) -> str:
    old, change = (
        p.entry([W for W, _ in params], [b for _, b in params])
        for params in (p.explanation.step.params, p.explanation.step.change)
    )
    return f"{p.show(old)} + {p.show(change)}"


WRITERS: dict[Kind, Callable[[_Place], str]] = {
    "z": _z,
    "a": _a,
    "slope": _slope,
    "error": _error,
    "delta": _delta,
    "gradient": _gradient,
    "penalty": _penalty,
    "slot": _slot,
    "update": _update,
    "new": _new,
}


def _rule(p: _Place, part: int) -> str:
    """The right-hand side of one part of the optimizer's rule, with numbers: one part per slot, the last one for θ."""
    step, config = p.explanation.step, p.explanation.config
    rule = OPTIMIZERS[config.optimizer].latex.split(PART)[part].split(r"\leftarrow")[1]
    constants = {"mu": config.momentum, "rho": config.rho, "beta_1": config.beta1, "beta_2": config.beta2}
    constants |= {"varepsilon": config.epsilon, "eta": step.learning_rate}
    for name, value in constants.items():
        rule = rule.replace(rf"\{name}", f"{{({number(value, p.digits)})}}")
    slots = step.slots_after if part == -1 else step.slots
    values = {name: p.entry([W for W, _ in params], [b for _, b in params]) for name, params in slots.items()}
    symbols = {name: f"({number(value, p.digits)})" for name, value in values.items()}
    symbols |= {"g": f"({number(p.entry(step.dW, step.db), p.digits)})", "t": str(p.explanation.updates)}
    return _filled(rule, symbols)


def _filled(latex: str, numbers: Mapping[str, str]) -> str:
    """A formula with its symbols replaced by numbers; letters inside words and commands are left alone."""
    names = "|".join(re.escape(name) for name in sorted(numbers, key=len, reverse=True))
    return re.sub(rf"(?<![A-Za-z\\])(?:{names})(?![A-Za-z])", lambda match: f"{{{numbers[match[0]]}}}", latex)


def _shortened(terms: list[str]) -> list[str]:
    return terms if len(terms) <= MOST_TERMS else [*terms[: MOST_TERMS - 1], r"\dots", terms[-1]]
