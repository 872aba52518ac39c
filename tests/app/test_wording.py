"""Settings, edits and scores in words."""

from __future__ import annotations

from typing import Any

import pytest

from backprop_core import Edit
from playground import wording


@pytest.mark.parametrize(
    ("name", "setting", "text"),
    [
        ("hidden", (), "Hidden layers none"),
        ("hidden", (8, 8), "Hidden layers 8-8"),
        ("activation", ("tanh", "relu"), "Activation tanh-ReLU"),
        ("optimizer", "adam", "Optimizer Adam"),
        ("features", ("x1", "x2_squared"), "Input features x1, x2²"),
        ("batch_size", None, "Batch size all rows"),
        ("stop_loss", None, "Stop at loss never"),
        ("test_share", None, "Test share 0.25"),
        ("train_biases", False, "Train biases no"),
        ("learning_rate", 0.1 + 0.2, "Learning rate 0.30000000000000004"),
        ("learning_rate", 0.05, "Learning rate 0.05"),
        ("epochs", 12_000, "Epochs 12,000"),
        ("seed", 12_000, "Seed 12000"),
    ],
)
def test_a_setting_has_its_label_and_its_value(name: str, setting: Any, text: str) -> None:
    assert wording.labelled(name, setting) == text


@pytest.mark.parametrize(
    ("name", "setting", "text"),
    [
        ("dataset", "xor", "XOR"),
        ("hidden", (), "no hidden layer"),
        ("learning_rate", 0.5, "rate 0.5"),
        ("train_biases", False, "biases frozen"),
        ("batch_size", None, "full batch"),
        ("batch_size", 16, "batch 16"),
        ("output", "softmax", "softmax output"),
        ("l2", 0.01, "l2 0.01"),
    ],
)
def test_a_phrase_is_short(name: str, setting: Any, text: str) -> None:
    assert wording.phrase(name, setting).lower() == text.lower()


def test_edits_of_one_epoch_are_told_together() -> None:
    edits = [Edit(0, "batch_size", None), Edit(0, "optimizer", "adam"), Edit(1_000, (2, "b", 0), 1 / 3)]
    assert wording.edits_by_epoch(edits) == [
        "from epoch 0: full batch, Adam",
        "from epoch 1,000: b2[0] = 0.3333333333333333",
    ]


def test_many_edits_are_counted() -> None:
    edits = [Edit(1_000, (1, "W", 0, unit), 1.0) for unit in range(9)]
    (text,) = wording.edits_by_epoch(edits)
    assert text.endswith("W1[0, 5] = 1, 3 more")


@pytest.mark.parametrize(
    ("score", "text"), [(None, "–"), (float("nan"), "–"), (0.98765, "0.988"), (-3.0, "-3.000"), (-1e6, "< −100")]
)
def test_a_score_has_three_decimals(score: float | None, text: str) -> None:
    assert wording.score(score) == text


def test_sentences_are_filled_on_one_line_and_what_is_missing_is_refused() -> None:
    assert wording.filled(
        "At epoch {epoch}\nthe loss is {loss}.", {"epoch": "{7}", "loss": wording.rounded(-0.12345)}
    ) == ("At epoch {7} the loss is −0.123.")
    with pytest.raises(KeyError, match="loss"):
        wording.filled("{loss}", {})
