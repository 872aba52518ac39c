"""Landscape: the loss over a plane in parameter space, and the run's path across it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from backprop_core import ConfigError
from backprop_core.landscape import PLANES, Trail
from backprop_core.settings import addresses, field_text
from backprop_core.training import Snapshot
from playground.charts import alt_text
from playground.charts.of_run import unit_names
from playground.compare import legend
from playground.components import chart_config, live
from playground.components.explained import explain
from playground.components.markdown import escaped
from playground.components.playback import Readouts, button, choose_speed, play, timeline
from playground.landscape import about, chosen_pins, state
from playground.landscape.state import MOST_ZOOM, Drawing
from playground.session import playing, presenting, transport, widgets
from playground.session.session import session
from playground.sidebar import sidebar

CHARTS = {
    "landscape_map": "Contour map of the loss over the plane, with the run's way",
    "landscape_relief": "Surface in space of the loss over the plane, with the run's way",
}
PLAY_HELP = "Move along the way, and train on. The surface in space follows less often than the map."
HELPS = {
    "plane_loss": (
        "The loss on the surface, at the point of the plane that is nearest to the run's weights. At the origin it is "
        "the run's own loss; elsewhere the two differ by what lies beside the plane."
    ),
    "share": (
        "How much of the run's way lies in this plane: the share of the squared distances of its weights from the "
        "origin (0, 0). At 100% the picture shows the whole way, and the loss on the surface is the run's own. The "
        "lower it is, the more the line is but a shadow of the way, beside which the run's own loss is another."
    ),
}
PATHS = (
    "A race on one landscape: the way of each pinned run with this network and these rows, moved onto the plane, with "
    "a mark where it is at the shown epoch, or at its end if it is shorter. The line without a colour is the run shown."
)
OF_ALL = "The plane holds as much as a plane can of the ways of all runs that are shown."
RACE_HELP = (
    "Plain descent, momentum and Adam, from the weights at which the run shown begins. They are pinned for the Compare "
    "page, too."
)
SOURCE = (
    "Li, Xu, Taylor, Studer & Goldstein 2018, [Visualizing the Loss Landscape of Neural Nets]"
    "(https://arxiv.org/abs/1712.09913)"
)


def page() -> None:
    """Draw the page; while playing, go on drawing frames until something is pressed."""
    widgets.prepare()
    current = session()
    sidebar.sidebar(current.run.config_at(current.shown))
    drawing, refused = None, None
    try:
        drawing = state.drawing()
    except ConfigError as error:
        refused = error
    readouts = _transport(drawing, current.run.at(current.shown))
    _choices()
    if drawing is not None:
        _charts(drawing, current.run.at(current.shown))
    elif refused is not None:
        _say_why_not(refused)
    if current.mode == "paused":
        _show(drawing, readouts, still=True)
    else:
        play(lambda: _show(drawing, readouts, still=False))


def _show(drawing: Drawing | None, readouts: Readouts, *, still: bool) -> None:
    """Update numbers and pictures to the shown epoch."""
    current = session()
    snapshot = current.run.at(current.shown)
    now = None if drawing is None else state.follow(drawing, snapshot, hints=still)
    readouts.say(_status(drawing, now))
    pictures = () if drawing is None else drawing.pictures or ()
    patches = {name: picture.patch for name, picture in zip(CHARTS, pictures, strict=False)}
    alts = _alts(drawing, now) if still and drawing is not None and now is not None else {}
    readouts.send(patches, _numbers(snapshot, drawing, now), alts, still=still)


def _alts(drawing: Drawing, now: Trail) -> dict[str, str]:
    """What the pictures show, in words."""
    heights, epoch = drawing.landscape.loss, int(now.epochs[0])
    others = "".join(
        f" The path of pinned run {path.place + 1}, {path.name}, ends at "
        f"({', '.join(map(alt_text.number, path.trail.points[-1]))})."
        for path in drawing.paths
    )
    return {
        name: alt_text.landscape(what, heights, epoch, now.points[0].tolist(), float(now.heights[0])) + others
        for name, what in CHARTS.items()
    }


def _numbers(snapshot: Snapshot, drawing: Drawing | None, now: Trail | None) -> dict[str, str]:
    """The texts of the readouts, by the keys of their containers."""
    below = "–" if now is None else f"{now.heights[0]:.6g}"
    share = "–" if drawing is None or len(drawing.way.epochs) < 2 else f"{drawing.way.share:.1%}"
    return {
        "epoch_shown": f"{snapshot.epoch:,}",
        "train_loss": f"{snapshot.loss:.6g}",
        "plane_loss": below,
        "share": share,
    }


def _titles(snapshot: Snapshot) -> dict[str, str]:
    """The titles of the readouts."""
    return {
        "epoch_shown": "Epoch",
        "train_loss": "Train loss incl. penalty" if snapshot.penalty else "Train loss",
        "plane_loss": "Loss in the plane",
        "share": "Variance in the plane",
    }


def _status(drawing: Drawing | None, now: Trail | None) -> str:
    current = session()
    if current.error:
        return f":red[:material/error: {current.error}]"
    if current.mode == "finishing":
        return playing.progress()
    if drawing is not None and now is not None and not drawing.holds(now.points[0]):
        if current.mode == "playing":
            return ":material/info: The run has left this surface. When you pause, it is drawn anew."
        return ":material/info: The shown epoch lies beyond this surface: zoom out, or draw around it."
    if drawing is not None and len(drawing.landscape.alpha) < state.landscapes().points:
        points = len(drawing.landscape.alpha)
        return f":material/info: {points} × {points} points: more would take too long with this network and these rows."
    return f":material/info: {current.notice}" if current.notice else ":small[ ]"


def _transport(drawing: Drawing | None, snapshot: Snapshot) -> Readouts:
    current, page = session(), state.landscapes()
    paused = current.mode == "paused"
    with st.container(key="transport", horizontal=True):
        button("back", "Back", "skip_previous", transport.back, "One epoch back.", shortcut="B",
                disabled=current.shown == 0)  # fmt: skip
        label, icon = ("Play", "play_arrow") if paused else ("Pause", "pause")
        button("play", label, icon, transport.toggle_play, PLAY_HELP, shortcut="P", type="primary")
        button("step", "Step", "skip_next", transport.step, "One epoch on.", shortcut="S")
        button("finish", "Finish", "fast_forward", transport.finish, "Train to the last epoch.", shortcut="F")
        choose_speed()
        st.space("stretch")
        button("zoom_in", "× ½", "zoom_in", state.zoom, "Half as far, around the origin.", args=(0.5,),
                disabled=page.zoom <= 1 / MOST_ZOOM)  # fmt: skip
        button("zoom_out", "× 2", "zoom_out", state.zoom, "Twice as far, around the origin.", args=(2.0,),
                disabled=page.zoom >= MOST_ZOOM)  # fmt: skip
        _choose_points()
    timeline()
    left, right = st.columns(2, vertical_alignment="center", gap="small")
    numbers = _numbers(snapshot, drawing, None if drawing is None else state.follow(drawing, snapshot))
    with left.container(key="readouts", horizontal=True):
        for name, title in _titles(snapshot).items():
            st.container(key=name, width="content").markdown(
                f":small[{title}]  \n**{numbers[name]}**", help=HELPS.get(name)
            )
    with right.container(key="landscape_status"):
        status = st.empty()
    return Readouts(status, live.channel())


def _choices() -> None:
    """The choice of the plane and of its own settings."""
    page, kind = state.landscapes(), state.kind()
    with st.container(key="landscape_choices", horizontal=True, vertical_alignment="center"):
        widgets.give("landscape_plane", kind)
        st.segmented_control(
            "Plane",
            tuple(PLANES),
            format_func=lambda name: PLANES[name].label.capitalize(),
            key="landscape_plane",
            required=True,
            on_change=state.choose_plane,
            label_visibility="collapsed",
            width="content",
        )
        if "seed" in PLANES[kind].settings:
            _choose_seed(page.seed)
        if "chosen" in PLANES[kind].settings:
            _choose_parameters()
        st.space("stretch")
        if not presenting.hides("paths"):
            _choose_paths(page.seconds)
        button("draw_around", "Draw here", "my_location", state.draw_around,
                "Draw the surface anew, with the weights of the shown epoch as its origin.")  # fmt: skip


def _choose_paths(seconds: float) -> None:
    """The choice of pinned runs whose paths are on the landscape; seconds : that a loss takes."""
    with st.popover("Paths", icon=":material/route:", key="landscape_paths"):
        st.caption(PATHS)
        fitting = {pin.number: pin for pin in chosen_pins.fitting_pins()}
        if fitting:
            widgets.give(chosen_pins.KEY, [pin.number for pin in chosen_pins.shown_pins()])
            st.pills(
                "Pinned runs", list(fitting), selection_mode="multi", key=chosen_pins.KEY, on_change=chosen_pins.choose,
                format_func=lambda number: f"{fitting[number].place + 1} {escaped(fitting[number].name)}",
            )  # fmt: skip
        else:
            st.button(
                "Pin three optimizers", key="pin_race", icon=":material/sports_score:", type="primary",
                on_click=chosen_pins.pin_race, args=(seconds,), help=RACE_HELP,
            )  # fmt: skip
        for pin, reason in chosen_pins.others():
            st.caption(f"Not here: **{pin.place + 1}** {escaped(pin.name)}. {reason}")


def _choose_seed(seed: int) -> None:
    widgets.give("landscape_seed", seed)
    st.number_input(
        "Seed of the directions",
        0,
        state.MOST_SEED,
        key="landscape_seed",
        on_change=state.choose_seed,
        label_visibility="collapsed",
        width=130,
        help="The seed that the two directions are drawn with.",
    )
    button("landscape_draw", "Draw again", "casino", state.draw_again, "Two other directions: the next seed.")


def _choose_parameters() -> None:
    run, page = session().run, state.landscapes()
    known = addresses(run.network)
    names = unit_names(run)

    def name(index: int) -> str:
        layer, kind, *place = known[index]
        source = "bias" if kind == "b" else names[layer - 1][place[0]]
        return f"{field_text(known[index])}: {source} → {names[layer][place[-1]]}"

    for which, chosen in enumerate(page.chosen, start=1):
        widgets.give(f"landscape_parameter_{which}", known.index(chosen))
        st.selectbox(
            "To the right" if which == 1 else "Upwards",
            range(len(known)),
            format_func=name,
            key=f"landscape_parameter_{which}",
            on_change=state.choose_parameters,
            label_visibility="collapsed",
            width=150,
        )


def _choose_points() -> None:
    widgets.give("landscape_points", state.landscapes().points)
    st.selectbox(
        "Points",
        state.RESOLUTIONS,
        format_func=lambda number: f"{number} × {number}",
        key="landscape_points",
        on_change=state.choose_points,
        label_visibility="collapsed",
        width=115,
        help="How many points of the surface are computed. Fewer, where the network and its rows make them too slow.",
    )


def _duration(seconds: float) -> str:
    return f"{float(f'{seconds * 1000:.1g}'):g} ms" if seconds < 0.95 else f"{seconds:.1f} s"


def _charts(drawing: Drawing, snapshot: Snapshot) -> None:
    assert drawing.pictures is not None
    now = state.follow(drawing, snapshot)
    for (name, alt), picture, column in zip(CHARTS.items(), drawing.pictures, st.columns(2, gap="xsmall"), strict=True):
        with column.container(key=f"panel_{name}"):
            head = st.container(key=f"head_{name}", horizontal=True)
            head.markdown(about.WORDS["titles"][name])
            explain(head, name, partial(about.sentences, name, drawing.landscape, drawing.way, now, snapshot))
            with st.container(key=name):
                st.plotly_chart(
                    picture.figure, config=chart_config.config(), height="stretch", key=f"{name}_chart", alt=alt
                )
    if drawing.paths:
        ends = ((path, path.trail.losses[-1], path.trail.epochs[-1]) for path in drawing.paths)
        texts = [(path.place, f"{path.name}: loss {loss:.4g} at epoch {epoch:,}") for path, loss, epoch in ends]
        with st.container(key="landscape_legend"):
            st.html(legend.labels(texts))
    line = "The line without a colour" if drawing.paths else "The line"
    is_of_all = drawing.paths and drawing.kind == "pca"
    plane = OF_ALL if is_of_all else PLANES[drawing.kind].about
    newest = " (the newest when it was drawn, as in the source)" if drawing.centre == drawing.newest else ""
    st.caption(
        f"The training loss at origin + α · first + β · second. Origin (0, 0): the weights at epoch "
        f"{drawing.centre:,}{newest}. {line} is the run's way, moved straight onto the plane. {plane} "
        f"Its {len(drawing.landscape.alpha) ** 2:,} points took {_duration(drawing.seconds)}. Source: {SOURCE}."
    )


def _say_why_not(refused: ConfigError) -> None:
    """Why there is no surface, with a button to train on if that helps."""
    with st.container(key="landscape_refused"):
        st.markdown(f":material/landscape: {refused}")
        if refused.field == "plane" and session().mode == "paused":
            button("landscape_finish", "Finish", "fast_forward", transport.finish, "Train to the last epoch.",
                    type="primary")  # fmt: skip
