"""`prepare` in an exported program: a row as the file has it becomes the inputs of the run."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.exported import assert_exact, cells, execute, names

from backprop_core import Config, Run, export
from backprop_core.data import TableRows
from backprop_core.tables import Choice, choice, read
from backprop_core.training import suggested_for

HOSTILE = '"""\nhacked = 1\n"""'
FILE = 'island;mass ($);"quote""d";size;species\n' + "\n".join(
    f"{('Biscoe', 'Dream', HOSTILE.replace(chr(34), chr(34) * 2))[i % 3]!s}".join('""')
    + f";{'' if i == 5 else f'1.{200 + i},5'};{('no', 'yes')[i % 2]};{i % 4},25;{('Adelie', 'Gentoo')[i // 10]}"
    for i in range(20)
)


def trained() -> Run:
    table = read(FILE)
    rows = choice.rows_of(table, Choice((4,), (0, 1, 2, 3), "classes", "median", standardise=True))
    run = Run(suggested_for(rows).replace(hidden=(3,), epochs=5), data=rows)
    run.advance(5)
    return run


RUN = trained()


@pytest.mark.parametrize("form", [export.python, export.notebook, export.sklearn])
def test_a_raw_row_becomes_the_inputs_of_the_run(form: Any) -> None:
    source = form(RUN)
    sources = cells(source, "code") if form is export.notebook else [source]
    if form is not export.sklearn:
        assert_exact(RUN, execute(*sources))
    left = names(*sources)
    example, rows = left["example_row"], RUN.user_rows
    assert isinstance(rows, TableRows)
    assert rows.preparation is not None
    assert left["prepare"](example) == RUN.data.rows[0].tolist()
    assert "hacked" not in left
    for row in (
        {"island": "Dream", "mass ($)": "1.234,5", 'quote"d': "yes", "size": "0,5"},
        {"island": HOSTILE, "mass ($)": "", 'quote"d': "no", "size": 2},
        {"island": "Biscoe", "mass ($)": None, 'quote"d': "no", "size": 2.75},
    ):
        assert left["prepare"](row) == rows.preparation.inputs(row).tolist()
    for row in ({**example, "island": "elsewhere"}, {**example, "size": "tall"}):
        with pytest.raises(ValueError, match=r"elsewhere|tall"):
            left["prepare"](row)
    if form is export.python:
        answers = left["predict"](left["prepare"](example))
        np.testing.assert_allclose(answers, RUN.predict(RUN.data.rows[:1]), rtol=1e-12)


@pytest.mark.parametrize("form", [export.python, export.pytorch, export.sklearn])
def test_the_program_is_clean_and_formatted(form: Any, tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed")
    path = tmp_path / "program.py"
    ast.parse(form(RUN))
    path.write_text(form(RUN).split("# --- A row of the table ---\n")[1], encoding="utf-8")
    arguments = ["--isolated", "--line-length", "120", "--target-version", "py311", str(path)]
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--diff", *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_without_a_table_there_is_none() -> None:
    assert "prepare" not in export.python(Run(Config()))
