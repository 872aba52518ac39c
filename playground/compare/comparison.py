"""Comparing runs: their names, the settings in which they differ, and how they ended. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backprop_core import Config, Run
from backprop_core.settings import SPECS, fields
from backprop_core.training import MOST_SEARCHED, is_solved, search_cost, solved_from, suggested
from playground import wording
from playground.session.nested import same_numbers
from playground.wording import NOTHING, relevant

LONGEST_NAME = 40  # characters
SOLVED = "Solved from"
SCORES = ("Train accuracy", "Test accuracy", "Train R²", "Test R²", "Train acc. or R²", "Test acc. or R²")

ALWAYS_NAMED = ("hidden", "learning_rate", "seed")


def clean(name: str) -> str:
    """A typed name on one line, without invisible characters, at most `LONGEST_NAME` long."""
    visible = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(visible.split())[:LONGEST_NAME].rstrip()


def numbered(name: str, taken: Iterable[str]) -> str:
    """The name, with a number added if it is taken."""
    taken = set(taken)
    for number in itertools.count(2):
        if name not in taken:
            return name
        ending = f" ({number})"
        name = name.removesuffix(f" ({number - 1})")[: LONGEST_NAME - len(ending)] + ending
    raise AssertionError


def default_name(run: Run, others: Sequence[Run]) -> str:
    """What is special about a run: its dataset, if others have another one, and where its settings differ from those
    suggested for the dataset, or from other runs of it.
    """
    config, usual = run.config, suggested(run.config.dataset)
    alike = [other.config for other in others if other.config.dataset == config.dataset]

    def is_special(name: str) -> bool:
        return any(_value(config, name) != _value(other, name) for other in alike)

    left_out = {"dataset", *ALWAYS_NAMED, *fields("goal")}
    unusual = [name for name in SPECS if name in relevant(config) - left_out]
    unusual = [name for name in unusual if is_special(name) or _value(config, name) != _value(usual, name)]
    rest = sorted(ALWAYS_NAMED, key=lambda name: not is_special(name))
    parts = [wording.phrase(name, _value(config, name)) for name in (*unusual, *rest)]
    if len(alike) < len(others):
        parts.insert(0, wording.value("dataset", config.dataset))
    if run.edits:
        parts.insert(0, f"{len(run.edits)} edit{'s' * (len(run.edits) > 1)}")
    text = ""
    for part in parts:
        longer = f"{text}, {part}" if text else part
        text = longer if len(longer) <= LONGEST_NAME else text
    return text


def _value(config: Config, name: str) -> Any:
    """The value of a setting; of the test share, the number even if it is unset."""
    return config.share_held_back if name == "test_share" else getattr(config, name)


def differences(runs: Sequence[Run]) -> dict[str, list[str]]:
    """What differs between runs: by label, a text for each run. The seed, and edits if there are any, always."""
    table = {
        SPECS[name].label: [
            wording.value(name, _value(run.config, name)) if name in relevant(run.config) else NOTHING for run in runs
        ]
        for name in SPECS
        if name == "seed" or _differ(name, runs)
    }
    data, weights = _lettered(runs, lambda run: run.user_rows), _lettered(runs, lambda run: run.start_params)
    if len(set(data)) > 1:
        table["Rows brought"] = data
    if len(set(weights)) > 1:
        table["Starting weights"] = weights
    if any(run.edits for run in runs):
        table["Edits"] = ["; ".join(wording.edits_by_epoch(run.edits)) or "none" for run in runs]
    return table


def results(runs: Sequence[Run], solved: Sequence[str]) -> dict[str, list[Any]]:
    """How runs ended: by label, a number for each run, or None. Labels without any number are left out.

    solved : a text for each run, from `solved_text`
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
    """The epoch from which on all training rows are right; "–" if they are not, "?" if finding it would take long."""
    if not is_solved(run):
        return NOTHING
    return f"{solved_from(run):,}" if search_cost(run) <= MOST_SEARCHED else "?"


def _differ(name: str, runs: Sequence[Run]) -> bool:
    return len({_value(run.config, name) if name in relevant(run.config) else NOTHING for run in runs}) > 1


def _lettered(runs: Sequence[Run], user_rows: Callable[[Run], Any]) -> list[str]:
    """What each run has of the user's own, named by a letter; the same letter where it is the same."""
    known: list[Any] = []
    letters = []
    for run in runs:
        own = user_rows(run)
        if own is None:
            letters.append("none")
            continue
        place = next((place for place, other in enumerate(known) if same_numbers(own, other)), len(known))
        known += [own] if place == len(known) else []
        letters.append(f"own {chr(ord('A') + place)}")
    return letters
