"""A row as the file has it becomes the inputs that pandas and scikit-learn made of it."""

import math
from typing import Any

import numpy as np
import pytest

from backprop_core import ConfigError, Run
from backprop_core.data import Preparation, RawColumn, TableRows
from backprop_core.tables import Choice, choice, read
from backprop_core.training import suggested_for

PENGUINS = "id;island;bill;mass ($);sex;species\n" + "\n".join(
    f"{i};{('Biscoe', 'Dream', 'Torgersen', '?')[i % 4]};{30 + 0.1 * i:.1f}".replace(".", ",")
    + f";{'' if i % 7 == 3 else f'1.{200 + i}'};{('male', 'female', 'NA')[i % 3]};{('Adelie', 'Gentoo')[i // 12]}"
    for i in range(24)
)
TABLES = {
    "words, gaps, decimal commas, thousands": (PENGUINS, (1, 2, 3, 4), (5,)),
    "ticks": ("a,tick,y\n" + "\n".join(f"{i},{'✓' if i % 3 else ''},{i * i}" for i in range(12)), (0, 1), (2,)),
    "yes and no": ("a,b,y\n1,no,0\n2,yes,1\n3,No,0\n,,1\n", (0, 1), (2,)),
    "one word": ("a,b,y\n1,u,0\n2,u,1\n3,u,0\n", (0, 1), (2,)),
    "several targets": ("a,b,Sum,Carry\n0,0,0,0\n0,1,1,0\n1,0,1,0\n1,1,0,1\n", (0, 1), (2, 3)),
    "marked classes": ("a,u,v,w\n1,1,0,0\n2,0,1,0\n3.5,0,0,1\n", (0,), (1, 2, 3)),
    "no header": ("1,2.5,x\n2,1e-3,y\n3,−7,x\n4,12,y\n", (0, 1), (2,)),
}


def rows_of(text: str, inputs: tuple[int, ...], targets: tuple[int, ...], missing: Any) -> tuple[Any, TableRows]:
    table = read(text)
    task = choice.suggested_choice(table, targets).task
    return table, choice.rows_of(table, Choice(targets, inputs, task, missing))


@pytest.mark.parametrize("missing", ["drop", "mean", "median", "most_frequent"])
@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_the_very_inputs_it_was_trained_with(name: str, missing: str) -> None:
    text, inputs, targets = TABLES[name]
    table, rows = rows_of(text, inputs, targets, missing)
    preparation = rows.preparation
    assert preparation is not None
    assert preparation.width == rows.X.shape[1] == len(rows.inputs)
    assert [column.name for column in preparation.columns] == [table.names[i] for i in inputs]
    for X, number in zip(rows.X, rows.row_numbers, strict=True):
        cells = [column[table.rows.index(number)] for column in table.columns]
        assert preparation.inputs(dict(zip(table.names, cells, strict=True))).tobytes() == X.tobytes()
        assert preparation.inputs([cells[i] for i in inputs]).tobytes() == X.tobytes()
        assert preparation.inputs(preparation.raw(X)).tobytes() == X.tobytes()


def test_it_knows_the_target_in_the_words_of_the_file() -> None:
    def target(name: str) -> Any:
        rows = rows_of(*TABLES[name], "median")[1]
        assert rows.preparation is not None
        return rows.preparation.targets, rows.preparation.classes

    assert target("words, gaps, decimal commas, thousands") == (("species",), ("Adelie", "Gentoo"))
    assert target("ticks") == (("y",), ())
    assert target("several targets") == (("Sum", "Carry"), ())
    assert target("marked classes") == (("u", "v", "w"), ("u", "v", "w"))


COLUMNS = (RawColumn("size"), RawColumn("kind", ("cat", "dog", "<b>")), RawColumn("wild", ("no", "yes"), "no"))


@pytest.mark.parametrize(
    ("row", "inputs"),
    [
        ({"size": "1.234,5", "kind": " dog "}, [1234.5, 0, 1, 0, 0]),
        ({"size": 1.234, "kind": "cat", "wild": "yes", "more": 1}, [1.234, 1, 0, 0, 1]),
        (["−0,5", "<b>", "NA"], [-0.5, 0, 0, 1, 0]),
        ([np.float64(2), "cat", math.nan], [2, 1, 0, 0, 0]),
    ],
)
def test_a_raw_row_becomes_inputs(row: Any, inputs: list[float]) -> None:
    assert Preparation(COLUMNS, decimal=",", thousands=".").inputs(row).tolist() == inputs


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"kind": "cat"}, "Column “size” needs a value."),
        ({"size": "tall", "kind": "cat"}, "Column “size”: “tall” is not a number."),
        ({"size": "12%", "kind": "cat"}, "Column “size”: “12%” is not a number (it has a percent sign)."),
        ({"size": 10**5000, "kind": "cat"}, "Column “size” has a number that is too large."),
        ({"size": math.inf, "kind": "cat"}, "Column “size”: “inf” is not a finite number."),
        ({"size": True, "kind": "cat"}, "Column “size”: “true” is not a number (write 1 or 0)."),
        ({"size": [1], "kind": "cat"}, "Column “size” has neither a number nor a text."),
        ({"size": 1, "kind": "cow"}, "Column “kind” has no value “cow”: it has “cat”, “dog”, “<b>”."),
        ([1, "cat"], "A row has a value for each of 3 columns (“size”, “kind”, “wild”), not 2."),
    ],
)
def test_what_is_not_possible_is_said_in_one_sentence(row: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        Preparation(COLUMNS).inputs(row)
    assert str(refused.value) == sentence


def run_of(name: str) -> Run:
    rows = rows_of(*TABLES[name], "median")[1]
    return Run(suggested_for(rows).replace(epochs=3), data=rows)


@pytest.mark.parametrize("name", TABLES)
def test_it_travels_with_a_saved_run(name: str) -> None:
    run = run_of(name)
    again = Run.from_json(run.to_json())
    assert isinstance(run.user_rows, TableRows)
    assert isinstance(again.user_rows, TableRows)
    for part in ("preparation", "row_numbers", "report"):
        assert getattr(again.user_rows, part) == getattr(run.user_rows, part)
    assert again.user_rows.preparation is not None


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ('"words": []', '"words": ["u"]'),
        ('"words": []', '"words": [1]'),
        ('"decimal": ","', '"decimal": "x"'),
        ('"fill": "Biscoe"', '"fill": "elsewhere"'),
        ('"fill": "Biscoe"', '"fill": true'),
        ('"name": "island"', '"name": "bill"'),
        ('"name": "island"', '"name": "\\ud800"'),
        ('"name": "island"', f'"name": "{"x" * 201}"'),
        ('"Adelie"', '"Adelie", "Chinstrap"'),
        ('"thousands": ', '"more": 1, "thousands": '),
    ],
)
def test_a_damaged_preparation_is_refused(text: str, other: str) -> None:
    saved = run_of("words, gaps, decimal commas, thousands").to_json()
    at = saved.index(text, saved.index('"table"'))
    damaged = saved[:at] + other + saved[at + len(text) :]
    with pytest.raises(ConfigError, match="damaged"):
        Run.from_json(damaged)
