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
        pytest.param([17 * i for i in range(11)], [[1], [2, 3, 4, 5, 6], [7, 8, 9, 10, 11]], id="sixty a second"),
        pytest.param([0, 50, 100, 150, 200], [[1], [2, 3], [4, 5]], id="twenty a second"),
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
    made = [frame["time"] - 100_000 for strip in sent for frame in strip]
    assert made == times[: len(made)]


def test_a_picture_that_stands_still_is_sent_at_once_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    channel, sent = _channel()
    monkeypatch.setattr("time.perf_counter", lambda: 100.0)
    for number in (1, 2):
        channel.send(number, {}, still=False)
    channel.send(3, {}, still=True, numbers={"epoch_shown": "3"})
    assert [[frame["still"] for frame in strip] for strip in sent] == [[False], [True]]
    assert sent[-1][-1]["numbers"] == {"epoch_shown": "3"}


def _channel() -> tuple[live.Channel, list[list[dict[str, Any]]]]:
    sent: list[list[dict[str, Any]]] = []
    return live.Channel(nullcontext(), lambda data: sent.append(json.loads(data))), sent  # type: ignore[arg-type]
