"""The grid of a sweep: its cells, and the blocks in which they are trained."""

from __future__ import annotations

import functools
import itertools
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data.datasets import DATASETS
from backprop_core.nn.activations import Array
from backprop_core.nn.optimizers import OPTIMIZERS
from backprop_core.settings.arguments import whole_number
from backprop_core.settings.config import SPECS, Config
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError
from backprop_core.sweep.block import RECORD, Block, Solved, blank, bytes_per_run
from backprop_core.training.problem import UserRows, data_for, network_for, with_user_rows
from backprop_core.training.trainer import TOGETHER

MOST_RUNS = 20_000
MOST_BYTES = 256 * 2**20
CACHE_BYTES = 2**20  # size limit of a block, so that its data stays in a core's cache
MOST_TOGETHER = 512
FEWEST_TOGETHER = 16  # runs; splitting them into smaller blocks for more workers does not pay off
CURVE_SOLVED = 0.99  # the R² at which a regression counts as solved

Axes = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Grid:
    """A configuration, one or two settings with their values, and the seeds of every cell.

    `user_rows` are the user's own rows, if any, as prepared by `plan`.

    Raises
    ------
    ConfigError
        For invalid settings or values, for an empty grid, for duplicates, and for a grid that is too large.
    """

    config: Config
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    seeds: tuple[int, ...]
    solved: Solved
    user_rows: UserRows | None = None

    def __post_init__(self) -> None:
        names = [name for name, _ in self.axes]
        if len(names) not in {1, 2} or len(set(names)) < len(names) or "seed" in names:
            raise ConfigError("axes", "A sweep varies one or two different settings; seeds are given besides.")
        for name, values in [*self.axes, ("seed", self.seeds)]:
            if not values or len(set(values)) < len(values):
                label = SPECS[name].label if name in SPECS else name
                raise ConfigError(name, f"{label} ({name}) needs at least one value, and each only once.")
        if self.runs > MOST_RUNS:
            raise ConfigError("axes", f"This sweep has {self.runs:,} runs. At most {MOST_RUNS:,} are possible.")
        for seed in (min(self.seeds), max(self.seeds)):
            self.config.replace(seed=seed)
        if self.bytes > MOST_BYTES:
            needed, possible = self.bytes / 2**20, MOST_BYTES // 2**20
            raise ConfigError(
                "axes", f"This sweep needs {needed:,.0f} MB of memory. At most {possible} MB are possible."
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(A, B, S): values of the first setting, of the second (1 if there is none), and seeds."""
        first, second = (len(values) for _, values in self._both)
        return first, second, len(self.seeds)

    @property
    def runs(self) -> int:
        """A · B · S."""
        return int(np.prod(self.shape))

    @property
    def bytes(self) -> int:
        """An estimate of the sweep's memory in bytes: all records, and the largest block in training."""
        largest = max(_bytes_per_run(config, self.user_rows) for config in itertools.chain(*self.cells))
        return self.runs * RECORD.itemsize + max(largest, CACHE_BYTES)

    @functools.cached_property
    def cells(self) -> list[list[Config]]:
        """[A][B]: the configuration of every cell, with the first seed."""
        (first, first_values), (second, second_values) = self._both
        start = self.config.replace(seed=self.seeds[0])
        return [[start.replace(**{first: a, second: b}) for b in second_values] for a in first_values]

    def config_at(self, i: int, j: int, s: int) -> Config:
        """The configuration of one run."""
        return self.cells[i][j].replace(seed=self.seeds[s])

    def blocks(self, workers: int) -> list[Block]:
        """The runs in blocks that fit into a core's cache, and enough blocks for all workers."""
        kinds: dict[Any, list[int]] = {}
        cells = list(itertools.chain(*self.cells))
        for number, config in enumerate(cells):
            kinds.setdefault(kind(config), []).append(number)
        share = max(FEWEST_TOGETHER, -(-self.runs // workers))
        blocks = []
        for numbers_of_kind in kinds.values():
            places = (np.array(numbers_of_kind)[:, np.newaxis] * len(self.seeds) + np.arange(len(self.seeds))).ravel()
            fitting = CACHE_BYTES // _bytes_per_run(cells[numbers_of_kind[0]], self.user_rows)
            together = max(1, min(MOST_TOGETHER, fitting, share))
            blocks += [self._block(part) for part in np.array_split(places, -(-len(places) // together))]
        return blocks

    @property
    def _both(self) -> tuple[tuple[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]]:
        return (*self.axes, ("seed", self.seeds[:1]))[:2]  # type: ignore[return-value]

    def _block(self, places: Array) -> Block:
        indices = zip(*np.unravel_index(places, self.shape), strict=True)
        configs = tuple(self.config_at(int(i), int(j), int(s)) for i, j, s in indices)
        return Block(configs, places, blank(len(places)), self.solved, user_rows=self.user_rows)


def plan(
    config: Config,
    axes: Axes,
    seeds: Iterable[int] | int = 10,
    *,
    solved: Solved | None = None,
    data: Any = None,
) -> Grid:
    """The grid of a sweep, from the arguments of `sweep.run`. Raises ConfigError likewise."""
    config, user_rows = with_user_rows(config, data)
    if not isinstance(axes, Mapping):
        raise ConfigError("axes", f"A sweep takes settings with their values, {{name: [...]}}, not {short_repr(axes)}.")
    if not isinstance(solved, Solved | None):
        raise ConfigError("solved", f"When a run counts as solved is said by a Solved, not by {short_repr(solved)}.")
    checked = {name: _values(config, name, values) for name, values in axes.items()}
    if user_rows is not None and "dataset" in checked:
        raise ConfigError("axes", "A sweep over rows of your own has these rows in every cell, not other datasets.")
    task = DATASETS[config.dataset].task if user_rows is None else data_for(config, user_rows).task
    usual = Solved(score=1.0 if task == "classification" else CURVE_SOLVED)
    return Grid(config, tuple(checked.items()), _seeds(seeds), solved or usual, user_rows)


def _values(config: Config, name: Any, values: Any) -> tuple[Any, ...]:
    """The values of an axis, as `Config` stores them. Raises ConfigError for an unknown setting or a bad value."""
    if not isinstance(name, str) or name not in SPECS:
        Config.from_dict({name: None})  # raises
    requirement = f"{SPECS[name].label} ({name}) needs a list of values"
    return tuple(getattr(config.replace(**{name: value}), name) for value in _listed(values, name, requirement))


def _seeds(seeds: Any) -> tuple[int, ...]:
    """The seeds of every cell; a whole number n means range(n). Raises ConfigError."""
    requirement = f"Seeds are given as how many, or as a list of whole numbers, at most {MOST_RUNS:,}"
    if isinstance(seeds, numbers.Integral) and not isinstance(seeds, bool):
        seeds = range(max(0, min(int(seeds), MOST_RUNS + 1)))
    checked = tuple(whole_number(seed, "seed", requirement) for seed in _listed(seeds, "seed", requirement))
    if len(checked) > MOST_RUNS:
        raise ConfigError("seed", f"{requirement}.")
    return checked


def _listed(values: Any, field: str, requirement: str) -> list[Any]:
    """The values of an iterable, up to one more than a sweep can have. Raises ConfigError."""
    try:
        if not isinstance(values, str | bytes | Mapping):
            return list(itertools.islice(values, MOST_RUNS + 1))
    except TypeError as error:
        raise ConfigError(field, f"{requirement}, not {short_repr(values)}.") from error
    raise ConfigError(field, f"{requirement}, not {short_repr(values)}.")


def kind(config: Config) -> tuple[Any, ...]:
    """A key that is equal for configurations that can be trained together."""
    shared = [value for name, value in config.to_dict().items() if name not in TOGETHER]
    return (*shared, bool(config.l1 or config.l2))


def _bytes_per_run(config: Config, user_rows: UserRows | None) -> int:
    data = data_for(config, user_rows)
    rows = len(data.X) + len(data.X_test) + (config.batch_size or 0)
    return bytes_per_run(network_for(config, data), rows, len(OPTIMIZERS[config.optimizer].slots))
