"""Try a row: fields for a row as the file has it, and the answer at the shown epoch."""

from typing import Any

import pytest
from support.answers import asked_at
from support.app_page import Page

from backprop_core import Run
from backprop_core.tables import choice, read
from backprop_core.training import suggested_for
from playground.session.widgets import Kept
from playground.train.one_row import raw_rows

BIRDS = "island,bill ($),sex,species\n" + "\n".join(
    f"{('Biscoe', 'Dream', 'Torgersen')[i % 3]},{'' if i == 4 else 30 + (i % 8) + 10 * (i // 12)},"
    f"{('male', 'female')[i % 2]},{('Adelie', 'Chinstrap *', 'Gentoo')[i // 12]}"
    for i in range(36)
)
CARS = "cylinders,weight,mpg\n" + "\n".join(f"{4 + 2 * (i % 3)},{2000 + 37 * i},{40.5 - 0.5 * i}" for i in range(30))
LABELS = "a,b,Sum,Carry\n0,0,0,0\n0,1,1,0\n1,0,1,0\n1,1,0,1\n"


def run_of(text: str, targets: tuple[int, ...], **changes: Any) -> Run:
    table = read(text)
    rows = choice.rows_of(table, choice.suggested_choice(table, targets))
    run = Run(suggested_for(rows).replace(hidden=(3,), **changes), data=rows)
    run.advance(60)
    return run


def opened(run: Run | None = None, **parts: str) -> Page:
    page = Page(**parts)
    if run is not None:
        page.session.run, page.session.shown = run, run.epoch
        page.session.runs += 1
    page.session.part(Kept).values["try_row"] = True
    page.look()
    return page


def said(page: Page) -> str:
    """The line with the answer."""
    return next((text.value for text in page.app.markdown if text.value.startswith(":small[Epoch ")), "")


def test_it_is_closed_and_costs_nothing_until_it_is_opened() -> None:
    page = Page(dataset="iris")
    assert "try_row" in page.keys_on_it()
    assert "try_place" not in page.keys_on_it()
    page.choose("dataset", "sine")  # x: the curve says it all
    assert "try_row" not in page.keys_on_it()


def test_the_answer_is_in_the_words_of_the_file_and_belongs_to_the_shown_epoch() -> None:
    run = run_of(BIRDS, (3,))
    page = opened(run)
    assert [page.widget(f"try_field_{i}").value for i in range(3)] == ["Biscoe", 30.0, "male"]
    outputs = run.predict(rows_of_the_file(run)[:1])[0]
    assert said(page).startswith(f":small[Epoch 60:] **Adelie, {outputs[0]:.2f}** :small[:gray[Chinstrap \\*")
    assert said(page).endswith(":small[:gray[The table says Adelie.]]")
    page.choose("try_place", 14)  # the 15th of the file: one row was left out
    assert page.widget("try_field_0").value == "Torgersen"
    assert "The table says Chinstrap \\*." in said(page)
    page.choose("try_field_0", "Dream")
    assert "The table says" not in said(page)
    page.choose("try_field_1", 31.5)
    later = said(page)
    page.choose("timeline", 2)
    assert said(page).startswith(":small[Epoch 2:]")
    assert page.widget("try_field_1").value == 31.5
    page.choose("timeline", 60)
    assert said(page) == later


def rows_of_the_file(run: Run) -> Any:
    return raw_rows.rows_of(run)


def test_while_the_run_plays_the_answer_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(run_of(CARS, (2,)))
    assert "**mpg = " in said(page)
    epochs = asked_at(raw_rows, monkeypatch)
    page.session.mode, page.session.until = "playing", 70  # the script plays to its end, and runs again
    page.look()
    assert epochs == [70]
    assert said(page).startswith(":small[Epoch 70:]")


def test_a_value_that_is_missing_is_filled_or_asked_for() -> None:
    page = opened(run_of(CARS, (2,)))
    page.choose("try_field_1", None)
    assert "Column “weight” needs a value." in page.text()
    table = read(BIRDS)
    wanted = choice.suggested_choice(table, (3,))
    rows = choice.rows_of(table, choice.Choice(wanted.targets, wanted.inputs, "classes", "median"))
    page = opened(Run(suggested_for(rows), data=rows))
    page.choose("try_field_1", None)
    assert said(page)


def test_every_kind_of_run_answers() -> None:
    assert "Sum 0." in said(opened(run_of(LABELS, (2, 3), seed=3)))
    assert "The table says setosa." in said(opened(dataset="iris"))


def test_another_table_brings_its_own_fields() -> None:
    page = opened(run_of(BIRDS, (3,)))
    page.choose("dataset", "iris")
    assert isinstance(page.widget("try_field_0").value, float)
    page.choose("dataset", "digits")
    assert "try_row" not in page.keys_on_it()
