"""Formulas with numbers substituted: the LaTeX is valid, and the numbers are right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.updates import CONFIGS, explanation_of

from backprop_core import Config, Run
from backprop_core.explain.formulas import MOST_TERMS, number, with_numbers
from backprop_core.explain.update import Explanation, Quantity, explain

ALL = [*CONFIGS, "mazur"]
GATHERED = re.compile(r"\\begin\{gathered\} (.*) \\\\ = (\S+) \\end\{gathered\}")
ARITHMETIC = re.compile(r"[-+*/()0-9.e ]+")

DIGITS = (3, 6, 17)
EXPANDED = ("z", "delta", "gradient", "update", "new")  # all of their terms are written out


def read(text: str) -> float:
    """A number as `number` writes it."""
    return float(re.sub(r"\\cdot10\^\{(-?\d+)\}", r"e\1", text))


def parts(formula: str) -> tuple[str, str]:
    """The terms and the result of a formula, whose lines are joined."""
    if found := GATHERED.fullmatch(formula):
        return found[1], found[2]
    left, _, right = formula.rpartition(" = ")
    return left, right


def group(text: str) -> tuple[str, str]:
    """The first {…} of a text, without its braces, and what follows it."""
    depth = 0
    for place, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise AssertionError(text)


def as_python(latex: str) -> str:
    """Fractions, roots and powers of numbers, as Python writes them."""
    if r"\frac" in latex:
        before, _, after = latex.partition(r"\frac")
        above, rest = group(after)
        below, rest = group(rest)
        return f"{as_python(before)}(({as_python(above)})/({as_python(below)})){as_python(rest)}"
    if r"\sqrt" in latex:
        before, _, after = latex.partition(r"\sqrt")
        inside, rest = group(after.lstrip())
        return f"{as_python(before)}({as_python(inside)})**.5{as_python(rest)}"
    return latex.replace("^", "**").replace("{", "(").replace("}", ")")


def computed(terms: str) -> float:
    """The value of sums, products, fractions, roots and powers written in LaTeX."""
    text = re.sub(r"\\cdot10\^\{(-?\d+)\}", r"e\1", terms)
    text = text.replace(r"\cdot ", "*").replace(r"\big", "").replace(r" \\ {} + ", " + ").replace(r"\,", "")
    text = re.sub(r"\) *\(", ")*(", as_python(text))
    text = re.sub(r"(\d)\(", r"\1*(", text)
    assert ARITHMETIC.fullmatch(text), terms
    return float(eval(text))


def size(terms: str) -> float:
    """The size of the largest product, relative to which the rounding of a sum is measured."""
    text = re.sub(r"\\cdot10\^\{(-?\d+)\}", r"e\1", terms).replace(r"\big", "").replace(r" \\ {} + ", " + ")
    products = [[float(factor.strip("() ")) for factor in term.split(r"\cdot ")] for term in text.split(" + ")]
    return max(abs(float(np.prod(product))) for product in products)


def cells(quantity: Quantity) -> Iterator[tuple[int, int]]:
    """First, last and middle rows of the first and the last unit."""
    rows, units = quantity.values.shape
    for row in sorted({0, rows // 2, rows - 1}):
        for unit in sorted({0, units - 1}):
            yield row, unit


def written(name: str, digits: int) -> Iterator[tuple[Explanation, Quantity, int, int, str]]:
    explanation = explanation_of(name)
    for quantity in explanation.quantities:
        for row, unit in cells(quantity):
            yield explanation, quantity, row, unit, with_numbers(explanation, quantity, row, unit, digits)


def is_balanced(latex: str) -> bool:
    for left, right in ("{}", "()", "[]"):
        depth = 0
        for character in latex:
            depth += (character == left) - (character == right)
            if depth < 0:
                return False
        if depth:
            return False
    pairs = [(r"\\begin\{(\w+)\}", r"\\end\{(\w+)\}"), (r"\\left()[.(|]", r"\\right()[.)|]")]
    return all(re.findall(begin, latex) == re.findall(end, latex) for begin, end in pairs)


# Numbers


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(3, 17))
def test_a_number_has_its_digits_and_can_be_read_back(value: float, digits: int) -> None:
    latex = number(value, digits)
    assert read(latex) == float(f"{value:.{digits}g}")
    assert is_balanced(latex)
    assert "e" not in latex
    mantissa = latex.partition(r"\cdot")[0]
    assert len(re.sub(r"^-?0?\.?0*|\.", "", mantissa)) <= digits
    if digits == 17:
        assert read(latex) == value


@pytest.mark.parametrize("digits", [3, 17])
@pytest.mark.parametrize(("value", "latex"), [(0.0, "0"), (-0.0, "0"), (0.5, "0.5"), (-2.0, "-2"), (1e-7, None)])
def test_simple_numbers_are_written_simply(value: float, latex: str | None, digits: int) -> None:
    if latex is not None:
        assert number(value, digits) == latex
    else:
        assert re.fullmatch(r"[0-9.]+\\cdot10\^\{-[78]\}", number(value, digits))


@pytest.mark.parametrize(("value", "latex"), [(1.5e-7, r"1.5\cdot10^{-7}"), (-2e30, r"-2\cdot10^{30}")])
def test_powers_of_ten(value: float, latex: str) -> None:
    assert number(value, 6) == latex


# Every formula


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", ALL)
def test_a_formula_is_sound_latex(name: str, digits: int) -> None:
    for _, quantity, _, _, formula in written(name, digits):
        assert is_balanced(formula), (quantity.name, formula)
        assert (r"\\" in formula) == formula.startswith(r"\begin{gathered}")
        assert not re.search(r"[+\-] *-|\\cdot *-|nan|inf|np\.|e[-+]\d", formula), (quantity.name, formula)


@pytest.mark.parametrize("digits", range(3, 18))
@pytest.mark.parametrize("name", ["xor", "mazur", "more inputs than are written out", "l1 and l2, adam"])
def test_at_every_number_of_digits(name: str, digits: int) -> None:
    for _, quantity, row, unit, formula in written(name, digits):
        assert is_balanced(formula)
        assert number(quantity.values[row, unit], digits) in formula


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", ALL)
def test_a_formula_ends_with_its_result(name: str, digits: int) -> None:
    for _, quantity, row, unit, formula in written(name, digits):
        result = number(quantity.values[row, unit], digits)
        assert parts(formula)[0], formula
        assert parts(formula)[1] == result, formula


@pytest.mark.parametrize("name", ALL)
def test_the_terms_that_are_shown_come_to_the_result(name: str) -> None:
    checked = set()
    for explanation, quantity, row, unit, formula in written(name, 17):
        terms, _ = parts(formula)
        if quantity.kind not in EXPANDED or not terms or r"\dots" in terms:
            continue
        if r"\text{(biases are not trained)}" in terms:
            assert (quantity.kind, quantity.values[row, unit]) == ("update", 0)
            assert not CONFIGS[name].train_biases if name in CONFIGS else True
            continue
        around = abs(quantity.values[row, unit])
        if quantity.kind in ("update", "new"):  # the update is the difference of two weights
            around = max(around, float(np.vstack(explanation.step.params[quantity.layer - 1])[row, unit]), 1.0)
        elif quantity.kind in ("z", "gradient"):
            around = max(around, size(terms))
        assert computed(terms) == pytest.approx(quantity.values[row, unit], rel=1e-13, abs=1e-15 * around), formula
        checked.add(quantity.kind)
    assert checked >= {"new"}


KINDS = {
    "xor": {"z", "delta", "gradient", "update", "new"},
    "mazur": {"z", "delta", "gradient", "update", "new"},
    "regression": {"z", "delta", "update", "new"},
    "sigmoid and bce, mini-batches": {"z", "delta", "update", "new"},
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_out_in_full(name: str) -> None:
    """The test above really covers formulas of these kinds."""
    full = {
        quantity.kind
        for _, quantity, _, _, formula in written(name, 17)
        if re.search(r"[0-9)}] \+ |\\cdot \(?[0-9-]", parts(formula)[0]) and r"\dots" not in formula
    }
    assert full >= KINDS[name]


def test_long_sums_are_cut_short() -> None:
    for name, kind in [("more inputs than are written out", "z"), ("softmax and cross-entropy", "gradient")]:
        longs = [f for _, q, _, _, f in written(name, 6) if q.kind == kind and r"\dots" in f]
        assert longs
        for formula in longs:
            terms = re.split(r"(?: \\\\ \{\})? \+ ", parts(formula)[0])
            assert len(terms) == MOST_TERMS + 1 + (kind == "z")  # the bias comes last
            assert terms[MOST_TERMS - 1] == r"\dots"


@pytest.mark.parametrize("terms", [MOST_TERMS - 1, MOST_TERMS, MOST_TERMS + 1, 60])
def test_the_first_and_the_last_terms_of_a_sum_are_shown(terms: int) -> None:
    X, y = np.arange(1.0, terms + 1)[None] / 64, np.ones((1, 1))
    params = [(np.full((terms, 1), 0.5), np.array([0.25]))]
    explanation = explain(Run(Config(hidden=(), test_share=0.0), data=(X, y), params=params).at(0))
    formula = with_numbers(explanation, explanation.quantities[0], 0, 0, 17)
    shown = re.split(r"(?: \\\\ \{\})? \+ ", parts(formula)[0])
    assert (r"\dots" in shown) == (terms > MOST_TERMS)
    assert len(shown) == min(terms, MOST_TERMS + 1 - (terms <= MOST_TERMS)) + 1
    assert shown[0] == rf"{number(X[0, 0], 17)}\cdot 0.5"
    assert shown[-2:] == [rf"{number(X[0, -1], 17)}\cdot 0.5", "0.25"]


def test_lines_hold_no_more_than_a_few_terms() -> None:
    for name in ("xor", "more inputs than are written out"):
        for _, _, _, _, formula in written(name, 17):
            lines = parts(formula)[0].split(r" \\ {} + ")
            assert all(line.count(" + ") <= 1 for line in lines), formula


# What a formula says in words


def test_frozen_biases_are_said_to_be_frozen() -> None:
    explanation = explanation_of("sse, biases frozen")
    for quantity in explanation.stage(3):
        if quantity.kind == "update":
            formulas = [with_numbers(explanation, quantity, row, 0, 6) for row in range(len(quantity.values))]
            assert ["not trained" in formula for formula in formulas] == [False] * (len(formulas) - 1) + [True]


def test_a_trained_bias_is_never_said_to_be_frozen() -> None:
    """A saturated unit's bias may stay the same, because its update is rounded away; it still counts as trained."""
    run = Run(Config(hidden=(), test_share=0.0), data=([[0.5]], [[0.0]]), params=[(np.ones((1, 1)), np.array([35.0]))])
    explanation = explain(run.at(0))
    (update,) = [quantity for quantity in explanation.quantities if quantity.kind == "update"]
    assert explanation.step.db[0][0] != 0
    assert "not trained" not in with_numbers(explanation, update, 1, 0, 6)


@pytest.mark.parametrize("digits", [3, 6, 12])
def test_a_small_update_can_be_checked_by_hand(digits: int) -> None:
    """−η · gradient has the displayed digits, however small the update is compared with its weight."""
    run = Run(
        Config(hidden=(), test_share=0.0), data=([[0.5]], [[0.0]]), params=[(np.full((1, 1), 20.0), np.array([10.0]))]
    )
    explanation = explain(run.at(0))
    (update,) = [quantity for quantity in explanation.quantities if quantity.kind == "update"]
    for row in (0, 1):
        terms, result = parts(with_numbers(explanation, update, row, 0, digits))
        exact = parts(with_numbers(explanation, update, row, 0, 17))[0]
        assert read(result) == pytest.approx(computed(exact), rel=0.51 * 10.0 ** (1 - digits), abs=0), terms


@pytest.mark.parametrize(
    "name", ["softmax and cross-entropy", "sigmoid and bce, mini-batches", "no hidden layer, fused"]
)
def test_the_output_s_delta_can_be_computed_from_what_is_shown(name: str) -> None:
    explanation = explanation_of(name)
    last = len(explanation.network.sizes) - 1
    (delta,) = [quantity for quantity in explanation.stage(2) if (quantity.kind, quantity.layer) == ("delta", last)]
    for row, unit in cells(delta):
        formula = with_numbers(explanation, delta, row, unit, 17)
        terms, _ = parts(formula)
        assert number(explanation.step.a[-1][row, unit], 17) in terms
        fraction = re.fullmatch(r"\\frac\{(.*?) - ([0-9.()-]+)\}\{(\d+)\}", terms)
        assert fraction, formula
        value = (computed(fraction[1]) - computed(fraction[2])) / int(fraction[3])
        assert value == pytest.approx(delta.values[row, unit], rel=1e-12, abs=1e-17)
