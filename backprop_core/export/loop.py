"""The training loop of a program: its updates, mini-batches, changes made by hand, and when the loss is printed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from backprop_core.export.plan import Plan, Stretch
from backprop_core.export.program import Part
from backprop_core.export.source import defined, factor, indented, number
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.config import Config

Settings = Mapping[str, float | bool]


def training(plan: Plan, head: list[str], body: list[str]) -> Part:
    """The loop over the epochs: the statements `head`, which define `report`, come before it, and `body` in each."""
    rate = [f"rate = {rate_name(plan, plan.config.schedule)}"] if len(plan.used("schedule")) > 1 else []
    report = "report(epoch)"
    if plan.every > 1:
        report = indented(f"if epoch % {number(plan.every)} == 0 or epoch == epochs:", report)
    loop = indented("for epoch in range(1, epochs + 1):", *body, report)
    about = "Every epoch, one update with all rows."
    if plan.is_batched:
        order = " in an order drawn from the seed and the epoch" if plan.is_shuffled else ""
        about = f"Every epoch goes through all rows{order}, with an update for each mini-batch."
    return Part("Training", about, "\n".join([*head, *rate, "report(0)", loop]))


def print_losses(plan: Plan) -> str:
    """The statement that prints the losses, at the end of `report`."""
    return f'print(f"epoch {{epoch:6}}   loss {{train_loss}}{"   test loss {test_loss}" if plan.has_test else ""}")'


def updates(plan: Plan, update: list[str], batch_update: list[str]) -> list[str]:
    """The updates of an epoch: one with all rows, or one for each mini-batch."""
    if not plan.is_batched:
        return update
    batch = ["rows = order[start : start + batch_size]", *batch_update]
    return [*_order(plan), indented("for start in range(0, len(X), batch_size):", *batch)]


def _order(plan: Plan) -> list[str]:
    """Statements that put the rows of an epoch in the order in which its mini-batches take them."""
    as_given = "order = np.arange(len(X))"
    shuffled = "order = np.random.RandomState([seed, epoch - 1]).permutation(len(X))"
    if not plan.is_shuffled:
        return [as_given]
    conditions = ["shuffle"] if "shuffle" in plan.settings(plan.config) else []
    conditions += ["batch_size < len(X)"] if plan.rows in map(plan.batch_size, plan.configs) else []
    return [as_given, indented(f"if {' and '.join(conditions)}:", shuffled)] if conditions else [shuffled]


def changes(
    plan: Plan,
    optimizer: Callable[[Config, Config, Settings], list[str]],
    weights: Callable[[Stretch], list[str]],
) -> list[str]:
    """What was changed by hand after some of the epochs.

    optimizer : statements for what changes in it between two configurations, which differ in the settings given
    weights : statements for the weights that were typed in
    """
    blocks = []
    for i, (before, now) in enumerate(itertools.pairwise(plan.stretches), start=1):
        lines = assignments(plan.changes(i))
        if now.config.schedule != before.config.schedule:
            lines.append(f"rate = {rate_name(plan, now.config.schedule)}")
        lines += [*optimizer(before.config, now.config, plan.changes(i)), *weights(now)]
        if lines:
            blocks.append(indented(f"if epoch == {number(now.start)}:  # changed by hand", *lines))
    return blocks


def assignments(settings: Settings) -> list[str]:
    """Statements that set settings."""
    return [f"{name} = {number(value)}" for name, value in settings.items()]


def optimizer_labels(plan: Plan) -> str:
    """The optimizers, in the order in which they are used."""
    return ", then ".join(OPTIMIZERS[name].label for name in plan.used("optimizer"))


def rates(plan: Plan) -> list[str]:
    """The functions that give the learning rate of an epoch; none where it stays the same."""
    functions = []
    for name in plan.used("schedule") if plan.is_scheduled else []:
        rate = "learning_rate" if name == "constant" else f"learning_rate * {factor(SCHEDULES[name].code)}"
        functions.append(defined(rate_name(plan, name), ["epoch"], f"return {rate}"))
    return functions


def rate_name(plan: Plan, schedule: str) -> str:
    """What the function that gives a schedule's learning rate is called."""
    return "rate" if len(plan.used("schedule")) == 1 else f"rate_{schedule}"
