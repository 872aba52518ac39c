"""Times in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sweep.durations import between, duration

UNITS = {"s": 1, "min": 60, "h": 3_600}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, 0.9, "less than 1 s"),
        (0.2, 1.2, "up to 1.5 s"),
        (1.7, 4.2, "1.5 to 5 s"),
        (11.0, 23.0, "10 to 25 s"),
        (55.0, 130.0, "50 s to 2.5 min"),
        (150.0, 400.0, "2.5 to 8 min"),
        (5_000.0, 9_000.0, "80 min to 2.5 h"),
        (0.0, 40.0, "up to 40 s"),
    ],
)
def test_a_range_in_words(low: float, high: float, said: str) -> None:
    assert between(low, high).replace("\N{NO-BREAK SPACE}", " ") == said


@given(st.floats(1.0, 1e6), st.floats(1.0, 100.0))
def test_the_range_said_holds_the_one_given(low: float, factor: float) -> None:
    said = between(low, low * factor).replace("\N{NO-BREAK SPACE}", " ").replace(",", "")
    if said != "less than 1 s":
        found = re.fullmatch(r"([0-9.e+]+)( s| min)? to ([0-9.e+]+) (s|min|h)", said)
        assert found is not None, said
        least, unit, most, last = found.groups()
        assert float(least) * UNITS[(unit or last).strip()] <= low * (1 + 1e-9)
        assert float(most) * UNITS[last] >= low * factor * (1 - 1e-9)


@pytest.mark.parametrize(("seconds", "said"), [(0.01, "0.1 s"), (9.84, "9.8 s"), (119.0, "119 s"), (180.0, "3 min")])
def test_a_time_that_was_measured(seconds: float, said: str) -> None:
    assert duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == said
