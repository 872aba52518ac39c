"""The rule of the house: imports run one way, and each kind of knowledge has its place."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("app.py"), *ROOT.glob("playground/**/*.py"), *ROOT.glob("backprop_core/**/*.py")])

# From the inside out: a module may import from its own layer and those before it.
LAYERS = ["backprop_core", "playground.figures", "playground", "playground.pages", "app"]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer(name: str) -> int:
    """Where a module belongs: the longest name that begins its own; -1 for other people's modules."""
    names = [known for known in LAYERS if f"{name}.".startswith(f"{known}.")]
    return LAYERS.index(max(names, key=len)) if names else -1


def imported(tree: ast.AST) -> set[str]:
    """Full names of what is imported anywhere in a tree: modules, or what is taken from them."""
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


def at_loading(tree: ast.Module) -> ast.Module:
    """What is done when a module is loaded: all but its functions, and what is for the type checker alone."""
    for_types = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    body = [node for node in tree.body if not isinstance(node, ast.FunctionDef) and node not in for_types]
    return ast.Module(body, type_ignores=[])


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    assert {name for name in imported(parsed(path)) if layer(name) > layer(name_of(path))} == set()


def test_nothing_imports_itself_in_a_circle() -> None:
    modules = {name_of(path) for path in FILES}
    graph = {}
    for path in FILES:
        names = imported(at_loading(parsed(path)))
        graph[name_of(path)] = {name if name in modules else name.rpartition(".")[0] for name in names} & modules
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [path for path in FILES if layer(name_of(path)) == 0], ids=name_of)
def test_the_core_needs_numpy_alone(path: Path) -> None:
    tree = parsed(path)
    allowed = {"numpy", "backprop_core"}
    assert packages(tree) <= allowed | {
        "datasets.py": {"sklearn"},
        "rows.py": {"sklearn"},
        "blas.py": {"threadpoolctl"},
    }.get(path.name, set())
    assert packages(at_loading(tree)) <= allowed


@pytest.mark.parametrize("path", [path for path in FILES if layer(name_of(path)) == 1], ids=name_of)
def test_figures_know_no_streamlit(path: Path) -> None:
    assert "streamlit" not in packages(parsed(path))


@pytest.mark.parametrize("path", [path for path in FILES if layer(name_of(path)) > 0], ids=name_of)
def test_only_the_state_touches_the_session(path: Path) -> None:
    inside = f"{name_of(path)}.".startswith("playground.state.")
    assert inside or "session_state" not in path.read_text(encoding="utf-8")
