"""Verdicts: ties, rounding on the way and conventions count as right; slips and real errors do not."""

import itertools
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from support.classwork import CLASS, entries

from backprop_core.explain.diagnosis import EXAMPLES, diagnose, noises, quantities
from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import mark, read
from backprop_core.explain.recomputation import Numbers, by_name
from backprop_core.explain.verdicts import Place, judge
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import FUSED, LOSSES

MAZUR = EXAMPLES["mazur"]
Round = Callable[[Array], Array]


def status(place: Place, typed: str, before: dict[Place, str] | None = None) -> str:
    """The verdict on one answer to Mazur's example, given other answers."""
    return judge(MAZUR, (before or {}) | {place: typed})[place].mark.status


# Ties


def exact(rng: np.random.RandomState, shape: tuple[int, ...]) -> Array:
    """Decimals with one to three places, exact."""
    draws = [
        Decimal(int(n)).scaleb(-int(p)) for n, p in zip(rng.randint(-99, 100, 99), rng.randint(1, 4, 99), strict=True)
    ]
    return np.array(draws[: int(np.prod(shape))], dtype=object).reshape(shape)


def exact_updates() -> Iterator[tuple[Homework, Numbers]]:
    """Linear networks, and their first update in exact decimals."""
    for seed, sizes in enumerate([(1, 1), (2, 2), (4, 1), (3, 4), (2, 2, 1), (4, 3, 4), (3, 2, 2, 2)] * 8):
        rng = np.random.RandomState(seed)
        X, y, rate = exact(rng, (3, sizes[0])), exact(rng, (3, sizes[-1])), Decimal("0.5")
        params = [(exact(rng, (m, n)), exact(rng, (n,))) for m, n in itertools.pairwise(sizes)]
        z = [X]
        for W, b in params:
            z.append(z[-1] @ W + b)
        delta = [z[-1] - y]
        for W, _ in reversed(params[1:]):
            delta.insert(0, delta[0] @ W.T)
        grads = [(below.T @ d, d.sum(axis=0)) for below, d in zip(z, delta, strict=False)]
        new = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
        after = X
        for W, b in new:
            after = after @ W + b
        losses = np.array([((out - y) ** 2).sum() / 2 for out in (z[-1], after)], dtype=object)
        network = [(W.astype(float), b.astype(float)) for W, b in params]
        homework = Homework(X.astype(float), y.astype(float), network, "linear", "linear", "half_sse", 0.5, True)
        yield homework, by_name(z[1:], z[1:], delta, grads, new, losses)


def test_decimal_ties_are_right_whichever_way_they_are_rounded() -> None:
    ties = 0
    for homework, numbers in exact_updates():
        right, noise = quantities(homework), noises(homework)
        for name, array in numbers.items():
            for index in np.ndindex(np.shape(array)):
                value = Decimal(str(np.asarray(array, dtype=object)[index])).normalize()
                digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
                if digits[-1] != 5 or not 2 <= len(digits) <= 12:
                    continue
                ties += 1
                for way in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN):
                    typed = str(value.quantize(Decimal(1).scaleb(exponent + 1), way))
                    if read(typed).digits:  # type: ignore[union-attr]
                        found = mark(typed, float(right[name][index]), float(noise[name][index]))
                        assert found.status == "right", (name, index, value, typed)
                        assert diagnose(homework, name, index, typed) == []
    assert ties > 250


abs_difference = np.vectorize(lambda exact, number: abs(float(exact - Decimal(float(number)))), otypes=[float])


def test_the_noise_is_larger_than_the_error_of_float64_and_small() -> None:
    for homework, numbers in exact_updates():
        right, noise = quantities(homework), noises(homework)
        for name, array in numbers.items():
            errors = abs_difference(array, right[name])
            assert (errors <= noise[name]).all(), name
            assert (noise[name] <= 1e-9 * (np.abs(right[name]).max() + 1)).all(), name


# Rounding on the way


def by_hand(h: Homework, rounded: Round) -> Numbers:
    """An update in which every intermediate result is rounded: products, sums, slopes and all others."""
    functions = [ACTIVATIONS[h.activation]] * (len(h.params) - 1) + [OUTPUTS[h.output]]
    fused = FUSED.get((h.output, h.loss))

    def summed(terms: Array, axis: int) -> Array:
        return rounded(rounded(terms).sum(axis=axis))

    def forward(params: Params) -> tuple[list[Array], list[Array]]:
        z: list[Array] = []
        a = [h.X]
        for (W, b), function in zip(params, functions, strict=True):
            z.append(rounded(rounded(a[-1][:, :, None] * W).sum(axis=1) + b))
            a.append(rounded(function.f(z[-1].T).T))
        return z, a

    z, a = forward(h.params)
    delta, grads, new = list(z), list(h.params), list(h.params)
    for l in reversed(range(len(h.params))):
        top = l == len(h.params) - 1
        if top and fused:
            delta[l] = rounded(fused.delta(a[-1].T, h.y.T).T)
        else:
            error = LOSSES[h.loss].gradient(a[-1].T, h.y.T).T if top else delta[l + 1] @ h.params[l + 1][0].T
            error, function = rounded(error), functions[l]
            slope = rounded(function.derivative(z[l].T, a[l + 1].T).T)
            pulled = function.pull_back(error.T, a[l + 1].T).T if function.pull_back else error * slope
            delta[l] = rounded(pulled)
        grads[l] = summed(a[l][:, :, None] * delta[l][:, None, :], 0), rounded(delta[l].sum(axis=0))
        (W, b), (dW, db) = h.params[l], (rounded(h.learning_rate * gradient) for gradient in grads[l])
        new[l] = rounded(W - dW), rounded(b - db) if h.train_biases else b
    outputs = [a[-1], forward(new)[1][-1]]
    losses = np.array([rounded(LOSSES[h.loss].value(out.T, h.y.T)) for out in outputs])
    return by_name(z, a[1:], delta, grads, new, losses)


def to_digits(digits: int) -> Round:
    return np.vectorize(lambda x: float(f"{x:.{digits - 1}e}"), otypes=[float])


@pytest.mark.parametrize("digits", [3, 5])
def test_rounding_on_the_way_is_right_or_a_slips_very_digits(digits: int) -> None:
    seen = dict.fromkeys(["right", "rounded", "wrong", "coarse"], 0)
    for title, homework in CLASS.items():
        numbers = by_hand(homework, to_digits(digits))
        answers = {(name, index): f"{value:.{digits}g}" for name, index, value in entries(numbers)}
        verdicts = list(judge(homework, answers).values())
        if title in EXAMPLES:
            verdicts += [judge(homework, {place: typed})[place] for place, typed in answers.items()]
        for verdict in verdicts:
            seen[verdict.mark.status] += 1
            assert verdict.mark.status != "wrong" or verdict.slips
    assert seen["rounded"] > 100
    assert seen["wrong"] < 0.05 * seen["right"]


@pytest.mark.parametrize("title", EXAMPLES)
def test_what_rounding_cannot_explain_stays_wrong(title: str) -> None:
    homework = CLASS[title]
    for name, index, value in entries(quantities(homework)):
        for factor in (0.97, 1.03, 1.1):
            place, typed = (name, index), f"{value * factor:#.6g}"
            assert judge(homework, {place: typed})[place].mark.status == "wrong", place


def test_digits_given_before_bound_what_rounding_explains() -> None:
    place = ("dW2", (0, 0))  # a δ = 0.0821670
    assert status(place, "0.0828") == "rounded"
    precise: dict[Place, str] = {("a1", (0, 0)): "0.593270", ("delta2", (0, 0)): "0.1384986"}
    assert status(place, "0.0828", precise) == "wrong"
    assert status(place, "0.08171", precise | {("a1", (0, 0)): "0.59"}) == "rounded"  # 0.59 × 0.1384986
    assert status(place, "0.08171", precise) == "wrong"
    assert status(place, "0.08171", precise | {("a1", (0, 0)): "0.69"}) == "wrong"  # a wrong one excuses nothing


def test_slips_are_named_before_rounding_excuses_them() -> None:
    either = judge(MAZUR, {("W2_new", (0, 0)): "0.3588"})["W2_new", (0, 0)]  # so few digits that both explain them
    assert either.mark.message.endswith(
        "a slip gives these digits, but rounding on the way can too. More digits tell which."
    )
    assert [slip.name for slip in either.slips] == ["transposed"]
    printed = judge(MAZUR, {("loss_new", ()): "0.291027924"})["loss_new", ()]
    assert (printed.mark.status, [slip.name for slip in printed.slips]) == ("wrong", ["updated_weights"])


# Conventions


def test_the_other_sign_of_delta_and_a_threshold_are_conventions() -> None:
    answers: dict[Place, str] = {
        ("delta2", (0, 0)): "-0.1385",
        ("delta1", (0, 1)): "-0.01",
        ("b1_new", (0,)): "-0,35",
        ("db1", (0,)): "-0.00877",
        ("dW2", (1, 0)): "-0.0827",
        ("dW1", (0, 0)): "-0.000439",  # its own δ is not given
        ("W2_new", (0, 0)): "-0.359",
        ("z1", (0, 0)): "-0.378",
    }
    found = judge(MAZUR, answers)
    assert list(found) == list(answers)
    assert [verdict.mark.status for verdict in found.values()] == ["convention"] * 5 + ["wrong"] * 3
    assert not any(verdict.slips for verdict in list(found.values())[:5])
    assert "(target − output)" in found["delta2", (0, 0)].mark.message
    assert "threshold: θ" in found["b1_new", (0,)].mark.message
    assert "sign" in [slip.name for slip in found["dW1", (0, 0)].slips]


def test_a_delta_in_the_other_convention_may_be_rounded_on_the_way() -> None:
    verdict = judge(MAZUR, {("delta2", (0, 0)): "-0.140"})["delta2", (0, 0)]
    assert verdict.mark.status == "convention"
    assert "rounding on the way" in verdict.mark.message


# Answers without information


@pytest.mark.parametrize("typed", ["0", "0.0", "0e9", "-0", "9e999", "-9e999", "1e300"])
def test_answers_without_a_digit_or_far_away_have_no_diagnosis_and_are_not_right(typed: str) -> None:
    for name, index, _ in entries(quantities(MAZUR)):
        verdict = judge(MAZUR, {(name, index): typed})[name, index]
        assert not verdict.mark.is_right, (name, index)
        assert not verdict.slips
        assert "inf" not in verdict.mark.message


def test_answers_to_what_a_network_has_not_are_left_out() -> None:
    assert judge(MAZUR, {("z3", (0, 0)): "1", ("z1", (1, 0)): "1", ("z1", (0,)): "1"}) == {}
