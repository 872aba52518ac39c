"""The Practice page: a student's answers are marked at once, and a teacher gets key and marks from the same link."""

from __future__ import annotations

import pytest
from support.app_page import STEP, Page

from backprop_core.practice import Assignment, tasks_of
from playground.practice import state

PRACTICE = "practice"


def keys(page: Page, suffix: str) -> list[str]:
    """Keys of the fields of a task whose names end so."""
    return sorted(key for key in page.keys_on_it() if key.endswith(suffix))


def test_a_student_is_marked_value_by_value() -> None:
    page = Page(PRACTICE)
    assert "nothing is stored" in page.text()
    page.choose(state.CODE, " ADA ")
    finish, slip, *_ = tasks_of(Assignment(), ["ada"])["ada"]
    (first,) = keys(page, "_1_z1_1_1")
    page.choose(first, finish.fields[0].right)
    assert "**1 of 1 right**, 27 to go" in page.text()
    (second,) = keys(page, "_1_z1_1_2")
    page.choose(second, "<script> `*")
    assert "is not a number" in page.text()
    page.choose(second, "9.99")
    (third,) = keys(page, "_1_a1_1_2")
    page.choose(third, "1.0000")
    assert "Follows from your own earlier value" in page.text()
    page.choose("practice_task", 2)
    for field in slip.fields:
        (key,) = keys(page, f"_2_{field.key}")
        page.choose(key, field.right)
    assert "**3 of 3 right**" in page.text()
    (key,) = keys(page, "_2_reveal")
    page.press(key, "practice_next")
    page.go(STEP)
    page.go(PRACTICE)
    page.choose("practice_task", 2)
    assert "**3 of 3 right**" in page.text()


def test_a_link_brings_its_assignment_and_a_bad_one_is_a_sentence() -> None:
    assignment = Assignment(name="Week 3", kinds=("debug",), tasks=2)
    page = Page(practice=assignment.text)
    page.go(PRACTICE)
    assert "Week 3" in page.text()
    page.choose(state.CODE, "7")
    assert [node.key for node in page.nodes() if str(getattr(node, "key", "")).endswith("_1_line")]
    page.choose(state.CODE, "<b>")
    assert "A code begins with" in page.text()
    bad = Page(practice="1;<img>;x")
    bad.go(PRACTICE)
    assert "The link cannot be used" in bad.text()
    assert "Opened" not in bad.text()


def test_a_teacher_gets_key_and_marks() -> None:
    page = Page(PRACTICE)
    page.choose(state.SIDE, "Teacher")
    page.choose(state.CODES, "ada\n\nbob\nAda\n=1\n" + "\n".join(f"s{i}" for i in range(28)))
    assert "30 students, 4 tasks each" in page.text()
    assert "Listed more than once: “ada”" in page.text()
    page.choose(state.ANSWERS, "code,task,field,answer\nada,2,where,F\nada,2,value,-0.0866\n\nbob,9,z,1")
    tables = [table.value for table in page.app.dataframe]
    assert len(tables[0]) == 30 * 38
    assert tables[1].values.tolist() == [["ada", 1, 38, "Sign reversed"], ["bob", 0, 38, ""]]
    assert "No such field" in page.text()
    page.choose("practice_form_tasks", 2)
    page.choose("practice_form_output", "softmax")
    assert "needs two units" in page.text() or "only with cross-entropy" in page.text()
    assert page.session.part(state.Practice).assignment.tasks == 2


@pytest.mark.parametrize(("stage", "asked"), [(0, 28), (3, 9)])
def test_a_stage_of_one_step_can_be_practised(stage: int, asked: int) -> None:
    page = Page(STEP)
    page.press(f"stage_{stage}")
    page.press("practise")
    page.choose(state.CODE, "ada")
    assert f"0/{asked}" in str(page.widget("practice_task").options)
