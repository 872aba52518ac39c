"""One polite sentence for screen readers about what a step, a pause or a change has changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from backprop_core.training import Snapshot
from playground import wording
from playground.components.scripts import NEWEST, script
from playground.session.session import next_frame, session

FOLDER = Path(__file__).parent
WORDS: dict[str, str] = wording.sentences(__file__, "spoken.toml")
DIGITS = (4, 6, 10, 17)  # as few of these as tell two losses apart
MARKS = re.compile(r"\*\*|`")  # of Markdown


class Moment(NamedTuple):
    """What is on the page while nothing plays.

    run, edits : how often the run was replaced or edited
    said : what the status line says
    """

    run: int
    edits: int
    epoch: int
    loss: float
    said: str = ""


@dataclass
class Spoken:
    """What was on the page when the last sentence was written, and the sentence."""

    moment: Moment | None = None
    text: str = ""


def sentence(before: Moment, now: Moment, change: str = "") -> str:
    """What is different from the moment before; `change` says what was edited, if anything was."""
    parts = [MARKS.sub("", now.said).strip()] if now.said else []
    if change and now.edits != before.edits:
        parts.append(WORDS["changed"].format(change=change))
    parts.append(
        WORDS["epoch"].format(epoch=f"{now.epoch:,}", loss=_losses(before, now)[1], before=_before(before, now))
    )
    return " ".join(parts)


def say(snapshot: Snapshot) -> None:
    """Let screen readers say what is new on the page, if anything is; nothing when it has just been opened."""
    current = session()
    spoken = current.part(Spoken)
    now = Moment(current.runs, current.edits, snapshot.epoch, snapshot.loss, current.error or current.notice)
    if spoken.moment is not None and now != spoken.moment:
        edits = [edit for edit in current.run.edits if edit.epoch == snapshot.epoch]
        spoken.text = sentence(spoken.moment, now, "".join(wording.edits_by_epoch(edits)))
    spoken.moment = now
    with st.container(key="spoken"):
        script("spoken", NEWEST, FOLDER / "spoken.js")(data={"text": spoken.text, "number": next_frame()})


def _before(before: Moment, now: Moment) -> str:
    """What the loss was, if it is the loss of the same run."""
    if before.run != now.run:
        return ""
    if before.loss == now.loss:
        return WORDS["same"]
    name = "before" if abs(before.epoch - now.epoch) <= 1 else "before_at"
    return WORDS[name].format(loss=_losses(before, now)[0], epoch=f"{before.epoch:,}")


def _losses(before: Moment, now: Moment) -> tuple[str, str]:
    """Both losses, with as many digits as tell them apart."""
    texts = [(f"{before.loss:.{digits}g}", f"{now.loss:.{digits}g}") for digits in DIGITS]
    is_same = before.run != now.run or before.loss == now.loss
    return texts[0] if is_same else next((pair for pair in texts if pair[0] != pair[1]), texts[-1])
