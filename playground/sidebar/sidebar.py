"""The sidebar: a widget for every setting, with its range and its help text from the core's specs."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from backprop_core.data import DATASETS, TableRows
from backprop_core.nn import ACTIVATIONS, OPTIMIZERS, SCHEDULES
from backprop_core.settings import MAX_LAYERS, SPECS, Config
from backprop_core.training import PRESETS
from playground import wording
from playground.components.markdown import escaped
from playground.session import presenting, setting_changes, widget_values, widgets
from playground.session.session import session
from playground.sidebar import share_panel

STEPS = {
    "samples": 10,
    "noise": 0.05,
    "test_share": 0.05,
    "schedule_factor": 0.1,
    "stop_accuracy": 0.05,
    "momentum": 0.05,
}
MOST_NAMES = 8  # of inputs or classes in the line below the dataset


def sidebar(config: Config) -> None:
    """Draw the sidebar for the configuration in force at the shown epoch, unless it is hidden."""
    if presenting.hides("sidebar"):
        widgets.hide_sidebar()
        return
    with st.sidebar, st.container(key="controls"):
        st.markdown("#### Backprop Playground", anchors=False)
        st.selectbox(
            "Preset",
            tuple(PRESETS),
            format_func=lambda name: PRESETS[name].label,
            key="preset",
            index=None,
            placeholder="your own settings",
            on_change=setting_changes.changed,
            args=("preset",),
            help="Ready settings to start from. Choosing one starts over; Undo brings the old run back.",
        )
        _choice("dataset", config, own=config.dataset == "csv")
        st.caption(_about(config))
        _layers(config)
        _row("learning_rate", "epochs")
        with st.expander("Data", icon=":material/scatter_plot:"):
            _data(config)
        with st.expander("Network", expanded=True, icon=":material/hub:"):
            _network(config)
        with st.expander("Learning", expanded=True, icon=":material/trending_down:"):
            _learning(config)
        with st.expander("Stop early", icon=":material/flag:"):
            _row("stop_loss", "stop_accuracy")
        share_panel.view()


def _about(config: Config) -> str:
    """What the dataset is, with the names of inputs and classes of the user's own rows, and whether it is scaled."""
    data = session().run.data
    scaled = " Inputs are scaled before the network is shown them." if data.scaling else ""
    return (
        _contents(config) + scaled + (" So is the target: losses are of scaled numbers." if data.target_scaling else "")
    )


def _contents(config: Config) -> str:
    run = session().run
    if config.dataset != "csv" or not isinstance(run.user_rows, TableRows):
        return DATASETS[config.dataset].about
    inputs = [f"x{i}: {name}" if name != f"x{i}" else name for i, name in enumerate(run.user_rows.inputs, start=1)]
    parts = [f"{len(run.user_rows.X):,} rows brought by you", _few(inputs)]
    classes = run.user_rows.classes
    if classes:
        several = run.data.outputs > 1
        parts.append(_few([f"y{i}: {name}" if several else name for i, name in enumerate(classes, start=1)]))
    return escaped("; ".join(parts) + ".")


def _few(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")


def _data(config: Config) -> None:
    dataset = DATASETS[config.dataset]
    plane = bool(session().run.data.features)  # of the user's own rows, too, if they have two inputs
    if not dataset.settings and not plane:
        st.caption("This truth table has no settings of its own.")
    for pair in (("samples", "noise"), ("test_share", "data_seed")):
        _row(*(name for name in pair if name in dataset.settings))
    if plane:
        st.multiselect(
            SPECS["features"].label,
            list(SPECS["features"].choices),
            format_func=partial(wording.option, "features"),
            key="features",
            on_change=setting_changes.changed,
            args=("features",),
            help=SPECS["features"].help,
        )


def _layers(config: Config) -> None:
    most = int(SPECS["hidden"].high)
    row = st.container(horizontal=True)
    row.number_input(
        "Hidden layers",
        0,
        MAX_LAYERS,
        key="hidden_layers",
        on_change=setting_changes.changed,
        args=("hidden_layers",),
        help=f"How many layers stand between input and output, 0 to {MAX_LAYERS}.",
    )
    row.number_input(
        "Hidden size",
        1,
        most,
        key="hidden_size",
        on_change=setting_changes.changed,
        args=("hidden_size",),
        disabled=widgets.value("per_layer") or not config.hidden,
        help=f"Units of each hidden layer, 1 to {most}.",
    )


def _network(config: Config) -> None:
    per_layer = widgets.value("per_layer")
    if config.hidden:
        _choice("activation", config, disabled=per_layer)
        st.toggle(
            "Different layers",
            key="per_layer",
            on_change=setting_changes.changed,
            args=("per_layer",),
            help="Give every hidden layer its own size and activation.",
        )
    if per_layer:
        for layer in range(1, len(config.hidden) + 1):
            _layer(layer)
    _choice("output", config)
    _choice("loss", config)
    _choice("init", config)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number("seed")
        st.button(
            "Draw",
            icon=":material/casino:",
            key="draw",
            on_click=setting_changes.draw_again,
            width="stretch",
            help="Start over with other weights: the next seed.",
        )


def _layer(layer: int) -> None:
    size, activation = widget_values.layer_keys(layer)
    most = int(SPECS["hidden"].high)
    left, right = st.columns([2, 3])
    left.number_input(f"Size {layer}", 1, most, key=size, on_change=setting_changes.changed, args=(size,))
    right.selectbox(
        f"Activation {layer}",
        tuple(ACTIVATIONS),
        format_func=partial(wording.option, "activation"),
        key=activation,
        on_change=setting_changes.changed,
        args=(activation,),
    )


def _learning(config: Config) -> None:
    _flag("train_biases")
    _choice("optimizer", config)
    _row(*OPTIMIZERS[config.optimizer].settings)
    _number("batch_size")
    if config.batch_size is not None:
        _flag("shuffle")
    _row("l1", "l2")
    _choice("schedule", config)
    _row(*SCHEDULES[config.schedule].settings)


def _choice(name: str, config: Config, *, own: bool = False, disabled: bool = False) -> None:
    options = [option for option in wording.REGISTRIES[name] if option != "csv" or own]
    st.selectbox(
        SPECS[name].label,
        options,
        format_func=partial(wording.option, name),
        key=name,
        on_change=setting_changes.changed,
        args=(name,),
        disabled=disabled,
        help=SPECS[name].help,
    )


def _flag(name: str) -> None:
    st.toggle(SPECS[name].label, key=name, on_change=setting_changes.changed, args=(name,), help=SPECS[name].help)


def _number(name: str) -> None:
    spec = SPECS[name]
    whole = spec.kind == "integer"
    kind: type[float] = int if whole else float
    typed: dict[str, Any] = {"min_value": kind(spec.low), "max_value": kind(spec.high)}
    typed |= {"value": None if spec.optional else "min", "step": STEPS.get(name, 1 if whole else None)}
    allowed = f"{spec.low:,.0f} to {spec.high:,.0f}" if whole else f"{spec.low:,g} to {spec.high:,g}"
    st.number_input(
        spec.label,
        **typed,
        format="%d" if whole else "%g",
        placeholder=wording.UNSET.get(name),
        key=name,
        on_change=setting_changes.changed,
        args=(name,),
        help=f"{spec.help} From {allowed}.",
    )


def _row(*names: str) -> None:
    if names:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for name in names:
                _number(name)
