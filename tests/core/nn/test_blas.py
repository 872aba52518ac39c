"""The library, the command line and the exported program give the same bits with any number of threads."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.patience import PATIENCE

from backprop_core import Config, Run, export
from backprop_core.training import saving

ROOT = Path(__file__).parents[3]
CONFIG = Config(dataset="digits", hidden=(64, 64), activation="relu", output="softmax", loss="cross_entropy", epochs=3)
OPTIONS = "--dataset digits --hidden 64-64 --activation relu --output softmax --loss cross_entropy --epochs 3"
SETTINGS = "--init uniform01 --optimizer sgd --learning-rate 0.5 --batch-size all"
LIBRARY = f"""
from backprop_core import Config, Run
run = Run({CONFIG!r})
run.advance(3)
print(run.to_json())
"""


def printed(*command: str, threads: int) -> str:
    """The output of a program when BLAS may use this many threads."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    ).stdout


@pytest.fixture(scope="module")
def run() -> Run:
    run = Run(CONFIG)
    run.advance(3)
    return run


@pytest.mark.parametrize("threads", [1, 2])
def test_the_library_has_the_same_bits(run: Run, threads: int) -> None:
    content = printed("-c", LIBRARY, threads=threads)
    assert saving.read(content).difference(run.params) == 0


def test_the_exported_program_has_the_same_bits(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(export.python(run), encoding="utf-8")
    lines = printed(str(program), threads=2).splitlines()
    for layer, (W, b) in enumerate(run.params, start=1):
        assert f"W{layer} = {W.tolist()}" in lines
        assert f"b{layer} = {b.tolist()}" in lines


def test_the_command_line_has_the_same_bits(run: Run) -> None:
    said = printed("-m", "backprop_core", *OPTIONS.split(), *SETTINGS.split(), threads=2)
    found = re.search(r"epoch 3 +loss (\S+)", said)
    assert found is not None
    assert found[1] == f"{run.at(3).loss:.10g}"


def test_a_small_program_says_nothing_of_threads() -> None:
    assert "THREADS" not in export.python(Run(Config()))
