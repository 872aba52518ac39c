"""Whether a network has to be asked again about what somebody tries on the Train page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.session.session import session


@dataclass
class Question:
    """What the last answer belongs to: the run and what was tried, and the edits and the epoch at that time."""

    tried: tuple[Any, ...] = ()
    time: tuple[int, ...] = ()

    def is_new(self, tried: tuple[Any, ...], epoch: int) -> bool:
        """Whether it has not been asked yet, and then remember it; while the run plays, another epoch is not new."""
        current = session()
        whole, time = (current.runs, *tried), (current.edits, epoch)
        if whole == self.tried and (time == self.time or current.mode != "paused"):
            return False
        self.tried, self.time = whole, time
        return True
