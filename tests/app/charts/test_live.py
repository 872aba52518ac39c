"""The arrays, scales and numbers that all figures share."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoding import decoded, shown

from playground.charts.live_figure import Live, encoded, merged, nice_ceiling, short

magnitudes = st.floats(1e-300, 1e300)
numbers = st.one_of(magnitudes, magnitudes.map(lambda number: -number), st.just(0.0))


@given(st.lists(st.floats(allow_nan=True, width=64), min_size=1))
def test_exact_arrays_arrive_bit_for_bit(values: list[float]) -> None:
    assert decoded(encoded(np.array(values), exact=True)).tobytes() == np.array(values).tobytes()


@given(st.lists(st.floats(-1e30, 1e30), min_size=2, max_size=20))
def test_other_arrays_arrive_in_single_precision(values: list[float]) -> None:
    matrix = np.array(values[: len(values) // 2 * 2]).reshape(2, -1)
    np.testing.assert_array_equal(decoded(encoded(matrix)), matrix.astype(np.float32))


@given(magnitudes)
def test_a_nice_ceiling_is_1_2_or_5_just_above(value: float) -> None:
    ceiling = nice_ceiling(value)
    assert value * (1 - 1e-9) <= ceiling <= 2.5 * value * (1 + 1e-9)
    assert f"{ceiling:.6e}"[:8] in {"1.000000", "2.000000", "5.000000"}


@given(magnitudes)
def test_a_nice_ceiling_has_itself_as_ceiling(value: float) -> None:
    assert nice_ceiling(nice_ceiling(value)) == pytest.approx(nice_ceiling(value), rel=1e-9)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_what_has_no_ceiling_gets_1(value: float) -> None:
    assert nice_ceiling(value) == 1.0


@pytest.mark.parametrize("value", [5e-324, 1e-323, 3e-310, 1.7e308])
def test_a_ceiling_at_the_ends_of_the_numbers_is_finite_and_positive(value: float) -> None:
    assert 0 < nice_ceiling(value) < np.inf


@given(numbers, st.sampled_from([2, 3]))
def test_short_numbers_are_short_and_near(value: float, digits: int) -> None:
    text = short(value, digits)
    assert len(text) <= 9
    assert float(text) == pytest.approx(value, rel=0.5 * 10 ** (1 - digits) * 1.0001)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1.0, "1"), (-0.12345, "-0.123"), (1234.5, "1234"), (1e-10, "1e-10"), (1e9, "1e9")]
)
def test_short_numbers_read_as_people_write_them(value: float, text: str) -> None:
    assert short(value) == text


def test_settling_makes_the_patch_part_of_the_figure() -> None:
    live = Live([go.Scatter(x=[0.0, 1.0], y=[0.0, 0.0])])
    live.show({"y": encoded(np.array([3.0, 4.0]), exact=True)}, layout={"xaxis": {"range": [0, 7]}})
    wanted = shown(live)
    live.settle()
    live.show()
    assert decoded(shown(live)["data"][0]["y"]).tolist() == decoded(wanted["data"][0]["y"]).tolist() == [3.0, 4.0]
    assert live.figure.layout.xaxis.range == (0, 7)


def test_a_patch_merges_dictionaries_and_replaces_everything_else() -> None:
    old = {"z": {"bdata": "AA==", "dtype": "f8"}, "marker": {"size": 3, "line": {"width": 1}}, "x": [1, 2, 3]}
    patch = {"z": {"bdata": "BB=="}, "marker": {"line": {"color": "red"}}, "x": [4], "text": ["a"]}
    assert merged(old, patch) == {
        "z": {"bdata": "BB=="},
        "marker": {"size": 3, "line": {"width": 1, "color": "red"}},
        "x": [4],
        "text": ["a"],
    }
    assert old["marker"] == {"size": 3, "line": {"width": 1}}
