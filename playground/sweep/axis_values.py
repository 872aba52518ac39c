"""Which settings can be swept, over which values, and their names on the page. Pure functions."""

from __future__ import annotations

from typing import Any

from backprop_core.data import DATASETS
from backprop_core.settings import SPECS, Config, setting_text
from backprop_core.sweep import Grid

LEFT_OUT = {"seed", "features", "stop_loss", "stop_accuracy"}

SUGGESTED: dict[str, tuple[str, ...]] = {
    "learning_rate": ("0.01", "0.03", "0.1", "0.3", "1", "3", "10"),
    "hidden": ("1", "2", "3", "4", "6", "8", "4-4", "8-8"),
    "batch_size": ("1", "4", "16", "64", "all"),
    "epochs": ("100", "300", "1000", "3000", "10000"),
    "samples": ("50", "100", "200", "500"),
    "noise": ("0", "0.1", "0.2", "0.3", "0.5"),
    "test_share": ("0", "0.25", "0.5", "0.75"),
    "data_seed": ("0", "1", "2", "3"),
    "l1": ("0", "0.0001", "0.001", "0.01", "0.1"),
    "l2": ("0", "0.0001", "0.001", "0.01", "0.1"),
    "momentum": ("0", "0.5", "0.9", "0.95", "0.99"),
    "rho": ("0.5", "0.9", "0.99", "0.999"),
    "beta1": ("0", "0.5", "0.9", "0.99"),
    "beta2": ("0.9", "0.99", "0.999", "0.9999"),
    "epsilon": ("1e-08", "1e-06", "0.0001", "0.01"),
    "schedule_epochs": ("100", "300", "1000", "3000"),
    "schedule_factor": ("0.1", "0.3", "0.5", "0.9"),
}


def sweepable(config: Config) -> tuple[str, ...]:
    """The settings that can be swept, the most instructive first."""
    first = ("learning_rate", "hidden", "activation", "init", "optimizer", "batch_size", "train_biases", "loss")
    data = DATASETS[config.dataset].settings
    without_use = {name for name, spec in SPECS.items() if spec.group == "data"} - {"dataset", *data}
    without_use |= {"dataset"} if config.dataset == "csv" else set()  # all cells have the user's rows
    rest = [name for name in SPECS if name not in {*first, *LEFT_OUT, *without_use}]
    return (*first, *rest)


def suggestions(name: str, values: tuple[Any, ...] = ()) -> list[str]:
    """Texts to choose from: the values suggested for a setting, and these values."""
    spec = SPECS[name]
    known = tuple(setting_text.FLAGS) if spec.kind == "flag" else SUGGESTED.get(name, tuple(spec.choices))
    if name == "dataset":
        known = tuple(choice for choice in known if choice != "csv")
    return list(dict.fromkeys([*known, *(setting_text.write(name, value) for value in values)]))


def defaults(name: str) -> list[str]:
    """The values, as texts, that a setting is swept over until others are chosen."""
    return suggestions(name)[:12]


def names(grid: Grid) -> tuple[tuple[list[str], list[str]], tuple[str, str]]:
    """The values of both settings as texts, and the settings' labels; empty if there is no second setting."""
    texts = [[setting_text.write(name, value) for value in values] for name, values in grid.axes]
    titles = [SPECS[name].label for name, _ in grid.axes]
    return (texts[0], texts[1] if len(texts) > 1 else [""]), (titles[0], titles[1] if len(titles) > 1 else "")
