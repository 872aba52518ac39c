"""A run's replay as an HTML page for slides: one file, offline, with a play button and a slider over the epochs."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

import numpy as np
from plotly.io import to_html

from backprop_core.nn import Array
from backprop_core.settings import fields
from backprop_core.training import Run
from playground import wording
from playground.charts.theme import DARK, Theme
from playground.replay import film, scenes
from playground.replay.film import Attributes, Frame

MOST_BYTES = 8_000_000  # of a page, whatever the run; plotly.js alone has 4.8 million
FRAMES = 60
MOST_REPLAYED = 250_000_000  # epochs × (rows × parameters + updates × OVERHEAD): about a second of training
OVERHEAD = 10_000  # what an update costs on top, in the same unit
MOST_EDITS = 4  # that are listed; the others are counted

NARROW_PAGE = "(max-width: 760px)"
CONFIG = {"displayModeBar": False, "displaylogo": False}
POLICY = (  # nothing in the page can request anything from another machine
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)


def replay_html(run: Run, theme: Theme, *, frames: int = FRAMES) -> str:
    """The page of a run with this many frames, or as many as fit into `MOST_BYTES`, but at least two."""
    replay = Replay(run, theme)
    ends = replay.epochs(2)
    single, pair = (len(replay.page(epochs).encode()) for epochs in (ends[:1], ends))
    most = max(2, min(frames, int((MOST_BYTES - single) / max((pair - single) / 2, 1))))
    page = replay.page(replay.epochs(most))
    while len(page.encode()) > MOST_BYTES and most > 2:
        most = max(2, most * 9 // 10)
        page = replay.page(replay.epochs(most))
    return page


class Replay:
    """The replay of a run: its panels, and frames at any epochs."""

    def __init__(self, run: Run, theme: Theme) -> None:
        self._run, self._theme = run.copy(), theme
        parts = scenes.scenes(self._run, theme)
        self._panels = [panel for panel, _ in parts]
        self._updates = [update for _, update in parts]
        self._frames: dict[int, Frame] = {}

    def epochs(self, most: int) -> list[int]:
        """At most `most` epochs (2 or more): 0, the newest, and others between them, denser at the beginning."""
        last = self._run.epoch
        edited = sorted({edit.epoch for edit in self._run.edits})[: most // 3]
        for parts in range(most, 0, -1):
            even, early = np.linspace(0, last, parts), np.geomspace(1, max(last, 1), parts)
            epochs = np.unique(np.rint([0, last, *even, *early, *edited]).astype(int).clip(max=last))
            if len(epochs) <= most:
                return self._affordable(epochs)
        return [0, last]

    def figure(self, epochs: Sequence[int]) -> Attributes:
        """`data`, `layout` and `frames` of a Plotly figure that first shows the first of these epochs."""
        return film.figure(self._panels, [self._frame(epoch) for epoch in epochs], self._theme)

    def page(self, epochs: Sequence[int]) -> str:
        """The page with frames at these epochs."""
        heading, about = (html.escape(text) for text in (_heading(self._run), _about(self._run)))
        chart = to_html(
            self.figure(epochs),
            config=CONFIG,
            auto_play=False,
            include_plotlyjs=True,
            post_script=_script(self._panels),
            full_html=False,
            validate=False,
            div_id="replay",
        )
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{heading}</title>\n<style>{_style(self._panels, self._theme)}</style>\n</head>\n"
            f"<body>\n<header><h1>{heading}</h1><p>{about}</p></header>\n<main>{chart}</main>\n</body>\n</html>\n"
        )

    def _frame(self, epoch: int) -> Frame:
        if epoch not in self._frames:
            snapshot, test_losses = self._run.at(epoch), self._run.history.test_loss
            notes = [update(snapshot) for update in self._updates]
            title = scenes.title(snapshot, float(test_losses[epoch]) if len(test_losses) else None)
            self._frames[epoch] = film.shot(self._panels, f"{epoch:,}", title, notes)
        return self._frames[epoch]

    def _affordable(self, epochs: Array) -> list[int]:
        """These epochs, replaced by the keyframes before them where training up to them again would take long."""
        run, keyframes = self._run, np.array(self._run.history.keyframes)
        before = keyframes[np.searchsorted(keyframes, epochs, side="right") - 1]
        away = np.where(epochs == run.epoch, 0, epochs - before)
        rows = len(run.data.X)
        updates = -(-rows // min(run.current.batch_size or rows, rows))
        order = np.argsort(away, kind="stable")
        spent = np.cumsum(away[order]) * (rows * run.network.parameters + updates * OVERHEAD)
        too_expensive = order[spent > MOST_REPLAYED]
        epochs[too_expensive] = before[too_expensive]
        return sorted(set(epochs.tolist()))


def _heading(run: Run) -> str:
    dataset, sizes = wording.value("dataset", run.config.dataset), "-".join(map(str, run.network.sizes))
    return f"{dataset}, network {sizes}, seed {run.config.seed}"


def _about(run: Run) -> str:
    """What differs from the default settings, what was changed while training, and how it ended."""
    in_heading = {"dataset", "hidden", "seed", *fields("goal")}
    parts = [wording.labelled(name, value) for name, value in run.config.changes().items() if name not in in_heading]
    parts += ["starting weights given"] if run.start_params is not None else []
    parts += wording.edits_by_epoch(run.edits[:MOST_EDITS])
    more = len(run.edits) - MOST_EDITS
    parts += [f"{more} more edits"] if more > 0 else []
    parts += [f"diverged in epoch {run.diverged:,}"] if run.diverged is not None else []
    return " · ".join(parts) or "default settings"


def _script(panels: Sequence[film.Panel]) -> str:
    """JavaScript that arranges the panels for the width of the page, and hides an error that is none.

    When Pause interrupts an animation, plotly.js rejects a promise without a reason.
    """
    places = json.dumps([film.arrangement(panels, narrow=narrow) for narrow in (False, True)])
    return (
        f"const places = {places}, narrow = matchMedia('{NARROW_PAGE}');"
        "const arrange = () => Plotly.update('replay', ...places[Number(narrow.matches)]);"
        "narrow.addEventListener('change', arrange); if (narrow.matches) arrange();"
        "addEventListener('unhandledrejection', (event) => { if (!event.reason) event.preventDefault(); });"
    )


def _style(panels: Sequence[film.Panel], theme: Theme) -> str:
    return (
        f":root {{ color-scheme: {'dark' if theme == DARK else 'light'}; }}"
        f"body {{ margin: 0; height: 100vh; display: flex; flex-direction: column; font-family: {film.FONT};"
        f" color: {theme.text}; background: {theme.background}; }}"
        "header { padding: 10px 8px 0; } h1, p { margin: 0; overflow-wrap: anywhere; } h1 { font-size: 20px; }"
        f"p {{ font-size: 13px; color: {theme.muted}; }}"
        f"main {{ flex: 1; min-height: 520px; }} .updatemenu-item-rect {{ fill: {theme.middle} !important; }}"
        f"@media {NARROW_PAGE} {{ main {{ flex: none; height: {film.narrow_height(panels):g}px; }} }}"
    )
