"""The homework sheet: sizes, tables and answers, as pure functions."""

import numpy as np
import pytest

from backprop_core import ConfigError
from backprop_core.explain.diagnosis import EXAMPLES, quantities
from playground.step.homework import worksheet


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_sheet_begins_with_an_example_and_no_answers(name: str) -> None:
    sheet = worksheet.example(name)
    assert sheet.homework is EXAMPLES[name]
    assert not sheet.answers
    assert worksheet.marked(sheet) == []


def test_numbers_keep_their_places_when_sizes_change() -> None:
    sheet = worksheet.example("mazur")
    larger = worksheet.resized(sheet, 3, (4, 3, 4, 1))
    assert worksheet.sizes(larger.homework) == (4, 3, 4, 1)
    np.testing.assert_array_equal(larger.homework.params[0][0][:2, :2], sheet.homework.params[0][0])
    np.testing.assert_array_equal(larger.homework.X[0], [0.05, 0.1, 0.0, 0.0])
    assert not larger.homework.params[2][0].any()
    back = worksheet.resized(larger, 1, (2, 2, 2))
    np.testing.assert_array_equal(back.homework.params[0][0], sheet.homework.params[0][0])


def test_cells_of_the_tables_change_the_network() -> None:
    sheet = worksheet.with_rows(worksheet.example("mazur"), {"0": {"x2": 0.7, "y1": None}})
    np.testing.assert_array_equal(sheet.homework.X, [[0.05, 0.7]])
    np.testing.assert_array_equal(sheet.homework.y, [[0.0, 0.99]])
    sheet = worksheet.with_weights(sheet, 2, {1: {"unit 1": -3.0}, 2: {"unit 2": 4.0}})
    (W, b) = sheet.homework.params[1]
    assert (W[1, 0], b[1]) == (-3.0, 4.0)
    assert worksheet.weights_table(sheet.homework, 2)["unit 2"] == [0.5, 0.55, 4.0]
    assert EXAMPLES["mazur"].params[1][0][1, 0] == 0.45, "the example itself stays"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_quantity_has_a_table_and_right_answers_are_marked_right(name: str) -> None:
    sheet = worksheet.example(name)
    count = 0
    for quantity, values in quantities(sheet.homework).items():
        table = worksheet.answers_table(sheet, quantity)
        grid = np.atleast_2d(values)
        assert len(table.pop("from")) == grid.shape[0]
        edits = {
            row: {f"unit {j + 1}": f"{grid[row, j]:.9g}" for j in range(grid.shape[1])} for row in range(grid.shape[0])
        }
        sheet = worksheet.with_answers(sheet, quantity, edits)
        count += grid.size
        shown = worksheet.answers_table(sheet, quantity)
        assert [shown[f"unit {j + 1}"][0] for j in range(grid.shape[1])] == [f"{value:.9g}" for value in grid[0]]
    results = worksheet.marked(sheet)
    assert len(results) == count
    assert all(result.right and not result.slips for result in results)


def test_a_wrong_answer_is_explained_and_can_be_taken_back() -> None:
    sheet = worksheet.with_answers(worksheet.example("mazur"), "dW2", {0: {"unit 1": "-0.0822"}})
    (result,) = worksheet.marked(sheet)
    assert (result.place, result.right) == ("dW2[1, 1]", False)
    assert any("Sign" in slip for slip in result.slips)
    assert worksheet.marked(worksheet.with_answers(sheet, "dW2", {0: {"unit 1": None}})) == []


def test_answers_are_marked_beside_each_other() -> None:
    sheet = worksheet.with_answers(worksheet.example("mazur"), "dW2", {0: {"unit 1": "0.0828"}})
    (alone,) = worksheet.marked(sheet)
    assert (alone.mark.status, alone.right) == ("rounded", True)
    sheet = worksheet.with_answers(sheet, "a1", {0: {"unit 1": "0.593270"}})
    sheet = worksheet.with_answers(sheet, "delta2", {0: {"unit 1": "-0.1384986"}})
    assert [(result.mark.status, result.right) for result in worksheet.marked(sheet)] == [
        ("wrong", False),
        ("right", True),
        ("convention", True),
    ]


def test_a_network_that_makes_no_sense_is_refused_with_a_sentence() -> None:
    sheet = worksheet.with_setting(worksheet.example("mazur"), loss="bce", output="linear")
    with pytest.raises(ConfigError, match="probability"):
        quantities(sheet.homework)
