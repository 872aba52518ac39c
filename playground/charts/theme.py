"""Colours and fonts, in one place: a light and a dark theme, and the diverging scale that every heatmap shares."""

from __future__ import annotations

from dataclasses import dataclass

# ColorBrewer's RdBu (Brewer & Harrower 2003), safe for colour-blind eyes: blue below zero, red above.
NEGATIVE, POSITIVE = "#2166ac", "#b2182b"

# Okabe & Ito 2008, distinguishable for colour-blind eyes; then more hues, for up to ten classes.
CLASSES = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#f0e442",
    "#7f7f7f",
    "#9467bd",
    "#8c564b",
)


@dataclass(frozen=True)
class Theme:
    """Colours of a figure.

    `low`, `middle` and `high` are the diverging scale, pale enough to read numbers on it; `negative` and `positive` are
    its two hues, for lines.
    """

    text: str
    muted: str
    line: str
    middle: str
    background: str
    train: str = "#0072b2"
    test: str = "#d55e00"
    negative: str = NEGATIVE
    positive: str = POSITIVE
    low: str = "#67a9cf"
    high: str = "#ef8a62"


LIGHT = Theme(text="#2f2d2b", muted="#6f6b66", line="#d9d6d1", middle="#f4f3f0", background="#ffffff")
DARK = Theme(
    text="#edebe8",
    muted="#a5a09a",
    line="#45423d",
    middle="#2d2b27",
    background="#171614",
    train="#56b4e9",
    test="#e69f00",
    negative="#4393c3",
    positive="#d6604d",
    low="#2f7fb5",
    high="#b5533c",
)
THEMES = {"light": LIGHT, "dark": DARK}


def diverging(theme: Theme) -> list[tuple[float, str]]:
    """The scale from negative through zero to positive."""
    return [(0.0, theme.low), (0.5, theme.middle), (1.0, theme.high)]
