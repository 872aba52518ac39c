"""What is suggested for a table, what is said about it, and the file it becomes again."""

import csv
import io

import numpy as np
import pytest

from backprop_core.data import cells
from backprop_core.tables import choice
from backprop_core.tables.choice import Choice, as_csv, reading_notes, rows_of, suggested_choice
from backprop_core.tables.reading import grid, read
from backprop_core.tables.table import Table

FLOWERS = "Id,length,width,kind\n" + "\n".join(f"{i},{5 + i / 10},{3 - i / 10},{'ab'[i % 2]}" for i in range(1, 9))
PRICES = "size;price\n" + "\n".join(f"{i},5;{1000 * i},25" for i in range(12))


def test_the_last_column_is_learned_from_those_that_are_numbers() -> None:
    wanted = suggested_choice(read("a,word,b,y\n1,x,2,0\n2,y,3,1\n3,z,5,1\n4,w,4,0\n"))
    assert (wanted.targets, wanted.inputs, wanted.task) == ((3,), (0, 2), "classes")


def test_a_column_that_counts_the_rows_is_no_input_unless_it_is_the_only_one() -> None:
    table = read(FLOWERS)
    assert suggested_choice(table).inputs == (1, 2)
    assert choice.remarks(table, suggested_choice(table)) == (
        "“Id” only counts the rows, so it is not an input unless you choose it.",
    )
    alone = read("year,sales\n" + "\n".join(f"{2000 + i},{i * i / 7}" for i in range(9)))
    assert suggested_choice(alone).inputs == (0,)
    assert choice.remarks(alone, suggested_choice(alone)) == ()


def test_a_slip_that_keeps_a_column_from_the_inputs_is_said() -> None:
    table = read("a,b,word,y\n1,2,x,0\n2,3x,y,1\n3,4,z,0\n")
    assert suggested_choice(table).inputs == (0,)
    assert choice.remarks(table, suggested_choice(table)) == (
        "“b” is not an input, because in row 3 “3x” is not a number (it has letters after its digits).",
        "“word” has a different text in every row, so it is not an input unless you choose it.",
    )


@pytest.mark.parametrize(
    ("cells", "standardised"),
    [(["0", "1", "-1"], False), (["100", "200", "150"], True), (["1", "1.001", "1.002"], True)],
)
def test_inputs_far_from_the_usual_are_standardised(cells: list[str], standardised: bool) -> None:
    table = grid(("a", "y"), [(cell, word) for cell, word in zip(cells, "uvu", strict=True)])
    assert suggested_choice(table).standardise is standardised


def test_a_target_of_large_numbers_is_scaled_and_can_be_left_as_it_is() -> None:
    table = read(PRICES)
    wanted = suggested_choice(table)
    assert (wanted.task, wanted.scale_target) == ("number", True)
    rows = rows_of(table, wanted)
    assert rows.scale_target
    as_written = rows_of(table, Choice((1,), (0,), "number"))
    assert not as_written.scale_target
    assert rows.y.tolist() == as_written.y.tolist()
    assert as_written.y[:, 0].tolist() == [1000 * i + 0.25 for i in range(12)]


def test_classes_are_never_scaled() -> None:
    table = grid(("a", "y"), [(i, 10 * (i % 2)) for i in range(6)])
    assert suggested_choice(table).task == "classes"
    assert set(rows_of(table, suggested_choice(table)).y) == {0.0, 1.0}


def test_what_was_found_is_said() -> None:
    said = " ".join(reading_notes(read("größe;preis\n1,5;?\n;3\n2,5;4\n".encode("cp1252"))))
    for part in ("semicolons", "decimals by a comma", "Windows-1252", "names of the columns", "größe 1, preis 1"):
        assert part in said


def test_many_columns_with_missing_values_are_not_all_listed() -> None:
    table = read(",".join("abcdefghi") + "\n" + "1," * 8 + "1\n" + "?," * 8 + "?\n")
    assert "and 3 more columns" in choice.missing_values(table)


def test_a_table_is_read_as_numbers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page works out in every script run looks at no cell again, but for those of a target of words."""
    looks = 0

    class Watched:
        def fullmatch(self, text: str) -> object:
            nonlocal looks
            looks += 1
            return pattern.fullmatch(text)

    rows = [(str(i), f"{i * i}.5", "?" if i == 3 else "1", "x" if i == 5 else "2", "ab"[i % 2]) for i in range(50)]
    table, pattern = grid(("n", "length", "gap", "slip", "kind"), rows), cells._NUMBER
    monkeypatch.setattr(cells, "_NUMBER", Watched())

    def script_run() -> tuple[object, ...]:
        wanted = suggested_choice(table)
        return wanted, choice.remarks(table, wanted), reading_notes(table), rows_of(table, wanted).report

    first, before = script_run(), looks
    assert before <= 3 * 5 * 50
    assert script_run() == first
    assert looks - before <= 2 * 50


def columns(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_table_goes_out_as_a_file_that_no_spreadsheet_runs() -> None:
    table = grid(("=a", "y"), [("=1+1", "-2"), ("@x", "3"), ("ü", "")])
    assert columns(as_csv(table)) == [["'=a", "y"], ["'=1+1", "-2"], ["'@x", "3"], ["ü", ""]]


def test_decimal_commas_go_out_as_points_and_the_file_is_read_again() -> None:
    table = read(PRICES)
    again = read(as_csv(table))
    assert again.names == table.names
    one, two = (rows_of(t, suggested_choice(t)) for t in (table, again))
    np.testing.assert_array_equal(one.X, two.X)


def test_names_are_as_they_were_typed_and_different() -> None:
    long = "a" * 50
    table = Table(("price ($)", "<5 km", long, f"{long}b"), (("1", "2"),) * 4, (1, 2))
    assert choice.names(table) == ("price ($)", "<5 km", f"{'a' * 39}…", f"{'a' * 34} 2")
