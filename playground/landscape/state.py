"""The Landscape page: the chosen plane, the surface over it, and the run's path across it.

A surface is expensive, so it is kept until something it depends on changes. While the run trains on, its path continues
on the same surface; the surface is drawn anew only when the run pauses outside of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from backprop_core import ConfigError, Run, Snapshot
from backprop_core.landscape import (
    PLANES,
    POINTS,
    Landscape,
    Plane,
    Trail,
    explained,
    losses,
    project,
    suggested_reach,
    surface,
    trail,
    trajectory,
)
from backprop_core.nn import Array
from backprop_core.settings import Address, addresses
from playground.charts.theme import Theme
from playground.landscape.chosen_pins import shown_pins
from playground.landscape.figures import ContourMap, Relief
from playground.landscape.growing import grown
from playground.landscape.pinned_paths import PinnedPath
from playground.session import widgets
from playground.session.session import press, session, theme

RESOLUTIONS = (25, 51, 101)  # choices: points along each axis
COARSE = 11  # points along each axis if all of these would take too long
MOST_SECONDS = 2.5  # that computing a surface may take
WAY_SECONDS = 0.25  # that computing the losses along the path may take
HEIGHT = 400  # of a picture, in pixels
MOST_ZOOM = 64.0
FEW = 50  # points of the path that its share of variance is measured with while it grows
MOST_SEED = 2**32 - 1
PROBES = ((9, 0.02), (100, np.inf))  # how many points to time; if they take less than so many seconds, the next number


@dataclass(eq=False)
class Drawing:
    """A surface with the run's path on it, and its two pictures.

    centre : the epoch of the plane's origin
    newest : the run's newest epoch when the surface was computed
    seconds : how long that took
    way_until : the run's newest epoch when its whole path was computed; since then `way` has grown point by point
    paths : of pinned runs
    """

    kind: str
    landscape: Landscape
    way: Trail
    centre: int
    newest: int
    seconds: float
    way_until: int
    paths: tuple[PinnedPath, ...] = ()
    theme: Theme | None = None
    pictures: tuple[ContourMap, Relief] | None = None

    def holds(self, point: Array) -> bool:
        """Whether the surface reaches as far as a point."""
        low, high = (np.array([self.landscape.alpha[end], self.landscape.beta[end]]) for end in (0, -1))
        return bool(((low <= point) & (point <= high)).all())


@dataclass
class Landscapes:
    """What was chosen, and what is drawn.

    kind : of plane, None as long as the page chooses it
    centre : the epoch of the origin, None for the newest
    seconds : how long one point of a surface takes
    made_for : the run that zoom and centre were chosen for; another one begins without them
    """

    kind: str | None = None
    seed: int = 0
    chosen: tuple[Address, ...] = ()
    points: int = POINTS
    zoom: float = 1.0
    centre: int | None = None
    seconds: float = 0.0
    made_for: tuple[int, int] | None = None
    drawing: Drawing | None = None
    drawing_key: tuple[Any, ...] = field(default=())


def landscapes() -> Landscapes:
    """What the page remembers; if the run was replaced or edited, without what was chosen for the old one."""
    current = session()
    page, run = current.part(Landscapes), current.run
    if page.made_for != (current.runs, current.edits):
        page.made_for, page.zoom, page.centre = (current.runs, current.edits), 1.0, None
        known = addresses(run.network)
        if not page.chosen or not set(page.chosen) <= set(known):
            last = (len(run.network.fans), "W", 0, 0)
            page.chosen = (known[0], last if last != known[0] else known[1])
        page.seconds = _time(run.at(0))
    return page


def kind() -> str:
    """The kind of plane that is shown: the chosen one, or else principal components as soon as the run has any."""
    page, current = landscapes(), session()
    if page.kind is not None:
        return page.kind
    if current.mode != "paused" and page.drawing is not None and page.drawing_key[0] == page.made_for:
        return page.drawing.kind
    run = current.run
    try:
        _plane("pca", page, run.at(run.epoch), _thetas(run))
    except ConfigError:
        return "random"
    return "pca"


def resolutions() -> dict[int, float]:
    """The numbers of points along each axis that are quick enough, and about how many seconds they take."""
    page = landscapes()
    estimates = {points: page.seconds * points**2 for points in RESOLUTIONS}
    quick = {points: seconds for points, seconds in estimates.items() if seconds <= MOST_SECONDS}
    return quick or {COARSE: page.seconds * COARSE**2}


def drawing() -> Drawing:
    """The surface that is asked for, drawn anew if need be. Raises ConfigError."""
    page, current = landscapes(), session()
    plane_kind, run = kind(), current.run
    settings = {"seed": page.seed, "chosen": page.chosen}
    own_settings = [settings[name] for name in PLANES[plane_kind].settings]
    asked = (page.made_for, plane_kind, *own_settings, page.points, page.zoom, *_shown_pins())
    drawing = page.drawing if page.drawing_key == (*asked, page.centre) else None
    if drawing is not None and current.mode == "paused" and _has_left(run, drawing):
        page.centre, drawing = None, None
    if drawing is None:
        drawing = page.drawing = _draw(page, plane_kind, run)
        page.drawing_key = (*asked, page.centre)
    elif drawing.way_until != run.epoch:
        drawing.way, drawing.way_until = _way(page, drawing.landscape, run), run.epoch
    _paint(drawing)
    return drawing


def follow(drawing: Drawing, snapshot: Snapshot, *, hints: bool = True) -> Trail:
    """Update both pictures, and the path, to a snapshot; returns its point on the surface.

    hints : whether the path has one at every point: most of what would be sent with every frame that moves
    """
    run = session().run
    now = _trail(drawing, run, snapshot)
    if now.epochs[0] > drawing.way.epochs[-1]:
        share = explained(drawing.landscape.plane, trajectory(run, FEW)[1])
        drawing.way = grown(drawing.way, now, share)
    others = [_point_of(drawing, path, snapshot.epoch) for path in drawing.paths]
    for picture in drawing.pictures or ():
        picture.update_trail(drawing.way, now, others, hints=hints)
    return now


def _point_of(drawing: Drawing, path: PinnedPath, epoch: int) -> Trail:
    """Where a pinned run is at an epoch, or at its end; while the page plays, the last point of its path so far."""
    epoch = min(epoch, path.run.epoch)
    return path.reached(epoch) if session().mode != "paused" else _trail(drawing, path.run, path.run.at(epoch))


@press
def choose_plane() -> None:
    """A kind of plane was chosen."""
    page = landscapes()
    chosen = widgets.chosen("landscape_plane", PLANES)
    if chosen is not None:
        page.kind, page.zoom = chosen, 1.0


@press
def choose_seed() -> None:
    """A seed was typed."""
    landscapes().seed = int(st.session_state["landscape_seed"])


@press
def draw_again() -> None:
    """Other random directions: the next seed."""
    page = landscapes()
    page.seed = (page.seed + 1) % (MOST_SEED + 1)


@press
def choose_parameters() -> None:
    """Another parameter was chosen."""
    page, known = landscapes(), addresses(session().run.network)
    places = [widgets.chosen(f"landscape_parameter_{which}", range(len(known))) for which in (1, 2)]
    page.chosen = tuple(old if i is None else known[i] for i, old in zip(places, page.chosen, strict=True))


@press
def choose_points() -> None:
    """Another number of points was chosen."""
    page = landscapes()
    page.points = widgets.chosen("landscape_points", RESOLUTIONS) or page.points


@press
def zoom(factor: float) -> None:
    """Multiply how far the surface reaches."""
    page = landscapes()
    page.zoom = min(max(page.zoom * factor, 1 / MOST_ZOOM), MOST_ZOOM)


@press
def draw_around() -> None:
    """Make the weights of the shown epoch the origin."""
    current, page = session(), landscapes()
    page.centre = current.shown if current.shown < current.run.epoch else None
    page.drawing_key = ()


def _draw(page: Landscapes, plane_kind: str, run: Run) -> Drawing:
    centre = run.epoch if page.centre is None else page.centre
    snapshot, thetas = run.at(centre), _thetas(run)
    plane = _plane(plane_kind, page, snapshot, thetas)
    reach = page.zoom * suggested_reach(plane, thetas)
    allowed = resolutions()
    points = max((fewer for fewer in allowed if fewer <= page.points), default=min(allowed))
    began = time.perf_counter()
    landscape = surface(snapshot, plane, reach, points)
    seconds = time.perf_counter() - began
    page.seconds = seconds / points**2
    paths = tuple(PinnedPath(pin.place, pin.name, pin.run, _way(page, landscape, pin.run)) for pin in shown_pins())
    way = _way(page, landscape, run)
    return Drawing(plane_kind, landscape, way, centre, run.epoch, seconds, run.epoch, paths)


def _thetas(run: Run) -> Array:
    """The parameters (K, P) on the paths of all runs that are shown."""
    return np.vstack([trajectory(one)[1] for one in (run, *(pin.run for pin in shown_pins()))])


def _shown_pins() -> list[tuple[int, int, str]]:
    """What the paths of pinned runs depend on."""
    return [(pin.number, pin.place, pin.name) for pin in shown_pins()]


def _plane(plane_kind: str, page: Landscapes, snapshot: Snapshot, thetas: Array) -> Plane:
    return PLANES[plane_kind].make(snapshot, thetas, seed=page.seed, chosen=page.chosen)


def _way(page: Landscapes, landscape: Landscape, run: Run) -> Trail:
    """The run's path, with as many points as can be computed quickly."""
    most = int(np.clip(WAY_SECONDS / page.seconds, 10, 200))
    return trail(landscape, run, *trajectory(run, most))


def _has_left(run: Run, drawing: Drawing) -> bool:
    """Whether a run has gone beyond the surface since it was drawn."""
    if run.epoch <= drawing.newest:
        return False
    end = run.at(run.epoch).state.theta[np.newaxis]
    return not drawing.holds(project(drawing.landscape.plane, end)[0])


def _trail(drawing: Drawing, run: Run, snapshot: Snapshot) -> Trail:
    """A trail of one point."""
    return trail(drawing.landscape, run, np.array([snapshot.epoch]), snapshot.state.theta[np.newaxis])


def _paint(drawing: Drawing) -> None:
    """Make the pictures, unless there are some in the current theme."""
    if drawing.pictures is None or drawing.theme != theme():
        drawing.theme = theme()
        drawing.pictures = (
            ContourMap(drawing.landscape, drawing.theme, HEIGHT, drawing.paths),
            Relief(drawing.landscape, drawing.theme, HEIGHT, drawing.paths),
        )
        current = session()
        follow(drawing, current.run.at(current.shown))
        for picture in drawing.pictures:
            picture.settle()


def _time(snapshot: Snapshot) -> float:
    """How many seconds a point of a surface takes: measured with a few points, and with more if these were quick."""
    theta = snapshot.state.theta
    plane = PLANES["weights"].make(snapshot, theta[np.newaxis], seed=0, chosen=addresses(snapshot.network)[:2])
    seconds = 0.0
    for points, quick in PROBES:
        began = time.perf_counter()
        losses(snapshot, plane, np.zeros((points, 2)))
        seconds = (time.perf_counter() - began) / points
        if seconds * points > quick:
            break
    return seconds
