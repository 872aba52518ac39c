"""Rows of a user's table in a run: their names, their classes, replay, sweeps, and the settings suggested for them."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from backprop_core import Config, ConfigError, Run, sweep
from backprop_core.data.rows import TableRows
from backprop_core.tables.reading import read
from backprop_core.tables.to_rows import to_rows, with_scaled_target
from backprop_core.training.presets import suggested_for
from backprop_core.training.problem import data_for

ANIMALS = "height,weight,kind\n" + "\n".join(
    f"{0.4 + 0.05 * i:.2f},{3 + i},{('cat', 'dog', 'horse')[i // 8]}" for i in range(24)
)


def animals(kinds: int = 3, *, standardise: bool = True) -> TableRows:
    lines = ANIMALS.splitlines()[: 1 + 8 * kinds]
    return to_rows(read("\n".join(lines)), "kind", standardise=standardise)


def weights(rows: int = 40) -> TableRows:
    x = np.linspace(-2, 2, rows)
    text = "height,weight\n" + "\n".join(f"{value},{1000 + 200 * np.sin(value)}" for value in x)
    return to_rows(read(text), "weight", task="number")


def same_bits(first: Run, second: Run) -> bool:
    return all(
        a.tobytes() == b.tobytes()
        for x, y in zip(first.params, second.params, strict=True)
        for a, b in zip(x, y, strict=True)
    )


def test_names_and_classes_reach_the_data_of_a_run() -> None:
    run = Run(suggested_for(animals()), data=animals())
    assert run.config.dataset == "csv"
    assert run.data.inputs == run.data.input_labels == ("height", "weight")
    assert run.data.classes == ("cat", "dog", "horse")
    np.testing.assert_allclose(run.data.X.mean(axis=0), 0, atol=1e-12)


def test_a_run_keeps_its_rows_whole_and_is_replayed_with_them() -> None:
    rows = animals()
    run = Run(suggested_for(rows), data=rows)
    rows.X[:] = 9.0
    assert run.user_rows is not rows
    assert isinstance(run.user_rows, TableRows)
    assert run.user_rows.report == rows.report
    assert run.user_rows.row_numbers == rows.row_numbers
    run.advance(5)
    run.edit(learning_rate=0.01)
    run.advance(5)
    again = Run.replay(replace(run.recipe, epochs=10))
    assert same_bits(run, again)
    assert again.data.classes == run.data.classes


def test_rows_with_names_train_as_those_without() -> None:
    rows = animals(2, standardise=False)
    named = Run(suggested_for(rows), data=rows)
    bare = Run(suggested_for(rows), data=(rows.X, rows.y))
    named.advance(20)
    bare.advance(20)
    assert same_bits(named, bare)


def test_softmax_is_refused_where_numbers_are_to_be_met() -> None:
    with pytest.raises(ConfigError, match="'softmax' is for classes") as refused:
        data_for(Config(dataset="csv", output="softmax", loss="cross_entropy"), weights())
    assert refused.value.field == "output"


def test_a_loss_for_classes_is_refused_where_numbers_are_to_be_met() -> None:
    with pytest.raises(ConfigError) as refused:
        Run(Config(dataset="csv", loss="bce"), data=weights())
    assert refused.value.field == "loss"


def test_classes_that_are_whole_numbers_stay_classes_under_any_output() -> None:
    rows = to_rows(read("a,y\n1,3\n2,5\n3,3\n4,8\n"), "y", task="classes")
    for output in ("sigmoid", "softmax", "linear"):
        data = data_for(Config(dataset="csv", output=output, test_share=0.0), rows)
        assert (data.task, data.classes) == ("classification", ("3", "5", "8"))


SUGGESTED = {
    "two classes": (animals(2), "sigmoid", "bce"),
    "three classes": (animals(3), "softmax", "cross_entropy"),
    "a number": (with_scaled_target(weights()), "linear", "mse"),
}


@pytest.mark.parametrize("name", SUGGESTED)
def test_suggested_settings_follow_the_target_and_learn_it(name: str) -> None:
    rows, output, loss = SUGGESTED[name]
    config = suggested_for(rows)
    assert (config.dataset, config.output, config.loss) == ("csv", output, loss)
    run = Run(config, data=rows)
    run.advance(config.epochs)
    assert run.at(run.epoch).score > 0.95


def test_few_rows_are_all_trained_on() -> None:
    assert suggested_for(animals(2)).test_share == 0.0
    assert suggested_for(weights()).test_share == 0.25


def test_a_scaled_target_says_how_to_read_it() -> None:
    rows = weights()
    scaled = with_scaled_target(rows)
    np.testing.assert_array_equal(scaled.y, rows.y)
    data = Run(suggested_for(scaled).replace(test_share=0.0), data=scaled).data
    assert data.y.mean() == pytest.approx(0, abs=1e-12)
    assert data.y.std() == pytest.approx(1)
    assert f"its mean is {rows.y.mean():.6g}" in scaled.report[-1]
    assert with_scaled_target(animals()) is not None
    np.testing.assert_array_equal(with_scaled_target(animals()).y, animals().y)


def test_a_target_that_never_changes_is_scaled_without_dividing_by_zero() -> None:
    constant = TableRows(np.arange(4.0)[:, None], np.ones((4, 1)), ("a",))
    run = Run(suggested_for(constant), data=with_scaled_target(constant))
    np.testing.assert_array_equal(run.data.y, np.zeros((4, 1)))
    np.testing.assert_array_equal(run.data.targets, np.ones((4, 1)))


@pytest.mark.parametrize("processes", [0, 2])
def test_rows_with_names_are_swept_in_one_process_and_in_several(processes: int) -> None:
    rows = animals()
    config = suggested_for(rows).replace(epochs=5)
    axes = {"learning_rate": [0.01, 0.1]}
    if processes:
        with ProcessPoolExecutor(processes) as executor:
            result = sweep.run(config, axes, range(3), data=rows, executor=executor)
    else:
        result = sweep.run(config, axes, range(3), data=rows)
    run = Run(config.replace(learning_rate=0.1, seed=2), data=rows)
    run.advance(5)
    assert result.final_loss[1, 0, 2] == run.history.loss[-1]


def test_a_sweep_over_numbers_of_ones_own_counts_r_squared() -> None:
    rows = with_scaled_target(weights())
    grid = sweep.plan(suggested_for(rows), {"learning_rate": [0.1]}, range(1), data=rows)
    assert grid.solved.score == 0.99
