"""Heatmaps of weights, gradients and the like: the right numbers under the right names, on a symmetric scale."""

from itertools import pairwise

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, Run, Snapshot
from backprop_core.nn.activations import Array
from backprop_core.nn.network import Network
from playground.charts.live_figure import Live, short
from playground.charts.matrices import CROSS, GAP, Matrices, Matrix
from playground.charts.of_run import parameter_names, unit_names
from playground.charts.theme import LIGHT, THEMES, Theme, diverging
from playground.train.board import GRADIENT_VIEWS, MOST_SAMPLES, Board, Views

XOR = Config()
DEEP = Config(dataset="moons", hidden=(3, 4), samples=40, loss="bce", learning_rate=0.05)


def board_at(run: Run, epoch: int, view: str = "Gradients") -> Board:
    board = Board(run, Views("Units", gradients=view), LIGHT, 0)
    board.update(run.at(epoch), still=True)
    return board


def matrices(live: Live, network: Network) -> list[Array]:
    """The cells of each layer's matrix: they stand side by side, with a gap before each."""
    cells = decoded(shown(live)["data"][0]["z"])
    ends = np.cumsum([GAP + columns for columns in network.sizes[1:]])
    wholes = [cells[:, end - columns : end] for end, columns in zip(ends, network.sizes[1:], strict=True)]
    return [whole[~np.isnan(whole).all(axis=1)] for whole in wholes]


def expected(snapshot: Snapshot, view: str) -> list[Array]:
    return {
        "Weights": [np.vstack(pair) for pair in snapshot.params],
        "Gradients": [np.vstack(pair) for pair in snapshot.grads],
        "Activations": [a[:MOST_SAMPLES] for a in snapshot.a[1:]],
        "δ": [delta[:MOST_SAMPLES] for delta in snapshot.delta],
        "Updates": [np.vstack(pair) for pair in snapshot.step().change],
    }[view]


@pytest.mark.parametrize("config", [XOR, DEEP, Config(hidden=())], ids=["xor", "two hidden layers", "none"])
@pytest.mark.parametrize("view", ["Weights", *GRADIENT_VIEWS])
def test_cells_are_the_numbers_of_the_shown_epoch_bit_for_bit(config: Config, view: str) -> None:
    run = Run(config)
    run.advance(30)
    board = board_at(run, 17, "Gradients" if view == "Weights" else view)
    live = board.weights if view == "Weights" else board.gradients
    for cells, values in zip(matrices(live, run.network), expected(run.at(17), view), strict=True):
        np.testing.assert_array_equal(cells, values)


@pytest.mark.parametrize("view", GRADIENT_VIEWS)
def test_the_scale_is_symmetric_around_zero_and_holds_every_value(view: str) -> None:
    run = Run(DEEP)
    run.advance(5)
    heatmap = shown(board_at(run, 5, view).gradients)["data"][0]
    assert heatmap["zmin"] == -heatmap["zmax"] < 0
    assert np.nanmax(np.abs(decoded(heatmap["z"]))) <= heatmap["zmax"]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_zero_has_the_neutral_colour(theme: Theme) -> None:
    low, middle, high = diverging(theme)
    assert middle == (0.5, theme.middle)
    assert len({low[1], middle[1], high[1]}) == 3


def test_rows_and_columns_have_their_names() -> None:
    labels = shown(board_at(Run(XOR), 0).weights)["data"][1]["text"]
    names = labels[: len(labels) - 9]
    assert names == ["<b>W1, b1</b>", "h1", "h2", "x1", "x2", "bias", "<b>W2, b2</b>", "y", "h1", "h2", "bias"]


def test_pointing_at_a_cell_names_it() -> None:
    hints = shown(board_at(Run(XOR), 0).weights)["data"][0]["customdata"]
    assert hints[0][GAP] == "W1, b1: x1 → h1 = "
    assert hints[2][GAP + 1] == "W1, b1: bias → h2 = "
    assert hints[1][-1] == "W2, b2: h2 → y = "


@pytest.mark.parametrize(("view", "title"), [("Gradients", "dW1, db1"), ("Updates", "ΔW1, Δb1"), ("δ", "δ1")])
def test_titles_say_what_is_seen(view: str, title: str) -> None:
    assert f"<b>{title}</b>" in shown(board_at(Run(XOR), 0, view).gradients)["data"][1]["text"]


def test_names_follow_features_and_layers() -> None:
    run = Run(DEEP.replace(features=("x1", "x1_squared", "sin_x2")))
    assert unit_names(run) == [
        ("x1", "x1²", "sin x2"),
        ("h1.1", "h1.2", "h1.3"),
        ("h2.1", "h2.2", "h2.3", "h2.4"),
        ("y",),
    ]
    assert unit_names(Run(Config(dataset="blobs", output="softmax", hidden=(2,))))[-1] == ("y1", "y2", "y3", "y4")


def test_few_cells_carry_their_numbers() -> None:
    run = Run(XOR)
    run.advance(40)
    board = board_at(run, 23)
    values = [value for W, b in run.at(23).params for value in np.vstack([W, b]).ravel()]
    texts = shown(board.weights)["data"][1]
    assert texts["text"][-9:] == [short(value) for value in values]
    assert len(texts["text"]) == len(texts["x"]) == len(texts["y"])


def test_numbers_stand_in_their_cells() -> None:
    run = Run(DEEP.replace(hidden=(3,)))
    board = board_at(run, 0)
    heatmap, texts = shown(board.weights)["data"]
    cells = decoded(heatmap["z"])
    count = int(np.isfinite(cells).sum())
    spots = zip(texts["x"][-count:], texts["y"][-count:], texts["text"][-count:], strict=True)
    assert all(short(cells[int(y), int(x)]) == text for x, y, text in spots)


def test_many_cells_carry_none() -> None:
    board = board_at(Run(Config(hidden=(16,))), 0)
    texts = shown(board.weights)["data"][1]
    assert not any(text.lstrip("-")[:1].isdigit() for text in texts["text"])


def test_layers_of_different_height_do_not_leave_old_numbers() -> None:
    """A matrix lower than its neighbours has empty cells below it, whatever was shown before."""
    run = Run(Config(dataset="moons", hidden=(6,), samples=30))
    run.advance(3)
    board = board_at(run, 3)
    board.update(run.at(1), still=False)
    cells = decoded(shown(board.weights)["data"][0]["z"])
    assert np.isnan(cells[3:, GAP : GAP + 6]).all()
    assert [len(matrix) for matrix in matrices(board.weights, run.network)] == [
        below + 1 for below, _ in pairwise(run.network.sizes)
    ]


@pytest.mark.parametrize("units", [2, 16])
def test_a_crossed_out_cell_shows_its_note_and_no_number(units: int) -> None:
    names = parameter_names([("x1", "x2"), tuple(f"h{i + 1}" for i in range(units)), ("y",)], "")
    live = Matrices(names, LIGHT, 260)
    notes = [np.full((len(one.rows), len(one.columns)), "", dtype=object) for one in names]
    notes[0][2, 1], notes[1][0, 0] = "at a kink", "at another"
    live.cross_out([note.tolist() for note in notes])
    live.update_cells([np.where(note == "", 0.25, 9.0) for note in notes])
    numbers, texts, crosses = shown(live)["data"]
    places = {(2, GAP + 1): "at a kink", (0, 2 * GAP + units): "at another"}
    assert {place: crosses["customdata"][place[0]][place[1]] for place in places} == places
    crossed = np.argwhere(np.isfinite(decoded(crosses["z"]))).tolist()
    assert sorted(map(tuple, crossed)) == sorted(places)
    assert all(np.isnan(decoded(numbers["z"])[place]) for place in places)
    assert np.isfinite(decoded(numbers["z"])).sum() == 4 * units + 1 - len(places)
    if units == 2:
        spots = zip(texts["y"], texts["x"], texts["text"], strict=True)
        assert {(y, x) for y, x, text in spots if text == CROSS} == {*places}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00027, "2.7e-4"),
        (-0.0003, "-3e-4"),
        (0.0042, "0.0042"),
        (-0.58, "-0.58"),
        (0.0, "0"),
        (1.0, "1"),
        (6e-5, "6e-5"),
    ],
)
def test_numbers_are_shorter_where_cells_are_narrow(value: float, text: str) -> None:
    matrices = Matrices([Matrix("W", ("a",), tuple("bcdefghijkl"))], LIGHT, 200)
    matrices.update_cells([np.full((1, 11), value)])
    assert matrices.patch["data"][1]["text"][-11:] == [text] * 11
