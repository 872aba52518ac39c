"""Draw a digit: a drawing is counted as the data were, and is answered by the run's own forward pass."""

import numpy as np
import pytest
from support.answers import asked_at
from support.app_page import Page

from backprop_core import Run
from backprop_core.nn.activations import Array
from backprop_core.training.presets import suggested
from playground.session.widgets import Kept
from playground.train.digit import drawing, state
from playground.train.one_row import raw_rows

EPOCHS = 20


@pytest.fixture(scope="module")
def trained() -> Run:
    run = Run(suggested("digits"))
    run.advance(EPOCHS)
    return run


def opened(run: Run) -> Page:
    page = Page(dataset="digits", hidden="32", test_share="0.25")
    page.session.run, page.session.shown = run, run.epoch
    page.session.runs += 1
    page.session.part(Kept).values["try_drawing"] = True
    page.look()
    return page


def on_pad(page: Page) -> state.Drawing:
    return page.session.part(state.Drawing)


def said(page: Page) -> str:
    return next((text.value for text in page.app.markdown if text.value.startswith(":small[Epoch ")), "")


def bar(top: int, left: int, tall: int, wide: int) -> Array:
    ink = np.zeros((32, 32), dtype=bool)
    ink[top : top + tall, left : left + wide] = True
    return ink


def test_every_row_can_be_put_into_the_field_and_is_counted_as_it_was(trained: Run) -> None:
    rows = raw_rows.rows_of(trained)
    snapshot = trained.at(EPOCHS)
    for row in rows[::7]:
        picture = drawing.counted(drawing.inked(row.reshape(8, 8)))
        np.testing.assert_array_equal(picture.ravel(), row)
        answer = drawing.answer(trained, snapshot, picture)
        outputs = trained.predict(row[None])
        assert list(answer.outputs.values()) == outputs[0].tolist()
        assert answer.chosen == trained.data.classes[int(trained.data.labels(outputs)[0])]


def test_rows_that_are_fitted_like_drawings_are_mostly_still_known(trained: Run) -> None:
    """A fit that moved or stretched digits in another way than the data were would spoil them."""
    data = trained.data
    fitted = [drawing.counted(drawing.fitted(drawing.inked(row.reshape(8, 8)))).ravel() for row in data.rows_test]
    right = data.labels(trained.predict(np.array(fitted))) == data.labels(data.y_test)
    assert right.mean() > 0.9


def test_a_drawing_fills_the_height_and_stands_in_the_middle() -> None:
    small = bar(10, 3, 12, 6)
    np.testing.assert_array_equal(drawing.fitted(small), bar(0, 8, 32, 16))
    np.testing.assert_array_equal(drawing.fitted(bar(0, 8, 32, 16)), bar(0, 8, 32, 16))
    np.testing.assert_array_equal(drawing.fitted(bar(20, 0, 4, 30)), bar(0, 4, 32, 24))  # not wider than the data
    assert not drawing.fitted(np.zeros((32, 32), dtype=bool)).any()


def test_a_bitmap_is_read_as_it_was_written() -> None:
    ink = bar(3, 5, 7, 9)
    read = drawing.read(drawing.written(ink), (32, 32))
    assert read is not None
    np.testing.assert_array_equal(read, ink)
    for nothing in (None, 7, "", "01", "2" * 1024):
        assert drawing.read(nothing, (32, 32)) is None


def test_the_panel_answers_a_row_at_the_shown_epoch(trained: Run) -> None:
    page = opened(trained)
    assert "Draw a digit in the field" in page.text()
    page.choose("draw_place", 1500)  # a test row
    row = raw_rows.rows_of(trained)[1499]
    number = int(trained.data.labels(trained.predict(row[None]))[0])
    digit = trained.data.labels(trained.data.y_test)[1499 - len(trained.data.X)]
    assert said(page).startswith(f":small[Epoch {EPOCHS}:] **{number}**, ")
    assert f"The data say {digit}." in said(page)
    page.choose("timeline", 0)
    assert said(page).startswith(":small[Epoch 0:]")
    on_pad(page).take(bar(4, 14, 24, 5))
    page.look()
    assert "The data say" not in said(page)
    assert page.widget("draw_place").value is None
    page.press("draw_clear")
    assert said(page) == ""


def test_wrong_rows_are_put_into_the_field_one_after_another(trained: Run) -> None:
    page, data = opened(trained), trained.data
    places = []
    for _ in range(3):
        page.press("draw_wrong")
        places.append(on_pad(page).place)
    wrong = data.labels(trained.predict(data.rows_test)) != data.labels(data.y_test)
    assert places == [len(data.X) + int(place) for place in np.flatnonzero(wrong)[:3]]


def test_while_the_run_plays_the_answer_stays(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(Run(trained.config))
    page.choose("draw_place", 1)
    epochs = asked_at(drawing, monkeypatch)
    page.session.mode, page.session.until = "playing", 3  # the script plays to its end, and runs again
    page.look()
    assert epochs == [3]


def test_only_runs_on_pictures_have_the_field_and_it_can_be_hidden() -> None:
    assert "try_drawing" in Page(preset="digits").keys_on_it()
    assert "try_drawing" not in Page(preset="digits", hide="try").keys_on_it()
    page = Page(dataset="iris")
    assert "try_drawing" not in page.keys_on_it()
    assert "try_row" in page.keys_on_it()
    assert "try_row" not in Page(dataset="iris", hide="try").keys_on_it()
