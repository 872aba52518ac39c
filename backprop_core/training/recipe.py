"""What defines a run, and how far it was trained: enough to reproduce it bit for bit."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backprop_core.nn.initializers import Params
from backprop_core.settings.arguments import whole_number
from backprop_core.settings.config import MAX_EPOCHS, Config, Edit
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError
from backprop_core.training.problem import UserRows

MOST_EPOCHS = 10 * MAX_EPOCHS  # a run can be trained on beyond the epochs of its configuration


@dataclass(frozen=True)
class Recipe:
    """A configuration and its edits, with the user's own rows and starting weights, if any.

    config : Config
    edits : in any order
    epochs : how far the run was trained
    data : rows that replace the configuration's dataset, in the form that `Run` takes
    params : starting weights [(W, b), ...] that replace those of the configuration's initializer

    Raises
    ------
    ConfigError
        If edits or epochs have the wrong type or are out of range. Whether they fit the configuration is checked when
        the run is made.
    """

    config: Config
    edits: tuple[Edit, ...] = ()
    epochs: int = 0
    data: UserRows | None = None
    params: Params | None = None

    def __post_init__(self) -> None:
        _check_edits(self.edits)
        for epoch in (self.epochs, *(edit.epoch for edit in self.edits)):
            checked_epochs(epoch)
        object.__setattr__(self, "edits", tuple(self.edits))

    def with_changes(self, **changes: Any) -> Recipe:
        """A copy with some settings changed; if the dataset changes, the user's rows and weights are dropped.

        Raises ConfigError for a bad value.
        """
        config = self.config.replace(**changes)
        if config.dataset != self.config.dataset:
            return replace(self, config=config, data=None, params=None)
        return replace(self, config=config)


def checked_epochs(epochs: Any) -> int:
    """A number of epochs. Raises ConfigError for anything but a whole number in range."""
    allowed = f"Epochs are a whole number from 0 to {MOST_EPOCHS:,}"
    if not 0 <= (number := whole_number(epochs, "epochs", allowed)) <= MOST_EPOCHS:
        raise ConfigError("epochs", f"{allowed}, not {short_repr(epochs)}.")
    return number


def _check_edits(edits: Any) -> None:
    if not isinstance(edits, Sequence) or not all(isinstance(edit, Edit) for edit in edits):
        raise ConfigError("edits", f"Edits must be a list of Edit, not {short_repr(edits)}.")
    for edit in edits:
        field = edit.field
        is_address = isinstance(field, tuple) and all(isinstance(part, str | numbers.Integral) for part in field)
        if not isinstance(field, str) and not is_address:
            raise ConfigError("edits", f"An edit changes a setting or a parameter, not {short_repr(field)}.")
