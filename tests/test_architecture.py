"""The rule of the house: imports run one way, and each kind of knowledge has its place."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("app.py"), *ROOT.glob("playground/**/*.py"), *ROOT.glob("backprop_core/**/*.py")])
MOST_LINES = 320
MOST_FILES = 13

# From the inside out. A module may import from its own folder and from those in earlier rows, never from a neighbour.
LAYERS = (
    ("backprop_core.nn",),
    ("backprop_core.data",),
    ("backprop_core.settings",),
    ("backprop_core.training",),
    ("backprop_core.explain", "backprop_core.sweep", "backprop_core.landscape"),
    ("backprop_core.export",),
    ("backprop_core",),  # what is public, and the command line
    ("playground.charts", "playground.wording"),
    ("playground.session", "playground.replay"),
    ("playground.components",),
    ("playground.sidebar", "playground.compare", "playground.data"),
    ("playground.train", "playground.step", "playground.sweep", "playground.landscape"),
    ("app",),
)
PLACES = {place: row for row, places in enumerate(LAYERS) for place in places}
CORE_PACKAGE = "backprop_core"
SKLEARN_ALLOWED = {"backprop_core.data.datasets", "backprop_core.data.rows"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def place_of(name: str) -> str | None:
    """The folder that a module belongs to: the longest name of a place that begins its own; None for other packages."""
    return max((place for place in PLACES if f"{name}.".startswith(f"{place}.")), key=len, default=None)


def imported(tree: ast.AST) -> set[str]:
    """Full names of everything imported in a tree, inside functions and for types too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def packages(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imported(tree)} - set(sys.stdlib_module_names)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def allowed(importer: str, name: str) -> bool:
    here, there = place_of(importer), place_of(name)
    return there is None or there == here or (here is not None and PLACES[there] < PLACES[here])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    assert {name for name in imported(parsed(path)) if not allowed(name_of(path), name)} == set()
