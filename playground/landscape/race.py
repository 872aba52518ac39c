"""A race of optimizers: runs that begin with the same weights, to be shown on one landscape."""

from __future__ import annotations

from dataclasses import replace

from backprop_core import Run
from backprop_core.training import Recipe

# By the name of the pin: the optimizer, and its learning rate as a multiple of that of plain descent, or itself.
RACERS = {"Plain descent": ("sgd", 1.0), "Momentum": ("momentum", 1.0), "Adam": ("adam", None)}
ADAM_RATE, PLAIN_RATE = 0.03, 0.3
SAME_RATE = ("sgd", "momentum", "nesterov")  # optimizers whose learning rate suits plain descent
LONGEST_SECONDS = 2.0  # that training a racer may take
EPOCH_COST = 4.0  # an epoch takes about so many times as long as a loss
FEWEST, MOST = 50, 2_000  # epochs


def contestants(run: Run, seconds: float) -> dict[str, Recipe]:
    """Recipes by their names, with the data, network and weights of a run at epoch 0, without its later edits.

    seconds : that a loss takes, which decides how far they are trained
    """
    config = run.config
    batches = -(-len(run.data.X) // (config.batch_size or len(run.data.X)))
    epochs = int(min(max(LONGEST_SECONDS / (EPOCH_COST * batches * seconds), FEWEST), MOST, config.epochs))
    start = tuple(edit for edit in run.edits if edit.epoch == 0 and not isinstance(edit.field, str))
    plain = config.learning_rate if config.optimizer in SAME_RATE else PLAIN_RATE
    recipes = {}
    for name, (optimizer, share) in RACERS.items():
        rate = ADAM_RATE if share is None else share * plain
        changed = config.replace(optimizer=optimizer, learning_rate=rate)
        recipes[name] = replace(run.recipe, config=changed, edits=start, epochs=epochs)
    return recipes
