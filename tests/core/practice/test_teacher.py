"""The teacher's side: codes, key, sheets and marks, from functions and from the command line."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from backprop_core import ConfigError
from backprop_core.__main__ import main
from backprop_core.practice import (
    ANSWERS,
    KEY,
    PAPERS,
    Assignment,
    code_of,
    codes_of,
    key_rows,
    marks_of_class,
    sheets,
    table_text,
    tasks_of,
)

CODES = ("ada", "bob", "zoë 7")


def test_codes_have_one_spelling() -> None:
    assert code_of("  Ada\u00a0 L ") == code_of("ada l") == "ada l"
    assert code_of("１２") == "12"
    assert code_of(" \t") == ""
    for bad in ("=1+1", "-5", "<b>", "x" * 41, "x" * 10_000, "a\x00b", "a;b"):
        with pytest.raises(ConfigError):
            code_of(bad)


def test_a_list_of_codes_may_have_duplicates_and_blanks() -> None:
    lines = "\ufeff".join(["", "ada\r\n\n  \nBOB,Zoë 7;ada\n=cmd\n"]).replace("\ufeff", "")
    codes = codes_of(lines)
    assert codes.codes == CODES
    assert codes.remarks == ("Listed more than once: “ada”.", "Not a code: “=cmd”.")
    with pytest.raises(ConfigError, match="At most"):
        codes_of("\n".join(map(str, range(2_001))))


def test_the_key_given_as_answers_earns_everything() -> None:
    assignment = Assignment()
    rows = key_rows(assignment, CODES)
    text = table_text(KEY, rows)
    assert list(csv.reader(io.StringIO(text)))[1:] == [list(row) for row in rows]
    for delimiter in ",;\t":
        output = io.StringIO()
        csv.writer(output, delimiter=delimiter).writerows(
            [ANSWERS, *((row[0], row[1], row[3], row[5]) for row in rows)]
        )
        marks = marks_of_class(assignment, output.getvalue())
        assert [(student.code, student.earned, student.asked) for student in marks.students] == [
            (code, 38, 38) for code in CODES
        ]
        assert (marks.slips, marks.remarks) == ((), ())


def test_unusable_rows_are_named_and_slips_are_counted() -> None:
    tasks = tasks_of(Assignment(), CODES)
    slip = {code: own[1] for code, own in tasks.items()}
    rows: list[tuple[object, ...]] = []
    for code, task in slip.items():
        _, index = task.fields[2].place or ("", ())
        table = next(table for table in task.tables if table.name == task.fields[0].right)
        row, column = (0, 0, *index)[-2:]
        rows.append((code.upper(), 2, "value", table.cells[row][column]))
    rows += [("ada", 7, "z1", "1"), ("ada", 2, "nothing", "1"), ("<b>", 2, "value", "1"), ("", "", "value", "")]
    marks = marks_of_class(Assignment(), table_text(ANSWERS, rows))
    assert sorted(label for label, *_ in marks.slips) == sorted({task.fields[1].right for task in slip.values()})
    assert [student.slips for student in marks.students] == [((task.fields[1].right, 1),) for task in slip.values()]
    assert marks.remarks[0].startswith("Rows without a code or a task: ")
    assert marks.remarks[1] == "No such field: “ada, task 2, nothing”, “ada, task 7, z1”."
    for bad in ("", "code,task\nada,1", "a" * 6_000_000):
        with pytest.raises(ConfigError):
            marks_of_class(Assignment(), bad)


class Outline(HTMLParser):
    """Elements that are open and their number; fails if they are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.count: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("paper", PAPERS)
def test_sheets_are_one_page_of_html(paper: str) -> None:
    assignment = Assignment(name='Week <3> & "more"')
    text = sheets(assignment, CODES, paper)
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert "script" not in outline.count
    assert outline.count["section"] == len(CODES) + 1
    assert len(re.findall('class="box"', text)) == len(CODES) * (28 + 1 + 1)
    assert not re.search(r"(?:src|href|url)\s*[=(]", text)
    assert (" size:" in text.split("}")[0]) == (paper != "any")


def test_the_command_line_writes_sheets_key_and_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes, answers, output = tmp_path / "codes.txt", tmp_path / "answers.csv", tmp_path / "out"
    codes.write_text("ada\n\nada\nbob\n", encoding="utf-8")
    assert main(["practice", "key", "--codes", str(codes), "--output", str(output)]) == 0
    key = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))
    assert {row["code"] for row in key} == {"ada", "bob"}
    assert "Listed more than once" in capsys.readouterr().err
    assert main(["practice", "sheets", "--codes", str(codes), "--paper", "A4", "--output", str(output)]) == 0
    assert "size: A4" in output.read_text(encoding="utf-8")
    answers.write_text(table_text(ANSWERS, [(row["code"], row["task"], row["field"], row["answer"]) for row in key]))
    assert main(["practice", "marks", "--answers", str(answers)]) == 0
    assert capsys.readouterr().out == "code,right,of,slips\nada,38,38,\nbob,38,38,\n"
    assert main(["practice", "assignment"]) == 0
    assert capsys.readouterr().out.strip() == Assignment().text
    for bad in (["key"], ["key", "--codes", str(tmp_path / "none")], ["marks"], ["key", "--assignment", "x"]):
        assert main(["practice", *bad]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
