"""The line style, number and name of pinned runs, as HTML in which names are escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable

from playground.compare.figures import style, swatch


def label(place: int, name: str) -> str:
    """The line style, number and name of the run at a place, counted from 0."""
    text = html.escape(name)
    picture = f'<img src="{swatch(place)}" alt="">'
    return (
        f'<div class="pin-label" title="{text}">{picture}<b style="color: {style(place).colour}">{place + 1}</b>'
        f"<span>{text}</span></div>"
    )


def labels(runs: Iterable[tuple[int, str]]) -> str:
    """A label for each run, of which place and name are given."""
    return f'<div class="pin-legend">{"".join(label(*run) for run in runs)}</div>'
