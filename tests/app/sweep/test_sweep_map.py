"""The map of a sweep and the bundle of a cell: they show the result's own numbers, whole or still filling."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, sweep
from backprop_core.nn.activations import Array
from backprop_core.sweep import Result
from playground.charts.live_figure import short
from playground.charts.theme import DARK, LIGHT, THEMES, Theme
from playground.sweep.axis_values import names
from playground.sweep.figures import MEASURES, MOST_NUMBERS, SMALLEST_LOSS, SweepMap, bundle, values

HEIGHT = 480
SHARES = [name for name, measure in MEASURES.items() if measure.share]
LOGS = [name for name, measure in MEASURES.items() if measure.log]
MOONS = Config(dataset="moons", samples=40, hidden=(3,), activation="tanh", loss="bce", init="normal", epochs=150)


@pytest.fixture(scope="module")
def result() -> Result:
    """Some runs are solved, some are not, and some diverge."""
    axes: dict[str, list[Any]] = {"learning_rate": [0.01, 1.0, 100.0], "optimizer": ["sgd", "adam"]}
    result = sweep.run(MOONS.replace(l2=0.5, activation="relu"), axes, range(4), solved=sweep.Solved(None, 0.9))
    assert 0 < result.solved.sum() < result.solved.size
    assert (result.diverged > 0).any()
    return result


@pytest.fixture
def partial(result: Result) -> Result:
    """A sweep under way: one cell has not begun, another one only with a seed."""
    under_way = Result(result.grid)
    under_way.records[...] = result.records
    under_way.records[2, 1] = sweep.Result(result.grid).records[2, 1]
    under_way.records[0, 0, 1:] = sweep.Result(result.grid).records[0, 0, 1:]
    return under_way


def drawn(
    result: Result, measure: str = "success", chosen: tuple[int, int] | None = None, theme: Theme = LIGHT
) -> dict[str, Any]:
    """The map as the browser shows it."""
    live = SweepMap(*names(result.grid), measure, theme, HEIGHT)
    live.update_result(result, chosen)
    return shown(live)


def cells(figure: dict[str, Any]) -> Array:
    return decoded(figure["data"][0]["z"])


def hover(figure: dict[str, Any], i: int, j: int) -> str:
    marks = figure["data"][1]
    text: str = marks["hovertext"][marks["customdata"].index([i, j])]
    return text


# The map


@pytest.mark.parametrize("measure", MEASURES)
def test_the_map_shows_the_result_s_numbers(result: Result, measure: str) -> None:
    known, heat = values(result, measure), drawn(result, measure)["data"][0]
    shown_values = decoded(heat["z"])
    assert shown_values.shape == (2, 3)  # the second setting upwards
    expected = np.log10(known.T) if measure in LOGS else known.T
    np.testing.assert_array_equal(shown_values, expected)
    for (i, j), value in np.ndenumerate(known):
        text = heat["text"][j][i]
        if np.isnan(value):
            assert text == "–"
        else:
            assert text == (f"{100 * value:.0f}%" if measure in SHARES else short(value, 2))


def test_measures_are_the_result_s(result: Result) -> None:
    np.testing.assert_array_equal(values(result, "success"), result.solved.mean(axis=-1))
    np.testing.assert_array_equal(values(result, "diverged"), (result.diverged > 0).mean(axis=-1))
    np.testing.assert_allclose(values(result, "loss"), np.median(result.final_loss, axis=-1), rtol=1e-12)
    for (i, j), epochs in np.ndenumerate(values(result, "epochs")):
        solved = result.epochs_to_solve[i, j][result.solved[i, j]]
        assert epochs == np.median(solved) if len(solved) else np.isnan(epochs)
    for (i, j), loss in np.ndenumerate(values(result, "test_loss")):
        sound = result.test_loss[i, j][result.diverged[i, j] == 0]
        assert loss == pytest.approx(np.median(sound)) if len(sound) else np.isnan(loss)


@pytest.mark.parametrize("measure", MEASURES)
def test_what_has_not_begun_is_empty(partial: Result, measure: str) -> None:
    heat = drawn(partial, measure)["data"][0]
    assert np.isnan(decoded(heat["z"])[1, 2])
    assert heat["text"][1][2] == ""
    assert heat["text"][0][0] != ""
    nothing = drawn(Result(partial.grid), measure)["data"][0]
    assert np.isnan(decoded(nothing["z"])).all()
    assert {text for row in nothing["text"] for text in row} == {""}
    assert not nothing["showscale"]


def test_a_measure_that_is_nowhere_known_says_so() -> None:
    result = sweep.run(Config(epochs=3), {"learning_rate": [0.1, 0.5]}, range(2))  # XOR, without test rows
    heat = drawn(result, "test_loss")["data"][0]
    assert heat["text"] == [["–", "–"]]
    assert not heat["showscale"]


def test_hovering_tells_all_that_is_known(partial: Result) -> None:
    figure = drawn(partial)
    i, j = 1, 0
    lines = hover(figure, i, j).split("<br>")
    loss = np.quantile(partial.final_loss[i, j], [0.5, 0.25, 0.75])
    test = np.quantile(partial.test_loss[i, j], [0.5, 0.25, 0.75])
    assert lines[0] == "<b>Learning rate 1, Optimizer sgd</b>"
    assert lines[1] == f"{partial.solved[i, j].sum()} of 4 seeds solved"
    assert f"final loss: median {loss[0]:.6g}, quartiles {loss[1]:.4g} … {loss[2]:.4g}" in lines
    assert f"test loss: median {test[0]:.6g}, quartiles {test[1]:.4g} … {test[2]:.4g}" in lines
    assert hover(figure, 2, 0).split("<br>")[2] == f"{(partial.diverged[2, 0] > 0).sum()} diverged"
    assert "of 1 seeds solved" in hover(figure, 0, 0)
    assert hover(figure, 2, 1) == "<b>Learning rate 100, Optimizer adam</b><br>not begun"


def test_hovering_tells_when_runs_were_solved() -> None:
    result = sweep.run(Config(epochs=1_500), {"learning_rate": [5.0]}, range(5))
    known = result.epochs_to_solve[0, 0][result.solved[0, 0]]
    assert len(known)
    low, median, high = np.quantile(known, [0.25, 0.5, 0.75])
    said = f"epochs until solved: median {median:,.0f}, quartiles {low:,.0f} … {high:,.0f}"
    assert hover(drawn(result), 0, 0).split("<br>")[-1] == said


def test_every_cell_can_be_chosen_and_the_chosen_one_has_a_frame(result: Result) -> None:
    figure = drawn(result, chosen=(2, 1))
    marks = figure["data"][1]
    places = list(zip(marks["x"], marks["y"], strict=True))
    assert sorted(places) == [(i, j) for i in range(3) for j in range(2)]
    assert [tuple(cell) for cell in marks["customdata"]] == places
    (frame,) = figure["layout"]["shapes"]
    assert (frame["x0"] + frame["x1"], frame["y0"] + frame["y1"]) == (4, 2)
    assert frame["x1"] - frame["x0"] < 1
    assert drawn(result)["layout"]["shapes"] == []
    assert figure["layout"]["clickmode"] == "event+select"


def test_one_setting_is_a_row() -> None:
    result = sweep.run(Config(epochs=3), {"train_biases": [False, True]}, range(3))
    figure = drawn(result, "loss", chosen=(1, 0))
    assert cells(figure).shape == (1, 2)
    assert hover(figure, 1, 0).startswith("<b>Train biases on</b>")
    assert figure["layout"]["yaxis"]["ticktext"] == [""]
    assert figure["layout"]["yaxis"]["title"]["text"] == ""
    assert figure["layout"]["margin"]["l"] < 20


def test_names_stand_at_their_cells(result: Result) -> None:
    axes = drawn(result)["layout"]
    assert dict(zip(axes["xaxis"]["tickvals"], axes["xaxis"]["ticktext"], strict=True)) == {0: "0.01", 1: "1", 2: "100"}
    assert dict(zip(axes["yaxis"]["tickvals"], axes["yaxis"]["ticktext"], strict=True)) == {0: "sgd", 1: "adam"}
    assert (axes["xaxis"]["title"]["text"], axes["yaxis"]["title"]["text"]) == ("Learning rate", "Optimizer")
    assert axes["xaxis"]["tickangle"] == 0


def test_long_names_have_room() -> None:
    inits = ["uniform_pm_half", "xavier_uniform", "xavier_normal", "he_uniform"]
    result = sweep.run(Config(epochs=2), {"init": inits, "hidden": [(2,), (10, 10, 10, 10, 10)]}, range(1))
    axes = drawn(result)["layout"]
    assert axes["xaxis"]["automargin"]  # they may be turned where there is no room beside each other
    assert "tickangle" not in axes["xaxis"]
    assert 100 < axes["margin"]["l"] < 180


def test_large_maps_have_no_numbers_in_the_cells() -> None:
    largest = SweepMap((["a"] * 20, ["b"] * (MOST_NUMBERS // 20)), ("A", "B"), "loss", LIGHT, HEIGHT)
    assert "texttemplate" in largest.figure.to_dict()["data"][0]
    rates = [0.01 * (i + 1) for i in range(MOST_NUMBERS // 10 + 1)]
    result = sweep.run(Config(epochs=1), {"learning_rate": rates, "l2": [0.1 * j for j in range(10)]}, [0])
    figure = drawn(result, "loss")
    assert "texttemplate" not in figure["data"][0]
    np.testing.assert_array_equal(10 ** cells(figure).T, 10 ** np.log10(result.final_loss[..., 0]))
    assert f"median {result.final_loss[20, 9, 0]:.6g}" in hover(figure, 20, 9)


# Its scale


@pytest.mark.parametrize("measure", SHARES)
def test_shares_go_from_none_to_all(result: Result, measure: str) -> None:
    heat = drawn(result, measure)["data"][0]
    assert (heat["zmin"], heat["zmax"]) == (0.0, 1.0)
    ticks = heat["colorbar"]
    assert dict(zip(ticks["tickvals"], ticks["ticktext"], strict=True)) == {0.0: "0%", 0.5: "50%", 1.0: "100%"}


@pytest.mark.parametrize("measure", LOGS)
def test_ticks_are_numbers_at_their_logarithms(result: Result, measure: str) -> None:
    heat = drawn(result, measure)["data"][0]
    ticks = heat["colorbar"]
    assert len(set(ticks["ticktext"])) == len(ticks["ticktext"]) >= 2
    for place, text in zip(ticks["tickvals"], ticks["ticktext"], strict=True):
        assert heat["zmin"] <= place <= heat["zmax"]
        assert float(text.removeprefix("≥ ")) == pytest.approx(10**place, rel=0.06)


def scale(losses: list[float], start: float = 0.7) -> dict[str, Any]:
    """The heatmap of cells with these final losses, which all began with the same one."""
    result = Result(sweep.plan(Config(), {"learning_rate": [0.1 * (i + 1) for i in range(len(losses))]}, [0]))
    result.records["loss"] = np.reshape(losses, (-1, 1, 1))
    result.records["curve"][..., 0] = start
    heat: dict[str, Any] = drawn(result, "loss")["data"][0]
    return heat


def test_a_loss_that_exploded_does_not_take_the_colours_of_the_others() -> None:
    heat = scale([0.01, 0.2, 5e221])
    assert (heat["zmin"], heat["zmax"]) == (-2.0, np.log10(0.7))
    assert heat["colorbar"]["ticktext"][-1] == "≥ 0.7"
    assert heat["text"] == [["0.01", "0.2", "5e221"]]
    assert not any("≥" in text for text in scale([0.01, 0.2, 0.6])["colorbar"]["ticktext"])
    assert scale([0.01, 0.2, 0.6])["zmax"] == np.log10(0.6)
    worse = scale([3.0, 5.0, 400.0])  # than before training, all of them
    assert (worse["zmin"], worse["zmax"]) == (np.log10(3.0), np.log10(400.0))


@pytest.mark.parametrize("losses", [[0.5], [0.5, 0.5], [0.5, 0.5000001], [0.0, 0.0], [0.0, 1e-300], [1e300, 1e-300]])
def test_a_scale_has_a_length(losses: list[float]) -> None:
    heat = scale(losses)
    assert heat["zmin"] < heat["zmax"]
    assert heat["zmin"] >= np.log10(SMALLEST_LOSS)
    assert len(set(heat["colorbar"]["ticktext"])) == len(heat["colorbar"]["ticktext"])
    assert np.isfinite(decoded(heat["z"])).all()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("measure", MEASURES)
def test_colours_are_the_theme_s_and_the_wished_for_end_stands_out(result: Result, measure: str, theme: Theme) -> None:
    figure = drawn(result, measure, chosen=(0, 0), theme=theme)
    heat = figure["data"][0]
    ends = [colour for _, colour in heat["colorscale"]]
    wished = {"high": [theme.middle, theme.train], "low": [theme.train, theme.middle]}[MEASURES[measure].good]
    assert ends == ([theme.middle, theme.test] if measure == "diverged" else wished)
    assert figure["layout"]["font"]["color"] == theme.text
    assert figure["layout"]["plot_bgcolor"] == theme.background  # what numbers in empty cells are to be read on
    assert figure["layout"]["shapes"][0]["line"]["color"] == theme.text
    assert heat["colorbar"]["title"]["text"] == MEASURES[measure].title


# The bundle


def lines(figure: Any) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = json.loads(figure.to_json())["data"]
    return traces


def curves_by_seed(figure: Any) -> dict[int, tuple[Array, Array, dict[str, Any]]]:
    """What is drawn of every seed: epochs, losses and the trace it is part of."""
    found = {}
    for trace in lines(figure):
        seeds, x, y = (decoded(trace[name]) for name in ("customdata", "x", "y"))
        for seed in np.unique(seeds):
            found[int(seed)] = x[seeds == seed], y[seeds == seed], trace
    return found


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("cell", [(0, 0), (1, 1), (2, 0)])
def test_the_bundle_shows_every_curve(result: Result, cell: tuple[int, int], theme: Theme) -> None:
    epochs, losses = result.curves(*cell)
    drawn_curves = curves_by_seed(bundle(result, cell, 1, theme, 260))
    assert sorted(drawn_curves) == [0, 1, 2, 3]
    for s, (x, y, trace) in drawn_curves.items():
        np.testing.assert_array_equal(x[:-1], epochs)
        np.testing.assert_array_equal(y[:-1], losses[s])
        assert np.isnan(y[-1])  # a gap, so that the next curve is one of its own
        assert trace["line"]["color"] == (theme.train if result.solved[*cell, s] else theme.test)
        assert trace["line"]["dash"] == ("dot" if result.diverged[*cell, s] else "solid")
        assert (trace["line"]["width"] > 3) == (s == 1)
    assert lines(bundle(result, cell, 1, theme, 260))[-1]["line"]["width"] > 3  # drawn last, above the others


def test_the_bundle_says_what_its_colours_mean(result: Result) -> None:
    for cell, dotted in (((1, 1), False), ((2, 0), True)):
        assert (result.diverged[cell] > 0).any() == dotted
        (note,) = json.loads(bundle(result, cell, 0, LIGHT, 260).to_json())["layout"]["annotations"]
        for text, colour in (("solved", LIGHT.train), ("not solved", LIGHT.test)):
            assert f'<span style="color:{colour}"><b>{text}</b></span>' in note["text"]
        assert ("dotted: diverged" in note["text"]) == dotted


def test_hovering_over_the_bundle_names_the_seed(result: Result) -> None:
    for trace in lines(bundle(result, (0, 0), 2, LIGHT, 260)):
        assert trace["hovertemplate"].startswith("seed %{customdata}, epoch %{x:,}: loss %{y:.6g}")


@pytest.mark.parametrize("seeds", [1, 300])
def test_a_bundle_has_few_traces(seeds: int) -> None:
    result = sweep.run(Config(epochs=2), {"learning_rate": [0.5]}, range(seeds))
    figure = bundle(result, (0, 0), 0, LIGHT, 260)
    assert len(lines(figure)) <= 4
    assert len(curves_by_seed(figure)) == seeds


def test_a_bundle_of_runs_not_begun_is_empty_but_sound(partial: Result) -> None:
    figure = json.loads(bundle(partial, (2, 1), 0, LIGHT, 260).to_json())
    assert figure["layout"]["yaxis"]["tickvals"] == []
    assert figure["layout"]["yaxis"]["range"] == [-1, 0]
    assert figure["layout"]["xaxis"]["range"] == [0, 150]


@pytest.mark.parametrize("losses", [(0.5, 0.4), (1.0, 1e-9), (1e300, 1e-300), (0.2, 0.0)])
def test_the_ticks_of_a_bundle_are_few_and_round(losses: tuple[float, float]) -> None:
    result = Result(sweep.plan(Config(epochs=1), {"learning_rate": [0.5]}, [0]))
    result.records["curve"][0, 0, 0, :2] = losses
    axis = json.loads(bundle(result, (0, 0), 0, LIGHT, 260).to_json())["layout"]["yaxis"]
    assert axis["type"] == "log"
    assert 2 <= len(axis["tickvals"]) <= 12
    for place, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        assert float(text) == pytest.approx(place)
        assert text[0] in "125" or text.startswith("0.")
