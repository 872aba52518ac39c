"""The Data page without a browser: every way to bring a table, what is said about it, and the run it becomes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.app_page import DATA, TRAIN, Page

from backprop_core.data.rows import TableRows
from backprop_core.tables import choice
from backprop_core.tables.reading import grid, read
from backprop_core.tables.table import Table
from playground.data import column_names, memory, overview, state, views
from playground.data.figures import Points
from playground.data.state import MOST_NAMES

PAGES = ("", "step", "sweep", "compare", "landscape")

FLOWERS = "length,width,kind\n" + "\n".join(
    f"{5 + i % 7 / 10},{3 - i % 5 / 10},{('iris', 'rose', 'tulip')[i % 3]}" for i in range(30)
)
PRICES = "size;price\n" + "\n".join(f"{i},5;{1000 * i},25" for i in range(1, 31))


class DataPage(Page):
    """The Data page and the ways to bring a table."""

    may_refuse = True

    def __init__(self) -> None:
        super().__init__(DATA)

    @property
    def data(self) -> memory.DataPage:
        return self.session.part(memory.DataPage)

    @property
    def points(self) -> Points:
        return self.data.point_editor.points

    @property
    def table(self) -> Table:
        table = self.data.sources[self.data.way].table
        assert table is not None
        return table

    def column(self, number: int) -> tuple[str, ...]:
        return self.table.columns[number]

    def way(self, way: str) -> None:
        self.choose("data_way", way)

    def upload(self, name: str, content: bytes) -> None:
        self.way("file")
        self.app.file_uploader(key="data_file").upload(name, content, "text/csv").run()
        self.check()

    def paste(self, text: str) -> None:
        self.way("paste")
        self.choose("data_text", text)

    def click(self, *points: tuple[float, float]) -> None:
        for x1, x2 in points:
            point = {"x": x1, "y": x2, "curve_number": 1, "point_number": 0, "point_index": 0}
            self.select(self.app.get("plotly_chart")[0], point)

    def type(self, edited: dict[int, dict[str, str]], added: tuple[dict[str, str], ...] = ()) -> None:
        self.edit(self.app.dataframe[0], edited, added)

    def use(self, uses: dict[int, str]) -> None:
        """Choose uses in the table of columns."""
        self.edit(self.uses_table, {column: {"use": use} for column, use in uses.items()})

    def uses(self) -> list[str]:
        uses: list[str] = self.uses_table.value["use"].tolist()
        return uses

    @property
    def uses_table(self) -> Any:
        return next(table for table in self.app.dataframe if "use" in table.value)

    def train_on_it(self) -> None:
        self.press("data_train")
        self.go(TRAIN)


@pytest.fixture
def page() -> DataPage:
    return DataPage()


# Ways in


def test_it_begins_with_a_file_to_choose(page: DataPage) -> None:
    assert page.data.way == "file"
    assert "Choose a file" in page.text()
    assert not page.app.get("dataframe")


def test_an_uploaded_file_is_read_and_shown(page: DataPage) -> None:
    page.upload("flowers.csv", FLOWERS.encode())
    assert page.table.names == ("length", "width", "kind")
    assert "**flowers.csv**: 30 rows, 3 columns" in page.text()
    assert "separated by commas" in page.text()
    assert "3 classes: iris (10), rose (10), tulip (10)" in page.text()
    assert (page.widget("data_target").value, page.widget("data_inputs").value) == (2, [0, 1])
    assert page.widget("data_task").value == "classes"


def test_the_name_of_a_file_is_made_safe(page: DataPage) -> None:
    page.upload("**:red[x]**.csv", FLOWERS.encode())
    assert ":red[" not in page.text()


def test_a_german_file_is_understood_and_said_so(page: DataPage) -> None:
    page.upload("preise.csv", "Größe;Preis\n1,5;2\n2,5;?\n3,5;1".encode("cp1252"))
    for part in ("semicolons", "decimals by a comma", "Windows-1252", "Missing values: Preis 1"):
        assert part in page.text()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"a,b\n1,2\n3\n", "Row 3 has 1 cell, but row 1 has 2"),
        (b"a\n1\n2\n", "only one column"),
        (b"a,b\n1,2\n" + b"1,2\n" * 5_001, "at most 5,000"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(page: DataPage, content: bytes, sentence: str) -> None:
    page.upload("table.csv", content)
    if content:
        assert len(page.errors) == 1
        assert sentence in page.errors[0]
    assert not page.app.get("dataframe")


def test_pasted_text_is_read(page: DataPage) -> None:
    page.paste(PRICES.replace(";", "\t"))
    assert page.table.decimal == ","
    assert page.widget("data_task").value == "number"
    page.press("data_read")
    assert page.table.names == ("size", "price")


def test_the_first_row_can_be_said_to_be_data(page: DataPage) -> None:
    page.paste("a,b\n1,x\n2,y")
    assert page.table.names == ("a", "b")
    page.choose("data_header", "data")
    assert page.table.names == ("x1", "x2")
    assert len(page.table.rows) == 3
    assert page.widget("data_header").value == "data"


def test_a_header_that_does_not_fit_is_refused_and_can_be_taken_back(page: DataPage) -> None:
    page.paste("1,1\n2,3\n4,5")
    page.choose("data_header", "names")
    assert "both called “1”" in page.errors[0]
    page.choose("data_header", "as found")
    assert not page.errors
    assert len(page.table.rows) == 3


def test_the_typed_table_begins_with_xor_and_takes_edits_and_rows(page: DataPage) -> None:
    page.way("type")
    assert page.table.columns == (("0", "0", "1", "1"), ("0", "1", "0", "1"), ("0", "1", "1", "0"))
    page.type({0: {"y": "1"}}, ({"x1": "2", "x2": "2", "y": "0"},))
    assert page.column(2) == ("1", "1", "1", "0", "0")
    assert "All 5 rows" in page.text()


def test_columns_are_named_added_and_left_out(page: DataPage) -> None:
    page.way("type")
    page.choose("data_names", "a, b, c, d")
    assert page.data.table_editor.names == ("a", "b", "c", "d")
    page.type({row: {"d": str(row)} for row in range(4)})
    assert page.column(3) == ("0", "1", "2", "3")
    page.choose("data_names", "a, b")
    assert page.table.names == ("a", "b")
    page.press("data_undo_typed")
    assert page.column(3) == ("0", "1", "2", "3")
    page.choose("data_names", "a, a")
    assert "different names" in page.errors[0]


def test_clearing_the_typed_table_can_be_undone(page: DataPage) -> None:
    page.way("type")
    page.press("data_clear_typed")
    assert page.errors == ["The table is empty."]
    page.press("data_undo_typed")
    assert page.column(2) == ("0", "1", "1", "0")


def test_another_way_can_be_edited_by_hand(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.press("data_type_again")
    assert page.data.way == "type"
    assert page.table.names == ("length", "width", "kind")
    page.type({0: {"kind": "lily"}})
    assert page.column(2)[0] == "lily"


def test_clicks_put_points_of_the_chosen_class(page: DataPage) -> None:
    page.way("click")
    page.click((0.0, 1.5), (1.5, 0.0))
    page.choose("data_class", "B")
    page.click((-1.5, 0.0))
    assert page.table.columns == (("0.0", "1.5", "-1.5"), ("1.5", "0.0", "0.0"), ("A", "A", "B"))
    page.click((1.5, 0.0))
    assert page.points[-1] == (1.5, 0.0, "B")
    assert len(page.points) == 3


def test_points_are_taken_back_cleared_and_brought_back(page: DataPage) -> None:
    page.way("click")
    page.click((0.0, 1.5), (1.5, 0.0))
    page.press("data_undo_click")
    assert page.points == ((0.0, 1.5, "A"),)
    page.press("data_clear_points")
    assert not page.points
    assert "Choose a class" in page.text()
    page.press("data_undo_click")
    assert page.points == ((0.0, 1.5, "A"),)


def test_one_class_is_not_enough(page: DataPage) -> None:
    page.way("click")
    page.click((0.0, 1.5), (1.5, 0.0))
    assert "nothing to learn" in page.errors[0]
    assert "data_train" not in [button.key for button in page.app.button]


def test_nothing_is_lost_by_another_way_or_another_page(page: DataPage) -> None:
    page.upload("flowers.csv", FLOWERS.encode())
    page.choose("data_target", 0)
    page.paste(PRICES)
    page.way("click")
    page.click((0.0, 1.5))
    page.way("type")
    page.type({0: {"y": "7"}})
    page.go(TRAIN)
    page.go(DATA)
    assert page.column(2)[0] == "7"
    page.way("click")
    assert len(page.points) == 1
    page.way("paste")
    assert page.widget("data_text").value == PRICES
    assert page.table.names == ("size", "price")
    page.way("file")
    assert "flowers.csv" in page.text()
    assert page.widget("data_target").value == 0


# Choices


def test_another_target_brings_its_own_inputs_and_task(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.choose("data_target", 0)
    assert page.widget("data_inputs").value == [1, 2]
    assert page.widget("data_task").value == "number"


def test_missing_values_are_dropped_or_filled(page: DataPage) -> None:
    page.paste("a,b\n1,x\n?,y\n3,y\n2,x")
    assert "row 3" in page.text()
    page.choose("data_missing", "mean")
    assert "1 missing value was replaced" in page.text()


def test_choices_that_cannot_be_are_refused_in_a_sentence(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.choose("data_inputs", [])
    assert page.errors == ["Choose a column as input."]
    page.choose("data_inputs", [0, 1])
    page.paste(FLOWERS + "\nn,3,rose")
    assert page.errors == ["Row 32, column “length”: “n” is not a number; correct it, or leave the column out."]


def test_a_choice_stays_when_the_same_columns_come_again(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.choose("data_inputs", [1])
    page.paste(FLOWERS + "\n4.5,2.5,rose")
    assert page.widget("data_inputs").value == [1]
    page.paste(PRICES)
    assert page.widget("data_inputs").value == [0]


def test_several_targets_are_chosen_and_trained_on(page: DataPage) -> None:
    page.paste("A,B,Sum,Carry\n0,0,0,0\n0,1,1,0\n1,0,1,0\n1,1,0,1\n")
    assert (page.widget("data_target").value, page.widget("data_more_targets").value) == (3, [])
    page.choose("data_target", 2)
    page.choose("data_more_targets", [3])
    assert page.widget("data_inputs").value == [0, 1]
    assert "2 labels, of which a row may have several: Sum, Carry" in page.text()
    page.train_on_it()
    assert page.run.data.multilabel
    page.go(DATA)
    assert page.widget("data_more_targets").value == [3]
    page.choose("data_target", 0)
    assert page.widget("data_more_targets").value == []


def test_numbers_in_doubt_are_said_and_can_be_turned(page: DataPage) -> None:
    page.upload("preise.csv", b"a;y\n1.234;u\n2.345;v\n1.500;u\n")
    assert "“1.234” is read as 1.234; choose below if 1234 is meant" in page.text()
    page.choose("data_numbers", "1.234,5")
    assert page.table.values[0].tolist() == [1234, 2345, 1500]
    assert page.widget("data_numbers").value == "1.234,5"
    page.choose("data_numbers", "as found")
    assert page.table.values[0].tolist() == [1.234, 2.345, 1.5]


def test_words_are_inputs_and_what_is_left_out_is_said(page: DataPage) -> None:
    lines = [f"{i},{'SCQ'[i % 3]},2024-01-{i + 1:02d},{i % 4},{'uv'[i % 2]}" for i in range(20)]
    page.paste("\n".join(["id,port,day,size,kind", *lines]))
    assert page.widget("data_inputs").value == [1, 3]
    for part in ("port = C, port = Q, port = S, size", "“id” only counts the rows", "“day” cannot be read as numbers"):
        assert part in page.text()
    shown = page.app.dataframe[0].value
    assert shown["use"].tolist() == ["left out", "input", "left out", "input", "target"]
    assert shown["note"][1] == "3 inputs, one per word"
    assert "cannot be read as numbers" in shown["note"][2]
    page.train_on_it()
    assert page.run.data.inputs == ("port = C", "port = Q", "port = S", "size")


def test_most_rows_with_gaps_are_filled_and_said(page: DataPage) -> None:
    lines = [f"{i if i % 3 else ''},{i * i if (i + 1) % 3 else ''},{'uv'[i % 2]}" for i in range(30)]
    page.paste("\n".join(["a,b,kind", *lines]))
    assert page.widget("data_missing").value == "median"
    assert "Only 10 of 30 rows have a value in every input" in page.app.warning[0].value
    page.choose("data_missing", "drop")
    assert "the others are left out" in page.app.warning[0].value
    assert "20 rows with missing values were left out" in page.text()


def test_what_cannot_be_learned_from_says_why_no_column_is_an_input(page: DataPage) -> None:
    page.paste("\n".join(["month,sales", *(f"2024-{i:02d},{i * i / 7}" for i in range(1, 10))]))
    assert page.errors == ["Choose a column as input."]
    assert "“month” cannot be read as numbers" in page.text()


def test_names_are_drawn_as_they_were_typed(page: DataPage) -> None:
    page.paste("price ($),cost ($),kind\n1,2,<b>\n2,5,*u*\n3,1,<b>\n")
    assert page.widget("data_inputs").options == ["price ($)", "cost ($)"]
    assert r"price (\$), cost (\$)" in page.text()
    assert r"\<b\> (2)" in page.text()


# Training


def test_training_starts_a_run_with_settings_that_suit_the_data(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.choose("data_test_share", 0.5)
    page.train_on_it()
    run = page.run
    assert (run.config.dataset, run.config.output, run.config.loss) == ("csv", "softmax", "cross_entropy")
    assert run.config.test_share == 0.5
    assert run.data.classes == ("iris", "rose", "tulip")
    assert page.widget("preset").value is None
    assert page.widget("dataset").value == "csv"
    assert "Your own data: 30 rows" in page.text()
    assert "x1: length, x2: width; y1: iris, y2: rose, y3: tulip" in page.text()


def test_a_scaled_target_is_trained_on(page: DataPage) -> None:
    page.paste(PRICES)
    assert page.widget("data_scale_target").value
    page.train_on_it()
    assert isinstance(page.run.user_rows, TableRows)
    assert page.run.user_rows.scale_target
    np.testing.assert_allclose(page.run.data.y.mean(), 0, atol=0.5)
    assert page.run.data.targets.mean() > 1_000
    assert page.run.config.loss == "mse"


def test_undo_brings_the_old_run_back_and_the_data_stays(page: DataPage) -> None:
    page.go(TRAIN)
    page.press("step")
    old = page.run.params
    page.go(DATA)
    page.paste(FLOWERS)
    page.train_on_it()
    page.press("undo")
    assert page.run.config.dataset == "xor"
    np.testing.assert_array_equal(page.run.params[0][0], old[0][0])
    page.go(DATA)
    assert page.table.names == ("length", "width", "kind")


@pytest.mark.parametrize("text", [FLOWERS, PRICES, "a,b,c,y\n1,2,3,0\n2,3,5,1\n3,4,4,1\n0,1,2,0"])
def test_every_page_shows_a_run_on_ones_own_data(page: DataPage, text: str) -> None:
    page.paste(text)
    page.train_on_it()
    page.press("step")
    for address in PAGES:
        page.go(address)
        assert not page.errors


def test_other_layers_keep_the_data_and_another_dataset_leaves_it(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.train_on_it()
    page.choose("hidden_size", 3)
    assert page.run.config.hidden == (3,)
    assert page.run.data.classes == ("iris", "rose", "tulip")
    page.choose("dataset", "moons")
    assert page.run.user_rows is None
    page.press("undo")
    assert page.run.data.classes == ("iris", "rose", "tulip")
    assert page.widget("dataset").value == "csv"


def test_a_dataset_after_a_curve_of_ones_own_gets_its_own_settings(page: DataPage) -> None:
    page.paste(PRICES)
    page.train_on_it()
    page.choose("dataset", "moons")
    assert (page.run.config.output, page.run.config.loss) == ("sigmoid", "bce")


def test_softmax_for_numbers_is_refused_on_the_train_page(page: DataPage) -> None:
    page.paste(PRICES)
    page.train_on_it()
    page.choose("output", "softmax")
    assert "is for classes" in page.text()
    assert page.run.config.output == "linear"


def test_features_are_offered_where_the_inputs_are_a_plane(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.train_on_it()
    assert page.widget("features")
    page.go(DATA)
    page.paste(PRICES)
    page.train_on_it()
    assert "features" not in [found.key for found in page.app.multiselect]


# Starting weights as text


def test_pasted_weights_are_edits_at_epoch_0_and_stay(page: DataPage) -> None:
    page.go(TRAIN)
    page.choose("weights_way", "Paste starting weights")
    area = page.app.text_area[0]
    area.set_value("0.15\t0.25\n0.2\t0.3\n0.35\t0.35")
    page.press("use_block_1")
    W, b = page.run.at(0).params[0]
    np.testing.assert_array_equal(np.vstack([W, b]), [[0.15, 0.25], [0.2, 0.3], [0.35, 0.35]])
    assert {edit.epoch for edit in page.run.edits} == {0}
    page.press("step", "reset")
    np.testing.assert_array_equal(page.run.at(0).params[0][1], [0.35, 0.35])


def test_pasted_weights_of_another_shape_are_refused_beside_the_text(page: DataPage) -> None:
    page.go(TRAIN)
    page.choose("weights_way", "Paste starting weights")
    page.app.text_area[0].set_value("1 2\n3 4")
    page.press("use_block_1")
    assert page.errors == ["2 rows cannot be this layer: it needs 3 rows of 2 numbers, the biases last."]
    assert not page.run.edits
    assert page.app.text_area[0].value == "1 2\n3 4"


def test_starting_weights_are_for_epoch_0(page: DataPage) -> None:
    page.go(TRAIN)
    page.press("step")
    page.choose("weights_way", "Paste starting weights")
    assert "Starting weights are those of epoch 0" in page.text()
    assert not page.app.text_area


def test_nothing_is_made_or_read_again_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[Any]()

    def watched(*given: Any) -> Table:
        read.append(given)
        return grid(*given)

    monkeypatch.setattr(choice, "as_csv", pytest.fail)
    monkeypatch.setattr(state, "grid", watched)
    page = DataPage()
    page.upload("flowers.csv", FLOWERS.encode())
    page.press("data_type_again")
    page.choose("data_task", "classes")
    page.choose("data_standardise", True)
    assert len(read) == 1
    page.type({0: {"length": "9"}})
    assert (len(read), page.column(0)[0]) == (2, "9")
    page.paste(FLOWERS)
    page.use({0: "left out"})
    for computed in ("suggested_choice", "result_of"):
        monkeypatch.setattr(choice, computed, pytest.fail)
    for computed in ("column_table", "network_table"):
        monkeypatch.setattr(overview, computed, pytest.fail)
    page.look()
    page.choose("data_header", "as found")
    page.go(TRAIN)
    page.go(DATA)


def test_the_use_of_a_column_is_chosen_in_the_table_as_in_the_selectors(page: DataPage) -> None:
    page.paste(FLOWERS)
    page.choose("data_inputs", [1])
    page.use({2: "left out"})
    assert "make another column the target first" in page.errors[0]
    assert page.uses() == ["left out", "input", "target"]
    page.use({0: "target"})
    assert page.uses() == ["target", "input", "left out"]  # the inputs that were chosen stay
    page.use({1: "another target", 2: "input"})
    assert page.uses() == ["target", "another target", "input"]
    widgets = [page.widget(f"data_{name}").value for name in ("target", "more_targets", "inputs")]
    assert widgets == [0, [1], [2]]
    page.choose("data_target", 2)
    page.choose("data_inputs", [1, 0])
    assert page.uses() == ["input", "input", "target"]
    assert "Class balance: iris 33%, rose 33%, tulip 33%." in page.text()


def test_the_rows_are_shown_as_the_network_gets_them(page: DataPage) -> None:
    page.paste(PRICES)
    page.choose("data_test_share", 0.3)
    inputs, target = (page.app.dataframe[2].value[name].to_numpy()[:, None] for name in ("size", "→ price"))
    assert "not standardised" not in page.text()
    page.train_on_it()
    data = page.run.data
    np.testing.assert_array_equal(np.sort(inputs, 0), np.sort(np.vstack([data.X, data.X_test]), 0))
    np.testing.assert_array_equal(np.sort(target, 0), np.sort(np.vstack([data.y, data.y_test]), 0))


@pytest.mark.parametrize("names", [("a", "b"), ("size, in cm", "b"), ('"a" b', "c"), ('5" pipe', "x,y")])
def test_names_with_commas_survive_the_line_of_names(names: tuple[str, ...]) -> None:
    assert column_names.parse(column_names.written(names)) == names


def test_rows_are_made_once_for_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = list[Any]()

    def watched(*given: Any) -> choice.Result:
        computed.append(given)
        return result_of(*given)

    result_of = choice.result_of
    monkeypatch.setattr(choice, "result_of", watched)
    page = DataPage()
    page.paste(FLOWERS)
    page.choose("data_test_share", 0.5)
    page.press("data_read")
    count = len(computed)
    assert count <= 2  # the pasted text was read twice
    page.go(TRAIN)
    page.go(DATA)
    page.choose("data_test_share", 0.25)
    assert len(computed) == count
    page.choose("data_standardise", False)
    assert len(computed) == count + 1


def test_names_of_columns_are_not_looked_at_beyond_what_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    page = DataPage()
    page.way("type")
    monkeypatch.setattr(column_names, "tidy", pytest.fail)
    page.choose("data_names", "a" * (MOST_NAMES + 1))
    assert any("different names" in error for error in page.errors)


def test_the_test_share_is_as_suggested_until_it_is_chosen() -> None:
    table = read("size;price\n" + "\n".join(f"{i},5;{1000 * i},25" for i in range(12)))
    suggested = choice.suggested_choice(table)
    rows = choice.rows_of(table, suggested)
    assert views.test_share(rows, suggested) == 0.0
    assert views.test_share(rows, replace(suggested, test_share=0.5)) == 0.5
