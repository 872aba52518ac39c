"""Frames are sent in strips: each frame once, in order, and no message sooner than a browser can take it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest

from playground.components import live


@pytest.mark.parametrize(
    ("times", "messages"),
    [
        pytest.param([0, 17, 33, 50, 67, 83], [[1], [2, 3], [4, 5]], id="sixty frames a second, in pairs"),
        pytest.param([0, 10, 20, 30, 40], [[1], [2, 3, 4]], id="faster, in threes"),
        pytest.param([0, 100, 200], [[1], [2], [3]], id="slow, one by one"),
    ],
)
def test_frames_that_follow_closely_are_sent_together(
    times: list[int], messages: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, sent = _channel()
    clock = iter(times)
    monkeypatch.setattr("time.perf_counter", lambda: 100 + next(clock) / 1000)
    for number, _ in enumerate(times, start=1):
        channel.send(number, {}, still=False)
    assert [[frame["number"] for frame in strip] for strip in sent] == messages


def test_a_picture_that_stands_still_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    channel, sent = _channel()
    monkeypatch.setattr("time.perf_counter", lambda: 100.0)
    for number in (1, 2):
        channel.send(number, {}, still=False)
    channel.send(3, {}, still=True, numbers={"epoch_shown": "3"})
    assert [[frame["still"] for frame in strip] for strip in sent] == [[False], [False, True]]
    assert sent[-1][-1]["numbers"] == {"epoch_shown": "3"}


def _channel() -> tuple[live.Channel, list[list[dict[str, Any]]]]:
    sent: list[list[dict[str, Any]]] = []
    return live.Channel(nullcontext(), lambda data: sent.append(json.loads(data))), sent  # type: ignore[arg-type]
