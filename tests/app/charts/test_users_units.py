"""Pictures of what was learned from rows that are scaled for training are in the user's units."""

from typing import Any

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Run
from backprop_core.data.rows import TableRows
from backprop_core.nn.activations import Array
from backprop_core.tables.to_rows import with_scaled_target
from backprop_core.training.presets import suggested_for
from playground.charts.alt_text import number
from playground.charts.learned import GRID
from playground.charts.of_run import learned_alt, learned_views, unit_names
from playground.charts.theme import LIGHT
from playground.train.board import Board, Views

YEARS = np.stack([2000.0 + np.arange(12), 50.0 * np.cos(np.arange(12))], axis=1)
SALES = 1e6 + 2e4 * np.sin(np.arange(12) / 2)


def learned_from(X: Array, y: Array = SALES) -> Run:
    rows = with_scaled_target(TableRows(X, y, ("year", "advertising")[: X.shape[1]], (), standardise=True))
    run = Run(suggested_for(rows).replace(test_share=0.25), data=rows)
    run.advance(300)
    return run


def picture(run: Run, view: str) -> dict[str, Any]:
    assert view in learned_views(run.data)
    board = Board(run, Views(view), LIGHT, 0)
    board.update(run.at(run.epoch), still=True)
    return shown(board.learned)


def test_a_surface() -> None:
    run = learned_from(YEARS)
    surface, training, test = picture(run, "Surface")["data"]
    x, y = (surface[f"{axis}0"] + surface[f"d{axis}"] * np.arange(GRID) for axis in "xy")
    assert 1990 < x[0] < 2000 < 2011 < x[-1] < 2020
    outputs = run.predict([(x1, x2) for x2 in y for x1 in x]).reshape(GRID, GRID)
    np.testing.assert_allclose(decoded(surface["z"]), np.clip(outputs, decoded(surface["z"]).min(), None), rtol=1e-9)
    assert 9e5 < surface["zmin"] <= SALES.min() < SALES.max() <= surface["zmax"] < 1.1e6
    found = np.concatenate([np.stack([decoded(trace["x"]), decoded(trace["y"])], axis=1) for trace in (training, test)])
    np.testing.assert_array_equal(found[np.argsort(found[:, 0])], YEARS)
    assert f"target {run.data.targets[0, 0]:.6g}" in training["text"]


def test_a_curve() -> None:
    run = learned_from(YEARS[:, :1])
    figure = picture(run, "Curve")
    line = figure["data"][2]
    x = decoded(line["x"])
    assert 1990 < x[0] < 2000 < 2011 < x[-1] < 2020
    np.testing.assert_allclose(decoded(line["y"]), run.predict(x[:, None])[:, 0], rtol=1e-12)
    low, high = figure["layout"]["yaxis"]["range"]
    assert 9e5 < low < SALES.min() < SALES.max() < high < 1.1e6


@pytest.mark.parametrize("several", [False, True])
def test_a_table_and_what_is_said_of_it(several: bool) -> None:
    run = learned_from(YEARS, np.stack([SALES, SALES[::-1] / 1e9], axis=1) if several else SALES)
    heatmap, text = picture(run, "Table")["data"]
    answers = run.predict(run.data.rows)
    for value in answers.ravel():
        assert f"{value:.6g}" in text["text"]
    for value in [*run.data.rows.ravel(), *run.data.targets.ravel()]:
        assert f"{value:g}" in text["text"]
    first = 2 + run.data.outputs
    np.testing.assert_allclose(decoded(heatmap["customdata"])[:, first:-1], answers)
    np.testing.assert_allclose(decoded(heatmap["z"])[:, first:-1], run.at(run.epoch).a[-1])
    said = learned_alt("Table", run.at(run.epoch), unit_names(run)[1:])
    assert number(answers.max()) in said
    assert several or f"{number(run.data.rows[0, 0])}, " in said
