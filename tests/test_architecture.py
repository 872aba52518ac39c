"""The rule of the house: imports run one way, and each kind of knowledge has its place."""

import ast
import sys
from graphlib import TopologicalSorter
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
    ("backprop_core.tables",),
    ("backprop_core.training",),
    ("backprop_core.explain", "backprop_core.sweep", "backprop_core.landscape"),
    ("backprop_core.export", "backprop_core.practice"),
    ("backprop_core",),  # what is public, and the command line
    ("playground.charts", "playground.wording"),
    ("playground.session", "playground.replay"),
    ("playground.components",),
    ("playground.sidebar", "playground.compare", "playground.data"),
    ("playground.train", "playground.step", "playground.sweep", "playground.landscape", "playground.practice"),
    ("playground.lessons",),
    ("app",),
)
ROW = {place: row for row, places in enumerate(LAYERS) for place in places}
PUBLIC = {place for place in ROW if place.startswith("backprop_core")}
NO_STREAMLIT = {"playground.charts", "playground.wording", "playground.replay"}
# Packages beside NumPy that the core may import, all inside functions, where they are needed.
CORE_MAY_IMPORT = {"backprop_core.data.rows": {"sklearn"}, "backprop_core.data.datasets": {"sklearn"}}
CORE_MAY_IMPORT |= {"backprop_core.tables.inputs": {"sklearn"}}
CORE_MAY_IMPORT |= {"backprop_core.nn.blas": {"threadpoolctl"}}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FILES}
CORE = [name for name in MODULES if name.startswith("backprop_core")]
PLAYGROUND = [name for name in MODULES if name.startswith("playground")]


def parsed(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> list[tuple[str, str]]:
    """All imports of a tree, inside functions and for types too: the module, and what is taken from it."""
    pairs = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            pairs += [(alias.name, "") for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            pairs += [(str(node.module), alias.name) for alias in node.names]
    return pairs


def imported_modules(tree: ast.AST) -> set[str]:
    """Names of the project's modules that a tree imports."""
    names = {f"{module}.{name}" if f"{module}.{name}" in MODULES else module for module, name in imports(tree)}
    return names & set(MODULES)


def packages(tree: ast.AST) -> set[str]:
    """Names of other people's packages that a tree imports."""
    return {module.split(".")[0] for module, _ in imports(tree)} - set(sys.stdlib_module_names)


def at_loading(tree: ast.Module) -> ast.Module:
    """What is executed when a module is loaded: all but its functions."""
    return ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef)], type_ignores=[])


def place_of(name: str) -> str | None:
    """The folder that a module belongs to: the longest name of a place that begins its own."""
    return max((place for place in ROW if f"{name}.".startswith(f"{place}.")), key=len, default=None)


def is_allowed(importer: str, name: str) -> bool:
    here, there = place_of(importer), place_of(name)
    return here == there or (here is not None and there is not None and ROW[there] < ROW[here])


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_one_way(name: str) -> None:
    assert {other for other in imported_modules(parsed(name)) if not is_allowed(name, other)} == set()


def test_every_module_has_its_place() -> None:
    assert {name for name in MODULES if place_of(name) is None} <= {"playground"}


def test_nothing_imports_itself_in_a_circle() -> None:
    graph = {name: imported_modules(parsed(name)) - {name} for name in MODULES}
    for name in CORE:  # a folder's __init__ gathers its modules, so they do not depend on it
        graph[name] -= {other for other in graph[name] if name.startswith(f"{other}.")}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("name", PLAYGROUND)
def test_pages_import_what_the_core_says_is_public(name: str) -> None:
    core = {module for module, _ in imports(parsed(name)) if module.startswith("backprop_core")}
    assert core <= PUBLIC


@pytest.mark.parametrize("name", CORE)
def test_the_core_needs_numpy_alone(name: str) -> None:
    tree = parsed(name)
    reads_tables = place_of(name) == "backprop_core.tables"
    needed = {"numpy", "backprop_core"} | ({"pandas"} if reads_tables else set())
    assert packages(tree) <= needed | CORE_MAY_IMPORT.get(name, set())
    assert packages(at_loading(tree)) <= needed
    loaded = {place_of(module) for module, _ in imports(at_loading(tree))}
    assert reads_tables or "backprop_core.tables" not in loaded  # or pandas would be loaded with it


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in PLAYGROUND
        if "figures" in name or place_of(name) in {"playground.charts", "playground.wording", "playground.replay"}
    ],
)
def test_figures_know_no_streamlit(name: str) -> None:
    assert "streamlit" not in packages(parsed(name))


@pytest.mark.parametrize("name", ["app", *PLAYGROUND])
def test_only_the_state_touches_the_session(name: str) -> None:
    is_state = name.endswith(".state") or place_of(name) == "playground.session"
    assert is_state or "session_state" not in MODULES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_files_are_short(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_folders_hold_about_a_dozen_files() -> None:
    folders = {path.parent for path in FILES if path.name != "app.py"}
    full = {folder.name: len(list(folder.glob("*.py"))) for folder in folders}
    assert {name: count for name, count in full.items() if count > MOST_FILES} == {}
