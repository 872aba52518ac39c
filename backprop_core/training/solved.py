"""From which epoch on a run got every training row right."""

from __future__ import annotations

from backprop_core.training.run import Run
from backprop_core.training.trainer import Trainer

MOST_SEARCHED = 120_000_000  # cost of a search that takes about half a second
OVERHEAD = 10_000  # cost of an epoch, besides that of its rows and parameters


def is_solved(run: Run) -> bool:
    """Whether a classification ended with all training rows right."""
    return run.data.task == "classification" and run.diverged is None and run.at(run.epoch).score >= 1


def search_cost(run: Run) -> int:
    """How much work `solved_from` may be, in rows × parameters."""
    return run.epoch * (len(run.data.X) * run.network.parameters + OVERHEAD)


def solved_from(run: Run) -> int:
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
