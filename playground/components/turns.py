"""Sessions that play at the same time take turns.

Python runs one thread at a time. If thirty sessions trained and drew whenever they could, a press would wait for all of
them, and so would the thread that sends their frames. With turns, at most one of them works at any moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

LOOK_SECONDS = 0.05  # between two looks at whether somebody who waits still wants a turn


class Turns:
    """Whoever has waited longest is next."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), False
        self._waiting: deque[Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self, while_waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Wait for a turn, and give it back at the end.

        `while_waiting` is called again and again; an exception that it raises ends the waiting.
        """
        self._take(while_waiting)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, while_waiting: Callable[[], object]) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            called = Event()
            self._waiting.append(called)
        try:
            while not called.wait(LOOK_SECONDS):
                while_waiting()
        except BaseException:
            self._withdraw(called)
            raise

    def _withdraw(self, called: Event) -> None:
        """Leave the queue, or pass on the turn that has come meanwhile."""
        with self._lock:
            waits = called in self._waiting
            if waits:
                self._waiting.remove(called)
        if not waits:
            self._pass_on()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


PLAYING = Turns()
