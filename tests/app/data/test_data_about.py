"""What the Data page says about its charts: every placeholder is filled, with the numbers of the table."""

import pytest
from support.app_page import DATA, Page

from backprop_core.tables import choice
from backprop_core.tables.reading import read
from playground.data import about

FLOWERS = "length,width,kind\n" + "\n".join(f"{5 + i / 10},{3 - i / 10},{'abc'[i % 3]}" for i in range(12))
TABLES = {
    "numbers and a class": FLOWERS,
    "words with gaps": "colour,size,target\n" + "red,1,1.5\nblue,,2.5\ngreen,3,3.5\nblue,2,4.5\n" * 6,
    "a name with braces": "{epoch},y\n" + "\n".join(f"{i},{i % 2}" for i in range(8)),
    "nothing to learn": "x,y\n1,\n2,\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_of_these_tables_are_explained(name: str) -> None:
    table = read(TABLES[name].encode())
    text = about.columns(choice.result_of(table, choice.suggested_choice(table)))
    assert "{" not in text
    assert text.count(". ") == 2, "three sentences"


def test_the_numbers_are_those_of_the_table_and_of_the_points() -> None:
    table = read(TABLES["words with gaps"].encode())
    text = about.columns(choice.result_of(table, choice.suggested_choice(table)))
    assert "Columns: 3, of which inputs: 2, targets: 1; rows: 24, missing values: 6." in text
    assert "is shown 18 × 4 numbers" in text
    assert "Points so far: 0." in about.plane(())
    assert "Points so far: 3 (2 of A, 1 of B)." in about.plane(((0.0, 1.0, "A"), (1.0, 1.0, "B"), (0.5, 0.0, "A")))


def test_the_page_has_them_unless_it_hides_them() -> None:
    for parts, there in (({}, True), ({"hide": "about"}, False)):
        page = Page(DATA, **parts)
        assert "Here you will see what each column holds" in page.text()
        page.choose("data_way", "click")
        assert ("explain_data_plane" in page.keys_on_it()) == there
        page.choose("data_way", "paste")
        page.choose("data_text", FLOWERS)
        assert ("explain_data_columns" in page.keys_on_it()) == there
        assert ("Each line is a column of the table" in page.text()) == there
