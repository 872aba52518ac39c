"""Rows as in a textbook or in scikit-learn: whether they train, and what counts as classes or labels."""

import json

import numpy as np
import pytest
from sklearn.metrics import hamming_loss

from backprop_core import Config, ConfigError, Run, export, sweep
from backprop_core.settings import setting_text
from backprop_core.tables.reading import read
from backprop_core.tables.to_rows import to_rows
from backprop_core.training.presets import PRESETS, suggested_for

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
XOR = [0, 1, 1, 0]
THREE = [0, 1, 1, 2]
HALF_ADDER = [[0, 0], [1, 0], [1, 0], [0, 1]]  # sum and carry: two labels, none of them in the first row
SOFTMAX = Config(output="softmax", loss="cross_entropy", learning_rate=0.5)
LABELS = Config(hidden=(4,), loss="bce", init="xavier_uniform", optimizer="adam", learning_rate=0.05, epochs=600)


def same_bits(first: Run, second: Run) -> bool:
    return all(
        a.tobytes() == b.tobytes()
        for x, y in zip(first.params, second.params, strict=True)
        for a, b in zip(x, y, strict=True)
    )


# What trains.


def test_all_own_rows_train_unless_a_share_is_asked_for() -> None:
    run = Run(Config(), data=(X, XOR))
    np.testing.assert_array_equal(run.data.X, X)
    assert len(run.data.X_test) == 0
    assert run.config.test_share == 0.0
    assert same_bits(run, Run(Config()))
    for dataset in ("xor", "moons", "csv"):
        held_back = Run(Config(dataset=dataset, test_share=0.25), data=(X, XOR))
        assert (len(held_back.data.X), held_back.config.test_share) == (3, 0.25)
        assert len(Run(Config(dataset=dataset), data=(X, XOR)).data.X) == 4


def test_of_a_dataset_a_quarter_is_held_back_as_ever() -> None:
    moons = Config(dataset="moons", samples=40)
    assert [len(Run(config).data.X_test) for config in (moons, moons.replace(test_share=0.25))] == [10, 10]
    assert Config().share_held_back == 0.25
    assert len(PRESETS["mazur"].run().data.X) == 1


def test_no_share_is_none_held_back_in_a_link_and_on_the_command_line() -> None:
    assert [setting_text.read("test_share", text) for text in ("none", "usual", "0.5")] == [0.0, None, 0.5]
    assert setting_text.write("test_share", None) == "usual"


@pytest.mark.parametrize("share", ["left out", None])
def test_a_file_that_leaves_the_share_out_meant_a_quarter(share: str | None) -> None:
    run = Run(Config(test_share=0.25), data=(X, XOR))
    run.advance(3)
    said = json.loads(run.to_json())
    said["config"]["test_share"] = None
    if share:
        del said["config"]["test_share"]
    again = Run.from_json(json.dumps(said))
    assert len(again.data.X) == 3
    assert same_bits(run, again)
    assert json.loads(Run(Config(), data=(X, XOR)).to_json())["config"]["test_share"] == 0.0


# Whole numbers in one column.


def test_whole_numbers_are_classes_where_the_output_shows_classes() -> None:
    run = Run(SOFTMAX, data=(X, [[label] for label in THREE]))
    np.testing.assert_array_equal(run.data.y, np.eye(3)[THREE])
    assert run.data.task == "classification"
    assert Run(Config(), data=(X, XOR)).data.classes == ("0", "1")


@pytest.mark.parametrize(("output", "y"), [("sigmoid", THREE), ("tanh", THREE), ("sigmoid", [-1, 1, 1, -1])])
def test_whole_numbers_out_of_reach_are_refused_with_both_ways_out(output: str, y: list[int]) -> None:
    with pytest.raises(ConfigError, match=r"output='softmax'.*output='linear'") as refused:
        Run(Config(output=output, loss="mse"), data=(X, y))
    assert refused.value.field == "output"


@pytest.mark.parametrize(("output", "y"), [("linear", THREE), ("tanh", [-1, 1, 1, -1]), ("sigmoid", [0, 0.5, 0.5, 1])])
def test_numbers_that_the_output_can_show_are_numbers(output: str, y: list[float]) -> None:
    run = Run(Config(output=output, loss="mse"), data=(X, y))
    assert run.data.task == "regression"
    np.testing.assert_array_equal(run.data.y[:, 0], y)


def test_an_old_file_of_numbers_out_of_reach_opens_with_the_same_bits() -> None:
    run = Run(Config(output="linear", test_share=0.25), data=(X, THREE))
    said = json.loads(run.to_json()) | {"epochs": 5}
    said["config"]["output"] = "sigmoid"  # rejected now; older versions trained on it silently
    old = Run.from_json(json.dumps(said))
    assert (old.data.task, old.epoch) == ("regression", 5)
    assert same_bits(old, Run.from_json(old.to_json()))


# Several labels.


@pytest.mark.parametrize("labels", [2, 5])
def test_labels_are_scored_one_by_one(labels: int) -> None:
    rng = np.random.RandomState(labels)
    rows, y = rng.randn(30, 3), (rng.rand(30, labels) > 0.5).astype(float)
    run = Run(LABELS, data=(rows, y))
    assert (run.data.multilabel, run.data.task, run.data.classes) == (True, "classification", ())
    predicted = run.predict(rows) > 0.5
    assert run.at(0).score == pytest.approx(1 - hamming_loss(y, predicted), abs=1e-12)
    result = sweep.run(LABELS.replace(epochs=3), {"learning_rate": [0.05, 0.5]}, 2, data=(rows, y))
    for i, s in np.ndindex(2, 2):
        cell = Run(result.config(i, 0, s), data=result.data)
        cell.advance(3)
        assert (result.score[i, 0, s], result.final_loss[i, 0, s]) == (cell.at(3).score, cell.history.loss[3])


def test_one_class_in_each_row_stays_one_class() -> None:
    data = Run(LABELS, data=(X, np.eye(3)[THREE])).data
    assert (data.multilabel, data.classes) == (False, ("0", "1", "2"))


def test_labels_reach_the_accuracy_that_stops() -> None:
    run = Run(LABELS.replace(stop_accuracy=1.0), data=(X, HALF_ADDER))
    run.advance(LABELS.epochs)
    assert run.goal_reached
    assert run.at(run.epoch).score == 1.0
    np.testing.assert_array_equal(run.predict(X) > 0.5, np.array(HALF_ADDER, dtype=bool))
    assert sweep.run(LABELS, {"hidden": [(4,)]}, 1, data=(X, HALF_ADDER)).solved.all()
    assert "predict_proba" in export.sklearn(run)


def test_labels_are_refused_under_softmax() -> None:
    with pytest.raises(ConfigError, match="several labels"):
        Run(SOFTMAX, data=(X, HALF_ADDER))


def test_labels_in_a_table_are_learned_as_labels() -> None:
    text = "a,b,sum,carry\n" + "\n".join(f"{a},{b},{a ^ b},{a & b}" for a, b in X)
    rows = to_rows(read(text), ["sum", "carry"])
    assert "2 labels" in " ".join(rows.report)
    config = suggested_for(rows)
    assert (config.output, config.loss) == ("sigmoid", "bce")
    assert Run(config, data=rows).data.multilabel


# Sweeps.


def test_a_sweep_takes_rows_and_a_number_of_seeds_as_a_run_does() -> None:
    result = sweep.run(Config(epochs=5), {"learning_rate": [0.1, 0.5]}, seeds=3, data=(X, XOR))
    assert result.grid.seeds == (0, 1, 2)
    assert (result.config(1, 0, 2).dataset, result.config(1, 0, 2).test_share) == ("csv", 0.0)
    run = Run(result.config(1, 0, 2), data=(X, XOR))
    run.advance(5)
    assert run.history.loss[5] == result.final_loss[1, 0, 2]
    assert same_bits(Run(result.config(0, 0, 1), data=result.data), Run(result.config(0, 0, 1), data=(X, XOR)))
    assert sweep.run(Config(epochs=1), {"learning_rate": [0.1]}, 1).data is None


def test_rows_are_the_same_in_every_cell() -> None:
    with pytest.raises(ConfigError, match="rows of your own"):
        sweep.plan(Config(), {"dataset": ["xor", "and"]}, 1, data=(X, XOR))
