"""Presenter mode as an address asks for it: what is read and written, and what is then on the page."""

import pytest
from support.app_page import STEP, TRAIN, Page

from playground.charts.enlarged import LARGE, enlarged
from playground.components import presenter
from playground.session import presenting

ALL_CHARTS = tuple(presenting.CHART_NAMES)


class Refusing(Page):
    may_refuse = True


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"present": "on"},
        {"hide": "back,finish,speed"},
        {"present": "on", "charts": "learned,weights", "hide": "pages"},
        {"present": "on", "charts": ""},
    ],
)
def test_an_address_that_is_read_is_written_again(parts: dict[str, str]) -> None:
    how = presenting.read(parts)
    assert presenting.written(how) == parts
    assert how.ignored == ()


def test_names_that_there_are_not_are_answered_and_left_out() -> None:
    how = presenting.read({"present": "yes", "hide": "finish,<b>,foo,back", "charts": "network,x;y"})
    assert (how.on, how.hidden, how.charts) == (False, ("back", "finish"), ("network",))
    said = " ".join(how.ignored)
    assert "present = “yes” is neither on nor off." in said
    assert "“foo” cannot be hidden, only: reset, back, play" in said
    assert "“x;y” is no chart; these are: network, learned, weights, gradients, loss_curve." in said
    assert "<b>" not in said


def test_sizes_on_the_screen_grow_and_nothing_else_does() -> None:
    fonts, points, lines = LARGE
    trace = {"line": {"width": 2}, "marker": {"size": 10, "line": {"width": 1}}, "textfont": {"size": 12}, "x": [1, 2]}
    layout = {"showlegend": False, "xaxis": {"range": [0, 1]}, "shapes": [{"line": {"width": 1}, "x0": 3}]}
    large = enlarged({"data": [trace], "layout": layout})
    assert large["data"][0] == {
        "line": {"width": 2 * lines},
        "marker": {"size": 10 * points, "line": {"width": lines}},
        "textfont": {"size": 12 * fonts},
        "x": [1, 2],
    }
    assert large["layout"] == layout | {"shapes": [{"line": {"width": lines}, "x0": 3}]}


def test_presenter_mode_shows_what_is_played_and_looked_at_and_leaves_the_run_alone() -> None:
    page = Page(TRAIN, present="on", hide="back,finish,speed", epoch="40")
    keys = page.keys_on_it()
    assert {"play", "step", "timeline", "epoch_shown", "present", "charts"} <= keys
    assert not {"back", "finish", "speed", "pin", "edit_weights", "learning_rate", "explain_network"} & keys
    assert page.charts() == [f"{name}_chart" for name in presenting.FIRST_CHARTS]
    page.choose("presented_charts", ["weights", "network"])
    assert page.charts() == ["network_chart", "weights_chart"]
    page.press("step")
    run = page.run
    page.press("present")
    assert page.charts() == [f"{name}_chart" for name in ALL_CHARTS]
    assert {"learning_rate", "pin"} <= page.keys_on_it()
    assert "back" not in page.keys_on_it()  # the address hides it in any mode
    assert (page.run, page.session.shown) == (run, 41)
    page.choose("learning_rate", 0.25)
    page.press("present")
    assert page.charts() == ["network_chart", "weights_chart"]
    assert page.run.current.learning_rate == 0.25


def test_everything_can_be_hidden_and_the_page_still_plays() -> None:
    page = Page(TRAIN, hide=",".join(presenting.HIDEABLE))
    assert (
        not {*presenting.TRANSPORT, "epoch_shown", "learned_view", "network_view", "learning_rate"} & page.keys_on_it()
    )
    assert len(page.charts()) == len(ALL_CHARTS)
    page.go(STEP)
    assert not {"digits", "stage_0", "practise", "step"} & page.keys_on_it()


def test_a_wrong_name_is_answered_on_the_page_beside_the_run_of_the_link() -> None:
    page = Refusing(TRAIN, present="on", hide="foo", learning_rate="0.25")
    assert page.run.config.learning_rate == 0.25
    assert "“foo” cannot be hidden, only: reset" in page.text()


def test_keys_that_are_listed_are_those_of_the_buttons() -> None:
    page, listed = Page(), presenter.WORDS["keys"]
    shortcuts = {button.proto.shortcut.upper() for button in page.app.button}
    assert {*listed["Where a run plays"]} <= shortcuts
    assert "L" in shortcuts
    page.go(STEP)
    shortcuts = {button.proto.shortcut.upper() for button in page.app.button}
    assert {"1", "2", "3", "4", "LEFT", "RIGHT"} <= shortcuts
    page = Page(TRAIN, lesson="plateau", present="on")
    assert {*listed["Lessons"]} <= {button.proto.shortcut.upper() for button in page.app.button}
