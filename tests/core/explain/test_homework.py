"""Homework: the right numbers are the training's, every slip is recognised, and no right number is diagnosed."""

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.classwork import CLASS, drawn, entries

from backprop_core import ConfigError, Run
from backprop_core.explain.diagnosis import EXAMPLES, diagnose, quantities
from backprop_core.explain.homework import Homework
from backprop_core.explain.marking import mark, read
from backprop_core.explain.mistakes import MISTAKES, Mistake
from backprop_core.explain.recomputation import Switches, recompute
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Array
from backprop_core.nn.initializers import Params
from backprop_core.nn.losses import LOSSES
from backprop_core.training.presets import PRESETS

GOLDENS = Path(__file__).parents[2] / "goldens"
PAIRS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
MAZUR = EXAMPLES["mazur"]


DEEP = drawn((2, 2, 2, 2), 3, "tanh", "sigmoid", "bce", seed=6)


@st.composite
def homeworks(draw: st.DrawFn) -> Homework:
    output, loss = draw(st.sampled_from(PAIRS))
    few = st.integers(1, 4)
    hidden = draw(st.lists(few, max_size=2))
    return drawn(
        (draw(few), *hidden, draw(st.integers(2 if output == "softmax" else 1, 4))),
        draw(st.integers(1, 8)),
        draw(st.sampled_from(list(ACTIVATIONS))),
        output,
        loss,
        seed=draw(st.integers(0, 9_999)),
        rate=draw(st.sampled_from([0.01, 0.5, 1.0, 3.0])),
        biases=draw(st.booleans()),
    )


def names(slips: list[Mistake]) -> list[str]:
    return [slip.name for slip in slips]


# The right numbers


@given(homeworks())
def test_recomputing_without_a_mistake_gives_the_bits_of_training(homework: Homework) -> None:
    plain = recompute(homework, Switches())
    for name, right in quantities(homework).items():
        np.testing.assert_array_equal(plain[name], right, err_msg=name)


@given(homeworks())
def test_quantities_have_the_bits_of_the_first_update(homework: Homework) -> None:
    right, run = quantities(homework), homework.run()
    step = homework.step()
    for l in range(len(homework.params)):
        expected = {
            f"z{l + 1}": step.z[l],
            f"a{l + 1}": step.a[l + 1],
            f"delta{l + 1}": step.delta[l],
            f"dW{l + 1}": step.dW[l],
            f"db{l + 1}": step.db[l],
            f"W{l + 1}_new": step.params_after[l][0],
            f"b{l + 1}_new": step.params_after[l][1],
        }
        for name, array in expected.items():
            assert right[name].shape == array.shape
            assert right[name].tobytes() == array.tobytes()
    run.advance(1)
    assert [right["loss"], right["loss_new"]] == list(run.history.loss)
    assert len(right) == 7 * len(homework.params) + 2
    assert not any(array.flags.writeable for array in right.values())


@settings(max_examples=300)
@given(homeworks())
def test_with_every_switch_off_the_recomputation_is_the_training(homework: Homework) -> None:
    right, plain = quantities(homework), recompute(homework, Switches())
    assert list(right) == list(plain)
    for name, array in right.items():
        np.testing.assert_allclose(plain[name], array, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_the_presets(name: str) -> None:
    run, right = PRESETS[name].run(), quantities(EXAMPLES[name])
    step = run.step()
    assert right["loss"] == step.loss
    assert right["loss_new"] == run.history.loss[-1]
    assert [right["W1_new"].tolist(), right["b2_new"].tolist()] == [
        step.params_after[0][0].tolist(),
        step.params_after[1][1].tolist(),
    ]


def test_the_notebook_example_has_the_notebooks_numbers() -> None:
    golden = json.loads((GOLDENS / "notebook_xor.json").read_text())["updates_applied_to_parameters"]["1"]
    right = quantities(EXAMPLES["notebook"])
    np.testing.assert_allclose(right["W1_new"], golden["weights_input_hidden"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(right["W2_new"], golden["weights_hidden_output"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(right["b1_new"], golden["biases_hidden"][0], rtol=0, atol=1e-12)


def test_the_examples_are_what_their_sources_say() -> None:
    assert [(h.loss, h.train_biases, h.learning_rate) for h in EXAMPLES.values()] == [
        ("half_sse", False, 0.5),
        ("half_sse", False, 0.5),
        ("sse", False, 0.5),
    ]


def test_an_update_that_overflows_has_a_loss_that_is_not_a_number() -> None:
    huge = Homework([[1e60]], [[0.0]], [([[1e60]], [0.0])], "relu", "linear", "sse", 1000.0, True)  # type: ignore[arg-type,list-item]
    right = quantities(huge)
    assert math.isnan(right["loss_new"])
    assert mark("1", float(right["loss_new"])).status == "wrong"
    assert diagnose(huge, "loss_new", (), "1") == []


# Mazur's worked example, as printed


def mazur_printed() -> Iterator[tuple[str, tuple[int, ...], float]]:
    golden = json.loads((GOLDENS / "mazur_step.json").read_text())
    printed: dict[str, Any] = {
        "a1": [golden["hidden_output"]],
        "a2": [golden["output"]],
        "W1_new": golden["W1_after_one_update"],
        "W2_new": golden["W2_after_one_update"],
        "b1_new": golden["b1"],
    }
    for name, values in printed.items():
        yield from ((name, index, value) for _, index, value in entries({name: np.array(values)}))
    yield "dW2", (0, 0), golden["dL_dw5"]
    yield "dW1", (0, 0), golden["dL_dw1"]
    yield "loss", (), 0.298371109


@pytest.mark.parametrize(("name", "index", "printed"), list(mazur_printed()))
def test_mazurs_printed_digits_are_right(name: str, index: tuple[int, ...], printed: float) -> None:
    assert mark(str(printed), float(quantities(MAZUR)[name][index])).status == "right"
    assert diagnose(MAZUR, name, index, str(printed)) == []


def test_mazurs_printed_error_is_the_slip_with_updated_weights() -> None:
    assert mark("0.291027924", float(quantities(MAZUR)["loss_new"])).status == "wrong"
    assert names(diagnose(MAZUR, "loss_new", (), "0.291027924")) == ["updated_weights"]
    assert diagnose(MAZUR, "loss_new", (), "0.291027774") == []


# Slips, against independently written formulas


def by_hand() -> dict[tuple[str, str], Array]:
    """The numbers of each slip in Mazur's example: X (1, 2), ½Σ(a−y)², sigmoid, rate ½, biases frozen."""

    def sigma(z: Array) -> Array:
        return 1 / (1 + np.exp(-z))

    X, y, (W1, b1), (W2, b2) = MAZUR.X, MAZUR.y, *MAZUR.params
    z1 = X @ W1 + b1
    a1 = sigma(z1)
    z2 = a1 @ W2 + b2
    a2 = sigma(z2)
    d2 = (a2 - y) * a2 * (1 - a2)
    d1 = (d2 @ W2.T) * a1 * (1 - a1)
    W1_new, W2_new = W1 - 0.5 * X.T @ d1, W2 - 0.5 * a1.T @ d2
    return {
        ("slope_missing", "delta2"): a2 - y,
        ("slope_missing", "delta1"): d2 @ W2.T,
        ("slope_missing", "dW2"): a1.T @ (a2 - y),
        ("sign", "delta2"): (y - a2) * a2 * (1 - a2),
        ("sign", "W1_new"): W1 + 0.5 * X.T @ d1,
        ("rate_forgotten", "W2_new"): W2 - a1.T @ d2,
        ("averaged", "loss"): np.array(((a2 - y) ** 2).sum() / 4),
        ("averaged", "dW1"): X.T @ d1 / 2,
        ("factor_missing", "delta1"): d1 / 2,
        ("factor_double", "delta2"): 2 * d2,
        ("factor_double", "loss"): np.array(((a2 - y) ** 2).sum()),
        ("slope_of_z", "delta2"): (a2 - y) * z2 * (1 - z2),
        ("slope_of_z", "delta1"): (d2 @ W2.T) * z1 * (1 - z1),
        ("slope_at_a", "delta2"): (a2 - y) * sigma(a2) * (1 - sigma(a2)),
        ("slope_at_a", "delta1"): (d2 @ W2.T) * sigma(a1) * (1 - sigma(a1)),
        ("updated_weights", "delta1"): (d2 @ W2_new.T) * a1 * (1 - a1),
        ("updated_weights", "W1_new"): W1 - 0.5 * X.T @ ((d2 @ W2_new.T) * a1 * (1 - a1)),
        ("bias_left_out", "z1"): X @ W1,
        ("bias_left_out", "a2"): sigma(a1 @ W2),
        ("bias_twice", "z2"): a1 @ W2 + 2 * b2,
        ("bias_updated", "b1_new"): b1 - 0.5 * d1[0],
        ("bias_updated", "b2_new"): b2 - 0.5 * d2[0],
        ("transposed", "z1"): X @ W1.T + b1,
        ("transposed", "delta1"): (d2 @ W2) * a1 * (1 - a1),
        ("transposed", "dW2"): d2.T @ a1,
        ("transposed", "W1_new"): W1_new.T,
        ("stale_weights", "loss_new"): np.array(((sigma(sigma(X @ W1_new + b1) @ W2 + b2) - y) ** 2).sum() / 2),
    }


@pytest.mark.parametrize(("slip", "name"), list(by_hand()))
def test_a_slip_made_by_hand_is_named(slip: str, name: str) -> None:
    right, provoked = quantities(MAZUR)[name], 0
    for _, index, value in entries({name: by_hand()[slip, name]}):
        typed = f"{value:.10g}"
        if mark(typed, float(right[index])).status == "wrong":
            provoked += 1
            assert slip in names(diagnose(MAZUR, name, index, typed))
    assert provoked


def deep_by_hand() -> list[tuple[str, str, Array]]:
    """The numbers of slips in all layers, or in one, in a network with two hidden layers: tanh, sigmoid and bce."""
    h = DEEP
    (W1, b1), (W2, b2), (W3, b3) = h.params
    cells = h.y.size

    def forward(params: Params, *, bias: float = 1.0) -> tuple[Array, Array, Array]:
        (U1, c1), (U2, c2), (U3, c3) = params
        a1 = np.tanh(h.X @ U1 + bias * c1)
        a2 = np.tanh(a1 @ U2 + bias * c2)
        return a1, a2, 1 / (1 + np.exp(-(a2 @ U3 + bias * c3)))

    a1, a2, a3 = forward(h.params)
    slope1, slope2, d3 = 1 - a1**2, 1 - a2**2, (a3 - h.y) / cells
    d2 = d3 @ W3.T * slope2
    with_new_W3 = d3 @ (W3 - h.learning_rate * a2.T @ d3).T * slope2
    with_W3_transposed = d3 @ W3 * slope2
    with_new_W2 = with_new_W3 @ (W2 - h.learning_rate * a1.T @ with_new_W3).T * slope1

    # W2 read with its rows and columns exchanged, in both directions
    a2_other = np.tanh(a1 @ W2.T + b2)
    d3_other = (1 / (1 + np.exp(-(a2_other @ W3 + b3))) - h.y) / cells
    d2_other = d3_other @ W3.T * (1 - a2_other**2)

    # no bias in either forward pass
    e1, e2, e3 = forward(h.params, bias=0.0)
    f3 = (e3 - h.y) / cells
    f2 = f3 @ W3.T * (1 - e2**2)
    f1 = f2 @ W2.T * (1 - e1**2)
    updated = [
        (W - h.learning_rate * below.T @ delta, b - h.learning_rate * delta.sum(axis=0))
        for (W, b), below, delta in zip(h.params, [h.X, e1, e2], [f1, f2, f3], strict=True)
    ]
    after = forward(updated, bias=0.0)[-1]
    return [
        ("slope_missing", "delta1", d3 @ W3.T @ W2.T),
        ("slope_missing", "delta1", d2 @ W2.T),
        ("slope_missing", "delta1", d3 @ W3.T @ W2.T * slope1),
        ("slope_missing", "delta3", d3 / (a3 * (1 - a3))),
        ("slope_extra", "delta3", d3 * a3 * (1 - a3)),
        ("slope_at_a", "delta2", d3 @ W3.T * (1 - np.tanh(a2) ** 2)),
        ("slope_of_z", "delta1", d2 @ W2.T * (1 - (h.X @ W1 + b1) ** 2)),
        ("updated_weights", "delta1", with_new_W3 @ W2.T * slope1),
        ("updated_weights", "delta1", with_new_W2),
        ("transposed", "delta1", with_W3_transposed @ W2.T * slope1),
        ("transposed", "delta1", with_W3_transposed @ W2 * slope1),
        ("transposed", "z2", a1 @ W2.T + b2),
        ("transposed", "delta1", d2_other @ W2 * slope1),
        ("bias_left_out", "z3", np.tanh(a1 @ W2) @ W3 + b3),
        ("bias_twice", "z3", a2 @ W3 + 2 * b3),
        ("bias_left_out", "loss_new", np.array(-(h.y * np.log(after) + (1 - h.y) * np.log(1 - after)).mean())),
    ]


@pytest.mark.parametrize("case", range(len(deep_by_hand())))
def test_a_slip_in_all_layers_or_in_one_is_named(case: int) -> None:
    slip, name, wrong = deep_by_hand()[case]
    for name_, index, value in entries({name: wrong}):
        assert slip in names(diagnose(DEEP, name_, index, f"{value:.12g}"))


def test_slips_of_classes_made_by_hand_are_named() -> None:
    h = CLASS["classes"]
    right = quantities(h)
    a, n = right["a3"], len(h.X)
    slopes = a * (1 - a)
    for slip, wrong in [
        ("slope_extra", (a - h.y) / n * slopes),
        ("slope_missing", -h.y / a / n),
        ("softmax_diagonal", -h.y / a / n * slopes),
        ("summed", a - h.y),
        ("averaged", (a - h.y) / n / 3),
        ("averaged_outputs", (a - h.y) / 3),
    ]:
        for name, index, value in entries({"delta3": wrong}):
            assert slip in names(diagnose(h, name, index, f"{value:.9g}"))


def test_a_factor_forgotten_in_the_second_source_program_is_named() -> None:
    h = EXAMPLES["function"]
    right = quantities(h)
    error = (right["a2"] - h.y) * right["a2"] * (1 - right["a2"])
    assert names(diagnose(h, "delta2", (0, 0), f"{error[0, 0]:.6g}")) == ["factor_missing"]
    assert names(diagnose(h, "W2_new", (0, 0), f"{h.params[1][0][0, 0] - right['dW2'][0, 0]:.6g}")) == [
        "rate_forgotten",
        "factor_double",  # at a rate of ½ the two cannot be told apart
    ]


def test_a_bias_kept_is_named_where_biases_are_trained() -> None:
    h = CLASS["mean"]
    assert names(diagnose(h, "b1_new", (2,), f"{h.params[0][1][2]:.9g}")) == ["bias_frozen"]


# Every variant of every slip, in every quantity that it changes


@pytest.mark.parametrize("title", CLASS)
def test_every_slip_is_recognised_in_all_it_changes(title: str) -> None:
    homework = CLASS[title]
    right = quantities(homework)
    for slip in MISTAKES.values():
        for way in slip.variants(homework):
            for name, index, value in entries(recompute(homework, way)):
                correct = float(right[name][index])
                typed = f"{value:.15g}"
                if not float(typed):  # no digit to compare
                    assert diagnose(homework, name, index, typed) == []
                elif math.isclose(value, correct, rel_tol=1e-9, abs_tol=1e-13):
                    assert diagnose(homework, name, index, f"{correct:.15g}") == []
                elif mark(typed, correct).status == "wrong":
                    assert slip in diagnose(homework, name, index, typed), (slip.name, way, name, index)


def changes(homework: Homework, slip: Mistake) -> set[str]:
    """The quantities that a slip changes in a homework."""
    right = quantities(homework)
    return {
        name
        for way in slip.variants(homework)
        for name, array in recompute(homework, way).items()
        if not np.allclose(array, right[name], rtol=1e-9, atol=1e-13)
    }


@pytest.mark.parametrize("slip", list(MISTAKES.values()), ids=lambda slip: slip.name)
def test_every_slip_changes_something_somewhere(slip: Mistake) -> None:
    assert any(changes(homework, slip) for homework in CLASS.values())


def test_a_slip_changes_what_comes_after_it_and_nothing_before() -> None:
    gradients = {"delta1", "delta2", "dW1", "dW2", "db1", "db2"}
    hidden = {"delta1", "dW1", "db1", "W1_new"}
    weights, everything = {"W1_new", "W2_new", "loss_new"}, set(quantities(MAZUR))
    frozen = {"b1_new", "b2_new"}
    assert {slip.name: changes(MAZUR, slip) for slip in MISTAKES.values()} == {
        "slope_missing": gradients | weights,
        "sign": gradients | weights,
        "rate_forgotten": weights,
        "summed": set(),
        "averaged": gradients | weights | {"loss"},
        "factor_missing": gradients | weights | {"loss"},
        "factor_double": gradients | weights | {"loss"},
        "slope_extra": set(),
        "slope_of_z": gradients | weights,
        "slope_at_a": gradients | weights,
        "updated_weights": hidden | {"loss_new"},
        "bias_left_out": everything - frozen,
        "bias_frozen": set(),
        "bias_updated": frozen | {"loss_new"},
        "transposed": everything - frozen,
        "bias_twice": everything - frozen,
        "averaged_rows": set(),
        "averaged_outputs": set(),
        "softmax_diagonal": set(),
        "one_path": {"delta1", "dW1", "db1", "W1_new", "loss_new"},
        "own_weights": {"delta1", "dW1", "db1", "W1_new", "loss_new"},
        "input_missing": {"dW1", "dW2", "W1_new", "W2_new", "loss_new"},
        "rate_twice": weights,
        "mixed": set(),
        "stale_weights": {"loss_new"},
    }


def test_slips_are_registered_under_their_names_and_say_what_is_wrong() -> None:
    for name, slip in MISTAKES.items():
        assert slip.name == name
        assert slip.ways
        assert slip.label
        assert slip.explanation.endswith(".")
        assert slip.explanation.count(".") == 1
        assert Switches() not in slip.ways


# Right numbers are not diagnosed, and the diagnosis of wrong ones is true


@given(homeworks(), st.integers(2, 17), st.sampled_from(["g", "e", "f"]), st.booleans())
def test_right_numbers_are_never_diagnosed(homework: Homework, digits: int, form: str, comma: bool) -> None:
    for name, index, value in entries(quantities(homework)):
        typed = f"{value:.{digits - (form == 'e')}{form}}".replace(".", "," if comma else ".")
        assert mark(typed, value).status == ("right" if float(typed.replace(",", ".")) or not value else "coarse"), (
            typed
        )
        assert diagnose(homework, name, index, typed) == []


@given(homeworks(), st.integers(1, 4), st.integers(0, 9_999))
def test_a_slip_is_named_only_if_it_gives_the_typed_digits(homework: Homework, digits: int, seed: int) -> None:
    rng = np.random.RandomState(seed)
    right = quantities(homework)
    for name, index, value in entries(right):
        typed = f"{value * rng.choice([-1.0, 0.5, 2.0]) + rng.choice([0.0, 0.01]):.{digits}g}"
        number = read(typed)
        assert number is not None
        for slip in diagnose(homework, name, index, typed):
            assert not number.says(value)
            assert any(number.says(float(recompute(homework, way)[name][index])) for way in slip.variants(homework))


def test_few_digits_fit_several_slips_and_the_commonest_comes_first() -> None:
    fitting = names(diagnose(MAZUR, "delta2", (0, 0), "0.7"))
    assert fitting[0] == "slope_missing"
    order = list(MISTAKES)
    for typed in ["0.3", "-0.1", "0.06", "0.28"]:
        found = names(diagnose(MAZUR, "delta2", (0, 0), typed))
        assert found == sorted(found, key=order.index)
        assert found


@pytest.mark.parametrize("typed", ["", "  ", "abc", "nan", "123456789.25"])
def test_what_no_slip_gives_is_not_diagnosed(typed: str) -> None:
    assert diagnose(MAZUR, "delta1", (0, 0), typed) == []


@pytest.mark.parametrize(
    ("name", "index", "field", "message"),
    [
        ("z3", (0, 0), "name", "'z3' is not a quantity of this network. It has z1, a1"),
        ("z1", (1, 0), "index", r"z1 has shape \(1, 2\), so \(1, 0\) is not"),
        ("z1", (0,), "index", "not one of its entries"),
        ("z1", (0, -1), "index", "not one of its entries"),
        ("loss", (0,), "index", r"shape \(\)"),
    ],
)
def test_quantities_that_do_not_exist_are_refused(name: str, index: tuple[int, ...], field: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        diagnose(MAZUR, name, index, "1")
    assert caught.value.field == field


# Marks


@pytest.mark.parametrize(
    "typed", ["0.59", "0,59", "5.9e-1", "5,9E-1", ".6", "+0.593", " 0.5933 ", "0.593269", "1", "1e0"]
)
def test_rounded_numbers_are_right(typed: str) -> None:
    assert mark(typed, 0.593269).status == "right"
    assert mark(f"-{typed.strip().removeprefix('+')}", -0.593269).status == "right"
    assert mark(f"−{typed.strip().removeprefix('+')}", -0.593269).status == "right"


@pytest.mark.parametrize("typed", ["0.5", "0.5932", "0.59326"])
def test_numbers_cut_off_are_right_and_are_told_so(typed: str) -> None:
    result = mark(typed, 0.593269)
    assert result.status == "right"
    assert "cut off" in result.message


@pytest.mark.parametrize(
    ("typed", "off", "message"),
    [
        ("0.7", 0.106731, "Wrong: 0.107 too large."),
        ("0.58", -0.013269, "Wrong: 0.0133 too small."),
        ("0.594", 0.000731, "Wrong: 0.000731 too large."),
        ("0.60", 0.006731, "Wrong: 0.00673 too large."),
        ("-0.59", -1.183269, "Wrong: 1.18 too small."),
        ("0", -0.593269, "Wrong: 0.593 too small."),
        ("0.592269", -0.001, "Wrong: 0.001 too small."),
        ("5932.69", 5932.096731, "Wrong: 5.93e+03 too large."),
        ("0.5932690001", 1e-10, "Wrong: 1e-10 too large."),
    ],
)
def test_wrong_numbers_are_told_by_how_much(typed: str, off: float, message: str) -> None:
    result = mark(typed, 0.593269)
    assert (result.status, result.message) == ("wrong", message)
    assert result.off == pytest.approx(off, rel=1e-6)


@pytest.mark.parametrize(
    ("typed", "right", "message"),
    [
        ("0.593", 0.593269, "Right to the 3 digits given."),
        ("0.050", 0.05, "Right to the 2 digits given."),
        ("1", 0.593269, "Right to the one digit given."),
        ("0.1234567890123", 0.12345678901234567, "Right to 12 digits; further ones are not compared."),
        ("0.59326900000000001", 0.593269, "Right to 12 digits; further ones are not compared."),
        ("0", 0.0, "Right."),
        ("0.000", 0.0004, "This says too little to be right: all its digits are zeros. Give more of them."),
        ("0e9", 123456.0, "This says too little to be right: all its digits are zeros. Give more of them."),
        ("9e999", 0.5, "Wrong: far too large."),
        ("-9e999", 0.5, "Wrong: far too small."),
        ("1e-400", 0.0, "Wrong: a hair too large."),
        ("", 1.0, "Not filled in."),
        ("abc", 1.0, "“abc” is not a number. Write it like 0.593, −0,593 or 5.93e-1."),
        ("1", math.inf, "The right value is too large for a computer's numbers, so this cannot be compared."),
    ],
)
def test_marks_say_what_was_compared(typed: str, right: float, message: str) -> None:
    assert mark(typed, right).message == message


def test_a_whole_unit_is_too_much_to_cut_off() -> None:
    assert [mark(typed, 0.5).status for typed in ("0.4", "0.49", "0.6")] == ["wrong"] * 3


@pytest.mark.parametrize("minus", "−‐‑‒–—﹣－⁻")
def test_every_minus_sign_is_read(minus: str) -> None:
    assert mark(f"{minus}0.59", -0.593269).status == "right"
    assert mark(f"{minus}5,9e{minus}1", -0.593269).status == "right"


def test_full_width_and_invisible_characters_are_read() -> None:
    assert mark("\u200b＋０．５９\u00a0", 0.593269).status == "right"


def test_a_tie_is_right_both_ways_although_it_is_stored_below() -> None:
    assert Decimal("0.3925") != 0.3925
    assert [mark(typed, 0.3925).status for typed in ("0.392", "0.393", "0.394")] == ["right", "right", "wrong"]
    assert [mark(typed, 0.49999999999999994).status for typed in ("0.5", "0.4")] == ["right", "wrong"]
    cancelled = 0.1 + 0.2 - 0.3  # noise, where the right value is 0
    assert [mark("0.0", cancelled, noise).message for noise in (1e-16, 0.0)] == [
        "Right.",
        "This says too little to be right: all its digits are zeros. Give more of them.",
    ]


def test_zeros_are_no_number_cut_off() -> None:
    assert [mark("0.0", right).status for right in (0.09, -0.09)] == ["wrong"] * 2


def test_both_neighbours_of_a_tie_are_right() -> None:
    assert [mark(typed, 0.125).status for typed in ("0.12", "0.13", "0.14")] == ["right", "right", "wrong"]


def test_whole_numbers_and_powers_have_a_last_digit_too() -> None:
    assert [mark(typed, 1432.1).status for typed in ("1432", "1e3", "1.4e3", "1.3e3", "1.43e3", "1433")] == [
        "right",
        "right",
        "right",
        "wrong",
        "right",
        "wrong",
    ]


@pytest.mark.parametrize(
    "typed", ["abc", "1,234.5", "1 2", "nan", "inf", "0x1", "1e", "e5", ".", "--1", "½", "٣", "1e9999"]
)
def test_texts_that_are_no_numbers_are_told_so(typed: str) -> None:
    result = mark(typed, 0.5)
    assert (result.status, result.off) == ("unreadable", None)
    assert f"“{typed}” is not a number" in result.message


def test_endless_texts_are_shortened() -> None:
    assert len(mark("1" * 100_000, 0.5).message) < 120
    assert mark("0" * 100_000, 0.0).status == "unreadable"


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 17))
def test_any_number_is_right_as_it_is_printed(value: float, digits: int) -> None:
    assert mark(f"{value:.{digits}g}", value).status == "right"
    assert mark(repr(value), value).status == "right"


@given(st.floats(1e-300, 1e300), st.integers(2, 11), st.integers(2, 9))
def test_two_units_of_the_last_digit_are_wrong(value: float, digits: int, units: int) -> None:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    typed = f"{float(mantissa) + units * 10.0 ** (1 - digits):.{digits - 1}f}e{exponent}"
    assert mark(typed, value).status == "wrong"


# Limits


def changed(**fields: Any) -> Homework:
    values = {name: getattr(MAZUR, name) for name in MAZUR.__dataclass_fields__}
    return Homework(**(values | fields))


def layers(*sizes: int) -> Params:
    return [(np.ones((m, n)), np.ones(n)) for m, n in zip(sizes[:-1], sizes[1:], strict=True)]


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"X": np.ones((9, 2)), "y": np.ones((9, 2))}, "X", r"Inputs \(X\) must have 1 to 8 rows, not 9"),
        ({"X": np.ones((0, 2))}, "X", "1 to 8 rows, not 0"),
        ({"X": np.ones((1, 5))}, "X", "1 to 4 columns, not 5"),
        ({"X": [1.0, 2.0]}, "X", "a table of numbers"),
        ({"X": [[1.0, 2.0], [1.0]]}, "X", "rows of equal length"),
        ({"X": [["a", "b"]]}, "X", "a table of numbers"),
        ({"X": [[1.0, math.nan]]}, "X", "a finite number in every cell"),
        ({"X": [[1.0, None]]}, "X", "a finite number in every cell"),
        ({"y": np.ones((1, 5))}, "y", r"Targets \(y\) must have 1 to 4 columns, not 5"),
        ({"y": np.ones((2, 2))}, "y", "1 rows of inputs, but 2 of targets"),
        ({"y": [[math.inf, 0.0]]}, "y", "a finite number"),
        ({"params": []}, "params", "a list of pairs"),
        ({"params": 3}, "params", "a list of pairs"),
        ({"params": [(np.ones((2, 2)),)]}, "params", "a list of pairs"),
        ({"params": layers(2, 2, 2, 2, 2)}, "params", "at most 2 hidden layers here, not 3"),
        ({"params": layers(2, 5, 2)}, "params", "Layer 1 must have 1 to 4 units, not 5"),
        ({"params": layers(2, 0, 2)}, "params", "Layer 1 must have 1 to 4 units, not 0"),
        (
            {"params": layers(3, 2, 2)},
            "params",
            r"W1 must have a row for each of the 2 units below .* not shape \(3, 2\)",
        ),
        ({"params": layers(2, 3, 3)}, "params", r"W2 must have a row for each of the 3 .* each of its 2 units"),
        ({"params": [([1.0, 2.0], [1.0]), *layers(2, 2)]}, "params", "W1 must be a table"),
        ({"params": [(np.ones((2, 2)), np.ones((1, 2))), *layers(2, 2)]}, "params", "b1 must be a list of 2"),
        ({"params": [(np.ones((2, 2)), "x"), *layers(2, 2)]}, "params", "b1 must be a list of 2"),
        ({"params": [*layers(2, 2), (np.ones((2, 2)), [0.0, math.nan])]}, "params", "W2 and b2 must have a finite"),
        ({"activation": "step"}, "activation", "'step' is unknown"),
        ({"activation": ("tanh",)}, "activation", "one activation"),
        ({"output": "step"}, "output", "'step' is unknown"),
        ({"loss": "hinge"}, "loss", "'hinge' is unknown"),
        ({"loss": "bce", "output": "tanh"}, "loss", "needs an output that is a probability"),
        ({"loss": "bce", "y": [[2.0, 0.0]]}, "loss", "needs targets from 0 to 1"),
        ({"output": "softmax", "y": [[1.0]], "params": layers(2, 2, 1)}, "output", "two outputs or more"),
        ({"learning_rate": 0.0}, "learning_rate", "is not allowed"),
        ({"learning_rate": math.nan}, "learning_rate", "is not allowed"),
        ({"train_biases": "yes"}, "train_biases", "true or false"),
        ({"loss": "sse", "output": "linear", "X": [[1e300, 1e300]], "activation": "linear"}, "params", "loss is not a"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(fields: dict[str, Any], field: str, message: str) -> None:
    homework = changed(**fields)
    for use in (homework.check, homework.run, homework.step, lambda: quantities(homework)):
        with pytest.raises(ConfigError, match=message) as caught:
            use()
        assert caught.value.field == field


@pytest.mark.parametrize("sizes", [(1, 1), (2, 1), (4, 4, 4), (4, 4, 4, 4)])
@pytest.mark.parametrize("rows", [1, 8])
def test_networks_within_the_limits_are_taken(sizes: tuple[int, ...], rows: int) -> None:
    homework = drawn(sizes, rows, "tanh", "linear", "mse")
    homework.check()
    assert isinstance(homework.run(), Run)
    assert homework.step().z[-1].shape == (rows, sizes[-1])


def test_a_homework_keeps_its_own_numbers() -> None:
    X, W = np.array([[1.0, 2.0]]), np.ones((2, 1))
    homework = Homework(X, np.array([[1.0]]), [(W, np.zeros(1))], "sigmoid", "linear", "sse", 0.1, True)
    X[:], W[:] = 9.0, 9.0
    assert quantities(homework)["z1"].item() == 3.0
    with pytest.raises(ValueError, match="read-only"):
        homework.X[:] = 0.0


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_average_over_what_the_slips_believe(loss: str) -> None:
    rng = np.random.RandomState(0)
    a, y = rng.uniform(0.2, 0.8, (2, 3)), rng.uniform(0.2, 0.8, (2, 3))  # units first
    once = float(LOSSES[loss].value(a, y))
    more_rows, more_outputs = (
        float(LOSSES[loss].value(np.concatenate([a, a], axis), np.concatenate([y, y], axis))) / once for axis in (1, 0)
    )
    growth = {"nothing": (2, 2), "rows": (1, 2), "outputs": (2, 1), "cells": (1, 1)}[LOSSES[loss].averages_over]
    assert (more_rows, more_outputs) == pytest.approx(growth)
