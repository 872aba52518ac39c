"""Runs in comparison: names, differences and results, each as a person would say it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core import Config, Run
from backprop_core.data.rows import TableRows
from backprop_core.settings.config import DEFAULTS, SPECS
from backprop_core.training.presets import PRESETS, suggested
from playground import wording
from playground.compare import comparison
from playground.compare.comparison import (
    LONGEST_NAME,
    SOLVED,
    clean,
    default_name,
    differences,
    numbered,
    results,
)
from playground.wording import NOTHING

LEARNS = Config()
FROZEN = Config(train_biases=False)


def trained(config: Config, epochs: int) -> Run:
    run = Run(config)
    run.advance(epochs)
    return run


# Names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  a   b ", "a b"),
        ("one\ntwo\tthree", "one two three"),
        ("\x00\x1b[31m\u202e\u200bevil", "[31m evil"),
        ("<b>$x^2$</b> :red[a] *b* 50%", "<b>$x^2$</b> :red[a] *b* 50%"),
        ("x" * 41, "x" * 40),
        (" \n ", ""),
        ("Größe 😀", "Größe 😀"),
    ],
)
def test_a_name_is_what_can_be_seen_on_one_line(typed: str, name: str) -> None:
    assert clean(typed) == name


@given(st.text())
def test_any_text_makes_a_name_that_fits(typed: str) -> None:
    name = clean(typed)
    assert len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert clean(name) == name


@given(st.text(min_size=1, max_size=45).map(clean), st.integers(0, 13))
def test_a_taken_name_gets_a_number(name: str, times: int) -> None:
    taken: list[str] = []
    for _ in range(times + 1):
        taken.append(numbered(name, taken))
    assert len(set(taken)) == times + 1
    assert taken[0] == name
    assert max(map(len, taken)) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("config", "others", "name"),
    [
        (Config(hidden=(4,)), [], "hidden 4, rate 0.5, seed 0"),
        (suggested("spirals"), [], "hidden 8-8, rate 0.03, seed 0"),
        (Config(hidden=(), learning_rate=1e-6, seed=2**32 - 1), [], "no hidden layer, rate 1e-06"),
        (FROZEN, [], "biases frozen, hidden 2, rate 0.5"),
        (LEARNS, [FROZEN], "biases trained, hidden 2, rate 0.5"),
        (Config(seed=3), [Config()], "seed 3, hidden 2, rate 0.5"),
        (LEARNS, [suggested("moons")], "XOR, hidden 2, rate 0.5, seed 0"),
        (LEARNS, [suggested("moons"), Config(seed=1)], "XOR, seed 0, hidden 2, rate 0.5"),
        (Config(optimizer="adam", learning_rate=0.1), [], "Adam, hidden 2, rate 0.1, seed 0"),
        (Config(momentum=0.5), [], "hidden 2, rate 0.5, seed 0"),
    ],
)
def test_a_run_is_named_by_what_is_special(config: Config, others: list[Config], name: str) -> None:
    assert default_name(Run(config), [Run(other) for other in others]) == name
    assert len(name) <= LONGEST_NAME


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_a_name_that_fits(preset: str) -> None:
    run = PRESETS[preset].run()
    for others in ([], [Run(LEARNS)]):
        name = default_name(run, others)
        assert name
        assert clean(name) == name


def test_edits_are_in_the_name() -> None:
    run = trained(LEARNS, 3)
    run.edit(learning_rate=0.1)
    assert default_name(run, []).startswith("1 edit, ")
    run.edit(params={(1, "b", 0): 2.0})
    assert default_name(run, []).startswith("2 edits, ")


# Differences


def test_only_what_differs_is_told_and_the_seed() -> None:
    assert differences([Run(LEARNS), Run(LEARNS)]) == {"Seed": ["0", "0"]}
    assert differences([Run(LEARNS), Run(FROZEN), Run(Config(seed=7))]) == {
        "Seed": ["0", "0", "7"],
        "Train biases": ["yes", "no", "yes"],
    }


def test_what_does_not_matter_to_a_run_is_no_difference() -> None:
    assert set(differences([Run(Config(momentum=0.5)), Run(Config(momentum=0.9))])) == {"Seed"}
    table = differences([Run(Config(optimizer="momentum", momentum=0.5)), Run(LEARNS)])
    assert (table["Optimizer"], table["Momentum"]) == (["momentum", "SGD"], ["0.5", NOTHING])
    assert "Samples" not in differences([Run(Config(samples=50)), Run(LEARNS)])


OTHER: dict[str, Any] = {
    "dataset": "circles",
    "samples": 60,
    "noise": 0.3,
    "test_share": 0.5,
    "data_seed": 1,
    "features": ("x1", "x2", "x1x2"),
    "hidden": (3, 2),
    "activation": "tanh",
    "output": "tanh",
    "loss": "mae",
    "init": "normal",
    "seed": 1,
    "train_biases": False,
    "optimizer": "nesterov",
    "learning_rate": 0.1000001,
    "momentum": 0.5,
    "schedule": "cosine",
    "schedule_epochs": 2,
    "schedule_factor": 0.1,
    "batch_size": 7,
    "shuffle": False,
    "l1": 0.01,
    "l2": 0.01,
    "epochs": 77,
    "stop_loss": 0.5,
    "stop_accuracy": 0.5,
    "rho": 0.5,
    "beta1": 0.5,
    "beta2": 0.5,
    "epsilon": 0.5,
}


@pytest.mark.parametrize("name", SPECS)
def test_every_setting_that_differs_is_told_in_two_different_texts(name: str) -> None:
    needed: dict[str, Any] = {"dataset": "moons", "batch_size": 10, "optimizer": "momentum", "schedule": "step"}
    needed |= {"rho": {"optimizer": "rmsprop"}, "beta1": {"optimizer": "adam"}, "beta2": {"optimizer": "adam"}}.get(
        name, {"optimizer": "adam"} if name == "epsilon" else {}
    )
    base = Config(**needed)
    pair = [Run(base), Run(base.replace(**{name: OTHER[name]}))]
    told = differences(pair)[SPECS[name].label]
    assert len(set(told)) == 2
    assert wording.phrase(name, OTHER[name]) != wording.phrase(name, getattr(base, name))


def test_the_other_values_are_for_every_setting() -> None:
    assert set(OTHER) == set(SPECS)
    assert all(OTHER[name] != DEFAULTS[name] for name in SPECS)


def test_numbers_that_differ_little_look_different() -> None:
    told = differences([Run(Config(learning_rate=0.1)), Run(Config(learning_rate=0.10000000001))])
    assert told["Learning rate"] == ["0.1", "0.10000000001"]


def test_edits_are_told_in_words() -> None:
    plain, edited = trained(LEARNS, 5), trained(LEARNS, 5)
    edited.edit(learning_rate=0.1, train_biases=False)
    edited.advance(3)
    edited.edit(params={(1, "W", 0, 1): 2.5, (2, "b", 0): -1.0})
    assert differences([plain, edited])["Edits"] == [
        "none",
        "from epoch 5: rate 0.1, biases frozen; from epoch 8: W1[0, 1] = 2.5, b2[0] = -1",
    ]


def test_rows_and_weights_brought_along_are_told_apart() -> None:
    config = Config(dataset="csv", hidden=(1,), test_share=0.0)
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 1.0])
    runs = [
        Run(config, data=(X, y)),
        Run(config, data=(X.copy(), y.copy())),
        Run(config, data=(X + 1, y)),
        Run(config, data=TableRows(X, y, ("a",), ())),
        Run(config, data=TableRows(X.copy(), y, ("a",), ())),
    ]
    assert differences(runs)["Rows brought"] == ["own A", "own A", "own B", "own C", "own C"]
    assert "Rows brought" not in differences(runs[:2])
    given = Run(LEARNS).params
    starts = [Run(LEARNS, params=given), Run(LEARNS), Run(LEARNS, params=[(W + 1, b) for W, b in given])]
    assert differences(starts)["Starting weights"] == ["own A", "none", "own B"]


# Results


def test_results_are_those_of_the_last_epoch() -> None:
    runs = [trained(suggested("moons"), 30), trained(suggested("moons").replace(seed=1, l2=0.1), 20)]
    table = results(runs, ["", ""])
    ends = [run.at(run.epoch) for run in runs]
    assert table["Epochs"] == [30, 20]
    assert table["Train loss incl. penalty"] == [end.loss for end in ends]
    assert table["Test loss"] == [run.history.test_loss[-1] for run in runs]
    assert table["Train accuracy"] == [end.score for end in ends]
    assert table["Test accuracy"] == [end.test_score for end in ends]
    assert "Diverged at" not in table


def test_what_no_run_has_is_left_out() -> None:
    table = results([trained(LEARNS, 2)], ["-"])
    assert list(table) == ["Epochs", "Train loss", "Train accuracy", SOLVED]
    curve = results([trained(suggested("sine"), 2)], [""])
    assert list(curve) == ["Epochs", "Train loss", "Test loss", "Train R²", "Test R²"]
    both = results([trained(LEARNS, 2), trained(suggested("sine"), 2)], ["", ""])
    assert both["Test acc. or R²"][0] is None
    diverging = PRESETS["diverging"].run()
    diverging.advance(1_000)
    assert results([diverging, trained(LEARNS, 2)], ["", ""])["Diverged at"] == [diverging.diverged, None]


@pytest.mark.parametrize(
    "config",
    [
        Config(),
        Config(seed=4, learning_rate=2.0),
        Config(dataset="moons", samples=40, loss="bce", learning_rate=1.0, hidden=(4,), epochs=400),
        Config(dataset="and", epochs=300),
        FROZEN,
    ],
    ids=["xor", "xor fast", "moons", "and", "frozen"],
)
def test_the_epoch_from_which_on_a_run_is_solved(config: Config) -> None:
    run = Run(config)
    wrong = [0] if run.at(0).score < 1 else []
    while run.epoch < min(config.epochs, 3_000):
        run.advance(1)
        wrong += [run.epoch] if run.at(run.epoch).score < 1 else []
    solved = NOTHING if run.epoch in wrong else f"{wrong[-1] + 1:,}"
    assert comparison.solved_text(run) == solved


def test_an_edit_may_undo_and_redo_what_was_solved() -> None:
    run = trained(Config(dataset="and"), 400)
    assert run.at(400).score == 1
    run.edit(params={(2, "b", 0): 100.0})
    run.advance(1)
    assert comparison.solved_text(run) == NOTHING
    run.edit(params={(2, "b", 0): run.at(400).params[1][1][0] - 100.0, (2, "W", 0, 0): 200.0})
    scores = [run.at(epoch).score for epoch in range(run.epoch + 1)]
    expected = NOTHING if scores[-1] < 1 else f"{max(i for i, score in enumerate(scores) if score < 1) + 1:,}"
    assert comparison.solved_text(run) == expected


def test_solved_from_the_start_is_epoch_0() -> None:
    learned = trained(LEARNS, 2_000)
    again = Run(LEARNS, params=learned.params)
    again.advance(5)
    assert comparison.solved_text(again) == "0"


def test_what_would_take_long_to_find_is_not_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(LEARNS, 2_000)
    monkeypatch.setattr(comparison, "MOST_SEARCHED", 1_000)
    assert comparison.solved_text(run) == "?"
    assert comparison.solved_text(trained(FROZEN, 2_000)) == NOTHING


def test_curves_and_diverged_runs_are_not_solved() -> None:
    assert comparison.solved_text(trained(suggested("sine"), 10)) == NOTHING
    diverging = PRESETS["diverging"].run()
    diverging.advance(1_000)
    assert comparison.solved_text(diverging) == NOTHING
