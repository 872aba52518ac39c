"""Running what was exported, in this process, and comparing what it prints with the run it came from."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from typing import Any

import numpy as np

from backprop_core import Run
from backprop_core.nn.activations import Array

LOSS = re.compile(r"^epoch +(\d+)   loss (\S+)(?:   test loss (\S+))?$", re.MULTILINE)
WEIGHTS = re.compile(r"^([Wb]\d) = (.*)$", re.MULTILINE)


def execute(*sources: str) -> str:
    """What a script, or the cells of a notebook, print."""
    return _executed(*sources)[0]


def names(*sources: str) -> dict[str, Any]:
    """What a script, or the cells of a notebook, leave behind, by name."""
    return _executed(*sources)[1]


def _executed(*sources: str) -> tuple[str, dict[str, Any]]:
    printed, namespace = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        for source in sources:
            exec(compile(source, "exported", "exec"), namespace)
    return printed.getvalue(), namespace


def losses(printed: str) -> list[tuple[int, float, float | None]]:
    """The losses printed: epoch, training, test."""
    return [(int(epoch), float(loss), float(test) if test else None) for epoch, loss, test in LOSS.findall(printed)]


def weights(printed: str) -> dict[str, Array]:
    """The weights printed, by name."""
    return {name: np.array(json.loads(values)) for name, values in WEIGHTS.findall(printed)}


def expected(run: Run) -> dict[str, Array]:
    """The run's weights, by name."""
    params = run.at(run.epoch).params
    return {
        f"{name}{l}": values for l, pair in enumerate(params, start=1) for name, values in zip("Wb", pair, strict=True)
    }


def assert_exact(run: Run, printed: str) -> None:
    """Every loss and every weight that was printed is the run's, to the last bit."""
    found = losses(printed)
    assert [found[0][0], found[-1][0]] == [0, run.epoch]
    for epoch, loss, test in found:
        assert loss == run.history.loss[epoch], f"epoch {epoch}"
        assert (test is None) == (len(run.history.test_loss) == 0)
        assert test is None or test == run.history.test_loss[epoch], f"epoch {epoch}"
    assert_close(run, printed, 0.0)


def assert_close(run: Run, printed: str, relative: float) -> None:
    """Every loss and every weight that was printed is the run's, as exactly as is asked for."""
    for epoch, loss, test in losses(printed):
        np.testing.assert_allclose(loss, run.history.loss[epoch], rtol=relative)
        if test is not None:
            np.testing.assert_allclose(test, run.history.test_loss[epoch], rtol=relative)
    mine, theirs = expected(run), weights(printed)
    assert list(mine) == list(theirs)
    for name in mine:
        np.testing.assert_allclose(theirs[name], mine[name], rtol=relative * 100, atol=relative * 10, err_msg=name)


def cells(notebook: str, kind: str) -> list[str]:
    """The sources of a notebook's cells of one kind."""
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == kind]


def imported(source: str) -> set[str]:
    """The packages that a script imports."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0] for name in found | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    }
