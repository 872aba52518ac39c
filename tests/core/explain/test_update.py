"""One update in four stages: the numbers are those of training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.updates import CONFIGS, EPOCHS, explanation_of, same_bits, snapshot_of, stacked, trained

from backprop_core import Run, Snapshot
from backprop_core.explain.gradient_check import central_differences
from backprop_core.explain.update import STAGES, Explanation, Quantity, chain, explain, of_sample
from backprop_core.nn.activations import OUTPUTS
from backprop_core.nn.losses import FUSED
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.parameter import parameter_index
from backprop_core.training.presets import PRESETS
from backprop_core.training.snapshot import Step

MAZUR: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "goldens" / "mazur_step.json").read_text(encoding="utf-8")
)
ALL = [*CONFIGS, "mazur"]
PENALISED = [name for name, config in CONFIGS.items() if config.l1 or config.l2]


def flat(step: Step) -> list[Any]:
    """Everything a step holds, in one order."""
    pairs = [*step.params, *step.params_after]
    for slots in (step.slots, step.slots_after):
        pairs += [pair for name in sorted(slots) for pair in slots[name]]
    arrays = [step.rows, *step.z, *step.a, *step.delta, *step.dW, *step.db, *step.penalty_dW]
    return [*arrays, *(array for pair in pairs for array in pair), step.loss, step.penalty, step.learning_rate]


def weights(explanation: Explanation) -> list[tuple[int, int, int]]:
    """(layer, row, unit) of every weight and bias."""
    sizes = explanation.network.sizes
    return [(l, row, unit) for l in range(1, len(sizes)) for row in range(sizes[l - 1] + 1) for unit in range(sizes[l])]


def found(explanation: Explanation, kind: str, layer: int) -> Quantity:
    """The only quantity of this kind in this layer."""
    (one,) = [quantity for quantity in explanation.quantities if (quantity.kind, quantity.layer) == (kind, layer)]
    return one


def wanted_order(snapshot: Snapshot) -> list[tuple[int, str, int]]:
    """(stage, kind, layer) as a textbook computes them."""
    network, config = snapshot.network, snapshot.config
    last = len(network.sizes) - 1
    layers = range(1, last + 1)
    fused = (network.output, network.loss) in FUSED
    order: list[tuple[int, str, int]] = [(0, kind, l) for l in layers for kind in ("z", "a")]
    order += [(1, "slope", l) for l in layers if l < last or not (fused or OUTPUTS[network.output].pull_back)]
    order += [] if fused else [(1, "error", last)]
    order += [(2, kind, l) for l in reversed(layers) for kind in ("delta", "gradient")]
    penalty = ["penalty"] if config.l1 or config.l2 else []
    slots = ["slot"] * len(OPTIMIZERS[config.optimizer].slots)
    order += [(3, kind, l) for l in layers for kind in (*penalty, *slots, "update", "new")]
    return order


# The numbers are those of training


@pytest.mark.parametrize("name", ALL)
def test_the_step_is_bitwise_the_one_that_training_makes(name: str) -> None:
    mine, snapshot = explanation_of(name).step, snapshot_of(name)
    for theirs in (snapshot.step(), trained(name).step()):
        assert mine.epoch == theirs.epoch
        assert [*mine.slots_after] == [*theirs.slots_after] == [*OPTIMIZERS[snapshot.config.optimizer].slots]
        for first, second in zip(flat(mine), flat(theirs), strict=True):
            assert same_bits(first, second)


@pytest.mark.parametrize("name", ALL)
def test_quantities_are_bitwise_the_step_s(name: str) -> None:
    step, explanation = trained(name).step(), explanation_of(name)
    after = stacked(step.params_after)
    for l, before in enumerate(stacked(step.params), start=1):
        assert same_bits(found(explanation, "z", l).values, step.z[l - 1])
        assert same_bits(found(explanation, "a", l).values, step.a[l])
        assert same_bits(found(explanation, "delta", l).values, step.delta[l - 1])
        assert same_bits(found(explanation, "new", l).values, after[l - 1])
        np.testing.assert_array_equal(before + found(explanation, "update", l).values, after[l - 1])
        slots = [q.values for q in explanation.quantities if (q.kind, q.layer) == ("slot", l)]
        for values, params in zip(slots, step.slots_after.values(), strict=True):
            assert same_bits(values, np.vstack(params[l - 1]))
        if name not in PENALISED:
            np.testing.assert_array_equal(
                found(explanation, "gradient", l).values, np.vstack([step.dW[l - 1], step.db[l - 1]])
            )


@pytest.mark.parametrize("name", ALL)
def test_new_parameters_are_where_training_goes(name: str) -> None:
    run, explanation = trained(name), explanation_of(name)
    while run.epoch == explanation.step.epoch and run.epoch < EPOCHS + 1 and not run._batch:
        run.step()
    for l, params in enumerate(stacked(run.params), start=1):
        assert same_bits(found(explanation, "new", l).values, params)


@pytest.mark.parametrize("name", ALL)
def test_quantities_have_the_shapes_they_say(name: str) -> None:
    explanation = explanation_of(name)
    sizes, rows = explanation.network.sizes, len(explanation.step.rows)
    for quantity in explanation.quantities:
        l = quantity.layer
        wanted = (sizes[l - 1] + 1, sizes[l]) if quantity.of_weights else (rows, sizes[l])
        assert quantity.values.shape == wanted, quantity.name
        assert quantity.of_weights == (quantity.kind in ("gradient", "penalty", "slot", "update", "new"))
        assert np.isfinite(quantity.values).all()
        assert quantity.latex.count("{") == quantity.latex.count("}")


@pytest.mark.parametrize("name", ALL)
def test_frozen_biases_do_not_move(name: str) -> None:
    explanation = explanation_of(name)
    for l in range(1, len(explanation.network.sizes)):
        moved = found(explanation, "update", l).values[-1]
        assert (moved != 0).any() == snapshot_of(name).config.train_biases


def test_it_tells_nothing_to_the_run() -> None:
    run, untouched = trained("adam, mini-batches"), trained("adam, mini-batches")
    snapshot = run.at(EPOCHS)
    before = snapshot.state.memory.copy()
    central_differences(snapshot)
    explain(snapshot)
    assert same_bits(before, snapshot.state.memory)
    run.advance(2)
    untouched.advance(2)
    assert all(same_bits(a, b) for a, b in zip(stacked(run.params), stacked(untouched.params), strict=True))


def test_a_past_epoch_and_its_edits_are_explained_too() -> None:
    run = Run(CONFIGS["xor"])
    run.advance(2)
    run.edit(learning_rate=0.25, optimizer="momentum", params={(1, "W", 0, 1): 2.0})
    run.advance(5)
    explanation = explain(run.at(2))
    assert (explanation.config.optimizer, explanation.step.learning_rate) == ("momentum", 0.25)
    assert explanation.step.params[0][0][0, 1] == 2.0
    assert same_bits(found(explanation, "new", 2).values, stacked(run.at(3).params)[1])


# Stages


@pytest.mark.parametrize("name", ALL)
def test_stages_come_in_order_with_what_belongs_to_them(name: str) -> None:
    explanation = explanation_of(name)
    order = [(quantity.stage, quantity.kind, quantity.layer) for quantity in explanation.quantities]
    assert order == wanted_order(snapshot_of(name))
    assert [q for stage in range(len(STAGES)) for q in explanation.stage(stage)] == [*explanation.quantities]


@pytest.mark.parametrize("name", ALL)
def test_names_are_told_apart(name: str) -> None:
    names = [quantity.name for quantity in explanation_of(name).quantities]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("name", ALL)
def test_what_a_stage_computes_follows_from_what_stands_before_it(name: str) -> None:
    explanation = explanation_of(name)
    step, last = explanation.step, len(explanation.network.sizes) - 1
    for l, (W, b) in enumerate(step.params, start=1):
        below = step.a[l - 1]
        np.testing.assert_allclose(found(explanation, "z", l).values, below @ W + b, rtol=1e-12, atol=1e-13)
        delta, gradient = found(explanation, "delta", l).values, found(explanation, "gradient", l).values
        np.testing.assert_allclose(gradient, np.vstack([below.T @ delta, delta.sum(axis=0)]), rtol=1e-11, atol=1e-13)
        if l < last:
            errors = step.delta[l] @ step.params[l][0].T
            np.testing.assert_allclose(delta, errors * found(explanation, "slope", l).values, rtol=1e-12, atol=1e-15)
    outputs = [quantity for quantity in explanation.stage(1) if quantity.layer == last]
    if {quantity.kind for quantity in outputs} == {"slope", "error"}:
        product = np.prod([quantity.values for quantity in outputs], axis=0)
        np.testing.assert_array_equal(found(explanation, "delta", last).values, product)


@pytest.mark.parametrize("name", ALL)
def test_slopes_are_the_activations_rise_between_two_points_nearby(name: str) -> None:
    explanation, h = explanation_of(name), 1e-6
    for quantity in explanation.stage(1):
        if quantity.kind == "slope":
            z, f = explanation.step.z[quantity.layer - 1], explanation.network.functions[quantity.layer - 1].f
            if np.abs(z).min() > 2 * h:  # no kink between the two
                rise = (f(z + h) - f(z - h)) / (2 * h)
                np.testing.assert_allclose(quantity.values, rise, rtol=1e-7, atol=1e-9)


# The penalty's share


@pytest.mark.parametrize("name", PENALISED)
def test_the_penalty_s_share_stands_apart(name: str) -> None:
    explanation, config = explanation_of(name), CONFIGS[name]
    step = explanation.step
    for l, (W, _) in enumerate(step.params, start=1):
        share, pure = found(explanation, "penalty", l).values, found(explanation, "gradient", l).values
        np.testing.assert_allclose(share[:-1], config.l1 * np.sign(W) + config.l2 * W, rtol=1e-15)
        assert not share[-1].any(), "biases are not penalised"
        whole = np.vstack([step.dW[l - 1], step.db[l - 1]])
        np.testing.assert_allclose(pure + share, whole, rtol=1e-15, atol=1e-16)
    without = Run(config.replace(l1=0.0, l2=0.0), params=step.params)
    if config.batch_size is None:
        for l, (dW, db) in enumerate(without.at(0).grads, start=1):
            pure = found(explanation, "gradient", l).values
            np.testing.assert_allclose(pure, np.vstack([dW, db]), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in ALL if name not in PENALISED])
def test_without_a_penalty_there_is_none_to_show(name: str) -> None:
    explanation = explanation_of(name)
    assert all(quantity.kind != "penalty" for quantity in explanation.quantities)
    assert all(chain(explanation, *weight).penalty == 0 for weight in weights(explanation))


# The chain rule of one weight


@pytest.mark.parametrize("name", ALL)
def test_products_sum_to_the_gradient(name: str) -> None:
    explanation = explanation_of(name)
    step = explanation.step
    for l, row, unit in weights(explanation):
        terms = chain(explanation, l, row, unit)
        bias = row == explanation.network.sizes[l - 1]
        np.testing.assert_array_equal(terms.products, terms.a * terms.delta)
        np.testing.assert_array_equal(terms.delta, step.delta[l - 1][:, unit])
        np.testing.assert_array_equal(terms.a, np.ones(len(step.rows)) if bias else step.a[l - 1][:, row])
        noise = 1e-15 * (np.abs(terms.products).sum() + abs(terms.penalty)) * len(step.rows)
        assert terms.total == pytest.approx(terms.products.sum(), rel=0, abs=noise)
        gradient = step.db[l - 1][unit] if bias else step.dW[l - 1][row, unit]
        assert terms.gradient == pytest.approx(gradient, rel=1e-15, abs=1e-16)
        assert terms.penalty == (0.0 if bias else step.penalty_dW[l - 1][row, unit])


@pytest.mark.parametrize("name", ALL)
def test_a_parameter_is_found_in_the_flat_vector_and_back(name: str) -> None:
    explanation, theta = explanation_of(name), snapshot_of(name).state.memory[0]
    params = stacked(explanation.step.params)
    places = []
    for l, row, unit in weights(explanation):
        places.append(parameter_index(explanation.network, l, row, unit))
        assert theta[places[-1]] == params[l - 1][row, unit]
    assert sorted(places) == [*range(explanation.network.parameters)]


# The worked example


def test_mazur_s_printed_digits_appear() -> None:
    explanation = explain(PRESETS["mazur"].run().at(0))

    def assert_printed(mine: Any, theirs: Any) -> None:
        np.testing.assert_allclose(mine, np.reshape(theirs, np.shape(mine)), rtol=0, atol=1e-8)

    assert_printed(found(explanation, "a", 1).values, MAZUR["hidden_output"])
    assert_printed(found(explanation, "a", 2).values, MAZUR["output"])
    assert_printed(found(explanation, "gradient", 2).values[0, 0], MAZUR["dL_dw5"])
    assert_printed(found(explanation, "gradient", 1).values[0, 0], MAZUR["dL_dw1"])
    for l in (1, 2):
        new = found(explanation, "new", l).values
        assert_printed(new[:-1], MAZUR[f"W{l}_after_one_update"])
        np.testing.assert_array_equal(new[-1], MAZUR[f"b{l}"])
    assert_printed(chain(explanation, 2, 0, 0).products, [MAZUR["dL_dw5"]])
    # ∂E/∂o · ∂o/∂net · ∂net/∂w5 of the article: 0.74136507 · 0.186815602 · 0.593269992
    assert_printed(found(explanation, "error", 2).values[0, 0], 0.74136507)
    assert_printed(found(explanation, "slope", 2).values[0, 0], 0.186815602)
    assert_printed(found(explanation, "delta", 2).values[0, 0], 0.138498562)


@pytest.mark.parametrize("name", ALL)
def test_the_shares_of_the_samples_make_the_batch(name: str) -> None:
    explanation = explanation_of(name)
    alone = [of_sample(explanation, sample) for sample in range(explanation.batch)]
    for place, quantity in enumerate(explanation.quantities):
        if quantity.stage == 3:
            continue
        parts = [one.quantities[place] for one in alone]
        assert {(part.name, part.kind, part.stage) for part in parts} == {
            (quantity.name, quantity.kind, quantity.stage)
        }
        if quantity.of_weights:
            together = np.sum([part.values for part in parts], axis=0)
            np.testing.assert_allclose(together, quantity.values, rtol=1e-9, atol=1e-12)
        else:
            assert same_bits(np.vstack([part.values for part in parts]), quantity.values)
    assert all(quantity.stage < 3 for one in alone for quantity in one.quantities)
