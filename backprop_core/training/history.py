"""What a run stores: the loss of every epoch, and keyframes from which any epoch can be replayed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from backprop_core.nn.activations import Array

MOST_KEYFRAMES = 256
MOST_KEYFRAME_BYTES = 16 * 2**20
FEWEST_KEYFRAMES = 16


class State(NamedTuple):
    """Everything training carries from one epoch to the next.

    memory : (1 + slots, ..., P), theta first, then the optimizer's slots
    updates : number of updates since the slots were empty
    """

    memory: Array
    updates: int = 0

    @property
    def theta(self) -> Array:
        """The parameters (..., P): a view."""
        return self.memory[0]

    def copy(self) -> State:
        """A copy that shares no memory with this state."""
        return State(self.memory.copy(), self.updates)


class Losses:
    """A growing series of numbers, one per epoch; `length` of them so far."""

    def __init__(self) -> None:
        self._buffer = np.empty(1_024)
        self.length = 0

    @property
    def values(self) -> Array:
        """(epochs + 1,): a read-only view."""
        view = self._buffer[: self.length]
        view.setflags(write=False)
        return view

    def extend(self, values: Sequence[float]) -> None:
        """Append the numbers of the next epochs."""
        if not values:
            return
        length = self.length + len(values)
        if length > len(self._buffer):
            self._buffer = np.concatenate([self._buffer[: self.length], np.empty(length)])
        self._buffer[self.length : length] = values
        self.length = length

    def cut(self, length: int) -> None:
        """Discard all but the first `length` numbers."""
        self.length = min(length, self.length)

    def copy(self) -> Losses:
        """A copy that shares no memory with this series."""
        twin = Losses()
        twin._buffer, twin.length = self.values.copy(), self.length
        return twin


class History:
    """Losses after every epoch, and keyframes at multiples of an interval that doubles when there are too many.

    norms : cache of the gradient norm of each layer (layers,), by epoch
    """

    def __init__(self) -> None:
        self._loss, self._test_loss = Losses(), Losses()
        self._epochs: list[int] = []
        self._states: list[State] = []
        self._interval = 1
        self.norms: dict[int, Array] = {}

    @property
    def loss(self) -> Array:
        """(epoch + 1,): training loss, penalty included, at the start and after every epoch."""
        return self._loss.values

    @property
    def test_loss(self) -> Array:
        """(epoch + 1,): loss on the test rows, without penalty; empty if there are no test rows."""
        return self._test_loss.values

    @property
    def keyframes(self) -> list[int]:
        """Epochs whose state is stored, ascending."""
        return list(self._epochs)

    @property
    def next_keyframe(self) -> int:
        """The next epoch whose state will be stored."""
        return (self._loss.length - 1) // self._interval * self._interval + self._interval

    def spread(self, most: int) -> list[int]:
        """Up to `most` epochs, ascending: evenly spaced keyframes, and the newest epoch."""
        newest = self._loss.length - 1
        earlier = self._epochs[: bisect_left(self._epochs, newest)]
        return [*earlier[:: -(-len(earlier) // max(most - 1, 1)) or 1], newest]

    def extend(self, losses: Sequence[float], test_losses: Sequence[float], state: State | None) -> None:
        """Record the losses of the next epochs, none beyond `next_keyframe`, and the state after them.

        `state` is None if it is not finite.
        """
        self._loss.extend(losses)
        self._test_loss.extend(test_losses)
        epoch = self._loss.length - 1
        if state and losses and epoch % self._interval == 0:
            self._epochs.append(epoch)
            self._states.append(state.copy())
            self._thin(max(FEWEST_KEYFRAMES, min(MOST_KEYFRAMES, MOST_KEYFRAME_BYTES // state.memory.nbytes)))

    def nearest(self, epoch: int) -> tuple[int, State]:
        """The last keyframe at or before an epoch: its epoch, and a copy of its state."""
        index = bisect_right(self._epochs, epoch) - 1
        return self._epochs[index], self._states[index].copy()

    def copy(self) -> History:
        """An independent copy. Keyframes are shared, because they never change."""
        twin = History()
        twin._loss, twin._test_loss = self._loss.copy(), self._test_loss.copy()
        twin._epochs, twin._states, twin._interval = list(self._epochs), list(self._states), self._interval
        twin.norms = dict(self.norms)
        return twin

    def rewind(self, epoch: int) -> None:
        """Discard everything after an epoch."""
        self._loss.cut(epoch + 1)
        self._test_loss.cut(epoch + 1)
        self.norms = {earlier: norms for earlier, norms in self.norms.items() if earlier <= epoch}
        keep = bisect_right(self._epochs, epoch)
        del self._epochs[keep:], self._states[keep:]

    def _thin(self, most: int) -> None:
        while len(self._epochs) > most:
            self._interval *= 2
            indices = [index for index, epoch in enumerate(self._epochs) if epoch % self._interval == 0]
            self._epochs = [self._epochs[index] for index in indices]
            self._states = [self._states[index] for index in indices]
