"""What figures show, in words: the numbers as they are, with their names, or their range where they are many."""

import numpy as np
import pytest

from backprop_core import Config, Run
from playground.charts import alt_text
from playground.charts.matrices import Matrix
from playground.charts.of_run import learned_views
from playground.charts.theme import LIGHT
from playground.train.board import Board, Views


def board(config: Config, epochs: int, *, learned: str | None = None) -> dict[str, str]:
    run = Run(config)
    run.advance(epochs)
    views = Views(learned or learned_views(run.data)[0])
    return Board(run, views, LIGHT, run.epoch).alts(run.at(run.epoch))


def test_the_page_of_xor_is_said_number_by_number() -> None:
    run = Run(Config())
    run.advance(1_200)
    W1, b1 = run.params[0]
    alts = Board(run, Views("Surface"), LIGHT, 0).alts(run.at(1_200))
    assert alts["weights"].startswith(f"Weights after epoch 1,200: W1 x1→h1 {W1[0, 0]:.3g}, x1→h2 {W1[0, 1]:.3g}, ")
    assert f", b1 h1 {b1[0]:.3g}, b1 h2 {b1[1]:.3g}; W2 h1→y " in alts["weights"]
    assert alts["gradients"].startswith("Gradients after epoch 1,200: dW1 x1→h1 ")
    assert alts["network"].startswith("Network 2-2-1 after epoch 1,200, strongest weights: ")
    loss = run.history.loss
    assert alts["loss_curve"] == (f"Loss at epoch 1,200: train {loss[1_200]:.3g}, from {loss[0]:.3g} at epoch 0.")
    assert alts["learned"].endswith(f"; {run.at(1_200).score:.1%} of the training rows right.")


def test_the_network_with_pictures_says_what_they_are_of() -> None:
    run = Run(Config())
    circles, pictures = (
        Board(run, Views("Surface", network=view), LIGHT, 0).first_alts["network"] for view in ("Circles", "Responses")
    )
    said = pictures.removeprefix(circles)
    assert said.startswith(" In each unit a picture of what it gives over the plane of x1 and x2; over the training")
    assert f"y {alt_text.reach(run.at(0).a[-1])}." in said


def test_many_numbers_are_said_as_ranges() -> None:
    alts = board(Config(dataset="moons", hidden=(8, 8)), 3)
    assert alts["weights"].count("from") == 3
    assert "W1, b1 from " in alts["weights"]
    assert len(max(alts.values(), key=len)) < 400


@pytest.mark.parametrize(
    ("dataset", "view", "words"),
    [
        ("xor", "Table", "0, 1 → 0.858, target 1"),
        ("xor", "Units", "Units after epoch 0, over the training rows: h1 from "),
        ("sine", "Curve", "; R² "),
        ("iris", "Confusion", " rows right; setosa "),
    ],
)
def test_every_picture_of_what_was_learned_has_its_sentence(dataset: str, view: str, words: str) -> None:
    outputs = {"iris": {"output": "softmax", "loss": "cross_entropy"}, "sine": {"output": "linear"}}
    config = Config(dataset=dataset, **outputs.get(dataset, {}))  # type: ignore[arg-type]
    assert words in board(config, 0, learned=view)["learned"]


def test_an_epoch_gone_back_to_is_said_with_how_far_the_curve_goes() -> None:
    curve = np.array([4.0, 2.0, np.nan])
    assert alt_text.curves("Loss", ["train"], [curve], np.arange(3), 1) == (
        "Loss at epoch 1: train 2, from 4 at epoch 0. Known up to epoch 2."
    )
    assert alt_text.curves("Loss", ["train"], [curve], np.arange(3), 2).startswith(
        "Loss at epoch 2: train no number, from"
    )


def test_losses_of_pinned_runs_end_where_the_runs_end() -> None:
    runs = [("run 1 a", np.array([3.0, 2.0])), ("run 2 b", np.array([5.0])), ("run 3 c", np.array([]))]
    assert alt_text.losses("Train", runs, 7) == "Train loss at epoch 7: run 1 a 2; run 2 b 5; run 3 c has no test rows."


def test_what_is_to_be_predicted_is_not_given_away() -> None:
    values = np.array([[0.25, -3.0]])
    shown = alt_text.cells("z1", (("row 1",), ("h1", "h2")), values)
    hidden = alt_text.cells("z1", (("row 1",), ("h1", "h2")), values, hidden=True)
    assert shown == "z1: row 1 h1 0.25, row 1 h2 -3."
    assert hidden == "z1: 1 × 2 numbers, hidden until they are revealed."


def test_a_map_names_its_lowest_and_its_highest_cell() -> None:
    values = np.array([[0.2, np.nan], [1.0, 0.5]])
    names = (("0.1", "1"), ("2", "4"))
    assert alt_text.grid("Share", names, ("rate", "size"), values) == (
        "Share in 3 of 4 cells: lowest 0.2 at rate 0.1, size 2; highest 1 at rate 1, size 2."
    )
    assert alt_text.grid("Share", names, ("rate", "size"), np.full((2, 2), np.nan)).endswith("yet of 4 cells.")


def test_points_runs_and_planes() -> None:
    assert alt_text.points([]) == "A plane without points; a click puts one there."
    assert alt_text.points([(0.5, -1.0, "A")]) == "A plane with 1 point: A at 0.5, -1."
    assert alt_text.points([(0.0, 0.0, "A")] * 9 + [(1.0, 1.0, "B")]) == "A plane with 10 points: 9 of A, 1 of B."
    assert alt_text.bundle([3, 4], np.array([0.5, 0.25]), 1) == (
        "Losses at the end of 2 runs: seed 3 0.5, seed 4 0.25. Chosen: seed 4."
    )
    assert alt_text.landscape("Map", np.array([[1.0, 2.0]]), 1_000, [0.5, 0.0], 1.5) == (
        "Map: loss from 1 to 2; at epoch 1,000 the run is at (0.5, 0), where it is 1.5."
    )


def test_relative_errors_have_a_name_for_each() -> None:
    names = [Matrix("W1, b1", ("x1", "bias"), ("y",))]
    assert (
        alt_text.matrices("Errors", 0, names, [np.array([[1e-9], [0.0]])])
        == "Errors after epoch 0: W1 x1→y 1e-9, b1 y 0."
    )
