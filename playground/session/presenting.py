"""Presenter mode, for a projector: large type, and nothing on the page but what is played and looked at.

`?present=on&charts=network,learned&hide=speed,undo`. All names are from fixed lists; others are answered by a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from backprop_core.data import shown
from playground.session.session import press, session

PRESENT, HIDE, CHARTS = "present", "hide", "charts"  # parts of the address
PARTS = (PRESENT, HIDE, CHARTS)
CHART_NAMES = {
    "network": "Network",
    "learned": "Learned",
    "weights": "Weights",
    "gradients": "Gradients",
    "loss_curve": "Loss",
}
FIRST_CHARTS = ("network", "learned", "loss_curve")
TRANSPORT = ("reset", "back", "play", "step", "finish", "undo", "speed", "pin", "timeline")
HIDEABLE = (
    *TRANSPORT,
    "readouts",
    "views",
    "edit",
    "about",
    "try",
    "charts",
    "digits",
    "stages",
    "practise",
    "slopes",
    "copy",
    "sidebar",
    "pages",
)
NOT_PRESENTED = {"pin", "edit", "about", "try", "digits", "practise", "slopes", "copy", "sidebar"}
LONGEST = 40  # characters of a name in the address that are repeated
MOST_NAMED = 3


@dataclass
class Presenting:
    """How the app is presented.

    on : whether it is in presenter mode
    hidden : the controls that the address hides, in presenter mode and outside of it
    charts : the charts that are on the Train page in presenter mode
    ignored : sentences about parts of the address that could not be used
    address_read : whether the page's address was read in this session
    """

    on: bool = False
    hidden: tuple[str, ...] = ()
    charts: tuple[str, ...] = FIRST_CHARTS
    ignored: tuple[str, ...] = ()
    address_read: bool = False


def read(parts: Mapping[str, str]) -> Presenting:
    """What the parts of an address ask for."""
    on = parts.get(PRESENT, "off")
    hidden, unknown = _names(parts.get(HIDE, ""), HIDEABLE)
    charts, not_charts = _names(parts.get(CHARTS, ""), tuple(CHART_NAMES))
    ignored = [f"{PRESENT} = {shown(on[:LONGEST])} is neither on nor off."] if on not in ("on", "off") else []
    ignored += _sentence(unknown, "cannot be hidden, only", HIDEABLE) + _sentence(
        not_charts, "is no chart; these are", CHART_NAMES
    )
    return Presenting(on == "on", hidden, charts if CHARTS in parts else FIRST_CHARTS, tuple(ignored))


def written(how: Presenting) -> dict[str, str]:
    """The parts of the address that ask for this."""
    parts = {PRESENT: "on"} if how.on else {}
    if how.on and how.charts != FIRST_CHARTS:
        parts[CHARTS] = ",".join(how.charts)
    if how.hidden:
        parts[HIDE] = ",".join(how.hidden)
    return parts


def parts() -> dict[str, str]:
    """The parts of the page's address."""
    return written(presenting())


def presenting() -> Presenting:
    """How the app is presented."""
    return session().part(Presenting)


def from_address() -> None:
    """At the beginning of a session, read the page's address."""
    if not presenting().address_read:
        parts = {name: st.query_params[name] for name in PARTS if name in st.query_params}
        session().parts[Presenting] = read(parts)
        presenting().address_read = True


def hides(name: str) -> bool:
    """Whether a control is not on the page, one of `HIDEABLE`."""
    current = presenting()
    return name in current.hidden or (current.on and name in NOT_PRESENTED)


@press
def toggle() -> None:
    """Enter presenter mode, or leave it. The run goes on as it is."""
    presenting().on = not presenting().on


@press
def choose_charts(key: str) -> None:
    """Other charts were chosen."""
    presenting().charts = tuple(name for name in CHART_NAMES if name in st.session_state[key])


def _names(text: str, known: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The known names of a list, in their own order, and the unknown ones."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(name for name in known if name in names), [name for name in names if name not in known]


def _sentence(unknown: Sequence[str], is_what: str, known: Iterable[str]) -> list[str]:
    if not unknown:
        return []
    named = ", ".join(shown(name[:LONGEST]) for name in unknown[:MOST_NAMED])
    more = f" and {len(unknown) - MOST_NAMED:,} more" if len(unknown) > MOST_NAMED else ""
    return [f"{named}{more} {is_what}: {', '.join(known)}."]
