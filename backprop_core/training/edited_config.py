"""A configuration and its edits: which settings apply after which epoch."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any

from backprop_core.settings.config import Config, Edit


class EditedConfig:
    """A configuration with the changes made while training, ordered by epoch. Immutable."""

    def __init__(self, config: Config, edits: tuple[Edit, ...] = ()) -> None:
        self.config, self.edits = config, edits
        self._last = 0, config  # cache for `at`, which is mostly called in order: number of edits, and their result

    def at(self, epoch: int) -> Config:
        """The configuration in force after `epoch` epochs, including the edits made at that epoch."""
        count = bisect_right(self.edits, epoch, key=_epoch_of)
        applied, config = self._last
        if count < applied:
            applied, config = 0, self.config
        changes = {edit.field: edit.value for edit in self.edits[applied:count] if isinstance(edit.field, str)}
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
        """The epochs strictly between `start` and `stop` at which edits were made, ascending."""
        first, last = bisect_right(self.edits, start, key=_epoch_of), bisect_left(self.edits, stop, key=_epoch_of)
        return list(dict.fromkeys(edit.epoch for edit in self.edits[first:last]))

    def until(self, epoch: int) -> EditedConfig:
        """A copy without the edits made after an epoch."""
        count = bisect_right(self.edits, epoch, key=_epoch_of)
        return self._with(self.config, self.edits[:count], count)

    def with_changes(self, epoch: int, changes: Mapping[Any, Any], goals: Mapping[str, Any]) -> EditedConfig:
        """A copy with changes made at an epoch, at or after the last edit so far, and with new goals.

        `changes` maps names of settings and addresses of parameters to values; they replace edits of the same fields at
        this epoch. A setting that is set back to its value before this epoch needs no edit. At epoch 0, settings become
        part of the configuration instead of edits.
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
        unchanged = [edit for edit in self.edits[first:] if edit.field not in changes]
        new = [Edit(epoch, field, value) for field, value in (weights | settings).items()]
        at_epoch = sorted([*unchanged, *new], key=lambda edit: str(edit.field))
        return self._with(config, (*self.edits[:first], *at_epoch), first)

    def _with(self, config: Config, edits: tuple[Edit, ...], shared: int) -> EditedConfig:
        """A new EditedConfig whose first `shared` edits are those of this one; takes over the cache if still valid."""
        other = EditedConfig(config, edits)
        if config is self.config and self._last[0] <= shared:
            other._last = self._last
        return other


def _epoch_of(edit: Edit) -> int:
    return edit.epoch
