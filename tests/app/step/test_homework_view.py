"""The homework view of the One step page, through Streamlit's own test harness."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest
from support.patience import PATIENCE

from playground.step.homework.state import Sheets


def view() -> None:
    from playground.step import page as step

    step.page()


def opened() -> AppTest:
    at = AppTest.from_function(view, default_timeout=PATIENCE).run()
    at.button_group(key="step_view").set_value("Check my homework").run()
    assert not at.exception
    return at


def test_every_example_opens() -> None:
    at = opened()
    for name in ("notebook", "function", "mazur"):
        at.selectbox(key="homework_example").set_value(name).run()
        assert not at.exception
        assert at.session_state["session"].part(Sheets).current.homework.X.shape[1] == 2


def test_sizes_and_settings_change_the_sheet() -> None:
    at = opened()
    at.number_input(key="homework_hidden 2").set_value(3).run()
    at.number_input(key="homework_rows").set_value(4).run()
    at.selectbox(key="homework_activation").select("tanh").run()
    at.number_input(key="homework_learning_rate").set_value(0.25).run()
    homework = at.session_state["session"].part(Sheets).current.homework
    assert [W.shape for W, _ in homework.params] == [(2, 2), (2, 3), (3, 2)]
    assert (len(homework.X), homework.activation, homework.learning_rate) == (4, "tanh", 0.25)
    assert not at.exception


def test_a_bad_combination_is_one_sentence() -> None:
    at = opened()
    at.selectbox(key="homework_loss").select("cross_entropy").run()
    assert not at.exception
    assert "softmax" in at.error[0].value
    at.selectbox(key="homework_loss").select("half_sse").run()
    assert not at.error


def test_every_kind_of_mark_has_its_icon_and_sentence() -> None:
    at = opened()
    sheets = at.session_state["session"].part(Sheets)
    answers = {
        ("z1", (0, 1)): ("0.393", "check_circle", "Right to the 3 digits given."),
        ("delta1", (0, 0)): ("0.00885", "data_usage", "Right, with rounding on the way"),
        ("delta2", (0, 0)): ("-0.1385", "swap_horiz", "Right, in the other sign convention"),
        ("b1_new", (0,)): ("-0.35", "swap_horiz", "Right, as a threshold"),
        ("W1_new", (0, 0)): ("0", "more_horiz", "This says too little"),
        ("loss", ()): ("9e999", "cancel", "Wrong: far too large."),
        ("a1", (0, 0)): ("½", "help", "is not a number"),
    }
    sheets.current = replace(sheets.current, answers={place: typed for place, (typed, _, _) in answers.items()})
    at.run()
    assert not at.exception
    shown = [text.value for text in at.markdown]
    assert "**4 of 7 right**" in shown
    for typed, icon, sentence in answers.values():
        assert any(icon in text and f"= {typed}`" in text and sentence in text for text in shown), typed
