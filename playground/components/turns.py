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
LONGEST_PAGE = 1.0  # seconds that a page keeps the next one waiting: some take long, as one with a large surface


@dataclass(eq=False)
class Waiting:
    """Somebody who waits, or a page that is drawn; since : the time at which the waiting or drawing began."""

    called: Event = field(default_factory=Event)
    since: float = field(default_factory=time.perf_counter)


class Turns:
    """Two queues, one of frames and one of pages: whoever has waited longest is next."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), False
        self._frames: deque[Waiting] = deque()
        self._pages: deque[Waiting] = deque()  # the first is being drawn
        self._drawn_by: dict[int, Waiting] = {}  # pages by their threads

    @property
    def waiting(self) -> int:
        """How many frames wait for their turn."""
        return len(self._frames)

    @contextmanager
    def drawing(self, while_waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Wait for the pages that came before and draw one, until the end or until `drawn` is called.

        A page that takes longer than `LONGEST_PAGE` is not waited for, and a frame waits for pages no longer than
        `LONGEST_WAIT`. `while_waiting` is called again and again; an exception that it raises ends the waiting.
        """
        with self._lock:
            page = self._drawn_by[get_ident()] = Waiting()
            self._pages.append(page)
        try:
            self._wait(page, while_waiting)
            yield
        finally:
            self.drawn()

    def drawn(self) -> None:
        """The page that this thread draws is complete: what follows is playing."""
        with self._lock:
            page = self._drawn_by.pop(get_ident(), None)
            if page is not None and page in self._pages:
                self._pages.remove(page)
            self._call_next()

    @contextmanager
    def turn(self, while_waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Wait for a turn, and give it back at the end; `while_waiting` as in `drawing`."""
        frame = Waiting()
        with self._lock:
            self._frames.append(frame)
        try:
            self._wait(frame, while_waiting)
            yield
        finally:
            self._give_back(frame)

    def _wait(self, one: Waiting, while_waiting: Callable[[], object]) -> None:
        with self._lock:
            self._call_next()
        while not one.called.wait(LOOK_SECONDS):
            while_waiting()
            with self._lock:
                self._call_next()

    def _give_back(self, frame: Waiting) -> None:
        """End a turn, or the waiting for it."""
        with self._lock:
            if frame in self._frames:
                self._frames.remove(frame)
            else:
                self._taken = False
            self._call_next()

    def _call_next(self) -> None:
        """Call whoever may begin; the lock is held."""
        now = time.perf_counter()
        if self._pages and self._pages[0].called.is_set() and now - self._pages[0].since > LONGEST_PAGE:
            self._pages.popleft()
        if self._pages and not self._pages[0].called.is_set():
            self._pages[0].since = now
            self._pages[0].called.set()
        is_free = not self._pages or (self._frames and now - self._frames[0].since > LONGEST_WAIT)
        if self._frames and not self._taken and is_free:
            self._taken = True
            self._frames.popleft().called.set()


PLAYING = Turns()
