"""A configuration and its edits: what is in force after which epoch."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any

from backprop_core.settings.config import Config, Edit


class EditedConfig:
    """A configuration with changes made while training, in the order of their epochs. Nothing about it changes."""

    def __init__(self, config: Config, edits: tuple[Edit, ...] = ()) -> None:
        self.config, self.edits = config, edits
        self._last = 0, config  # what `at` said last, and how many edits that counts: training mostly asks in order

    def at(self, epoch: int) -> Config:
        """The configuration in force after `epoch` epochs, the edits made there included."""
        count = bisect_right(self.edits, epoch, key=_epoch_of)
        known, config = self._last
        if count < known:
            known, config = 0, self.config
        changes = {edit.field: edit.value for edit in self.edits[known:count] if isinstance(edit.field, str)}
        if changes:
            config = config.replace(**changes)
        self._last = count, config
        return config

    def made_at(self, epoch: int) -> tuple[Edit, ...]:
        """The edits made at an epoch."""
        return self.edits[
            bisect_left(self.edits, epoch, key=_epoch_of) : bisect_right(self.edits, epoch, key=_epoch_of)
        ]

    def epochs(self, start: int, stop: int) -> list[int]:
        """The epochs after `start` and before `stop` at which an edit was made."""
        first, last = bisect_right(self.edits, start, key=_epoch_of), bisect_left(self.edits, stop, key=_epoch_of)
        return list(dict.fromkeys(edit.epoch for edit in self.edits[first:last]))

    def until(self, epoch: int) -> EditedConfig:
        """The same without the edits made after an epoch."""
        count = bisect_right(self.edits, epoch, key=_epoch_of)
        return self._with(self.config, self.edits[:count], count)

    def with_changes(self, epoch: int, changes: Mapping[Any, Any], goals: Mapping[str, Any]) -> EditedConfig:
        """The same with changes made at an epoch, the last one so far, and with other goals.

        `changes` are values by the names of settings and the addresses of parameters; they replace edits of the same
        fields there. A setting that is given the value it had before this epoch needs no edit; nor does one at epoch 0,
        where it becomes part of the configuration.
        """
        settings = {field: value for field, value in changes.items() if isinstance(field, str)}
        weights = {field: value for field, value in changes.items() if not isinstance(field, str)}
        config = self.config.replace(**goals) if goals else self.config
        if not changes:
            return self._with(config, self.edits, len(self.edits))
        if epoch:
            before = self.at(epoch - 1)
            settings = {field: value for field, value in settings.items() if value != getattr(before, field)}
        else:
            config, settings = config.replace(**settings), {}
        first = bisect_left(self.edits, epoch, key=_epoch_of)
        kept = [edit for edit in self.edits[first:] if edit.field not in changes]
        new = [Edit(epoch, field, value) for field, value in (weights | settings).items()]
        there = sorted([*kept, *new], key=lambda edit: str(edit.field))
        return self._with(config, (*self.edits[:first], *there), first)

    def _with(self, config: Config, edits: tuple[Edit, ...], same: int) -> EditedConfig:
        """Another one, of whose edits the first `same` are those of this one."""
        other = EditedConfig(config, edits)
        if config is self.config and self._last[0] <= same:
            other._last = self._last
        return other


def _epoch_of(edit: Edit) -> int:
    return edit.epoch
