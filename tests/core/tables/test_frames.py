"""DataFrames as the data of a run: names and classes are kept, and types decide where there are any."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from backprop_core import Config, ConfigError, Run, sweep
from backprop_core.data import TableRows

SOFTMAX = Config(output="softmax", loss="cross_entropy", hidden=(3,))
LINEAR = Config(output="linear", loss="mse", hidden=(3,), learning_rate=0.01)
N = 24
BIRDS = pd.DataFrame(
    {
        "row": np.arange(N),
        "island": [("Biscoe", "Dream", "Torgersen")[i % 3] for i in range(N)],
        "mass (g)": np.linspace(2700, 6300, N, dtype=np.float32),
        "wild": [i % 5 == 0 for i in range(N)],
        "parts": [1.234 + i / 1000 for i in range(N)],
        "species": [("Adelie", "Gentoo")[i // 12] for i in range(N)],
    }
)


def rows_of(run: Run) -> TableRows:
    assert isinstance(run.user_rows, TableRows)
    return run.user_rows


def test_the_last_column_of_a_frame_is_learned_from_what_can_be_an_input() -> None:
    run = Run(SOFTMAX, data=BIRDS)
    rows = rows_of(run)
    assert rows.inputs == (
        "island = Biscoe", "island = Dream", "island = Torgersen", "mass (g)", "wild = true", "parts",
    )  # fmt: skip
    assert run.data.classes == ("Adelie", "Gentoo")
    assert rows.X[:, 3].tolist() == BIRDS["mass (g)"].astype(float).tolist()
    assert rows.X[:, 5].tolist() == BIRDS["parts"].tolist()
    assert "“row” only counts the rows" in " ".join(rows.report)
    assert rows.preparation is not None
    assert rows.preparation.inputs(BIRDS.iloc[7].to_dict()).tobytes() == rows.X[7].tobytes()
    run.advance(50)
    again = Run.from_json(run.to_json())
    assert rows_of(again).preparation == rows.preparation


def test_another_column_is_learned_if_it_is_the_target() -> None:
    run = Run(LINEAR, data=BIRDS, target="mass (g)")
    assert run.data.task == "regression"
    assert rows_of(run).scale_target
    labels = BIRDS.assign(even=[i % 2 for i in range(N)], third=[int(i % 3 == 0) for i in range(N)])
    assert Run(Config(), data=labels, target=["even", "third"]).data.multilabel
    numbered = pd.DataFrame(np.random.default_rng(0).normal(size=(N, 3)))
    assert Run(LINEAR, data=numbered, target=0).data.inputs == ("1", "2")


def test_inputs_may_be_a_frame_and_targets_a_series() -> None:
    X, y = BIRDS[["mass (g)", "row"]], BIRDS["species"]
    for pair in ((X, y), [X, y.astype("category")], (X, np.array(y)), (X, list(y))):
        run = Run(Config(), data=pair)
        assert run.data.inputs == ("mass (g)", "row")
        assert run.data.classes == ("Adelie", "Gentoo")
    assert Run(Config(), data=(X.to_numpy(), y)).data.inputs == ("x1", "x2")
    assert Run(LINEAR, data=(X, X.rename(columns=str.upper))).data.outputs == 2
    shifted = y.set_axis(range(5, 5 + N))
    np.testing.assert_array_equal(rows_of(Run(Config(), data=(X, shifted))).y, [0] * 12 + [1] * 12)


def test_numbers_are_classes_as_in_arrays_and_categories_always() -> None:
    frame = pd.DataFrame({"a": np.linspace(0, 1, N), "y": [2 + i % 3 for i in range(N)]})
    assert Run(LINEAR, data=frame).data.task == "regression"
    assert Run(SOFTMAX, data=frame).data.classes == ("2", "3", "4")
    assert Run(LINEAR, data=frame.astype({"y": "category"})).data.classes == ("2", "3", "4")
    assert Run(Config(), data=frame.assign(y=frame["y"] % 2)).data.classes == ("0", "1")
    codes = frame.assign(code=frame["y"].astype("category"))[["a", "code", "y"]]
    assert Run(LINEAR, data=codes).data.inputs == ("a", "code = 2", "code = 3", "code = 4")


def test_arrays_of_numbers_give_the_same_bits_with_and_without_names() -> None:
    X, y = np.random.default_rng(1).normal(size=(N, 2)) * 40, np.arange(N) % 2
    first, second = (Run(Config(), data=data) for data in ((X, y), (pd.DataFrame(X, columns=["a", "b"]), y)))
    first.advance(5)
    second.advance(5)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first.params[0], second.params[0], strict=True))


def test_a_sweep_takes_a_frame() -> None:
    result = sweep.run(SOFTMAX.replace(epochs=2), {"learning_rate": [0.1, 0.2]}, seeds=1, data=BIRDS)
    run = Run(result.config(1, 0, 0), data=result.data)
    run.advance(2)
    assert result.final_loss[1, 0, 0] == run.history.loss[-1]


def test_raw_rows_are_predicted_as_they_are() -> None:
    run = Run(SOFTMAX, data=BIRDS)
    run.advance(20)
    answers = run.predict(rows_of(run).X)
    np.testing.assert_array_equal(run.predict(BIRDS), answers)
    np.testing.assert_array_equal(run.predict(BIRDS[:3].to_dict("records")), run.predict(rows_of(run).X[:3]))
    with pytest.raises(ConfigError, match="“island” has no value “Elba”") as refused:
        run.predict([{**BIRDS.iloc[0].to_dict(), "island": "Elba"}])
    assert refused.value.field == "X"


@pytest.mark.parametrize(
    ("data", "target", "field", "sentence"),
    [
        (BIRDS, "kind", "target", "There is no column “kind”"),
        (BIRDS, 17, "target", "A column is given by its name"),
        (BIRDS, [], "target", "Choose a column as target."),
        (BIRDS[["row"]], None, "data", "at least two columns"),
        (BIRDS[["row", "row"]], None, "data", "are both called"),
        (BIRDS.iloc[:0], None, "data", "The table is empty."),
        ((BIRDS[["parts"]], ["a"]), None, "data", "one target for each of the 24 rows"),
        ((BIRDS[["parts"]], BIRDS["species"]), "species", "target", "A target is chosen from the columns"),
        ((np.eye(4), [0, 1, 1, 0]), "y", "target", "A target is chosen from the columns"),
        ((BIRDS[["parts"]], pd.Series([3, 4] * 12)), None, "output", "lies between 0 and 1"),
        (BIRDS.assign(day=pd.Timestamp("2020-01-01")), "day", "target", "in every row, so there is nothing to learn"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(data: Any, target: Any, field: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Run(Config(), data=data, target=target)
    assert refused.value.field == field
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
