"""What an export has to reproduce: everything that determines a run's numbers, in the order of its epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data.datasets import DATASETS
from backprop_core.data.preparation import Preparation
from backprop_core.data.rows import TableRows
from backprop_core.data.scaling import Scaling
from backprop_core.nn.activations import Activation, Array
from backprop_core.nn.blas import LARGEST_ALONE
from backprop_core.nn.initializers import INITIALIZERS, Params
from backprop_core.nn.losses import FUSED, Fused
from backprop_core.nn.network import Network
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.settings.config import SPECS, Config
from backprop_core.settings.parameter import Address
from backprop_core.training.run import Run

MOST_REPORTS = 10
MOST_NAMES = 20  # columns whose names are worth a list


@dataclass(frozen=True)
class Stretch:
    """Epochs with one configuration: from `start` completed epochs on, with the parameters typed in then."""

    start: int
    config: Config
    weights: tuple[tuple[Address, float], ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """A run as it stands after its last completed epoch.

    X, X_test : (N, d), what the network is shown
    y, y_test : (N, k)
    columns, classes : their names; empty where they would say nothing
    scaling, target_scaling, features : how X and y are computed from rows and targets in the user's units
    example : (d,), the first training row in the user's units
    preparation : what was done to the columns of the user's table, if that is known
    params : the starting weights, [(W, b), ...]; `own` tells that they were not drawn
    loss : the training loss after `epochs` epochs, its penalty included
    """

    title: str
    network: Network
    X: Array
    y: Array
    X_test: Array
    y_test: Array
    columns: tuple[str, ...]
    classes: tuple[str, ...]
    is_classification: bool
    scaling: Scaling | None
    target_scaling: Scaling | None
    features: tuple[str, ...]
    example: Array
    preparation: Preparation | None
    params: Params
    own: bool
    stretches: tuple[Stretch, ...]
    epochs: int
    loss: float
    diverged: int | None

    @property
    def origin(self) -> str:
        """Where the program comes from."""
        return f"Made by Backprop Playground, where the loss after epoch {self.epochs:,} is {self.loss!r}."

    @property
    def config(self) -> Config:
        """The configuration at the start."""
        return self.stretches[0].config

    @property
    def configs(self) -> list[Config]:
        """The configurations of all stretches."""
        return [stretch.config for stretch in self.stretches]

    @property
    def layers(self) -> range:
        """The numbers of the layers, from 1."""
        return range(1, len(self.network.sizes))

    @property
    def fused(self) -> Fused | None:
        """Output and loss taken together, if they are."""
        return FUSED.get((self.network.output, self.network.loss))

    @property
    def activation_names(self) -> dict[int, str]:
        """The name of each layer's activation."""
        return dict(zip(self.layers, [*self.network.activations, self.network.output], strict=True))

    @property
    def activations(self) -> dict[str, Activation]:
        """The activations by name, each once."""
        return dict(zip(self.activation_names.values(), self.network.functions, strict=True))

    @property
    def pulls_back(self) -> bool:
        """Whether the outputs' δ needs all of a sample's outputs."""
        return self.fused is None and self.network.functions[-1].pull_back is not None

    @property
    def sloped_layers(self) -> range:
        """The layers whose f'(z) is needed."""
        return self.layers[:-1] if self.fused or self.pulls_back else self.layers

    @property
    def is_scheduled(self) -> bool:
        """Whether the learning rate changes with the epochs."""
        return self.used("schedule") != ["constant"]

    @property
    def is_drawn(self) -> bool:
        """Whether the starting weights are drawn at random."""
        return not self.own and "rng" in INITIALIZERS[self.config.init].code

    @property
    def rows(self) -> int:
        """Number of training rows."""
        return len(self.X)

    @property
    def has_test(self) -> bool:
        """Whether rows are held back."""
        return len(self.X_test) > 0

    @property
    def is_large(self) -> bool:
        """Whether BLAS would split a product among threads, if it had several."""
        rows = max(self.rows, len(self.X_test))
        return any((fan_in + 1) * fan_out * rows > LARGEST_ALONE for fan_in, fan_out in self.network.fans)

    @property
    def every(self) -> int:
        """The loss is printed every so many epochs."""
        every = 1
        while self.epochs > MOST_REPORTS * every:
            every = every * 5 // 2 if str(every).startswith("2") else every * 2
        return every

    @property
    def penalties(self) -> list[str]:
        """Which of l1 and l2 are above 0 in any stretch."""
        return [name for name in ("l1", "l2") if any(self.values(name))]

    @property
    def is_batched(self) -> bool:
        """Whether mini-batches are used at any time."""
        return any(self.batch_size(config) < self.rows for config in self.configs)

    @property
    def is_shuffled(self) -> bool:
        """Whether mini-batches are shuffled at any time."""
        return any(config.shuffle and self.batch_size(config) < self.rows for config in self.configs)

    def values(self, field: str) -> list[Any]:
        """What a setting is in each stretch."""
        return [getattr(config, field) for config in self.configs]

    def used(self, field: str) -> list[Any]:
        """The different values of a setting, in the order of the stretches."""
        return list(dict.fromkeys(self.values(field)))

    def batch_size(self, config: Config) -> int:
        """Rows an update looks at."""
        return min(config.batch_size or self.rows, self.rows)

    def settings(self, config: Config) -> dict[str, float | bool]:
        """The numbers that training needs, with the values they have in a configuration of this plan."""
        needed = ["learning_rate"]
        needed += [name for optimizer in self.used("optimizer") for name in OPTIMIZERS[optimizer].settings]
        needed += [name for schedule in self.used("schedule") for name in SCHEDULES[schedule].settings]
        needed += self.penalties
        settings = {name: getattr(config, name) for name in needed}
        if self.is_batched:
            settings["batch_size"] = self.batch_size(config)
        if len({config.shuffle for config in self.configs if self.batch_size(config) < self.rows}) > 1:
            settings["shuffle"] = config.shuffle
        if len(self.used("train_biases")) > 1:
            settings["train_biases"] = config.train_biases
        return settings

    def changes(self, index: int) -> dict[str, float | bool]:
        """The settings of a stretch that differ from those of the stretch before."""
        before, now = (self.settings(self.stretches[i].config) for i in (index - 1, index))
        return {name: value for name, value in now.items() if value != before[name]}


def plan_of(run: Run) -> Plan:
    """What there is to reproduce of a run; an epoch that was begun with `step` is left out."""
    data, network = run.data, run.network
    return Plan(
        title=f"{DATASETS[run.config.dataset].label}, learned by a {'-'.join(map(str, network.sizes))} network",
        network=network,
        X=np.ascontiguousarray(data.expand(data.X)),
        y=data.y,
        X_test=np.ascontiguousarray(data.expand(data.X_test)),
        y_test=data.y_test,
        columns=_telling(data.input_labels, "x", 1),
        classes=_telling(data.classes, "", 0),
        is_classification=data.task == "classification",
        scaling=data.scaling,
        target_scaling=data.target_scaling,
        features=data.features,
        example=data.rows[0],
        preparation=run.user_rows.preparation if isinstance(run.user_rows, TableRows) else None,
        params=run.start_params or INITIALIZERS[run.config.init].draw(network.sizes, run.config.seed),
        own=run.start_params is not None,
        stretches=_stretches(run),
        epochs=run.epoch,
        loss=float(run.history.loss[run.epoch]),
        diverged=run.diverged,
    )


def about_setting(name: str, schedule: str) -> str:
    """What a setting means, in one sentence of its help, as a comment; a flag says it by its name."""
    if SPECS[name].kind == "flag":
        return ""
    sentences = SPECS[name].help.removesuffix(".").split(". ")
    return "  # " + next((text for text in sentences if text.lower().startswith(f"{schedule}:")), sentences[0])


def _stretches(run: Run) -> tuple[Stretch, ...]:
    starts = sorted({0, *(edit.epoch for edit in run.edits if edit.epoch <= run.epoch)})
    return tuple(
        Stretch(
            start,
            run.config_at(start),
            tuple(
                (edit.field, float(edit.value))
                for edit in run.edits
                if edit.epoch == start and not isinstance(edit.field, str)
            ),
        )
        for start in starts
    )


def _telling(names: tuple[str, ...], prefix: str, first: int) -> tuple[str, ...]:
    """Names, if they say more than numbers would and are not too many; otherwise none."""
    plain = tuple(f"{prefix}{number}" for number in range(first, first + len(names)))
    return () if names in {plain, ("x",)} or len(names) > MOST_NAMES else names
