"""Text that a user brings: whatever its length, it takes work that grows with its length, and no faster."""

import contextlib
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from backprop_core import ConfigError
from backprop_core.data import cells, names
from backprop_core.data.cells import MAX_CELL, number, objection, safe_cell, tidy
from backprop_core.data.names import MOST_MARKS, plain
from backprop_core.settings import setting_text
from backprop_core.tables.reading import grid, read
from backprop_core.training import saving
from playground.sidebar import links
from playground.train import weight_text

MARKS = "\u0301\u0316" * 300  # in an order that has to be mended: n marks take n² steps
HIDDEN = "\u200b".join(MARKS)  # the same, once what is invisible is taken out
SPLIT = "\u0f73" * 600  # each is two marks once it is taken apart

READERS: dict[str, Callable[[str], Any]] = {
    "tidy": tidy,
    "plain": plain,
    "objection": lambda text: objection(text, 1.0),
    "safe_cell": safe_cell,
    "a table": lambda text: read(f"a,b\n1,{text}\n"),
    "a table's name": lambda text: read(f"a,{text}\n1,2\n"),
    "a file's name": lambda text: read("", text),
    "a grid": lambda text: grid(("a", text), [("1", text)]),
    "weights": lambda text: weight_text.parse(text, 1, 1),
    "a saved run": lambda text: saving.read(f'{{"{text}": 1, "{text}": 2}}'),
    "a link": lambda text: links.read({text: text, "preset": text, "edits": f"1:{text}=1", "seed": text}),
    "a setting": lambda text: setting_text.read("hidden", text),
}


@pytest.mark.parametrize("text", [f"a{MARKS}", f"a{HIDDEN}", f"a{SPLIT}"], ids=["marks", "hidden", "split"])
@pytest.mark.parametrize("reader", READERS)
def test_no_long_run_of_marks_is_normalised(reader: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = [0]

    def normalize(form: Any, given: str) -> str:
        run = 0
        for character in given:
            run = run + 1 if unicodedata.category(character)[0] == "M" else 0
            longest.append(run)
        return unicodedata.normalize(form, given)

    class Watched:
        category = staticmethod(unicodedata.category)

    Watched.normalize = staticmethod(normalize)  # type: ignore[attr-defined]
    monkeypatch.setattr(cells, "unicodedata", Watched)
    with contextlib.suppress(ConfigError):
        READERS[reader](text)
    assert max(longest) <= MOST_MARKS


@pytest.mark.parametrize("text", ["a\u0301", "क्षि", "ệ", "x" + "\u0323\u0302" * (MOST_MARKS // 2), "-" * 60 + "é"])
def test_what_people_write_is_composed_and_loses_nothing(text: str) -> None:
    assert tidy(text) == unicodedata.normalize("NFC", text)


def test_only_so_much_of_a_name_is_looked_at_as_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at, known = 0, unicodedata.category

    def category(character: str) -> str:
        nonlocal looked_at
        looked_at += 1
        return known(character)

    monkeypatch.setattr(unicodedata, "category", category)
    assert plain("x" * 100_000) == "x" * 39 + "…"
    assert plain("\0" * 100_000 + "x") == "…"
    assert looked_at <= 2 * names.MOST_LOOKED_AT


@pytest.mark.parametrize(
    "cell", ["1" * 5_000 + "x", "1" * 5_000, "+" + "." * 5_000], ids=["digits, x", "digits", "dots"]
)
def test_a_long_cell_is_no_number_and_no_pattern_looks_at_it(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched:
        def fullmatch(self, text: str) -> None:
            assert len(text) <= MAX_CELL

    monkeypatch.setattr(cells, "_NUMBER", Watched())
    assert number(cell) is None
    with pytest.raises(ConfigError):
        weight_text.parse(cell, 1, 1)


@pytest.mark.parametrize("text", ["1", "1.", "1.5", ".5", "-1.5e-3", "+2E9", "0001"])
def test_the_forms_of_a_number_are_as_they_were(text: str) -> None:
    assert number(text) == float(text)
    assert number(text + "x") is None
