"""The homework view of the One step page, through Streamlit's own test harness."""

from patience import PATIENCE
from streamlit.testing.v1 import AppTest

from playground.state.sheets import Sheets


def view() -> None:
    from playground.pages import step

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
