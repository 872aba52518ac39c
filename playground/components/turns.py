"""Sessions that play at the same time take turns, and wait while a page is drawn; pages are drawn one after another.

Python runs one thread at a time. If thirty sessions trained and drew whenever they could, a press would wait for all of
them, and so would the thread that sends their frames. With turns, at most one of them works at any moment, and none
while a page is drawn after a press. Of ten pages that are drawn at the same time, all are ready at the end; drawn one
after another, most are ready earlier and none later.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, get_ident

LOOK_SECONDS = 0.05  # between two looks at whether somebody who waits still wants a turn
LONGEST_WAIT = 0.2  # seconds that pages keep a frame waiting: with more presses than can be answered, it still plays
LONGEST_PAGE = 1.0  # seconds that a page keeps other pages waiting: some take long, as one with a large surface


@dataclass(eq=False)
class Waiting:
    """Somebody who waits for a turn."""

    called: Event = field(default_factory=Event)
    since: float = field(default_factory=time.perf_counter)


class Turns:
    """Whoever has waited longest is next."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), False
        self._waiting: deque[Waiting] = deque()
        self._page = Lock()
        self._drawing: dict[int, bool] = {}  # threads that draw a page, or wait for that; whether they hold `_page`

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Wait for other pages and draw one, until the end or until `drawn` is called.

        No page waits longer than `LONGEST_PAGE` for others, and no turn longer than `LONGEST_WAIT` for pages.
        """
        with self._lock:
            self._drawing[get_ident()] = False
        self._drawing[get_ident()] = self._page.acquire(timeout=LONGEST_PAGE)
        try:
            yield
        finally:
            self.drawn()

    def drawn(self) -> None:
        """The page that this thread draws is complete: what follows is playing."""
        with self._lock:
            if self._drawing.pop(get_ident(), False):
                self._page.release()
            self._call_next()

    @contextmanager
    def turn(self, while_waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Wait for a turn, and give it back at the end.

        `while_waiting` is called again and again; an exception that it raises ends the waiting.
        """
        self._take(while_waiting)
        try:
            yield
        finally:
            self._give_back()

    def _take(self, while_waiting: Callable[[], object]) -> None:
        one = Waiting()
        with self._lock:
            self._waiting.append(one)
            self._call_next()
        try:
            while not one.called.wait(LOOK_SECONDS):
                while_waiting()
                with self._lock:
                    self._call_next()
        except BaseException:
            self._withdraw(one)
            raise

    def _withdraw(self, one: Waiting) -> None:
        """Leave the queue, or give back the turn that has come meanwhile."""
        with self._lock:
            waits = one in self._waiting
            if waits:
                self._waiting.remove(one)
        if not waits:
            self._give_back()

    def _give_back(self) -> None:
        with self._lock:
            self._taken = False
            self._call_next()

    def _call_next(self) -> None:
        """Call who has waited longest, if it is free; the lock is held."""
        if self._taken or not self._waiting:
            return
        first = self._waiting[0]
        if not self._drawing or time.perf_counter() - first.since > LONGEST_WAIT:
            self._taken = True
            self._waiting.popleft().called.set()


PLAYING = Turns()
