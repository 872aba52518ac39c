"""The activation of the chosen unit and its slope at the chosen row, and the units that are dead or saturated."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from backprop_core.explain import SMALL_SLOPE, Explanation, stuck_units
from backprop_core.training import Snapshot
from playground import wording
from playground.components import chart_config
from playground.components.markdown import escaped
from playground.session.session import theme
from playground.step.figures import tangent

WORDS: dict[str, str] = wording.sentences(__file__)
HEIGHT = 170
MOST_NAMED = 6  # units that are dead or saturated


def picture(explanation: Explanation, layer: int, chosen: tuple[int, int], names: tuple[str, str], digits: int) -> None:
    """Draw f and f′ of a layer with the tangent at the chosen row and unit, which have these names.

    Nothing where the outputs depend on one another (softmax), so that there is no such curve.
    """
    function, step = explanation.network.functions[layer - 1], explanation.step
    if function.pull_back is not None:
        return
    z, f = float(step.z[layer - 1][chosen]), float(step.a[layer][chosen])
    slope = float(explanation.slopes[layer - 1][chosen])
    numbers = {"z": f"{z:.{digits}g}", "f": f"{f:.{digits}g}", "slope": f"{slope:.{digits}g}"}
    here = WORDS["here"].format(sample=names[0], **numbers)
    st.markdown(f"**{WORDS['title'].format(unit=escaped(names[1]))}** :small[:gray[{function.label}]]")
    figure = tangent(function, z, slope, theme(), HEIGHT)
    st.plotly_chart(figure, config=chart_config.config(), key="step_slope", alt=f"{function.label}. {here}")
    st.caption(here)


def stuck(snapshot: Snapshot, names: Sequence[Sequence[str]]) -> list[str]:
    """Sentences about the units that are dead or saturated at the shown epoch."""
    units, rows = stuck_units(snapshot), f"{len(snapshot.data.X):,}"
    dead = [names[unit.layer][unit.unit] for unit in units if unit.is_dead]
    saturated = [
        WORDS["unit"].format(unit=names[unit.layer][unit.unit], share=f"{unit.share:.0%}")
        for unit in units
        if not unit.is_dead
    ]
    return [
        WORDS[kind].format(small=SMALL_SLOPE, rows=rows, units=_few(named))
        for kind, named in (("dead", dead), ("saturated", saturated))
        if named
    ]


def _few(named: Sequence[str]) -> str:
    more = [WORDS["more"].format(count=len(named) - MOST_NAMED)] if len(named) > MOST_NAMED else []
    return ", ".join([*named[:MOST_NAMED], *more])
