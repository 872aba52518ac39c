"""What the Sweep page says about its charts: every placeholder is filled, with the numbers of the result so far."""

from typing import Any

import pytest
from support.app_page import SWEEP, Page

from backprop_core import Config, sweep
from backprop_core.sweep import Result, plan
from playground.sweep import about, workers
from playground.sweep.figures import MEASURES

XOR = Config(epochs=30)
SINE = Config(dataset="sine", output="linear", epochs=20, learning_rate=0.05, test_share=0.5)
SWEEPS: dict[str, tuple[Config, dict[str, list[Any]], range]] = {
    "pairs": (XOR, {"learning_rate": [0.5, 5.0], "hidden": [(1,), (2,)]}, range(3)),
    "one setting, one seed": (XOR, {"learning_rate": [0.5]}, range(1)),
    "with test rows": (SINE, {"hidden": [(2,), (4,)]}, range(2)),
    "diverging": (
        SINE.replace(learning_rate=1000.0, activation="relu", epochs=200),
        {"hidden": [(2,), (4,)]},
        range(2),
    ),
}


def check(text: str) -> None:
    assert "{" not in text
    assert "nan" not in text
    assert text.count(". ") == 2, "three sentences"


@pytest.mark.parametrize("name", SWEEPS)
def test_every_measure_of_these_sweeps_is_explained(name: str) -> None:
    config, axes, seeds = SWEEPS[name]
    result = sweep.run(config, axes, seeds=seeds)
    for measure in MEASURES:
        check(about.map_(result, measure))
    check(about.curves(result, (0, 0), 0))


def test_before_a_sweep_has_begun_nothing_is_known() -> None:
    config, axes, seeds = SWEEPS["pairs"]
    result = Result(plan(config, axes, seeds))
    for measure in MEASURES:
        text = about.map_(result, measure)
        check(text)
        assert "is not known in any cell" in text
        assert "With 0 of 12 runs begun" in text


def test_the_ends_of_the_map_are_named() -> None:
    config, axes, seeds = SWEEPS["pairs"]
    result = sweep.run(config, axes, seeds=seeds)
    losses = result.quartiles(result.final_loss)[1]
    text = about.map_(result, "loss")
    assert "a pair of values of Learning rate and Hidden layers" in text
    assert "the median loss at the end, over 3 seeds" in text
    assert f"from {losses.min():.3g} (" in text
    assert f" to {losses.max():.3g} (" in text


def test_the_page_has_them_unless_it_hides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.PROCESSES, "1")
    for parts, there in (({}, True), ({"hide": "about"}, False)):
        page = Page(SWEEP, **parts)
        assert "Here a map will grow" in page.text()
        page.choose("sweep_values_1", ["0.5", "5"])
        page.choose("sweep_values_2", ["1", "2"])
        page.choose("sweep_epochs", 20)
        page.press("sweep_go")
        assert "Here a map will grow" not in page.text()
        (chart,) = page.app.get("plotly_chart")
        page.select(chart, {"curve_number": 1, "customdata": [1, 0]})
        for explained in ("explain_sweep_map", "explain_sweep_bundle"):
            assert (explained in page.keys_on_it()) == there
        assert ("the thick curve is seed 0" in page.text()) == there
