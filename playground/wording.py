"""Settings, edits and scores in words: the same ones in the sidebar, on Compare, on Sweep and in a replay.

Sentences stand in a words.toml beside the module that fills them in, so that another language is another file.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backprop_core import Config, Edit, Snapshot
from backprop_core.data import DATASETS, FEATURE_LABELS, TEST_SHARE
from backprop_core.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, OUTPUTS, SCHEDULES
from backprop_core.settings import SPECS, field_text, fields, setting_text

NOTHING = "–"
MOST_EDITS = 6  # of one epoch that are listed; the others are counted

REGISTRIES: Mapping[str, Mapping[str, Any]] = {
    "dataset": DATASETS,
    "activation": ACTIVATIONS,
    "output": OUTPUTS,
    "loss": LOSSES,
    "init": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
MARK_ICONS: Mapping[str, str] = {
    "right": ":green[:material/check_circle:]",
    "rounded": ":green[:material/data_usage:]",
    "convention": ":green[:material/swap_horiz:]",
    "follows": ":green[:material/subdirectory_arrow_right:]",
    "coarse": ":orange[:material/more_horiz:]",
    "wrong": ":orange[:material/cancel:]",
    "unreadable": ":orange[:material/help:]",
}
MARKS: Mapping[str, str] = {
    "right": "Right",
    "rounded": "Right, rounded",
    "convention": "Right, other sign",
    "follows": "Follows",
    "coarse": "More digits",
    "wrong": "Wrong",
    "unreadable": "Unreadable",
}
UNSET = {"batch_size": "all rows", "stop_loss": "never", "stop_accuracy": "never", "test_share": f"{TEST_SHARE:g}"}


def sentences(module: str, file: str = "words.toml") -> dict[str, Any]:
    """The sentences in a file beside a module, which passes its `__file__`."""
    return tomllib.loads(Path(module).with_name(file).read_text(encoding="utf-8"))


def filled(text: str, numbers: Mapping[str, str]) -> str:
    """Sentences on one line, with the values of their placeholders."""
    return " ".join(text.split()).format_map(numbers)


def rounded(value: float) -> str:
    """A number in a sentence: three digits, and a minus as it is printed."""
    return f"{value:.3g}".replace("-", "−")


def option(name: str, choice: str) -> str:
    """One of a setting's choices, as users read it: ReLU, Adam, x1²."""
    if name in REGISTRIES:
        return str(REGISTRIES[name][choice].label)
    return FEATURE_LABELS.get(choice, choice)


def value(name: str, setting: Any) -> str:
    """The value of a setting: 0.5, 8-8, Adam, all rows."""
    if setting is None:
        return UNSET[name]
    if isinstance(setting, bool):
        return "yes" if setting else "no"
    if name in REGISTRIES:
        choices = setting if isinstance(setting, tuple) else (setting,)
        return "-".join(option(name, choice) for choice in choices)
    if name == "features":
        return ", ".join(option(name, feature) for feature in setting)
    if isinstance(setting, tuple):
        return "-".join(map(str, setting)) or "none"
    if isinstance(setting, float):
        return setting_text.number(setting)
    return str(setting) if name == "seed" else f"{setting:,}"


def labelled(name: str, setting: Any) -> str:
    """A setting with its label and its value: "Learning rate 0.5", "Train biases no"."""
    return f"{SPECS[name].label} {value(name, setting)}"


def phrase(name: str, setting: Any) -> str:
    """A setting in as few words as the name of a run has room for: "rate 0.5", "biases frozen"."""
    text = value(name, setting)
    match name:
        case "hidden":
            return f"hidden {text}" if setting else "no hidden layer"
        case "learning_rate":
            return f"rate {text}"
        case "train_biases":
            return "biases trained" if setting else "biases frozen"
        case "shuffle":
            return "shuffled" if setting else "not shuffled"
        case "batch_size":
            return f"batch {text}" if setting else "full batch"
        case "dataset" | "activation" | "optimizer" | "loss" | "init":
            return text
        case "output" | "schedule":
            return f"{text} {name}"
        case _:
            return f"{SPECS[name].label.lower()} {text}"


def edits_by_epoch(edits: Sequence[Edit]) -> list[str]:
    """What was changed while training: a text for each epoch with edits, which names the first `MOST_EDITS` of them."""
    texts = []
    for epoch, group in itertools.groupby(edits, key=lambda edit: edit.epoch):
        changes = [_change(edit) for edit in group]
        more = len(changes) - MOST_EDITS
        listed = [*changes[:MOST_EDITS], f"{more} more"] if more > 0 else changes
        texts.append(f"from epoch {epoch:,}: {', '.join(listed)}")
    return texts


def relevant(config: Config) -> set[str]:
    """The settings that matter under a configuration: no momentum without an optimizer that has one."""
    dataset = DATASETS[config.dataset]
    names = {"dataset", *dataset.settings, *fields("network"), *fields("goal")}
    names |= {"features"} if dataset.plane else set()
    names -= set() if config.hidden else {"activation"}
    names |= {"train_biases", "optimizer", "learning_rate", "schedule", "batch_size", "l1", "l2"}
    names |= {*OPTIMIZERS[config.optimizer].settings, *SCHEDULES[config.schedule].settings}
    return names | ({"shuffle"} if config.batch_size is not None else set())


def score_name(task: str) -> str:
    """What the score of a task is called, in the middle of a sentence."""
    return "accuracy" if task == "classification" else "R²"


def score(number: float | None) -> str:
    """An accuracy or an R²; a dash where there is none."""
    if number is None or math.isnan(number):
        return NOTHING
    return f"{number:.3f}" if number > -100 else "< −100"


def scores(snapshot: Snapshot) -> str:
    """The score on training rows and, if there are any, on test rows: "1.000 / 0.984"."""
    test = "" if snapshot.test_score is None else f" / {score(snapshot.test_score)}"
    return score(snapshot.score) + test


def _change(edit: Edit) -> str:
    if isinstance(edit.field, str):
        return phrase(edit.field, edit.value)
    return f"{field_text(edit.field)} = {setting_text.number(edit.value)}"
