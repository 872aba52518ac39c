"""Compare: pinned runs side by side, their losses, what they have learned, where they differ and how they ended."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import streamlit as st

from playground import wording
from playground.charts import alt_text
from playground.charts.of_run import learned_alt, unit_names
from playground.compare import about, comparison, legend, state
from playground.compare.comparison import LONGEST_NAME
from playground.compare.figures import SERIES, swatch
from playground.compare.state import Pin
from playground.components import chart_config, live
from playground.components.explained import explain
from playground.components.switch import switch
from playground.session import navigation, widgets
from playground.session.session import next_frame

CURVES_HEIGHT = 145  # on a low screen, for which the numbers at the curves' ends are spread; style.css decides
MOST_LARGE = 2  # pictures up to which there is room for full-size markers and texts
COLUMNS = {1: 2, 2: 2, 3: 3, 4: 4, 5: 3, 6: 3, 7: 4, 8: 4}  # of pictures, by the number of runs; 6 for more
HEIGHTS = {2: 260, 3: 210, 4: 190, 6: 165}  # of a picture on a high screen, by the number of columns; as in style.css
ROW_HEIGHT = 35
SOLVED_HELP = "From this epoch on, the accuracy on the training rows was 1 without a break."
ONE_EPOCH = "One epoch for all runs. A run that is shorter is shown at its last epoch, and says so."


def page() -> None:
    """Draw the page."""
    widgets.prepare()
    pins = state.pins()
    if not pins:
        _how_to_pin()
        return
    _bar(pins)
    patches = _curves(pins) | _pictures(pins)
    alts = {"compare_curves": _curves_alt(pins)} | {_chart(pin): _picture_alt(pin) for pin in pins}
    _tables(pins)
    live.channel().send(next_frame(), patches, still=True, alts=alts)


def _how_to_pin() -> None:
    with st.container(key="compare_empty"):
        words = about.WORDS["empty"]
        st.markdown(f"#### {words['title']}", anchors=False)
        st.markdown(wording.filled(words["how"], {"most": str(state.MOST_PINS)}))
        with st.container(horizontal=True):
            st.button(
                words["examples"],
                key="pin_examples",
                icon=":material/keep:",
                type="primary",
                on_click=state.pin_examples,
                help=words["examples_help"],
            )
            if state.can_undo():
                _undo()
        _message()


def _bar(pins: list[Pin]) -> None:
    last = state.last_epoch()
    with st.container(key="compare_bar"):
        left, middle, right = st.columns([6, 2, 2], vertical_alignment="center")
        widgets.give("compare_epoch", state.shown_epoch())
        with left.container(key="compare_slider", horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown("**Epoch**", help=ONE_EPOCH, width="content")
            st.slider(
                "Epoch",
                0,
                max(last, 1),
                key="compare_epoch",
                on_change=state.choose_epoch,
                disabled=last == 0,
                label_visibility="collapsed",
            )
        with middle:
            _message()
        with right.container(key="compare_buttons", horizontal=True, horizontal_alignment="right"):
            _undo()
            st.button(
                "Unpin all",
                key="unpin_all",
                icon=":material/keep_off:",
                on_click=state.unpin,
                args=tuple(pin.number for pin in pins),
            )


def _undo() -> None:
    st.button(
        "Undo",
        key="undo_unpin",
        icon=":material/undo:",
        on_click=state.undo,
        disabled=not state.can_undo(),
        help="Pin again what was unpinned last.",
    )


def _message() -> None:
    with st.container(key="compare_said"):
        st.markdown(f":small[{state.message() or ' '}]")


def _curves(pins: list[Pin]) -> dict[str, dict[str, Any]]:
    """Draw the loss curves; returns the patch that updates them to the shown epoch."""
    with st.container(key="panel_compare_curves"):
        head = st.container(key="head_compare_curves", horizontal=True, horizontal_alignment="distribute")
        title = head.empty()
        series = switch("compare_series", SERIES, place=head)
        scale = switch("compare_scale", ("log", "linear"), place=head)
        title.markdown(f"**Loss** :small[:gray[{_about_losses(pins, series)}]]")
        explain(head, "compare_curves", partial(about.curves, series, pins, state.shown_epoch()))
        left, right = st.columns([4, 1], gap="small")
        with left.container(key="compare_curves"):
            curves = state.curves(series, CURVES_HEIGHT, log=scale == "log")
            st.plotly_chart(
                curves.figure,
                config=chart_config.config(),
                height="stretch",
                key="compare_curves_chart",
                alt="Loss curves of the pinned runs, each with its number.",
            )
        right.html(legend.labels((pin.place, pin.name) for pin in pins))
    return {"compare_curves": curves.patch}


def _about_losses(pins: list[Pin], series: str) -> str:
    """A note on how to read the curves."""
    if len({pin.run.config.loss for pin in pins}) > 1:
        return "different loss functions: heights cannot be compared"
    lacking = [str(pin.place + 1) for pin in pins if not len(pin.run.history.test_loss)]
    if series != SERIES[0] and lacking:
        return f"without test rows: {', '.join(lacking)}"
    return "thin: test" if series == SERIES[2] else "over the epochs"


def _pictures(pins: list[Pin]) -> dict[str, dict[str, Any]]:
    """Draw what every run has learned; returns the patches that update the pictures to the shown epoch."""
    columns = COLUMNS.get(len(pins), 6)
    height = HEIGHTS[columns]
    head = st.container(key="head_pictures", horizontal=True, vertical_alignment="center")
    with head:
        st.markdown("**Learned**")
        views = state.views()
        view = switch("compare_view", views) if len(views) > 1 else views[0]
    explain(head, "pictures", partial(about.pictures, view, pins, state.shown_epoch()))
    figures = state.pictures(view, height, compact=len(pins) > MOST_LARGE)
    with st.container(key=f"cards_{columns}"):
        for pin in pins:
            _card(pin, figures[pin.number].figure)
    return {_chart(pin): figures[pin.number].patch for pin in pins}


def _curves_alt(pins: list[Pin]) -> str:
    """What the loss curves show, in words."""
    series = str(widgets.value("compare_series"))
    losses = [pin.run.history.test_loss if series == SERIES[1] else pin.run.history.loss for pin in pins]
    names = [f"run {pin.place + 1} {pin.name}" for pin in pins]
    return alt_text.losses(series, list(zip(names, losses, strict=True)), state.shown_epoch())


def _picture_alt(pin: Pin) -> str:
    """What a run's picture shows, in words."""
    snapshot = pin.at(state.shown_epoch())
    view = state.view_of(pin, str(widgets.value("compare_view")))
    return f"Run {pin.place + 1}. {learned_alt(view, snapshot, unit_names(pin.run)[1:])}"


def _chart(pin: Pin) -> str:
    return f"pin_chart_{pin.number}"


def _card(pin: Pin, figure: Any) -> None:
    with st.container(key=f"card_{pin.number}"):
        with st.container(key=f"head_card_{pin.number}", horizontal=True, vertical_alignment="center", wrap=False):
            st.html(legend.label(pin.place, pin.name))
            _menu(pin)
        with st.container(key=_chart(pin)):
            st.plotly_chart(
                figure,
                config=chart_config.config(),
                height="stretch",
                key=f"{_chart(pin)}_plot",
                alt=f"What run {pin.place + 1} has learned.",
            )
        st.html(_numbers(pin))


def _menu(pin: Pin) -> None:
    with st.popover("Edit", icon=":material/more_vert:", type="tertiary", key=f"pin_menu_{pin.number}"):
        key = state.name_key(pin.number)
        widgets.give(key, pin.name)
        st.text_input("Name", key=key, max_chars=LONGEST_NAME, on_change=state.rename, args=(pin.number,))
        if st.button(
            "Open on Train",
            key=f"open_{pin.number}",
            icon=":material/open_in_new:",
            on_click=state.open_on_train,
            args=(pin.number,),
            width="stretch",
            help="Show this very run on the Train page. Undo there brings back the run it shows now.",
        ):
            navigation.go("train")
        st.button(
            "Unpin",
            key=f"unpin_{pin.number}",
            icon=":material/keep_off:",
            on_click=state.unpin,
            args=(pin.number,),
            width="stretch",
        )


def _numbers(pin: Pin) -> str:
    """Epoch, loss and score of a run at the shown epoch, as HTML."""
    epoch = state.shown_epoch()
    snapshot = pin.at(epoch)
    ended = ", its last" if epoch > pin.run.epoch else ""
    score, scores = wording.score_name(snapshot.data.task), wording.scores(snapshot)
    return (
        f'<div class="pin-numbers"><span>epoch <b>{snapshot.epoch:,}</b>{ended}</span>'
        f"<span>loss <b>{snapshot.loss:.6g}</b></span><span>{score} <b>{html.escape(scores)}</b></span></div>"
    )


def _tables(pins: list[Pin]) -> None:
    runs = [pin.run for pin in pins]
    differences = comparison.differences(runs)
    results = comparison.results(runs, [state.solved(pin) for pin in pins])
    same = len(differences) == 1 and len(set(differences["Seed"])) == 1
    left, right = st.columns([3 + min(len(differences), len(results)), 3 + len(results)], gap="small")
    with left.container(key="panel_differences"):
        st.markdown("**Settings that differ**" + (" :small[:gray[none do]]" if same and len(pins) > 1 else ""))
        _table("differences", pins, differences)
    with right.container(key="panel_results"):
        st.markdown("**At the end**")
        _table("results", pins, results)


def _table(key: str, pins: list[Pin], columns: dict[str, list[Any]]) -> None:
    names: dict[str, list[Any]] = {
        "": [swatch(pin.place) for pin in pins],
        "#": [pin.place + 1 for pin in pins],
        "Run": [pin.name for pin in pins],
    }
    config: dict[str, Any] = {
        "": st.column_config.ImageColumn(width=40, pinned=True),
        "#": st.column_config.NumberColumn(width=35, pinned=True),
        "Run": st.column_config.TextColumn(width=180, pinned=True),
        comparison.SOLVED: st.column_config.TextColumn(help=SOLVED_HELP),
    }
    for label in columns:
        form = "%.3f" if label in comparison.SCORES else "%.6g" if "loss" in label else None
        if form:
            config[label] = st.column_config.NumberColumn(format=form)
    st.dataframe(
        names | columns,
        key=key,
        hide_index=True,
        column_config=config,
        height="content",
        row_height=ROW_HEIGHT,
        placeholder=wording.NOTHING,
    )
