"""A run: from settings and rows to every epoch of its training, and back again."""

from backprop_core.training.presets import PRESETS, suggested, suggested_for
from backprop_core.training.problem import UserRows, data_for
from backprop_core.training.recipe import MOST_EPOCHS, Recipe
from backprop_core.training.run import Run
from backprop_core.training.saving import Saved
from backprop_core.training.snapshot import Snapshot
from backprop_core.training.solved import MOST_SEARCHED, is_solved, search_cost, solved_from

__all__ = [
    "MOST_EPOCHS",
    "MOST_SEARCHED",
    "PRESETS",
    "Recipe",
    "Run",
    "Saved",
    "Snapshot",
    "UserRows",
    "data_for",
    "is_solved",
    "search_cost",
    "solved_from",
    "suggested",
    "suggested_for",
]
