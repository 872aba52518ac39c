"""The epoch from which on a run classifies every training row correctly."""

from __future__ import annotations

from backprop_core.training.run import Run
from backprop_core.training.trainer import Trainer

MOST_SEARCHED = 120_000_000  # the `search_cost` of a search that takes about half a second
OVERHEAD = 10_000  # fixed cost of an epoch, in the unit of `search_cost`


def is_solved(run: Run) -> bool:
    """Whether a classification run ended with all training rows classified correctly."""
    return run.data.task == "classification" and run.diverged is None and run.at(run.epoch).score >= 1


def search_cost(run: Run) -> int:
    """An upper bound for the work of `solved_from`, in rows × parameters."""
    return run.epoch * (len(run.data.X) * run.network.parameters + OVERHEAD)


def solved_from(run: Run) -> int:
    """The first epoch from which on all training rows are correct, found by searching backwards from the end."""
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
