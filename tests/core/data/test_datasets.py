"""Every dataset keeps what its entry promises; the user's own rows: which are accepted, and which are rejected."""

import itertools
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_core.data.datasets import DATASETS, prepare
from backprop_core.data.rows import FEATURES, MAX_CLASSES, MAX_INPUTS, MAX_ROWS, Data, DataSettings, user_data
from backprop_core.nn.activations import Array

NAMES = [name for name in DATASETS if name != "csv"]
SEEDED = [name for name in NAMES if "samples" in DATASETS[name].settings]
SPLIT = [name for name in NAMES if "test_share" in DATASETS[name].settings]
TABLES = [name for name in NAMES if not DATASETS[name].settings]
CLASSES = [name for name in NAMES if DATASETS[name].task == "classification"]
POINT = ("x1", "x2")


def data(
    name: str,
    *,
    samples: int = 200,
    noise: float = 0.1,
    test_share: float = 0.25,
    data_seed: int = 0,
    features: tuple[str, ...] = POINT,
    output: str = "sigmoid",
) -> Data:
    return prepare(DataSettings(name, samples, noise, test_share, data_seed, features, output))


def arrays(prepared: Data) -> list[Array]:
    return [prepared.X, prepared.y, prepared.X_test, prepared.y_test]


def rows(X: Array, y: Array) -> Counter[bytes]:
    return Counter(row.tobytes() for row in np.hstack([X, y]))


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_names_fit_together(name: str) -> None:
    prepared, entry = data(name), DATASETS[name]
    assert prepared.task == entry.task
    assert prepared.X.shape[1] == prepared.X_test.shape[1] == len(prepared.inputs)
    assert prepared.y.shape[1] == prepared.y_test.shape[1] == prepared.outputs
    assert len(prepared.X) == len(prepared.y) > 0
    assert len(prepared.X_test) == len(prepared.y_test)
    assert (prepared.features == POINT) == entry.plane == (len(prepared.inputs) == 2)
    assert prepared.expand(prepared.X).shape[1] == len(prepared.input_labels)
    assert len(set(prepared.inputs)) == len(prepared.inputs)
    assert bool(prepared.classes) == (entry.task == "classification")


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_finite_floats_that_nobody_can_change(name: str) -> None:
    for array in arrays(data(name)):
        assert array.dtype == float
        assert np.isfinite(array).all()
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0.0


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_of_a_size_a_network_can_take(name: str) -> None:
    X = data(name).X
    assert 0.5 <= np.abs(X).max() <= 12
    if DATASETS[name].plane:
        assert 1 <= np.abs(X).max() <= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_the_same_settings_give_the_same_rows(name: str) -> None:
    first = arrays(data(name))
    prepare.cache_clear()
    for array, again in zip(first, arrays(data(name)), strict=True):
        np.testing.assert_array_equal(array, again)


@pytest.mark.parametrize("name", SPLIT)
def test_another_seed_gives_other_rows_or_another_split(name: str) -> None:
    assert rows(data(name).X, data(name).y) != rows(data(name, data_seed=1).X, data(name, data_seed=1).y)


@pytest.mark.parametrize("name", SEEDED)
def test_samples_and_noise_are_heeded(name: str) -> None:
    for samples in (10, 11, 301):
        prepared = data(name, samples=samples)
        assert len(prepared.X) + len(prepared.X_test) == samples
    quiet, loud = data(name, noise=0.0), data(name, noise=0.5)
    assert not np.array_equal(np.hstack([quiet.X, quiet.y]), np.hstack([loud.X, loud.y]))


@pytest.mark.parametrize("name", TABLES)
def test_truth_tables_ignore_the_settings_of_clouds(name: str) -> None:
    plain, other = data(name), data(name, samples=10, noise=2.0, test_share=0.9, data_seed=5)
    for array, same in zip(arrays(plain), arrays(other), strict=True):
        np.testing.assert_array_equal(array, same)
    assert len(plain.X_test) == 0


@pytest.mark.parametrize("name", SPLIT)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.9])
def test_every_row_is_in_exactly_one_part(name: str, share: float) -> None:
    prepared, whole = data(name, test_share=share), data(name, test_share=0.0)
    assert len(prepared.X_test) == round(share * len(whole.X))
    train, test = rows(prepared.X, prepared.y), rows(prepared.X_test, prepared.y_test)
    if name in ("iris", "wine", "breast_cancer"):  # scaled by the training rows, which depend on the split
        assert len(prepared.X) + len(prepared.X_test) == len(whole.X)
    else:
        assert train + test == rows(whole.X, whole.y)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_real_data_is_standardised_by_its_training_rows(name: str) -> None:
    prepared, whole = data(name, test_share=0.5), data(name, test_share=0.0)
    np.testing.assert_allclose(prepared.X.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(prepared.X.std(axis=0), 1.0, atol=1e-12)
    assert np.abs(prepared.X_test.mean(axis=0)).max() > 1e-3  # the scaling does not depend on the test rows
    # Unscaled, training and test rows together are the whole dataset.
    both = np.vstack([prepared.X, prepared.X_test])
    both = (both - both.mean(axis=0)) / both.std(axis=0)
    np.testing.assert_allclose(np.sort(both, axis=0), np.sort(whole.X, axis=0), atol=1e-9)


@pytest.mark.parametrize("name", [name for name in SPLIT if name in CLASSES])
def test_both_parts_have_the_same_share_of_every_class(name: str) -> None:
    prepared, whole = data(name, output="softmax"), data(name, output="softmax", test_share=0.0)
    expected = whole.y.sum(axis=0) * len(prepared.X_test) / len(whole.X)
    assert np.abs(prepared.y_test.sum(axis=0) - expected).max() <= 1.0


@pytest.mark.parametrize("name", SPLIT)
def test_the_smallest_and_the_most_lopsided_split_still_work(name: str) -> None:
    for share, seed in itertools.product([0.05, 0.1, 0.9], range(5)):
        prepared = data(name, samples=10, test_share=share, data_seed=seed)
        assert len(prepared.X) >= 1


TRUTH: dict[str, list[int]] = {
    "xor": [0, 1, 1, 0],
    "and": [0, 0, 0, 1],
    "or": [0, 1, 1, 1],
    "nand": [1, 1, 1, 0],
    "nor": [1, 0, 0, 0],
    "xnor": [1, 0, 0, 1],
    "not": [1, 0],
    "parity3": [0, 1, 1, 0, 1, 0, 0, 1],
    "parity4": [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0],
}


@pytest.mark.parametrize("name", TRUTH)
def test_truth_tables_are_true(name: str) -> None:
    prepared, inputs = data(name), len(TRUTH[name]).bit_length() - 1
    np.testing.assert_array_equal(prepared.X, list(itertools.product([0, 1], repeat=inputs)))
    np.testing.assert_array_equal(prepared.y[:, 0], TRUTH[name])
    assert prepared.classes == ("0", "1")


# Datasets whose classes are known exactly without noise.
def _square(X: Array) -> Array:
    return ((np.floor(X[:, 0] / 1.5) + np.floor(X[:, 1] / 1.5)) % 2).astype(float)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("xor_cloud", lambda X: (X[:, 0] * X[:, 1] < 0).astype(float)),
        ("checkerboard", _square),
        ("circles", lambda X: (np.hypot(X[:, 0], X[:, 1]) < 1.8).astype(float)),
        ("sine", lambda X: np.sin(2 * X[:, 0])),
        ("plane", lambda X: (X[:, 0] + X[:, 1]) / 4),
        ("ripple", lambda X: np.cos(2 * np.hypot(X[:, 0], X[:, 1]))),
    ],
)
def test_without_noise_targets_follow_the_rule(name: str, rule: Any) -> None:
    prepared = data(name, noise=0.0, samples=500)
    np.testing.assert_allclose(prepared.y[:, 0], rule(prepared.X), atol=1e-12)


@pytest.mark.parametrize("name", CLASSES)
def test_targets_are_one_hot_under_softmax_and_one_unit_for_two_classes_otherwise(name: str) -> None:
    soft, plain = data(name, output="softmax"), data(name)
    assert soft.y.shape[1] == len(soft.classes)
    np.testing.assert_array_equal(np.sort(soft.y, axis=1)[:, :-1], 0.0)
    np.testing.assert_array_equal(soft.y.max(axis=1), 1.0)
    assert plain.outputs == (1 if len(plain.classes) == 2 else len(plain.classes))
    np.testing.assert_array_equal(plain.labels(plain.y), soft.labels(soft.y))
    assert set(soft.labels(soft.y)) == set(range(len(soft.classes)))


def test_features_are_columns_of_their_formulas() -> None:
    prepared = data("moons", features=tuple(FEATURES))
    x1, x2 = prepared.X.T
    by_hand = [x1, x2, x1**2, x2**2, x1 * x2, np.sin(x1), np.sin(x2)]
    np.testing.assert_allclose(prepared.expand(prepared.X), np.stack(by_hand, axis=1), rtol=1e-15)
    assert prepared.input_labels == ("x1", "x2", "x1²", "x2²", "x1x2", "sin x1", "sin x2")
    np.testing.assert_array_equal(data("moons", features=("x2",)).expand(prepared.X), x2[:, None])


def test_without_a_plane_rows_are_shown_as_they_are() -> None:
    prepared = data("iris")
    assert prepared.expand(prepared.X) is prepared.X
    assert prepared.input_labels == prepared.inputs


def test_labels_of_one_unit_are_cut_at_a_half() -> None:
    prepared = data("xor")
    np.testing.assert_array_equal(prepared.labels(np.array([[0.49], [0.5], [0.51]])), [0, 0, 1])


def test_no_scikit_learn_for_truth_tables() -> None:
    program = (
        "import sys; from backprop_core import Config, Run; run = Run(Config()); run.advance(10); run.at(5);"
        "print({name.split('.')[0] for name in sys.modules} & {'sklearn', 'scipy', 'streamlit', 'plotly', 'pandas'})"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# The user's own rows.

OWN = DataSettings("csv", 0, 0.0, 0.0, 0, POINT, "sigmoid")
X, Y = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [0.5, 1.5, 2.5]


def data_of(X: Any, y: Any, *, test_share: float = 0.0, output: str = "sigmoid") -> Data:
    return user_data(X, y, OWN._replace(test_share=test_share, output=output))


def test_numbers_are_a_regression() -> None:
    for y in (Y, [[number] for number in Y]):
        prepared = data_of(X, y, output="linear")
        assert (prepared.task, prepared.classes, prepared.features) == ("regression", (), POINT)
        np.testing.assert_array_equal(prepared.X, X)
        np.testing.assert_array_equal(prepared.y, np.array(Y)[:, None])


@pytest.mark.parametrize("y", [[0, 1, 1], [[0], [1], [1]]])
def test_zeros_and_ones_are_two_classes(y: Any) -> None:
    prepared = data_of(X, y)
    assert (prepared.task, prepared.classes) == ("classification", ("0", "1"))
    np.testing.assert_array_equal(prepared.y, [[0], [1], [1]])
    np.testing.assert_array_equal(data_of(X, y, output="softmax").y, [[1, 0], [0, 1], [0, 1]])


def test_whole_numbers_are_classes_under_softmax_only() -> None:
    assert data_of(X, [0, 2, 1]).task == "regression"
    prepared = data_of(X, [0, 2, 1], output="softmax")
    assert (prepared.task, prepared.classes) == ("classification", ("0", "1", "2"))
    np.testing.assert_array_equal(prepared.y, np.eye(3)[[0, 2, 1]])


def test_columns_of_zeros_and_ones_are_classes() -> None:
    prepared = data_of(X, np.eye(3), output="softmax")
    assert (prepared.task, prepared.classes, prepared.outputs) == ("classification", ("0", "1", "2"), 3)
    assert data_of(X, [[0.01, 0.99]] * 3).task == "regression"


def test_other_than_two_columns_have_no_features() -> None:
    for columns in (1, 3, MAX_INPUTS):
        prepared = data_of(np.ones((3, columns)), Y)
        assert prepared.features == ()
        assert prepared.inputs == tuple(f"x{i + 1}" for i in range(columns))


def test_brought_rows_are_split_and_frozen() -> None:
    prepared = data_of(np.arange(40.0).reshape(20, 2), [0, 1] * 10, test_share=0.3)
    assert (len(prepared.X), len(prepared.X_test)) == (14, 6)
    assert prepared.y_test.sum() == 3
    assert sorted(np.vstack([prepared.X, prepared.X_test])[:, 0]) == list(range(0, 40, 2))
    with pytest.raises(ValueError, match="read-only"):
        prepared.X[0, 0] = 1.0


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_a_handful_of_rows_can_be_split(y: list[float], share: float) -> None:
    prepared = data_of(np.arange(8.0).reshape(4, 2), y, test_share=share)
    assert len(prepared.X) + len(prepared.X_test) == 4
    assert len(prepared.X) >= 1


def test_limits_are_allowed() -> None:
    assert len(data_of(np.zeros((MAX_ROWS, 1)), np.zeros(MAX_ROWS)).X) == MAX_ROWS
    assert data_of(np.zeros((2, MAX_INPUTS)), np.zeros((2, MAX_INPUTS)), output="linear").outputs == MAX_INPUTS
    assert len(data_of(X, [0, 1, MAX_CLASSES - 1], output="softmax").classes) == MAX_CLASSES


def named(X: Any, y: Any, output: str = "softmax", **names: Any) -> Data:
    return user_data(X, y, OWN._replace(features=tuple(FEATURES), output=output), **names)


def test_inputs_and_classes_have_the_names_that_users_give_them() -> None:
    columns = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]
    prepared = named(
        columns, [2, 0, 2], inputs=("length", "width", "depth"), classes=("setosa", "versicolor", "virginica")
    )
    assert prepared.inputs == prepared.input_labels == ("length", "width", "depth")
    assert (prepared.task, prepared.classes) == ("classification", ("setosa", "versicolor", "virginica"))
    np.testing.assert_array_equal(prepared.y, np.eye(3)[[2, 0, 2]])
    assert named(columns, [2, 0, 2], "sigmoid", classes=("a", "b", "c")).y.shape == (3, 3)
    one_unit = named(columns, [[1], [0], [1]], "sigmoid", classes=("no", "yes"))
    assert (one_unit.classes, one_unit.y.tolist()) == (("no", "yes"), [[1], [0], [1]])
    marked = named(columns, [[0, 1], [1, 0], [0, 1]], classes=("no", "yes"))
    assert (marked.classes, marked.y.tolist()) == (("no", "yes"), [[0, 1], [1, 0], [0, 1]])


def test_features_of_named_inputs_are_called_by_their_names() -> None:
    prepared = named(X, Y, "linear", inputs=("x2", "petal x1"))
    labels = ("x2", "petal x1", "x2²", "petal x1²", "x2 · petal x1", "sin x2", "sin petal x1")
    assert prepared.input_labels == labels
    assert named(X, Y, "linear").input_labels == data("moons", features=tuple(FEATURES)).input_labels


def test_targets_without_classes_are_numbers() -> None:
    prepared = named(X, [0, 1, 1], "sigmoid", classes=())
    assert (prepared.task, prepared.classes, prepared.y.tolist()) == ("regression", (), [[0], [1], [1]])
    shares = named(X, [[0.2, 0.8], [0, 1], [1, 0]], classes=())
    assert (shares.task, shares.outputs) == ("regression", 2)


def test_brought_inputs_are_standardised_by_the_training_rows_alone() -> None:
    x = np.arange(40.0)
    columns, y = np.stack([x, x**2, np.full(40, 7.0)], axis=1), x % 2
    prepared = user_data(columns, y, OWN._replace(test_share=0.5), standardise=True)
    np.testing.assert_allclose(prepared.X.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(prepared.X.std(axis=0), [1.0, 1.0, 0.0], atol=1e-12)
    assert np.abs(prepared.X_test.mean(axis=0)).max() > 1e-3


@pytest.mark.parametrize(
    ("y", "names", "message"),
    [
        ([0, 1, 1], {"inputs": ("a",)}, "one name for each of the 2 inputs, not 1"),
        ([0, 1, 1], {"classes": ("a",)}, f"2 to {MAX_CLASSES} classes, not 1"),
        ([0, 1, 1], {"classes": tuple("abcdefghijklmnopqrstu")}, f"2 to {MAX_CLASSES} classes, not 21"),
        ([0, 1, 2], {"classes": ("a", "b")}, "whole numbers from 0 to 1"),
        ([0, 1, -1], {"classes": ("a", "b")}, "whole numbers from 0 to 1"),
        ([0, 1, 0.5], {"classes": ("a", "b")}, "whole numbers from 0 to 1"),
        (np.eye(3), {"classes": ("a", "b")}, "one column for each of the 2 classes, not 3"),
        ([0, 1, 1], {"classes": ()}, "'softmax' is for classes"),
    ],
)
def test_names_that_do_not_fit_are_refused_in_a_sentence(y: Any, names: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        named(X, y, **names)
    assert str(caught.value).endswith(".")


TABLE = f"table of 1 to {MAX_ROWS:,} rows and 1 to {MAX_INPUTS} columns"


@pytest.mark.parametrize(
    ("X", "y", "output", "message"),
    [
        (np.zeros((MAX_ROWS + 1, 1)), np.zeros(MAX_ROWS + 1), "sigmoid", TABLE),
        (np.zeros((2, MAX_INPUTS + 1)), [0, 1], "sigmoid", TABLE),
        ([], [], "sigmoid", TABLE),
        (np.zeros((0, 2)), [], "sigmoid", TABLE),
        (np.zeros((2, 2, 2)), [0, 1], "sigmoid", TABLE),
        (X, [0, 1], "sigmoid", "one target for each of the 3 rows"),
        (X, 1.0, "sigmoid", "one target for each of the 3 rows"),
        (X, np.zeros((3, 0)), "sigmoid", "one target for each of the 3 rows"),
        (X, np.zeros((3, 1, 1)), "sigmoid", "one target for each of the 3 rows"),
        (X, np.zeros((3, MAX_INPUTS + 1)), "sigmoid", "one target for each of the 3 rows"),
        ([[np.nan, 1.0]], [0], "sigmoid", "finite"),
        ([[np.inf, 1.0]], [0], "sigmoid", "finite"),
        (X, [0, 1, np.nan], "sigmoid", "finite"),
        (X, [0, 1, -np.inf], "softmax", "finite"),
        (X, [0, 1, 0.5], "softmax", f"whole numbers from 0 to {MAX_CLASSES - 1}"),
        (X, [0, 1, -1], "softmax", f"whole numbers from 0 to {MAX_CLASSES - 1}"),
        (X, [0, 1, MAX_CLASSES], "softmax", f"whole numbers from 0 to {MAX_CLASSES - 1}"),
    ],
)
def test_bad_rows_are_refused_in_a_sentence(X: Any, y: Any, output: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        data_of(X, y, output=output)
    assert str(caught.value).endswith(".")


def test_your_own_data_has_no_rows_of_its_own() -> None:
    with pytest.raises(LookupError, match="brought with the run"):
        data("csv")
