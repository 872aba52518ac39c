"""Lessons on the page: every step is walked, the address says where one is, and what the visitor had comes back."""

from __future__ import annotations

import pytest
from support.app_page import COMPARE, SWEEP, TRAIN, Page

from playground.compare import state as pins
from playground.lessons import shelf, state
from playground.lessons.lesson import Ask
from playground.sidebar import address
from playground.sweep import state as sweeps

LESSONS = "lessons"


def progress(page: Page) -> state.Progress:
    kept: state.Progress = page.session.parts[state.Progress]
    return kept


def query(page: Page) -> dict[str, str]:
    """What the page's address says after the question mark: the lesson, and the run."""
    kept = progress(page)
    lesson = {"lesson": kept.name, "step": str(kept.step)} if kept.name else {}
    return lesson | page.session.parts[address.Address].parts


def answer(page: Page, ask: Ask) -> None:
    """Answer anything at all."""
    key = f"guess_{progress(page).name}_{progress(page).step}_0"
    if ask.kind in {"choice", "sign", "number"}:
        page.widget(key).set_value(1)
    page.press("lesson_answer")


@pytest.mark.parametrize("name", shelf.lessons())
def test_every_step_of_every_lesson_can_be_answered_done_and_read(name: str) -> None:
    page = Page(LESSONS)
    page.press(f"begin_{name}")
    lesson = shelf.lessons()[name]
    of = shelf.results(name)
    for number, step in enumerate(lesson.steps, start=1):
        assert progress(page).place == (name, number)
        assert page.session.page == page.session.pages[step.page].title
        assert step.ask.question.filled(of)[:20] in page.text()
        assert step.do.text.filled(of)[:20] not in page.text()
        answer(page, step.ask)
        assert step.do.text.filled(of)[:20] in page.text()
        assert step.show.filled(of)[-20:] not in page.text()
        page.press("lesson_do_it")
        assert page.session.page == page.session.pages[step.do.page].title
        assert progress(page).place in progress(page).done
        assert step.show.filled(of)[:20] in page.text()
        page.press("lesson_next")
    assert lesson.closing.filled(of)[:20] in page.text()
    page.press("lesson_leave")
    assert page.session.page == "Lessons"
    assert ":material/check_circle: finished" in page.text()
    assert (page.run.epoch, page.session.undo) == (0, [])


def test_a_step_can_be_done_with_the_real_controls() -> None:
    page = Page(LESSONS)
    page.press("begin_learning_rate", "lesson_skip")
    page.widget("guess_learning_rate_2_0").set_value(1)
    page.press("lesson_answer")
    assert "Still to be set: Learning rate" in page.text()
    page.choose("learning_rate", 0.3)
    assert "to this epoch: 10" in page.text()
    page.train(10)
    assert progress(page).place in progress(page).done
    page.press("reset")
    assert progress(page).place in progress(page).done, "what was done stays done"


def test_a_lesson_ends_where_its_stage_can_be_practised() -> None:
    page = Page(LESSONS)
    page.press("begin_order", *["lesson_skip"] * len(shelf.lessons()["order"].steps), "lesson_practise")
    assert page.session.page == "Practice"
    assert progress(page).name == "order"


def test_without_an_answer_nothing_goes_on() -> None:
    page = Page(LESSONS)
    page.press("begin_hidden_layer", "lesson_answer")
    assert shelf.words().panel["nothing_said"] in page.text()
    assert progress(page).guesses == {}
    page.press("lesson_skip", "lesson_back")
    assert progress(page).place == ("hidden_layer", 1)


def test_the_visitors_own_run_comes_back_as_it_was() -> None:
    page = Page()
    page.choose("learning_rate", 0.7)
    page.train(30)
    page.train(20)
    page.choose("learned_view", "Table")
    page.go(LESSONS)
    own, undo = page.run, list(page.session.undo)
    page.press("begin_hidden_layer", "lesson_skip", "lesson_skip", "lesson_leave")
    page.go(TRAIN)
    assert page.run is own
    assert (page.session.shown, page.session.undo) == (20, undo)
    assert page.widget("timeline").value == 20
    assert page.widget("learning_rate").value == 0.7
    assert page.widget("learned_view").value == "Table"


def test_what_is_opened_in_mid_lesson_is_not_lost_either() -> None:
    page = Page()
    page.train(5)
    own = page.run
    page.go(LESSONS)
    page.press("begin_hidden_layer")
    page.choose("preset", "two_moons" if "two_moons" in page.widget("preset").options else "notebook")
    page.train(3)
    preset = page.run.config
    page.press("lesson_leave")
    assert page.run is own
    page.go(TRAIN)
    page.press("undo")
    assert (page.run.config, page.run.epoch) == (preset, 3)


def test_another_lesson_can_be_begun_in_the_middle_of_one() -> None:
    page = Page()
    page.train(5)
    own = page.run
    for name in ("hidden_layer", "biases"):
        page.go(LESSONS)
        page.press(f"begin_{name}")
    page.press("lesson_leave")
    assert page.run is own


def test_pins_and_sweeps_come_back() -> None:
    page = Page()
    page.train(5)
    page.press("pin_run")
    page.go(SWEEP)
    page.choose("sweep_seeds", 7)
    page.go(LESSONS)
    page.press("begin_optimizers", "lesson_skip", "lesson_skip")
    page.go(COMPARE)
    assert len(page.session.parts[pins.Pins].at) == 6
    page.go(TRAIN)
    page.press("pin_run", "lesson_skip")
    assert page.widget("sweep_seeds").value == 50
    page.press("lesson_leave")
    assert [pin.run.epoch for pin in page.session.parts[pins.Pins].at.values()] == [5, 0]
    page.go(SWEEP)
    assert page.widget("sweep_seeds").value == 7
    assert page.session.parts[sweeps.Sweeps].result is None


@pytest.mark.parametrize(("name", "step"), [("hidden_layer", "2"), ("plateau", "3")])
def test_an_address_opens_a_lesson_at_its_step(name: str, step: str) -> None:
    opened = shelf.lessons()[name].steps[int(step) - 1]
    page = Page(lesson=name, step=step)
    assert progress(page).place == (name, int(step))
    assert page.session.page == page.session.pages[opened.page].title
    assert opened.ask.question.filled(shelf.results(name))[:20] in page.text()
    assert query(page).items() >= {"lesson": name, "step": step}.items()


def test_an_address_with_a_run_shows_that_run() -> None:
    page = Page(lesson="hidden_layer", step="4", hidden="2", epoch="12")
    assert progress(page).place == ("hidden_layer", 4)
    assert (page.run.config.hidden, page.session.shown) == ((2,), 12)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"lesson": "alchemy"}, "does not exist: “alchemy”"),
        ({"lesson": "alchemy", "dataset": "moons"}, "does not exist: “alchemy”"),
        ({"lesson": "order", "step": "9"}, "asks for: “9”"),
        ({"lesson": "order", "step": "0"}, "asks for: “0”"),
        ({"lesson": "order", "step": "²"}, "asks for: “²”"),
        ({"lesson": "order", "step": "9" * 5000}, "asks for: “9999"),
    ],
)
def test_an_address_that_asks_for_what_is_not_there_says_so(parts: dict[str, str], said: str) -> None:
    page = Page(**parts)
    assert said in page.text().replace("\N{WORD JOINER}", "")
    assert progress(page).name == ("" if parts["lesson"] == "alchemy" else "order")


def test_every_lesson_is_in_one_group() -> None:
    grouped = [name for names in shelf.words().groups.values() for name in names]
    assert grouped == [*shelf.lessons()]
