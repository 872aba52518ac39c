"""Runs in comparison: where they differ, in words, and how they ended, in numbers; and their names. Pure functions."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from backprop_core import Config, Edit, Run
from backprop_core.data.datasets import DATASETS, TEST_SHARE
from backprop_core.data.rows import FEATURE_LABELS
from backprop_core.nn.activations import OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.config import SPECS, fields
from backprop_core.training.presets import suggested
from backprop_core.training.trainer import Trainer

LONGEST_NAME = 40  # characters
MOST_EDITS = 6  # of one epoch, told one by one
MOST_SEARCHED = 120_000_000  # epochs × (rows × parameters + OVERHEAD): searching so many takes about half a second
OVERHEAD = 10_000  # what an epoch costs besides, in the same unit
NOTHING = "–"
SOLVED = "Solved from"
SCORES = ("Train accuracy", "Test accuracy", "Train R²", "Test R²", "Train acc. or R²", "Test acc. or R²")

LABELS: Mapping[str, Mapping[str, Any]] = {
    "dataset": DATASETS,
    "activation": OUTPUTS,
    "output": OUTPUTS,
    "loss": LOSSES,
    "init": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
UNSET = {"batch_size": "all rows", "stop_loss": "never", "stop_accuracy": "never", "test_share": f"{TEST_SHARE:g}"}
ALWAYS_NAMED = ("hidden", "learning_rate", "seed")


def score_text(value: float) -> str:
    """An accuracy or an R² as it is read everywhere."""
    return NOTHING if math.isnan(value) else f"{value:.3f}" if value > -100 else "< −100"


def clean(name: str) -> str:
    """A name as it was meant: on one line, without characters that cannot be seen, at most `LONGEST_NAME` long."""
    visible = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(visible.split())[:LONGEST_NAME].rstrip()


def numbered(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    taken = set(taken)
    for number in itertools.count(2):
        if name not in taken:
            return name
        ending = f" ({number})"
        name = name.removesuffix(f" ({number - 1})")[: LONGEST_NAME - len(ending)] + ending
    raise AssertionError


def default_name(run: Run, others: Sequence[Run]) -> str:
    """What is special about a run: its dataset among others, where it differs from what is suggested for it, and from
    other runs of it.
    """
    config, usual = run.config, suggested(run.config.dataset)
    alike = [other.config for other in others if other.config.dataset == config.dataset]

    def is_special(name: str) -> bool:
        return any(_value(config, name) != _value(other, name) for other in alike)

    left_out = {"dataset", *ALWAYS_NAMED, *fields("goal")}
    unusual = [name for name in SPECS if name in relevant(config) - left_out]
    unusual = [name for name in unusual if is_special(name) or _value(config, name) != _value(usual, name)]
    rest = sorted(ALWAYS_NAMED, key=lambda name: not is_special(name))
    parts = [phrase(name, _value(config, name)) for name in (*unusual, *rest)]
    if len(alike) < len(others):
        parts.insert(0, in_words("dataset", config.dataset))
    if run.edits:
        parts.insert(0, f"{len(run.edits)} edit{'s' * (len(run.edits) > 1)}")
    said = ""
    for part in parts:
        longer = f"{said}, {part}" if said else part
        said = longer if len(longer) <= LONGEST_NAME else said
    return said


def relevant(config: Config) -> set[str]:
    """The settings that matter under a configuration: no momentum without an optimizer that has one."""
    dataset = DATASETS[config.dataset]
    names = {"dataset", *dataset.settings, *fields("network"), *fields("goal")}
    names |= {"features"} if dataset.plane else set()
    names -= set() if config.hidden else {"activation"}
    names |= {"train_biases", "optimizer", "learning_rate", "schedule", "batch_size", "l1", "l2"}
    names |= {*OPTIMIZERS[config.optimizer].settings, *SCHEDULES[config.schedule].settings}
    return names | ({"shuffle"} if config.batch_size is not None else set())


def _value(config: Config, name: str) -> Any:
    """What a setting is, the share of rows held back also where it is the usual one."""
    return config.share_held_back if name == "test_share" else getattr(config, name)


def in_words(name: str, value: Any) -> str:
    """The value of a setting as it is read in a table: 0.5, 8-8, Adam, all rows."""
    if value is None:
        return UNSET[name]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in LABELS:
        values = value if isinstance(value, tuple) else (value,)
        return "-".join(LABELS[name][one].label for one in values)
    if name == "features":
        return ", ".join(FEATURE_LABELS.get(feature, feature) for feature in value)
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return _number(value) if isinstance(value, float) else f"{value:,}" if name != "seed" else str(value)


def phrase(name: str, value: Any) -> str:
    """A setting with its value, in as few words as a name has room for: "rate 0.5", "biases frozen"."""
    text = in_words(name, value)
    match name:
        case "hidden":
            return f"hidden {text}" if value else "no hidden layer"
        case "learning_rate":
            return f"rate {text}"
        case "train_biases":
            return "biases trained" if value else "biases frozen"
        case "shuffle":
            return "shuffled" if value else "not shuffled"
        case "batch_size":
            return f"batch {text}" if value else "full batch"
        case "activation" | "optimizer" | "loss" | "init":
            return text
        case "output" | "schedule":
            return f"{text} {name}"
        case _:
            return f"{SPECS[name].label.lower()} {text}"


def edits_in_words(edits: Sequence[Edit]) -> str:
    """What was changed while training, and when."""
    told = []
    for epoch, made in itertools.groupby(edits, key=lambda edit: edit.epoch):
        changes = [_change(edit) for edit in made]
        more = len(changes) - MOST_EDITS
        shown = [*changes[:MOST_EDITS], f"{more} more"] if more > 0 else changes
        told.append(f"from epoch {epoch:,}: {', '.join(shown)}")
    return "; ".join(told) or "none"


def differences(runs: Sequence[Run]) -> dict[str, list[str]]:
    """What differs between runs, by label: a text a run. The seed and edits, where there are any, always."""
    table = {
        SPECS[name].label: [
            in_words(name, _value(run.config, name)) if name in relevant(run.config) else NOTHING for run in runs
        ]
        for name in SPECS
        if name == "seed" or _differ(name, runs)
    }
    data, weights = _lettered(runs, lambda run: run.brought), _lettered(runs, lambda run: run.start_params)
    if len(set(data)) > 1:
        table["Rows brought"] = data
    if len(set(weights)) > 1:
        table["Starting weights"] = weights
    if any(run.edits for run in runs):
        table["Edits"] = [edits_in_words(run.edits) for run in runs]
    return table


def results(runs: Sequence[Run], solved: Sequence[str]) -> dict[str, list[Any]]:
    """How runs ended, by label: a number a run, None where a run has none; what none of them has is left out.

    `solved` are texts of `solved_text`.
    """
    ends = [run.at(run.epoch) for run in runs]
    tasks = {run.data.task for run in runs}
    training, test = SCORES[:2] if tasks == {"classification"} else SCORES[2:4] if len(tasks) == 1 else SCORES[4:]
    penalty = " incl. penalty" if any(run.config.l1 or run.config.l2 for run in runs) else ""
    table: dict[str, list[Any]] = {
        "Epochs": [run.epoch for run in runs],
        f"Train loss{penalty}": [end.loss for end in ends],
        "Test loss": [float(run.history.test_loss[-1]) if len(run.history.test_loss) else None for run in runs],
        training: [end.score for end in ends],
        test: [end.test_score for end in ends],
    }
    if "classification" in tasks:
        table[SOLVED] = list(solved)
    table["Diverged at"] = [run.diverged for run in runs]
    return {label: values for label, values in table.items() if values.count(None) < len(values)}


def solved_text(run: Run) -> str:
    """The epoch from which on all training rows were right; "–" if they are not, "?" if it takes long to find."""
    if run.data.task != "classification" or run.diverged is not None or run.at(run.epoch).score < 1:
        return NOTHING
    if run.epoch * (len(run.data.X) * run.network.parameters + OVERHEAD) > MOST_SEARCHED:
        return "?"
    return f"{_solved_from(run):,}"


def _solved_from(run: Run) -> int:
    """The epoch after the last at which a training row was wrong, sought backwards from the end."""
    stop = run.epoch
    for start in sorted({*run.history.keyframes, *(edit.epoch for edit in run.edits)}, reverse=True):
        trainer = Trainer(run.network, run.data, run.config_at(start), run.at(start).state)
        wrong = -1
        for epoch in range(start, stop):
            wrong = epoch if trainer.score() < 1 else wrong
            trainer.epoch(epoch)
        if wrong >= 0:
            return wrong + 1
        stop = start
    return 0


def _differ(name: str, runs: Sequence[Run]) -> bool:
    return len({_value(run.config, name) if name in relevant(run.config) else NOTHING for run in runs}) > 1


def _change(edit: Edit) -> str:
    if isinstance(edit.field, str):
        return phrase(edit.field, edit.value)
    layer, kind, *index = edit.field
    return f"{kind}{layer}{list(index)} = {_number(edit.value)}"


def _number(value: float) -> str:
    """A number in few digits, but in all it needs."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _lettered(runs: Sequence[Run], brought: Callable[[Run], Any]) -> list[str]:
    """What each run brought along, under a letter: the same letter where it is the same."""
    known: list[Any] = []
    letters = []
    for run in runs:
        given = brought(run)
        if given is None:
            letters.append("none")
            continue
        place = next((place for place, other in enumerate(known) if _same(given, other)), len(known))
        known += [given] if place == len(known) else []
        letters.append(f"own {chr(ord('A') + place)}")
    return letters


def _same(first: Any, second: Any) -> bool:
    """Whether two nests of arrays hold the same numbers."""
    if dataclasses.is_dataclass(first) and type(first) is type(second):
        return _same([*vars(first).values()], [*vars(second).values()])
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return np.array_equal(first, second)
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(_same(a, b) for a, b in zip(first, second, strict=True))
    return bool(first == second)
