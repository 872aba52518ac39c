"""Names of columns and classes stand on every page, in every chart and every file as they were typed."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.app_page import DATA, LANDSCAPE, STEP, TRAIN, Page
from support.decoding import shown
from support.signs import NAMES, SHORT, drawn_by_plotly

from backprop_core import Run
from backprop_core.data.names import MAX_NAME, typed
from backprop_core.export import python
from backprop_core.tables.choice import as_csv
from backprop_core.tables.reading import grid, read
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import to_rows
from backprop_core.training.presets import suggested_for
from playground.charts.of_run import learned_views
from playground.charts.plotly_text import literal
from playground.charts.theme import LIGHT
from playground.components.markdown import escaped
from playground.replay.page_html import Replay
from playground.train.board import Board, Views

CLASSES = ("<i>u</i>", "$v$", ":red[w]")


def table_of(*names: str, classes: tuple[str, ...] = CLASSES, rows: int = 30) -> Table:
    rng = np.random.RandomState(0)
    return grid([*names, "kind"], [(*rng.randn(len(names)).round(3), classes[i % len(classes)]) for i in range(rows)])


def run_on(*names: str, **shape: Any) -> Run:
    rows = to_rows(table_of(*names, **shape), "kind")
    return Run(suggested_for(rows), data=rows)


def texts(described: Any) -> Iterator[str]:
    """All strings in the description of a figure."""
    if isinstance(described, str):
        yield described
    elif isinstance(described, dict | list):
        for part in described.values() if isinstance(described, dict) else described:
            yield from texts(part)


def drawn(described: Any) -> str:
    return "\n".join(map(drawn_by_plotly, texts(json.loads(json.dumps(described)))))


# What Plotly draws


@given(st.text(st.characters(), max_size=60))
def test_a_literal_is_drawn_as_it_is(text: str) -> None:
    assert drawn_by_plotly(literal(text)) == text
    assert drawn_by_plotly(f"<b>{literal(text)}</b>: %{{z}}") == f"{text}: ?"


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_of_a_run_draws_the_names_as_typed(name: str) -> None:
    plane, few = run_on(name, "other"), run_on(name, "other", classes=(name, "no"), rows=6)
    for run in (plane, few):
        for view in learned_views(run.data):
            board = Board(run, Views(view), LIGHT, 0)
            board.update(run.at(0), still=True)
            pictures = [board.network, board.weights, board.learned]
            text = drawn(list(map(shown, pictures)))
            if name in SHORT:
                assert f"{name} → h1" in text
            if view in ("Surface", "Table"):
                assert name[:8] in text


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_draws_the_names_as_typed(name: str) -> None:
    run = run_on(name, "other", classes=(name, "no"))
    text = drawn(Replay(run, LIGHT).figure([0]))
    assert f"● {name}" in text
    assert f"{name} ?, other ?" in text


# Files


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_the_names_as_typed(name: str) -> None:
    run = run_on(name, "other", classes=(name, "no"))
    again = Run.from_json(run.to_json())
    assert again.data.inputs == run.data.inputs == (name, "other")
    assert set(again.data.classes) == {name, "no"}
    program = ast.parse(python(run))
    strings = {node.value for node in ast.walk(program) if isinstance(node, ast.Constant)}
    assert name in strings


@pytest.mark.parametrize("name", NAMES)
def test_a_table_that_was_exported_is_read_again(name: str) -> None:
    table = read(as_csv(table_of(name, "other", classes=(name, "no"))))
    is_formula = name[0] in "=+-@"
    assert table.names[0] == f"'{name}" if is_formula else name


@given(st.text(st.characters(), max_size=60))
def test_a_typed_name_is_short_and_has_no_controls(name: str) -> None:
    kept = typed(name)
    assert len(kept) <= MAX_NAME
    assert typed(kept) == kept == " ".join(kept.split())
    kept.encode()


# Pages


def test_every_page_shows_the_names_as_typed() -> None:
    names = SHORT[:6]
    page = Page(DATA)
    page.choose("data_way", "paste")
    lines = ["\t".join([*names, "kind"])]
    lines += ["\t".join([*map(str, row), CLASSES[i % 3]]) for i, row in enumerate(np.eye(30, 6) + 0.5)]
    page.choose("data_text", "\n".join(lines))
    assert page.widget("data_inputs").options == [*names]
    assert escaped(f"The inputs are {', '.join(names)}.") in page.text()
    assert list(page.app.dataframe[0].value["column"]) == [*names, "kind"]
    page.press("data_train")
    classes = sorted(CLASSES)
    page.go(TRAIN)
    assert escaped(f"x1: {names[0]}, x2: {names[1]}") in page.text()
    assert escaped(f"y1: {classes[0]}, y2: {classes[1]}, y3: {classes[2]}") in page.text()
    assert set(names) <= set(drawn(page.spec("network_chart")).split("\n"))
    page.go(STEP)
    assert set(names) <= set(drawn(page.spec("step_network")).split("\n"))
    page.go(LANDSCAPE)
    page.choose("landscape_plane", "weights")
    assert f"W1[0, 0]: {names[0]} → h1" in page.widget("landscape_parameter_1").options
