"""The open lesson, above the page: a question, what to do on the page, and then what happened and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from backprop_core.settings import SPECS
from playground.charts.live_figure import nice_ceiling
from playground.components import chart_config
from playground.components.markdown import escaped
from playground.components.playback import button
from playground.lessons import answers, shelf, state
from playground.lessons.answers import SIGNS, Guess
from playground.lessons.figures import guessed_curve
from playground.lessons.language.table import LessonError
from playground.lessons.language.text import Text, number
from playground.lessons.lesson import Ask, Lesson, Step
from playground.lessons.results import Results
from playground.lessons.watching import Lacking
from playground.session import navigation
from playground.session.session import theme

ROOM = 1.25  # of a slider for a height, above the highest there is
POSITIONS = 50  # of such a slider


def view() -> None:
    """Draw the panel, if a lesson is open; and a message about an address that asks for none that there is."""
    opened, message = state.lesson(), state.progress().message
    if navigation.name() == state.LIST:
        opened = None  # the list says where one is
    if opened is None:
        if message:
            st.warning(escaped(message), icon=":material/link_off:")
        return
    lacking = state.watch()
    with st.container(border=True, key="lesson"):
        _head(opened)
        if message:
            st.warning(escaped(message), icon=":material/info:")
        of, step = shelf.results(opened.name), state.step()
        try:
            _body(opened, step, of, lacking)
        except LessonError:
            st.error(_word("failed"))


def _body(lesson: Lesson, step: Step | None, of: Results, lacking: Lacking | None) -> None:
    guess = state.progress().guesses.get(state.progress().place)
    if step is None:
        _end(lesson, of)
    elif guess is None:
        _ask(lesson, step, of)
    elif state.progress().place not in state.progress().done:
        _do(step, of, guess, lacking)
    else:
        _show(step, of, guess)


def _head(lesson: Lesson) -> None:
    current, steps = state.progress(), len(lesson.steps)
    with st.container(key="lesson_head", horizontal=True, vertical_alignment="center"):
        place = f"{_word('step')} {current.step} {_word('of')} {steps}" if current.step <= steps else _word("end")
        st.markdown(f":material/school: **{escaped(lesson.title)}** :small[:gray[· {place}]]", width="stretch")
        button("lesson_back", _word("back"), "arrow_back", state.move, "", args=(-1,), disabled=current.step == 1,
               shortcut="K")  # fmt: skip
        if current.step <= steps:
            is_done = current.place in current.done and current.place in current.guesses
            name, icon = ("next", "arrow_forward") if is_done else ("skip", "skip_next")
            button(
                f"lesson_{name}",
                _word(name),
                icon,
                state.move,
                "",
                args=(1,),
                type="primary" if is_done else "secondary",
                shortcut="N",
            )
        else:
            button("lesson_again", _word("again"), "replay", state.again, "")
        button("lesson_leave", _word("leave"), "close", state.leave, _word("own_run"))


def _ask(lesson: Lesson, step: Step, of: Results) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if state.progress().step == 1:
            _say(lesson.opening, of)
        _say(step.ask.question, of, _word("ask"))
    with right, st.form("lesson_form", border=False):
        _answer(step.ask, of)
        st.form_submit_button(_word("answer"), key="lesson_answer", type="primary", on_click=state.answer)


def _answer(ask: Ask, of: Results) -> None:
    """The widget that takes the answer; nothing is chosen in it at first."""
    key, label = state.guess_key(), _word("ask")
    match ask.kind:
        case "choice":
            options = [escaped(_filled(option.text, of)) for option in ask.options]
            st.radio(label, range(len(options)), None, options.__getitem__, key, label_visibility="collapsed")
        case "sign":
            signs = [shelf.words().signs[sign] for sign in SIGNS]
            st.radio(
                label, range(len(signs)), None, signs.__getitem__, key, horizontal=True, label_visibility="collapsed"
            )
        case "number":
            st.number_input(_word("value"), value=None, format="%g", key=key)
        case "curve":
            _heights(ask, of)


def _heights(ask: Ask, of: Results) -> None:
    """A slider for each epoch of a curve."""
    top = nice_ceiling(ROOM * max(answers.curve(ask, of)))
    for place, (epoch, column) in enumerate(zip(ask.at, st.columns(len(ask.at)), strict=True)):
        column.slider(
            f"{_word('epoch')} {epoch:,}", 0.0, top, top / 2, top / POSITIONS, "%.3g", key=state.guess_key(place)
        )


def _do(step: Step, of: Results, guess: Guess, lacking: Lacking | None) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _say(step.do.text, of, _word("do"))
        st.caption(f"{_word('guessed')}: {escaped(_guess_text(step.ask, guess, of))}")
    with right:
        st.markdown(f":material/pending: {escaped(_hint(step, lacking))}" if lacking else " ")
        with st.container(horizontal=True):
            button("lesson_do_it", _word("do_it"), "smart_toy", state.do_it, "")
            button("lesson_set_again", _word("set_again"), "restart_alt", state.move, "", args=(0,))


def _hint(step: Step, lacking: Lacking) -> str:
    """What still has to be done, as far as the task itself has said it."""
    what = ""
    match lacking:
        case "page":
            what = navigation.title(step.do.page)
        case "settings":
            what = ", ".join(SPECS[name].label for name in state.still_to_set(step))
        case "epoch":
            what = f"{step.do.epoch:,}"
        case "quantity":
            what = step.do.quantity or ""
        case "choice":
            what = ", ".join(option for _, option in step.do.choices)
    return f"{shelf.words().lacking[lacking]} {what}".strip()


def _show(step: Step, of: Results, guess: Guess) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        is_right = answers.is_right(step.ask, guess, of)
        icon = ":green[:material/check_circle:]" if is_right else ":orange[:material/lightbulb:]"
        told = f"{_word('guessed')}: {_guess_text(step.ask, guess, of)}. {_word('right' if is_right else 'wrong')}"
        st.markdown(f"{icon} {escaped(told)}")
        _say(step.show, of, _word("show"))
        if step.ask.kind == "curve" and isinstance(guess, tuple):
            heights, names = answers.curve(step.ask, of), (_word("curve_guess"), _word("curve_run"))
            figure = guessed_curve(step.ask.at, guess, heights, names, theme())
            st.plotly_chart(
                figure, config=chart_config.config(), key="lesson_curve", alt=_alt(step.ask, guess, heights)
            )
    with right:
        _say(step.why.question, of, _word("why"))
        place = state.progress().place
        with st.expander(_word("own_words"), key=f"why_{place[0]}_{place[1]}"):
            _say(step.why.answer, of)


def _alt(ask: Ask, guess: Sequence[float], heights: Sequence[float]) -> str:
    """The guess and the curve in words."""
    rows = (
        f"{_word('epoch')} {epoch:,}: {_word('curve_guess')} {number(guessed)}, {_word('curve_run')} {number(height)}"
        for epoch, guessed, height in zip(ask.at, guess, heights, strict=True)
    )
    return "; ".join(rows) + "."


def _guess_text(ask: Ask, guess: Guess, of: Results) -> str:
    """What the student has said."""
    if isinstance(guess, tuple):
        return ", ".join(number(height) for height in guess)
    if isinstance(guess, str):
        return shelf.words().signs[guess]
    return _filled(ask.options[int(guess)].text, of).rstrip(".") if ask.kind == "choice" else number(guess)


def _end(lesson: Lesson, of: Results) -> None:
    _say(lesson.closing, of)
    source = lesson.source
    title = f"[{escaped(source.title)}]({source.address})" if source.address else f"*{escaped(source.title)}*"
    st.caption(
        f"{_word('belief')}: “{escaped(lesson.belief)}” {_word('source')}: "
        f"{escaped(source.author)} ({source.year}), {title}."
    )
    if lesson.practise and st.button(_word("practise"), key="lesson_practise", icon=":material/edit_note:"):
        navigation.practise(lesson.practise - 1)


def _say(text: Text, of: Results, title: str = "") -> None:
    """A text with its numbers, after a title if there is one."""
    st.markdown((f"**{title}** " if title else "") + escaped(_filled(text, of)))


def _filled(text: Text, of: Results) -> str:
    """A text with its numbers; with a spinner while runs are trained for them."""
    if of.knows(text.names):
        return text.filled(of)
    with st.spinner(_word("training")):
        return text.filled(of)


def _word(name: str) -> str:
    return shelf.words().panel[name]
