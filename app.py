"""Backprop Playground: `streamlit run app.py`."""

import streamlit as st


def main() -> None:
    """Set up the page and show the one that was asked for."""
    from backprop_core.nn import blas
    from playground.compare import page as compare
    from playground.components import presenter, style
    from playground.components.turns import PLAYING
    from playground.data import page as data
    from playground.landscape import page as landscape
    from playground.lessons import page as lessons
    from playground.lessons import panel
    from playground.lessons import state as lesson
    from playground.practice import page as practice
    from playground.practice import state as exercises
    from playground.session import navigation, playing, presenting, setting_changes, sockets, transport
    from playground.session.session import session
    from playground.sidebar import address, opening
    from playground.sidebar import opening_page as on_its_way
    from playground.step import page as step
    from playground.sweep import page as sweep
    from playground.train import page as train

    st.set_page_config(
        page_title="Backprop Playground", page_icon=style.icon(), layout="wide", initial_sidebar_state=280
    )
    pages = {
        "train": st.Page(train.page, title="Train", icon=":material/play_arrow:", default=True),
        "step": st.Page(step.page, title="One step", icon=":material/search:", url_path="step"),
        "data": st.Page(data.page, title="Data", icon=":material/table:", url_path="data"),
        "compare": st.Page(compare.page, title="Compare", icon=":material/compare:", url_path="compare"),
        "sweep": st.Page(sweep.page, title="Sweep", icon=":material/grid_on:", url_path="sweep"),
        "landscape": st.Page(landscape.page, title="Landscape", icon=":material/landscape:", url_path="landscape"),
        lesson.LIST: st.Page(lessons.page, title="Lessons", icon=":material/school:", url_path="lessons"),
        "practice": st.Page(practice.page, title="Practice", icon=":material/edit_note:", url_path="practice"),
    }
    own_parts = {"Practice": exercises.parts}  # what a page adds to its address
    plays = {"Train", "Landscape"}
    style.use_style()  # first of all, or the page would be seen without it for a moment
    blas.use_one_thread()
    sockets.send_at_once()
    navigation.offer(pages)
    presenting.from_address()
    page = st.navigation(list(pages.values()), position="hidden" if presenting.hides("pages") else "top")
    setting_changes.settle(page.title)
    navigation.opened(page.title)
    lesson.from_address()
    lesson.follow()
    opening.from_address()
    transport.follow_timeline()
    if opening.opening().going is not None:
        on_its_way.page()
    if page.title not in plays:
        playing.stop()
    presenter.view()
    address.keep(lesson.parts() | presenting.parts() | (own_parts[page.title]() if page.title in own_parts else {}))
    panel.view()
    with PLAYING.drawing(session):
        page.run()


if __name__ == "__main__":  # the processes that train sweeps import this file too, and have no use for pages
    main()
