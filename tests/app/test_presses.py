"""Every callback of a widget marks that something was pressed, in one and the same way."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.session import setting_changes, transport
from playground.session.session import press

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("playground/**/*.py"))
CALLBACKS = {"on_click", "on_change", "on_select", "on_submit", "on_theme_change"}
NO_PRESSES = {
    transport.scrub,  # the timeline, from which presses are told
    setting_changes.changed,  # may be an old value sent along; otherwise it calls `change`, which is a press
}
WRAPPER = press(lambda: None).__code__


def name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def callbacks(tree: ast.AST) -> Iterator[ast.expr]:
    """What is handed to widgets as a callback, or to `playback.button` as one; both sides of an `if`."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            given = [keyword.value for keyword in call.keywords if keyword.arg in CALLBACKS]
            if isinstance(call.func, ast.Name) and call.func.id == "button":
                given.append(call.args[3])
            for value in given:
                yield from (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)


def function(value: ast.expr, module: Any) -> Any:
    """The function that an expression of a module names, or binds arguments to with `partial`."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "partial":
        value = value.args[0]
    assert isinstance(value, ast.Name | ast.Attribute), f"line {value.lineno}: name the function that is called"
    return eval(ast.unparse(value), vars(module))  # an expression of our own source


def is_parameter(value: ast.expr) -> bool:
    """The one parameter that is handed on: that of `playback.button`."""
    return isinstance(value, ast.Name) and value.id == "callback"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_callback_is_a_press(path: Path) -> None:
    module = importlib.import_module(name(path).removesuffix(".__init__"))
    for value in callbacks(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(value, ast.Constant) or is_parameter(value):
            assert is_parameter(value) == (path.stem == "playback")
            continue
        called = function(value, module)
        is_press = getattr(called, "__code__", None) is WRAPPER
        assert is_press or called in NO_PRESSES, f"line {value.lineno}: {ast.unparse(value)} is no press"


def test_a_press_is_remembered_and_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    current = type("Session", (), {"pressed": False})()
    monkeypatch.setattr("playground.session.session.session", lambda: current)

    @press
    def double(number: int) -> int:
        return 2 * number

    assert (double(4), current.pressed, double.__name__) == (8, True, "double")
