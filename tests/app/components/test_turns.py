"""Sessions that play take turns."""

from __future__ import annotations

import threading

import pytest
from support.patience import PATIENCE

from playground.components.turns import Turns


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
