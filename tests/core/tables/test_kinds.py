"""Files as people of this trade keep them: each is understood, and what was decided is said."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from backprop_core import ConfigError
from backprop_core.data import MAX_INPUTS
from backprop_core.tables import choice
from backprop_core.tables.choice import Choice, result_of, rows_of, suggested_choice
from backprop_core.tables.layout import CONTINENTAL, ENGLISH
from backprop_core.tables.reading import grid, read
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import to_rows
from playground.data import overview, views


def said(table: Table) -> str:
    return " ".join(choice.reading_notes(table))


def remarks(table: Table) -> str:
    return " ".join(choice.remarks(table, suggested_choice(table)))


def warnings(table: Table) -> tuple[str, ...]:
    return choice.warnings(table, suggested_choice(table))


def suggested_inputs(table: Table) -> tuple[str, ...]:
    return tuple(table.names[column] for column in suggested_choice(table).inputs)


# The text, the names of its columns, its cells row by row, and part of what is said about it.
READ: dict[str, tuple[str, str, list[str], str]] = {
    "an index without a name": (",a,y\n0,5,u\n1,7,v\n", "column 1 a y", ["0 5 u", "1 7 v"], "named by their position"),
    "quoted, as R writes it": ('"","a","y"\n"1",5,"u"\n"2",7,"v"\n', "column 1 a y", ["1 5 u", "2 7 v"], "column 1"),
    "row names of R without a head": ('"a" "y"\n"1" 5 6\n"2" 7 9\n', "column 1 a y", ["1 5 6", "2 7 9"], "spaces"),
    "row names in tabs": ("a\ty\nr1\t5\t6\nr2\t7\t9\n", "column 1 a y", ["r1 5 6", "r2 7 9"], "tabs"),
    "an instruction": ("sep=;\na;y\n5;u\n7;v\n", "a y", ["5 u", "7 v"], "first line says that semicolons"),
    "an instruction in quotes": ('"sep=,"\r\na,y\r\n5,u\r\n7,v\r\n', "a y", ["5 u", "7 v"], "says that commas"),
    "an instruction with a tab": ("sep=\t\na\ty\n5\tu\n7\tv\n", "a y", ["5 u", "7 v"], "says that tabs"),
    "an instruction written out": ("SEP=\\t\na\ty\n5\tu\n7\tv\n", "a y", ["5 u", "7 v"], "says that tabs"),
    "an instruction against the look": ("sep=;\na,b;y\n5,2;u\n7,3;v\n", "a,b y", ["5,2 u", "7,3 v"], "by a comma"),
    "comments": ("# a title, and more\n#\n\na,y\n5,u\n7,v\n", "a y", ["5 u", "7 v"], "2 lines of comments above"),
    "many comments": ("# comment\n" * 200 + "a;y\n5;u\n7;v\n", "a y", ["5 u", "7 v"], "200 lines of comments"),
    "one comment of another sort": ("% made by hand\na,y\n5,u\n7,v\n", "a y", ["5 u", "7 v"], "1 line of comments"),
    "names in a comment": ("# a,y\n5,0\n7,1\n", "a y", ["5 0", "7 1"], "names the columns"),
    "names in a comment of spaces": ("# a y\n5.0 0.5\n7.0 1.5\n", "a y", ["5.0 0.5", "7.0 1.5"], "names the columns"),
    "a column called #": ("#,name,y\n1,u,0\n2,v,1\n", "# name y", ["1 u 0", "2 v 1"], "names the columns"),
    "ARFF": (
        "% title\n@relation x\n\n@attribute a numeric\n@ATTRIBUTE 'the class' {u, v}\n@data\n5,u\n% no\n7,v\n",
        "a the class",
        ["5 u", "7 v"],
        "an ARFF file, which declares",
    ),
    "ARFF with quotes": (
        "@relation x\n@attribute \"a b\" real\n@attribute c {'u, v',w}\n@data\n5,'u, v'\n?,w\n",
        "a b c",
        ["5 u, v", "? w"],
        "Missing values: a b 1",
    ),
    "one space": ("a y\n5 u\n7 v\n", "a y", ["5 u", "7 v"], "separated by spaces"),
    "spaces at the end of lines": ("a y \r\n5 0 \r\n7 1 \r\n", "a y", ["5 0", "7 1"], "separated by spaces"),
    "spaces around quotes": ('"x" "y"\n-2 0.14\n1  2\n', "x y", ["-2 0.14", "1 2"], "separated by spaces"),
    "several tabs": ("5.1\t3\t\t1\n5.2\t4\t2\n", "x1 x2 x3", ["5.1 3 1", "5.2 4 2"], "separated by spaces"),
    "aligned with spaces": ("   5.1   3   1\n  15.2   4   2\n", "x1 x2 x3", ["5.1 3 1", "15.2 4 2"], "spaces"),
    "a name after a tab": ('18. 8 1\t"a b"\n9. 4 0\t"c d"\n', "x1 x2 x3 x4", ["18. 8 1 a b", "9. 4 0 c d"], "spaces"),
    "spaces around decimal commas": ("1,5 2,5\n3,5 4,25\n", "x1 x2", ["1,5 2,5", "3,5 4,25"], "by a comma"),
    "numbers without a header": ("5,1,0\n7,2,1\n", "x1 x2 x3", ["5 1 0", "7 2 1"], "No names of columns were found"),
    "counts and classes ahead": ("3,2,u,v\n5,1,0\n7,2,1\n8,2,1\n", "x1 x2 x3", ["5 1 u", "7 2 v", "8 2 v"], "counts"),
    "text without numbers": ("hue,taste\nred,sweet\nblue,sour\n", "hue taste", ["red sweet", "blue sour"], "names"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("as_file", [True, False], ids=["file", "text"])
def test_a_file_that_people_have_is_read(name: str, as_file: bool) -> None:
    text, names, cells, note = READ[name]
    table = read(text.encode() if as_file else text)
    assert " ".join(table.names) == names
    assert [" ".join(row) for row in zip(*table.columns, strict=True)] == cells
    assert note in said(table)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@relation x\n@data\n1,2\n", "This ARFF file has no attributes, or no data below them."),
        ("@relation x\n@attribute a real\n", "This ARFF file has no attributes, or no data below them."),
        ("@relation x\n@attribute a real\n@attribute b real\n@data\n{0 1}\n", "This is a sparse ARFF file"),
        ("@relation x\n@attribute a real\n@attribute b real\n@data\n1,2,3\n", "declares 2 columns, but row 5 has 3"),
        ("# nothing\n# but comments\n", "The text is empty."),
        ("150,4,u,v\n1,2,0\n3,4,1\n", "Row 2 has 3 cells, but row 1 has 4"),
        ("a b\n1 2\n3\n", "Row 3 has 1 cell, but row 1 has 2; cells are separated by spaces."),
    ],
)
def test_what_is_near_these_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert sentence in str(caught.value)


def test_rows_keep_the_numbers_of_the_file() -> None:
    assert read("# a\nsep=;\n\na;y\n5;u\n7;v\n").rows == (5, 6)
    assert read("@relation x\n@attribute a real\n@attribute y {0,1}\n@data\n5,0\n%\n7,1\n").rows == (5, 7)


# How numbers are written: the text, the numbers of its first column, and part of what is said.
NUMBERS: dict[str, tuple[str, list[float], str]] = {
    "points between thousands": ("a;y\n1.234,5;0\n2.000;1\n", [1234.5, 2000], "“1.234,5” is read as 1234.5"),
    "points that another column explains": ("a;y\n1.234;0,5\n2.000;1,5\n", [1234, 2000], "“1.234” is read as 1234."),
    "commas that another column explains": ('a,y\n"1,234",0.5\n"2,000",1.5\n', [1234, 2000], "“1,234” is read as 1234"),
    "several groups": ("a\ty\n1,234,567\t0\n12\t1\n", [1_234_567, 12], "“1,234,567” is read as 1234567"),
    "several groups by points": ("a;y\n1.234.567;0\n1.234;1\n", [1_234_567, 1234], "“1.234.567” is read as 1234567"),
    "spaces between thousands": ("a;y\n1 234;0\n12 000,5;1\n", [1234, 12000.5], "“1 234” is read as 1234"),
    "apostrophes": ("a;y\n1'234.5;0\n2’000;1\n", [1234.5, 2000], "is read as 1234.5"),
    "a point in doubt": ("a;y\n1.234;0\n2.345;1\n", [1.234, 2.345], "“1.234” is read as 1.234; choose below if 1234"),
    "a comma in doubt": ("a;y\n1,234;0\n2,345;1\n", [1.234, 2.345], "“1,234” is read as 1.234; choose below if 1234"),
    "points that are none in doubt": ("a;y\n1.234;0\n0.345;1\n", [1.234, 0.345], "semicolons. The first"),
    "points between commas": ("a,y\n1.234,0\n2.345,1\n", [1.234, 2.345], "commas. The first"),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_thousands_are_decided_by_all_cells_and_said(name: str) -> None:
    text, numbers, note = NUMBERS[name]
    table = read(text)
    assert table.values[0].tolist() == numbers
    assert note in said(table)


@pytest.mark.parametrize("delimiter", ["\t", "|"])
def test_a_comma_in_doubt_is_no_number_until_it_is_said_which(delimiter: str) -> None:
    text = "a,y\n1#234,0\n2#345,1\n".replace(",", delimiter).replace("#", ",")
    assert "“1,234” can mean 1234 or 1.234" in said(read(text))
    assert "may have thousands separators" in remarks(read(text))
    assert read(text, numbers=ENGLISH).values[0].tolist() == [1234, 2345]
    assert read(text, numbers=CONTINENTAL).values[0].tolist() == [1.234, 2.345]


def test_how_numbers_are_read_can_be_turned() -> None:
    text = "a;y\n1.234;0\n2.345;1\n"
    assert read(text, numbers=CONTINENTAL).values[0].tolist() == [1234, 2345]
    assert read(text, numbers=ENGLISH).values[0].tolist() == [1.234, 2.345]


def test_grouped_numbers_go_out_plain() -> None:
    assert choice.as_csv(read("a;y\n1.234,5;u\n2.000;v\n")).decode("utf-8-sig").splitlines() == [
        "a,y",
        "1234.5,u",
        "2000,v",
    ]


# Columns of words


def test_words_become_an_input_each_and_two_of_them_share_one() -> None:
    table = read("port,sex,age,y\nS,male,22,0\nC,female,38,1\nQ,female,26,1\nS,male,35,0\n")
    assert suggested_inputs(table) == ("port", "sex", "age")
    rows = rows_of(table, suggested_choice(table))
    assert rows.inputs == ("port = C", "port = Q", "port = S", "sex = male", "age")
    np.testing.assert_array_equal(rows.X[:, :4], [[0, 0, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]])
    assert "“port” is 3 inputs, one for each of its words." in rows.report
    assert "“sex” is 0 for female and 1 for male." in rows.report


@pytest.mark.parametrize(
    ("words", "one"),
    [
        ("yes no", "yes"), ("no yes", "yes"), ("True False", "True"), ("M F", "M"), ("ja nein", "ja"), ("✓ ✗", "✓"),
        ("on off", "on"), ("T F", "T"), ("Y N", "Y"), ("1st 2nd", "2nd"),
    ],
)  # fmt: skip
def test_of_two_words_one_is_0_and_the_other_1(words: str, one: str) -> None:
    first, second = words.split()
    table = grid(("a", "b", "y"), [(first, 1, 1), (second, 2, 2), (first, 3, 4), (second, 4, 3)])
    rows = to_rows(table, "y", ["a", "b"])
    assert rows.inputs[0] == f"a = {one}"
    assert rows.X[:, 0].tolist() == [float(word == one) for word in (first, second, first, second)]


@pytest.mark.parametrize("tick", ["✓", "x", "X"])
def test_an_empty_cell_beside_ticks_says_no(tick: str) -> None:
    table = grid(("member", "a", "y"), [(tick, 1, 3), ("", 2, 4), (tick, 3, 6), ("", 4, 5)])
    assert table.missing[0] == 0
    assert to_rows(table, "y", ["member"]).X[:, 0].tolist() == [1, 0, 1, 0]
    assert set(to_rows(table, "member", ["a"]).classes) == {"no", tick}
    assert "In “member”, an empty cell means no." in choice.reading_notes(table)


def test_more_than_twelve_words_are_said_and_not_suggested() -> None:
    towns = grid(("town", "a", "y"), [(f"t{i % 13}", i % 5, i % 2) for i in range(40)])
    assert suggested_inputs(towns) == ("a",)
    assert "“town” has 13 different words, each of which would be an input, so it is not an input unless" in remarks(
        towns
    )
    assert len(rows_of(towns, Choice((2,), (0, 1), "classes")).inputs) == 14
    many = grid(("town", "a", "y"), [(f"t{i % 70}", i % 5, i % 2) for i in range(140)])
    assert f"at most {MAX_INPUTS} inputs" in remarks(many)
    with pytest.raises(ConfigError, match=r"71 inputs come of these columns.*most come of column “town” \(70\)"):
        rows_of(many, Choice((2,), (0, 1), "classes"))


def test_words_of_rows_that_are_left_out_are_no_inputs() -> None:
    rows = to_rows(read("c,a,y\nu,1,0\nv,2,1\nw,,1\nu,4,0\n"), "y", ["c", "a"])
    assert rows.inputs == ("c = v", "a")


def test_long_names_of_words_stay_different() -> None:
    rows = to_rows(grid(("a" * 39, "y"), [(word, i) for i, word in enumerate("uvwu")]), "y")
    assert [name[-4:] for name in rows.inputs] == [" = u", " = v", " = w"]


# Columns that are suggested, and those that are not


@pytest.mark.parametrize(
    ("name", "cells", "why"),
    [
        ("when", [f"2024-01-0{i}" for i in range(1, 8)], "(it looks like a date), so it is not an input."),
        ("month", [f"2024-0{i}" for i in range(1, 8)], "(it looks like a date)"),
        ("time", [f"12:0{i}" for i in range(7)], "(it looks like a time)"),
        ("rate", [f"{i}%" for i in range(7)], "(it has a percent sign)"),
        ("price", [f"${i}" for i in range(7)], "(it has a currency sign)"),
        ("id", [3 * i for i in range(7)], "has a different number in every row, so it seems to name"),
        ("Customer_ID", [i * i for i in range(7)], "has a different number in every row"),
        ("n", list(range(100, 107)), "only counts the rows"),
        ("key", [f"k{i}" for i in range(7)], "has a different text in every row"),
        ("constant", [5] * 7, "is 5 in every row"),
        ("country", ["DE"] * 7, "is “DE” in every row"),
        ("nothing", ["NA"] * 7, "has no values"),
    ],
)  # fmt: skip
def test_what_is_no_measurement_is_not_suggested_and_said_why(name: str, cells: list[Any], why: str) -> None:
    table = grid((name, "a", "y"), [(cell, i % 3, i % 2) for i, cell in enumerate(cells)])
    assert suggested_inputs(table) == ("a",)
    assert f"“{name}” " in remarks(table)
    assert why in remarks(table)


def test_an_index_without_a_name_is_not_suggested() -> None:
    table = read(",a,y\n" + "".join(f"{7 * i},{i % 3},{i % 2}\n" for i in range(9)))
    assert suggested_inputs(table) == ("a",)
    assert "“column 1” has no name in the file and a different number in every row" in remarks(table)


@pytest.mark.parametrize(
    ("names", "rows", "targets"),
    [
        ("a y", [(i, i % 2) for i in range(6)], "y"),
        ("y a", [(i % 2, i) for i in range(6)], "y"),
        ("Class a b", [(i % 2, i, 2 * i) for i in range(6)], "Class"),
        ("a class alone", [(i * i, "uvw"[i % 3], i % 2) for i in range(6)], "alone"),
        ("same class a", [(7, "uvw"[i % 3], 2 * i + i % 2) for i in range(6)], "class"),
        ("x y colour", [(i * i, 7 * i % 5, "uv"[i % 2]) for i in range(6)], "colour"),
        ("id Survived Pclass Embarked", [(i * i, i % 2, i % 3, "SCQ"[i % 3]) for i in range(6)], "Survived"),
        ("species length sex", [("uvw"[i % 3], i * i, "mf"[i % 2]) for i in range(6)], "species"),
        ("a kind empty", [(i, "uv"[i % 2], "") for i in range(6)], "kind"),
        ("a kind same", [(i, "uv"[i % 2], 3) for i in range(6)], "kind"),
        ("a u v w", [(i, i % 3 == 0, i % 3 == 1, i % 3 == 2) for i in range(6)], "w"),
        ("a u v w", [(i, *(int(i % 3 == k) for k in range(3))) for i in range(6)], "u v w"),
        ("a u v", [(i, *(int(i % 2 == k) for k in range(2))) for i in range(6)], "v"),
    ],
)  # fmt: skip
def test_the_target_that_is_suggested(names: str, rows: list[tuple[Any, ...]], targets: str) -> None:
    table = grid(names.split(), rows)
    assert " ".join(table.names[column] for column in suggested_choice(table).targets) == targets


def test_an_input_that_gives_the_target_away_is_said() -> None:
    rows = [("yes" if i % 3 else "no", i % 2, int(i % 3 > 0)) for i in range(60)]
    assert warnings(grid(("alive", "a", "survived"), rows)) == (
        "“alive” alone determines the target: leave it out if it is only known afterwards.",
    )
    assert warnings(grid(("alive", "a", "survived"), rows[:9])) == ()
    assert warnings(grid(("alive", "a", "survived"), [*rows, ("no", 1, 1)])) == ()


# Several targets, and targets of minus one and one


@pytest.mark.parametrize("targets", [(), (0,), (0, 1)], ids=["none", "an input", "two, an input among them"])
def test_a_choice_that_is_refused_has_no_warnings(targets: tuple[int, ...]) -> None:
    table = grid(("a", "b", "y"), [(number % 2, number % 3, number % 2) for number in range(40)])
    refused = result_of(table, Choice(targets, (0, 1), "classes"))
    assert refused.error
    assert refused.warnings == ()


def test_several_targets_are_labels_classes_or_numbers() -> None:
    adder = read("A,B,Sum,Carry\n0,0,0,0\n0,1,1,0\n1,0,1,0\n1,1,0,1\n")
    rows = rows_of(adder, suggested_choice(adder, (2, 3)))
    assert (rows.inputs, rows.classes, rows.y.tolist()) == (("A", "B"), (), [[0, 0], [1, 0], [1, 0], [0, 1]])
    assert rows.report[2] == "The targets are 2 labels, of which a row may have several: Sum, Carry."
    marks = grid(["a", "u", "v", "w"], [(i, *(int(i % 3 == k) for k in range(3))) for i in range(6)])
    assert rows_of(marks, suggested_choice(marks)).classes == ("u", "v", "w")
    words = grid(["a", "hot", "wet"], [(1, "yes", "no"), (2, "yes", "yes"), (3, "no", "no")])
    assert to_rows(words, ["hot", "wet"], ["a"]).y.tolist() == [[1, 0], [1, 1], [0, 0]]
    numbers = grid(["a", "p", "q"], [(1, 0.5, 7), (2, 1.5, 8), (3, 2.5, 9)])
    assert to_rows(numbers, ["p", "q"], ["a"]).y.tolist() == [[0.5, 7], [1.5, 8], [2.5, 9]]


def test_minus_one_and_one_are_two_classes() -> None:
    rows = to_rows(grid(("a", "y"), [(1, -1), (2, 1), (3, -1)]), "y")
    assert (rows.classes, rows.y.tolist()) == (("-1", "1"), [0, 1, 0])


# Gaps


def gappy() -> Table:
    return grid(
        ("a", "b", "c", "y"),
        [(i % 4 if i % 3 else "", "" if i % 5 else i % 7, ("", "u", "v", "v")[i % 4], i % 2) for i in range(60)],
    )


def test_many_gaps_are_said_before_rows_are_left_out() -> None:
    table = gappy()
    complete = int((table.frame.notna().all(axis=1)).sum())
    assert complete < 10
    suggested = suggested_choice(table)
    assert suggested.missing == "median"
    assert warnings(table)[-1] == f"Only {complete} of 60 rows have a value in every input, so gaps are filled."
    dropped = Choice((3,), (0, 1, 2), "classes")
    assert "the others are left out" in choice.warnings(table, dropped)[-1]
    assert len(rows_of(table, suggested).X) == 60
    assert choice.warnings(grid(("a", "y"), [(1, 0), ("", 1), (2, 1)]), Choice((1,), (0,), "classes")) == ()


def test_many_columns_of_words_are_said_in_two_sentences() -> None:
    rows = [("xyz"[i % 3], "uvw"[(i // 3) % 3], "mf"[i % 2], ("no", "yes")[i % 5 > 2], i % 2) for i in range(30)]
    report = to_rows(grid(("a", "b", "sex", "smokes", "y"), rows), "y").report
    assert "“a” is 3 inputs, “b” is 3 inputs, one for each of their words." in report
    assert "“sex” is 0 for f and 1 for m; “smokes” is 0 for no and 1 for yes." in report


@pytest.mark.parametrize(("missing", "value"), [("mean", 3.0), ("median", 2.0), ("most_frequent", 1.0)])
def test_gaps_are_filled_as_is_chosen(missing: Any, value: float) -> None:
    table = grid(("a", "c", "y"), [(1, "u", 0), (1, "v", 1), (3, "v", 1), (7, "", 0), ("", "u", 1), (3, "v", 0)][:5])
    rows = to_rows(table, "y", missing=missing)
    assert rows.X[4, 0] == value
    assert rows.X[3, 1] in (0.0, 1.0)
    assert "2 missing values were replaced by the m" in rows.report[-1]
    assert ("words by the most frequent one" in rows.report[-1]) == (missing != "most_frequent")


# What is shown of it


def test_each_column_is_shown_with_its_kind_values_gaps_and_use() -> None:
    rows = [f"{3 * i},{'SCQ'[i % 3]},{'' if i == 2 else i % 4},{i % 2}" for i in range(9)]
    table = read("\n".join(["id,port,age,y", *rows]))
    shown = overview.column_table(table, suggested_choice(table)).to_dict("list")
    assert shown["column"] == ["id", "port", "age", "y"]
    assert shown["use"] == ["left out", "input", "input", "target"]
    assert shown["kind"] == ["numbers", "words", "numbers", "numbers"]
    assert shown["values"] == ["0 to 24", "S (3), C (3), Q (3)", "0 to 3", "0 to 1"]
    assert shown["gaps"] == [0, 0, 1, 0]
    assert [sum(bars) for bars in shown["histogram"]] == [9, 9, 8, 9]


def network_table(table: Table, current: Choice) -> pd.DataFrame:
    frame = views.of(result_of(table, current), 0.0).network
    assert frame is not None
    return frame


def test_what_a_network_is_shown_stands_beside_the_answer() -> None:
    table = read("port,age,y\nS,1,u\nC,2,v\nQ,3,v\n")
    everything = Choice((2,), (0, 1), "classes")
    frame = network_table(table, everything)
    assert list(frame.columns) == ["row", "port = C", "port = Q", "port = S", "age", "→ class"]
    assert frame.iloc[1].tolist() == [3, 1.0, 0.0, 0.0, 2.0, "v"]
    table = grid(["a", "p", "q"], [(1, 2, 5), (3, 4, 9)])
    several = Choice((1, 2), (0,), "number")
    assert network_table(table, several)["→ q"].tolist() == [5, 9]


def test_what_a_network_is_shown_is_called_as_it_was_typed() -> None:
    table = read("price ($),a*,a∗,sort,y\n1,2,3,<b>,$x$\n2,3,1,[c],v\n3,1,1,d,v\n4,1,1,d,v\n")
    suggested = suggested_choice(table)
    frame = network_table(table, suggested)
    assert list(frame.columns[:2]) == ["row", "price ($)"]
    assert list(frame.columns[4:7]) == ["sort = <b>", "sort = [c]", "sort = d"]
    assert frame["→ class"].tolist() == ["$x$", "v", "v", "v"]
    assert frame.columns.is_unique


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("petal\u00ad length,y", "Invisible characters in the names of columns were dropped."),
        ("@relation r\n@attribute 'petal\u00ad length' numeric\n@attribute y numeric\n@data", "Invisible characters"),
        (f"{'long ' * 10}name,y", "Names of more than 40 characters are shortened: “long long"),
    ],
)
def test_a_name_that_is_not_shown_as_it_is_written_is_said(head: str, says: str) -> None:
    assert says in " ".join(choice.reading_notes(read(f"{head}\n1,0\n2,1\n")))
    harmless = " ".join(choice.reading_notes(read(f"\ufeffpetal length,y\n1,0\n2,{says[:3]}\u200b\n".encode())))
    assert "Invisible" not in harmless
    assert "shortened" not in harmless
