"""Durations in words: measured ones, and ranges of expected ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

SPACE = "\N{NO-BREAK SPACE}"
MINUTE, HOUR = 60, 3_600
FROM_MINUTES, FROM_HOURS = 120, 7_200  # seconds from which on these units are used
STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # the first digits that an end of a range may have
LADDER = [step * 10.0**power for power in range(9) for step in STEPS]
SHORTEST = 1.0  # seconds; below, the exact time does not matter


def duration(seconds: float) -> str:
    """A measured duration: "1.5 s", "90 s", "3 min"."""
    if seconds < 10:
        return f"{max(seconds, 0.1):.1f}{SPACE}s"
    return f"{seconds:,.0f}{SPACE}s" if seconds < FROM_MINUTES else f"{seconds / MINUTE:,.0f}{SPACE}min"


def between(low: float, high: float) -> str:
    """A rounded range that contains this one: "10 to 25 s", "50 s to 2.5 min", "up to 30 s", "less than 1 s"."""
    if high <= SHORTEST:
        return f"less than {SHORTEST:g}{SPACE}s"
    most, unit = _in_steps(high, up=True)
    if low < SHORTEST:
        return f"up to {most}{SPACE}{unit}"
    least, other = _in_steps(low, up=False)
    return f"{least} to {most}{SPACE}{unit}" if other == unit else f"{least}{SPACE}{other} to {most}{SPACE}{unit}"


def _in_steps(seconds: float, *, up: bool) -> tuple[str, str]:
    """A duration rounded up or down to few digits, and its unit."""
    size, unit = (HOUR, "h") if seconds >= FROM_HOURS else (MINUTE, "min") if seconds >= FROM_MINUTES else (1, "s")
    number = seconds / size
    at = bisect_left(LADDER, number) if up else bisect_right(LADDER, number) - 1
    at = min(at, len(LADDER) - 1)
    return f"{LADDER[at]:,.10g}", unit
