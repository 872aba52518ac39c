"""Sessions that play take turns."""

from __future__ import annotations

import threading

import pytest
from support.patience import PATIENCE

from playground.components.turns import LONGEST_PAGE, Turns


def test_one_at_a_time_in_the_order_in_which_they_came() -> None:
    turns, order, at_work = Turns(), list[int](), list[int]()

    def work(number: int) -> None:
        with turns.turn():
            at_work.append(number)
            order.append(number)
            assert at_work == [number]
            at_work.remove(number)

    threads = []
    with turns.turn():
        for number in range(5):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while turns.waiting <= number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3, 4]
    assert turns.waiting == 0


def test_a_turn_that_is_broken_off_is_given_back() -> None:
    turns = Turns()
    with pytest.raises(KeyboardInterrupt), turns.turn():
        raise KeyboardInterrupt
    with turns.turn():
        assert turns.waiting == 0


def test_who_gives_up_waiting_does_not_hold_up_the_others() -> None:
    turns, order = Turns(), list[str]()
    pressed = threading.Event()

    def give_up() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    def impatient() -> None:
        with pytest.raises(KeyboardInterrupt), turns.turn(give_up):
            order.append("impatient")

    def patient() -> None:
        with turns.turn():
            order.append("patient")

    threads = [threading.Thread(target=work) for work in (impatient, patient)]
    with turns.turn():
        for number, thread in enumerate(threads):
            thread.start()
            while turns.waiting <= number:
                threading.Event().wait(0.001)
        pressed.set()
        threads[0].join(PATIENCE)
        assert turns.waiting == 1
    threads[1].join(PATIENCE)
    assert order == ["patient"]
    with turns.turn(give_up):  # it is free again
        assert turns.waiting == 0


@pytest.mark.parametrize("longest_wait", [0.0, PATIENCE])
def test_frames_wait_for_pages_that_are_drawn_but_not_for_ever(
    longest_wait: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.components.turns.LONGEST_WAIT", longest_wait)
    turns, order = Turns(), list[str]()
    begun = threading.Event()

    def press() -> None:
        with turns.drawing():
            begun.set()
            while not turns.waiting and "frame" not in order:
                threading.Event().wait(0.001)
            if not longest_wait:
                playing.join(PATIENCE)
            order.append("page")
            turns.drawn()
            playing.join(PATIENCE)
            order.append("played on")

    def play() -> None:
        begun.wait(PATIENCE)
        with turns.turn():
            order.append("frame")

    threads = [threading.Thread(target=press), playing := threading.Thread(target=play)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == (["page", "frame", "played on"] if longest_wait else ["frame", "page", "played on"])


@pytest.mark.parametrize("longest_page", [0.001, PATIENCE])
def test_pages_are_drawn_one_after_another_unless_one_takes_long(
    longest_page: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.components.turns.LONGEST_PAGE", longest_page)
    turns, order = Turns(), list[str]()

    def draw() -> None:
        with turns.drawing():
            order.append("second")

    other = threading.Thread(target=draw)
    with turns.drawing():
        other.start()
        other.join(0.05 if longest_page == PATIENCE else PATIENCE)
        order.append("first")
        turns.drawn()
        other.join(PATIENCE)
        order.append("played on")
    assert order == (["first", "second", "played on"] if longest_page == PATIENCE else ["second", "first", "played on"])
    with turns.drawing():  # who was passed by has not ended what it did not hold any more
        assert len(turns._pages) == 1
    assert not turns._pages


def test_only_the_next_page_begins_when_one_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("playground.components.turns.time.perf_counter", lambda: clock[0])
    turns, order, looks = Turns(), list[str](), list[None]()
    second_begun, looked, done = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        with turns.drawing():
            order.append("second")
            second_begun.set()
            done.wait(PATIENCE)

    def look() -> None:
        looks.append(None)
        if second_begun.is_set() and len(looks) > 3:
            looked.set()

    def third() -> None:
        with turns.drawing(look):
            order.append("third")

    threads = [threading.Thread(target=second), threading.Thread(target=third)]
    with turns.drawing():
        for number, thread in enumerate(threads):
            thread.start()
            while len(turns._pages) < 2 + number:
                threading.Event().wait(0.001)
        clock[0] = 1.5 * LONGEST_PAGE
        assert looked.wait(PATIENCE)
        assert order == ["second"]
        done.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert order == ["second", "third"]


def test_a_page_that_is_given_up_while_it_waits_is_not_drawn() -> None:
    turns, order = Turns(), list[str]()

    def give_up() -> None:
        raise KeyboardInterrupt

    def impatient() -> None:
        with pytest.raises(KeyboardInterrupt), turns.drawing(give_up):
            order.append("impatient")

    with turns.drawing():
        thread = threading.Thread(target=impatient)
        thread.start()
        thread.join(PATIENCE)
    with turns.turn(lambda: pytest.fail("somebody is still taken for a page that waits")):
        assert order == []
