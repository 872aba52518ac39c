"""Several live figures as one animated Plotly figure, with Plotly's play button and slider.

The patches that update the live figures from epoch to epoch become the frames. What is the same in all frames is left
out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from playground.charts.live_figure import Live, layout, merged
from playground.charts.theme import Theme

HEADING, GAP = 26, 16  # pixels above a panel, and between panels
WIDE = (1264.0, 530.0)  # pixels of all panels on a slide of 1280 × 720
NARROW = (374.0, 230.0)  # pixels of one panel on a phone, where panels stand one below the other
TOP, NARROW_TOP = 92.0, 198.0  # pixels above the panels, for the title and the controls
BUTTONS_AT, SLIDER_AT = 0.335, 0.47  # shares of the width, in the wide arrangement; the title is to their left
FRAME_MILLISECONDS = 160
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One of the live figures, and the row in which it stands on a wide page. Panels come in the order of their rows.

    labels : `x` and `textfont.size` of its second trace on a narrow page
    """

    heading: str
    live: Live
    row: int
    labels: Attributes = field(default_factory=dict)


class Frame(NamedTuple):
    """One epoch: its name on the slider, the title, and the changed attributes of traces and layout."""

    name: str
    title: str
    traces: list[Attributes]
    headings: list[str]
    shapes: list[Attributes]


def shot(panels: Sequence[Panel], name: str, title: str, notes: Sequence[str]) -> Frame:
    """A frame of what the panels' patches show; `notes` stand beside the headings."""
    traces, shapes = [], []
    for number, panel in enumerate(panels, start=1):
        patches = [_with_blanks(patch) for patch in panel.live.patch["data"]]
        traces += patches + [{}] * (len(panel.live.figure.data) - len(patches))
        shapes += [_referred(shape, number) for shape in panel.live.patch["layout"].get("shapes", [])]
    headings = [f"<b>{panel.heading}</b>  {note}" for panel, note in zip(panels, notes, strict=True)]
    return Frame(name, title, traces, headings, shapes)


def figure(panels: Sequence[Panel], frames: Sequence[Frame], theme: Theme) -> Attributes:
    """`data`, `layout` and `frames` of a figure that first shows the first frame; a single frame needs no controls."""
    first = frames[0]
    drawn = _traces(panels, first)
    changing = [i for i, trace in enumerate(first.traces) if any(frame.traces[i] != trace for frame in frames)]
    plotly_frames = [
        {
            "name": frame.name,
            "traces": changing,
            "data": [{"type": drawn[i]["type"]} | frame.traces[i] for i in changing],
            "layout": {
                "title": {"text": frame.title},
                "annotations": [{"text": text} for text in frame.headings],
                "shapes": frame.shapes,
            },
        }
        for frame in frames
    ]
    described = layout(theme, 0, **_axes(panels)) | {
        "font": {"color": theme.text, "size": 12, "family": FONT},
        "margin": {"l": 8, "r": 8, "t": TOP, "b": 8, "pad": 0},
        "title": {"text": first.title, "x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yanchor": "top"}
        | {"yref": "container", "pad": {"t": 24}, "font": {"size": 20}},
        "annotations": [*_headings(panels, first, theme), *_notes(panels)],
        "shapes": first.shapes,
    }
    del described["height"]
    controls = _controls([frame.name for frame in frames], theme) if len(frames) > 1 else {}
    return {"data": drawn, "layout": described | controls, "frames": plotly_frames if controls else []}


def arrangement(panels: Sequence[Panel], *, narrow: bool) -> list[Any]:
    """The arguments of `Plotly.update` that lay the panels out in their rows or, on a narrow page, below each other."""
    domains = _domains(panels, narrow=narrow)
    places: Attributes = {
        f"{axis}axis{_suffix(number)}.domain": domain
        for number, pair in enumerate(domains, start=1)
        for axis, domain in zip("xy", pair, strict=True)
    }
    left = 0.0 if narrow else SLIDER_AT
    places |= {
        "margin.t": NARROW_TOP if narrow else TOP,
        "updatemenus[0].x": 0.0 if narrow else BUTTONS_AT,
        "updatemenus[0].pad.b": 74 if narrow else 22,
        "sliders[0].pad.b": 8 if narrow else 0,
        "sliders[0].x": left,
        "sliders[0].len": 1 - left,
    }
    starts = accumulate((len(panel.live.figure.data) for panel in panels), initial=0)
    labelled = {start + 1: panel for start, panel in zip(starts, panels, strict=False) if panel.labels}
    looks = [panel.labels if narrow else panel.live.figure.data[1] for panel in labelled.values()]
    return [{name: [look[name] for look in looks] for name in ("x", "textfont.size")}, places, list(labelled)]


def narrow_height(panels: Sequence[Panel]) -> float:
    """The height of the narrow arrangement in pixels."""
    return NARROW_TOP + 8 + NARROW[1] * len(panels)


def _suffix(number: int) -> str:
    return "" if number == 1 else str(number)


def _referred(part: Attributes, number: int) -> Attributes:
    """A shape or an annotation of a panel, on the panel's axes in the figure."""
    axes = {"xref": f"x{_suffix(number)}", "yref": f"y{_suffix(number)}"}
    return part | {ref: f"{axis} domain" if part.get(ref) == "paper" else axis for ref, axis in axes.items()}


def _with_blanks(patch: Attributes) -> Attributes:
    """A patch with blanks for empty labels: plotly.js fails to draw a label that was empty in the drawing before."""
    return patch | {"text": [text or " " for text in patch["text"]]} if "text" in patch else patch


def _traces(panels: Sequence[Panel], first: Frame) -> list[Attributes]:
    traces: list[Attributes] = []
    for number, panel in enumerate(panels, start=1):
        axes = {"xaxis": f"x{_suffix(number)}", "yaxis": f"y{_suffix(number)}"}
        traces += [trace | axes for trace in panel.live.figure.to_plotly_json()["data"]]
    return [merged(trace, patch) for trace, patch in zip(traces, first.traces, strict=True)]


def _axes(panels: Sequence[Panel]) -> Attributes:
    axes = {}
    for number, (panel, pair) in enumerate(zip(panels, _domains(panels, narrow=False), strict=True), start=1):
        described = panel.live.figure.layout.to_plotly_json()
        for axis, other, domain in zip("xy", "yx", pair, strict=True):
            changes = panel.live.patch["layout"].get(f"{axis}axis", {})
            place = {"domain": domain, "anchor": f"{other}{_suffix(number)}"}
            axes[f"{axis}axis{_suffix(number)}"] = merged(described[f"{axis}axis"], changes) | place
    return axes


def _headings(panels: Sequence[Panel], first: Frame, theme: Theme) -> list[Attributes]:
    look = {"showarrow": False, "xanchor": "left", "yanchor": "bottom", "align": "left"}
    look |= {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "font": {"size": 13, "color": theme.text}}
    margins = [panel.live.figure.layout.margin for panel in panels]
    return [
        _referred(look | {"text": text, "xshift": -margin.l, "yshift": margin.t}, number)
        for number, (margin, text) in enumerate(zip(margins, first.headings, strict=True), start=1)
    ]


def _notes(panels: Sequence[Panel]) -> list[Attributes]:
    """The annotations that the panels have themselves."""
    return [
        _referred(note.to_plotly_json(), number)
        for number, panel in enumerate(panels, start=1)
        for note in panel.live.figure.layout.annotations
    ]


def _domains(panels: Sequence[Panel], *, narrow: bool) -> list[tuple[list[float], list[float]]]:
    """The x and y domains of the panels, without headings and margins, as shares of the figure's width and height."""
    rows = list(range(len(panels))) if narrow else [panel.row for panel in panels]
    width, height = (NARROW[0], NARROW[1] * len(panels)) if narrow else WIDE
    tall = height / len(set(rows))
    domains = []
    for i, (panel, row) in enumerate(zip(panels, rows, strict=True)):
        margin, wide = panel.live.figure.layout.margin, (width + GAP) / rows.count(row)
        left, top = wide * (i - rows.index(row)), tall * row
        x = [left + margin.l, left + wide - GAP - margin.r]
        y = [top + tall - margin.b, top + HEADING + margin.t]
        domains.append(([side / width for side in x], [1 - side / height for side in y]))
    return domains


def _controls(names: Sequence[str], theme: Theme) -> Attributes:
    """A play and a pause button, and a slider over the frames."""
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    playing = still | {"fromcurrent": True, "frame": {"duration": FRAME_MILLISECONDS, "redraw": True}}
    font = {"size": 12, "color": theme.text}
    look = {"bgcolor": theme.middle, "bordercolor": theme.line, "font": font, "y": 1, "yanchor": "bottom"}
    buttons = {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": BUTTONS_AT,
        "pad": {"b": 22},
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, playing]},
            {"label": "❚❚ Pause", "method": "animate", "args": [[None], still]},
        ],
    }
    slider = {
        "x": SLIDER_AT,
        "len": 1 - SLIDER_AT,
        "pad": {"t": 0, "b": 0, "l": 8, "r": 8},
        "currentvalue": {"prefix": "Epoch ", "xanchor": "left", "font": font, "offset": 6},
        "steps": [{"label": name, "method": "animate", "args": [[name], still]} for name in names],
        "activebgcolor": theme.train,
        "tickcolor": theme.muted,
        "ticklen": 5,
        "minorticklen": 3,
    }
    return {"updatemenus": [look | {"xanchor": "left"} | buttons], "sliders": [look | slider]}
