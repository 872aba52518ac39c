"""The formulas of an explanation with the numbers of one unit in them, in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backprop_core.activations import Array
from backprop_core.explain import Explanation, Quantity, chain

MOST_TERMS = 4  # of a sum that are written out; the rest is "…"
LINE = 40  # characters of numbers that a line of a formula holds


def number(value: float, digits: int) -> str:
    """A number in LaTeX with so many significant digits."""
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")
    return rf"{mantissa}\cdot10^{{{int(exponent)}}}" if exponent else mantissa


def with_numbers(explanation: Explanation, quantity: Quantity, row: int, unit: int, digits: int) -> str:
    """The quantity's formula for one row (a sample, or an input) and one unit, its numbers put in, and the result."""
    step, l = explanation.step, quantity.layer
    last = l == len(explanation.network.sizes) - 1

    def show(value: float) -> str:
        text = number(value, digits)
        return f"({text})" if value < 0 else text

    W, b = step.params[l - 1]
    result = number(float(quantity.values[row, unit]), digits)
    match quantity.kind:
        case "z":
            right = _sum(_products(step.a[l - 1][row], W[:, unit], show), digits, extra=[show(b[unit])])
        case "a":
            right = f"f({show(step.z[l - 1][row, unit])})"
        case "slope":
            z, a = step.z[l - 1][row, unit], step.a[l][row, unit]
            by_output = explanation.network.functions[l - 1].by_output
            right = f"f'({show(z)}),\\quad {'a = ' + number(a, digits) if by_output else 'z = ' + number(z, digits)}"
            return f"{result} = {right}"
        case "error":
            a, y = number(step.a[l][row, unit], digits), number(explanation.targets[row, unit], digits)
            right = rf"\left.\partial L/\partial a\right|_{{a = {a},\; y = {y}}}"
        case "delta" if last and explanation.error is None:
            right = _fused(explanation, row, unit, digits)
        case "delta" if last:
            assert explanation.error is not None
            factors = (explanation.error[row, unit], explanation.slopes[l - 1][row, unit])
            if explanation.network.functions[l - 1].pull_back:
                right = rf"a_i\,(e_i - \textstyle\sum_j e_j a_j),\ a_i = {number(step.a[l][row, unit], digits)}"
            else:
                right = r"\cdot ".join(map(show, factors))
        case "delta":
            above = step.params[l][0]
            errors = _sum(_products(step.delta[l][row], above[unit], show), digits)
            right = rf"\big({errors}\big)\cdot {show(explanation.slopes[l - 1][row, unit])}"
        case "gradient":
            terms = chain(explanation, l, row, unit)
            right = _sum(_products(terms.a, terms.delta, show), digits)
        case "new":
            old = W[row, unit] if row < len(W) else b[unit]
            change = quantity.values[row, unit] - old
            right = f"{show(old)} + {show(change)}"
        case "update" if explanation.optimizer == "sgd":
            gradient = step.dW[l - 1][row, unit] if row < len(W) else step.db[l - 1][unit]
            frozen = row == len(W) and not explanation.train_biases
            right = (
                r"0\ \text{(biases are not trained)}"
                if frozen
                else rf"-{show(step.learning_rate)}\cdot {show(gradient)}"
            )
        case _:
            right = ""
    if r"\\" in right:
        return rf"\begin{{gathered}} {right} \\ = {result} \end{{gathered}}"
    return f"{right} = {result}" if right else result


def _products(left: Array, right: Array, show: Callable[[float], str]) -> list[str]:
    return [rf"{show(float(a))}\cdot {show(float(b))}" for a, b in zip(left, right, strict=True)]


def _sum(terms: list[str], digits: int, extra: Iterable[str] = ()) -> str:
    """The terms with plus signs between them, over as many lines as they need."""
    written = [*(terms if len(terms) <= MOST_TERMS else [*terms[: MOST_TERMS - 1], r"\dots", terms[-1]]), *extra]
    a_line = max(1, LINE // (2 * digits + 4))
    lines = [" + ".join(written[start : start + a_line]) for start in range(0, len(written), a_line)]
    return r" \\ {} + ".join(lines)


def _fused(explanation: Explanation, row: int, unit: int, digits: int) -> str:
    """(a − y) over what the loss averages over: all cells for binary cross-entropy, the rows for cross-entropy."""
    targets = explanation.targets
    count = targets.size if explanation.network.loss == "bce" else len(targets)
    a, y = explanation.step.a[-1][row, unit], targets[row, unit]
    return rf"\frac{{{number(a, digits)} - {number(y, digits)}}}{{{count}}}"
