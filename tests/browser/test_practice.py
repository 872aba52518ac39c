"""The Practice page in a real browser: a student from a link to a reason, and a teacher's files from the same link."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from backprop_core.practice import Assignment, Task, tasks_of
from browser.conftest import visits
from browser.train_page import TrainPage

pytestmark = pytest.mark.browser

ASSIGNMENT = Assignment(name="Week 3", kinds=("slip", "finish"), tasks=2, digits=5)
QUERY = f"?practice={quote(ASSIGNMENT.text)}"


class PracticePage(TrainPage):
    """The page at /practice, drawn."""

    path = "/practice"

    def wait_drawn(self) -> None:
        self.page.wait_for_selector(".st-key-practice_head button")
        self.rest()

    def fill(self, key: str, text: str) -> None:
        """Type into the field with this key, or into the one whose key contains it, and leave it."""
        selector = f".st-key-{key}" if key.startswith("practice") else f"[class*='{key}']"
        field = self.page.locator(f"{selector} :is(input, textarea)").first
        field.fill(text)
        field.press("Control+Enter" if "codes" in key or "answers" in key else "Tab")
        self.rest()

    def pick(self, text: str) -> None:
        """Choose an option of the open task."""
        exact = re.compile(rf"^{re.escape(text)}$")
        self.page.locator(".st-key-panel_practice_answers :is(button, label)", has_text=exact).first.click()
        self.rest()

    def says(self, text: str) -> None:
        self.page.locator(".st-key-panel_practice_answers", has_text=text).wait_for()


OpenPractice = Callable[..., PracticePage]


@pytest.fixture
def open_practice(chromium: Browser, address: str) -> Iterator[OpenPractice]:
    with visits(chromium, address, PracticePage) as open_page:
        yield open_page


def own_tasks(code: str) -> tuple[Task, ...]:
    return tasks_of(ASSIGNMENT, [code])[code]


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (390, True)])
def test_a_student_finds_a_slip_and_says_why(open_practice: OpenPractice, width: int, dark: bool) -> None:
    page = open_practice(width, 900, dark=dark, query=QUERY)
    page.page.get_by_text("Week 3").wait_for()
    page.fill("practice_code", " Alan ")
    where, what, value = own_tasks("alan")[0].fields
    page.pick(where.right)
    page.says("1 of 1 right")
    page.pick(what.right)
    page.says("2 of 2 right")
    page.fill("_1_value", value.right[:-1])
    page.says("but 5 decimals are asked")
    page.fill("_1_value", value.right.replace(".", ","))
    page.says("3 of 3 right")
    page.fill("_1_why", "because")
    page.page.get_by_role("button", name="Show an explanation").click()
    page.says("One explanation, with your numbers")
    page.page.get_by_role("button", name="Next task").click()
    page.page.locator(".st-key-practice_numbers input").first.wait_for()
    page.page.reload()
    page.wait_drawn()
    page.page.get_by_text("Week 3").wait_for()  # the address holds the assignment, and nothing of the student
    assert page.page.locator(".st-key-practice_code input").input_value() == ""


def test_a_teacher_takes_key_and_sheets_and_pastes_answers(open_practice: OpenPractice, tmp_path: Path) -> None:
    page = open_practice(query=QUERY)
    page.page.locator(".st-key-practice_side button", has_text="Teacher").click()
    page.fill("practice_codes", "\n".join(["ada", "", "Ada", "=1", *(f"s {i}" for i in range(29))]))
    page.page.locator(".st-key-panel_practice_class", has_text="30 students, 2 tasks each").wait_for()
    files = {}
    for key in ("practice_key", "practice_sheets"):
        with page.page.expect_download() as download:
            page.page.locator(f".st-key-{key} button").click()
        files[key] = tmp_path / key
        download.value.save_as(files[key])
    rows = list(csv.DictReader(files["practice_key"].read_text(encoding="utf-8").splitlines()))
    assert len({row["code"] for row in rows}) == 30
    assert files["practice_sheets"].read_text(encoding="utf-8").count('<section class="sheet">') == 30
    value = next(row["answer"] for row in rows if (row["code"], row["field"]) == ("ada", "value"))
    page.fill("practice_answers", f"code,task,field,answer\nada,1,value,{value}\n")
    page.page.locator(".st-key-panel_practice_class", has_text="Marks by student").wait_for()
