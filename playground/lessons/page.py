"""Lessons: the list of them, from which one is begun."""

from __future__ import annotations

import streamlit as st

from playground.components.markdown import escaped
from playground.lessons import shelf, state
from playground.lessons.lesson import Lesson
from playground.session.session import session


def page() -> None:
    """Draw the page."""
    words = shelf.words()
    with st.container(key="lessons"):
        st.markdown(f"#### {words.panel['lessons']}", anchors=False)
        st.markdown(f"{words.panel['about']} {'' if state.progress().finished else words.panel['first']}")
        if session().notice:
            st.markdown(f":material/info: {escaped(session().notice)}")
        for title, names in words.groups.items():
            st.markdown(f"##### {escaped(title)}", anchors=False)
            for name in names:
                _entry(shelf.lessons()[name])


def _entry(lesson: Lesson) -> None:
    """A lesson: its title, how long it takes, the misconception it answers, and a button that opens it."""
    words, current = shelf.words().panel, state.progress()
    is_open, is_finished = lesson.name == current.name, lesson.name in current.finished
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"lesson_{lesson.name}"):
        mark = f" · :green[:material/check_circle: {words['finished']}]" if is_finished else ""
        title = (
            f"**{lesson.number} · {escaped(lesson.title)}** :small[:gray[{lesson.minutes} {words['minutes']}]]{mark}"
        )
        belief = f"{words['belief']}: “{escaped(lesson.belief)}”"
        if is_open:
            belief = f"{words['open']} {min(current.step, len(lesson.steps))}. {words['own_run']}"
        st.markdown(f"{title}  \n:small[{belief}]", width="stretch")
        if is_open:
            st.button(words["leave"], key="lesson_leave", icon=":material/close:", on_click=state.leave)
        st.button(
            words["go_on" if is_open else "begin"], key=f"begin_{lesson.name}", on_click=state.begin,
            args=(lesson.name,), type="primary" if is_open or lesson.number == 1 else "secondary",
        )  # fmt: skip
