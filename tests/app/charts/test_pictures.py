"""Pictures of what units look for, and of the rows that are wrong."""

import numpy as np
import pytest
from support.decoding import decoded, shown

from backprop_core import Config, Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import suggested
from playground.charts.of_run import learned_alt, unit_names
from playground.charts.pictures import MOST_WRONG, Patterns, Tiles, WrongRows, wrong_rows
from playground.charts.theme import LIGHT
from playground.train.board import PICTURES, Board, Views, gradient_views

DIGITS = suggested("digits")


def picture(config: Config, view: str, epochs: int) -> tuple[Run, Tiles]:
    run = Run(config)
    run.advance(epochs)
    board = Board(run, Views(view), LIGHT, 0)
    board.update(run.at(epochs), still=False)
    assert isinstance(board.learned, Tiles)
    return run, board.learned


def tile(live: Tiles, number: int) -> Array:
    top, left = live.corner(number)
    return decoded(shown(live)["data"][0]["z"])[top : top + 8, left : left + 8]


@pytest.mark.parametrize("hidden", [(), (5,), (64, 3)])
def test_a_pattern_is_the_weights_of_its_unit_at_their_pixels(hidden: tuple[int, ...]) -> None:
    run, live = picture(DIGITS.replace(hidden=hidden), "Patterns", 2)
    W, _ = run.at(2).params[0]
    assert isinstance(live, Patterns)
    for unit in range(W.shape[1]):
        np.testing.assert_allclose(tile(live, unit), W[:, unit].reshape(8, 8), rtol=1e-6)
    heatmap, text = shown(live)["data"]
    assert np.isfinite(decoded(heatmap["z"])).sum() == W.size  # and gaps between them
    assert heatmap["zmin"] == -heatmap["zmax"]
    assert np.abs(W).max() <= heatmap["zmax"]
    assert tuple(text["text"]) == unit_names(run)[1]


def test_gradients_are_pictures_too() -> None:
    run = Run(DIGITS)
    run.advance(2)
    assert gradient_views(run.data)[-1] == PICTURES
    assert PICTURES not in gradient_views(Run(Config()).data)
    board = Board(run, Views("Patterns", gradients=PICTURES), LIGHT, 0)
    board.update(run.at(2), still=True)
    dW, _ = run.at(2).grads[0]
    assert isinstance(board.gradients, Patterns)
    for unit in range(dW.shape[1]):
        np.testing.assert_allclose(tile(board.gradients, unit), dW[:, unit].reshape(8, 8), rtol=1e-6)
    assert ", the gradients of 32 units at each pixel, from " in board.alts(run.at(2))["gradients"]


@pytest.mark.parametrize(("test_share", "epochs"), [(0.25, 30), (0.25, 1), (0.0, 8)])
def test_wrong_rows_are_those_whose_largest_output_is_another_class(test_share: float, epochs: int) -> None:
    run, live = picture(DIGITS.replace(test_share=test_share), "Wrong rows", epochs)
    data, tiles = run.data, []
    for rows, y, mark in ((data.rows_test, data.y_test, "◇"), (data.rows, data.y, "●")):
        for row, target in zip(rows, y, strict=True):
            outputs = run.predict(row[None])[0]
            if outputs.argmax() != target.argmax():
                tiles.append((row, f"{target.argmax()} → {outputs.argmax()}", f"{mark} {outputs.max():.2f}"))
    heading, *texts = shown(live)["data"][1]["text"]
    tests = sum(label.startswith("◇") for _, _, label in tiles)
    assert f"{len(tiles) - tests:,} of {len(data.X):,} training ●" in heading
    assert (f"{tests} of {len(data.X_test)} test ◇" in heading) == (test_share > 0)
    assert ("the first 24 are shown" in heading) == (len(tiles) > MOST_WRONG)
    for number in range(MOST_WRONG):
        if number < len(tiles):
            row, classes, output = tiles[number]
            np.testing.assert_array_equal(tile(live, number), row.reshape(8, 8))
            assert texts[2 * number : 2 * number + 2] == [classes, output]
        else:
            assert np.isnan(tile(live, number)).all()
            assert texts[2 * number : 2 * number + 2] == [" ", " "]


def test_where_none_is_wrong_it_says_so_and_older_pictures_are_gone() -> None:
    run, live = picture(DIGITS.replace(test_share=0.0, epochs=200), "Wrong rows", 120)
    assert run.at(120).score == 1.0
    assert isinstance(live, WrongRows)
    live.update_rows(wrong_rows(run.at(0)))
    assert np.isfinite(decoded(shown(live)["data"][0]["z"])).any()
    live.update_rows(wrong_rows(run.at(120)))
    assert np.isnan(decoded(shown(live)["data"][0]["z"])).all()
    texts = shown(live)["data"][1]["text"]
    assert texts[0] == "None of the 1,797 training rows is wrong."
    assert set(texts[1:]) == {" "}
    assert learned_alt("Wrong rows", run.at(120), unit_names(run)[1:]).endswith(texts[0])


def test_both_are_said_in_words() -> None:
    run = Run(DIGITS.replace(hidden=(3,)))
    snapshot, names = run.at(0), unit_names(run)[1:]
    assert learned_alt("Patterns", snapshot, names).startswith(
        "Patterns after epoch 0, the weights of 3 units at each pixel: h1 from "
    )
    said = learned_alt("Wrong rows", snapshot, names)
    assert " of 449 test, " in said
    assert said.count(" taken for ") == 16
