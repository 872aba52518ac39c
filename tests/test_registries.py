"""One entry in a registry is all that a new activation, loss, optimizer, … takes: everything else follows from it."""

import contextlib
import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from support.patience import PATIENCE

from backprop_core import Config, Run, export, sweep
from backprop_core.__main__ import main
from backprop_core.data.datasets import DATASETS, Dataset
from backprop_core.data.rows import Rows
from backprop_core.nn.activations import ACTIVATIONS, Activation
from backprop_core.nn.initializers import INITIALIZERS, Initializer
from backprop_core.nn.losses import LOSSES, Loss
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule
from playground.sidebar import links

APP = Path(__file__).parents[1] / "app.py"
NAME, LABEL = "throwaway", "Throw-away"


class New(NamedTuple):
    """A new entry, the registry it joins, and the setting that chooses it."""

    field: str
    registry: Any
    entry: Any


NEW = [
    New(
        "activation",
        ACTIVATIONS,
        Activation(
            LABEL,
            lambda z, out=None: np.divide(z, 1.0 + np.abs(z), out=out),
            lambda z, a, out=None: np.divide(1.0, np.square(1.0 + np.abs(z)), out=out),
            r"\frac{z}{1+|z|}",
            r"\frac{1}{(1+|z|)^2}",
            code="z / (1.0 + np.abs(z))",
            code_derivative="1.0 / np.square(1.0 + np.abs(z))",
        ),
    ),
    New(
        "loss",
        LOSSES,
        Loss(
            LABEL,
            lambda a, y: np.square(np.square(a - y)).sum(axis=(-2, -1)),
            lambda a, y, out=None: np.multiply(4.0, (a - y) * np.square(a - y), out=out),
            r"\sum(a-y)^4",
            r"4\,(a-y)^3",
            averages_over="nothing",
            code="np.sum(np.square(np.square(a - y)))",
            code_gradient="4.0 * ((a - y) * np.square(a - y))",
        ),
    ),
    New(
        "optimizer", OPTIMIZERS, Optimizer(LABEL, lambda g, slots, t, hyper: np.sign(g), (), (), "s", code="np.sign(g)")
    ),
    New(
        "init",
        INITIALIZERS,
        Initializer(LABEL, lambda rng, m, n: 0.5 * rng.rand(m, n), None, "w", code="0.5 * rng.rand(m, n)"),
    ),
    New(
        "schedule",
        SCHEDULES,
        Schedule(LABEL, lambda e, n, f: 1.0 / (1.0 + e), (), r"\eta/(1+e)", code="1 / (1 + epoch)"),
    ),
    New(
        "dataset",
        DATASETS,
        Dataset(
            LABEL, "", "classification", lambda n, noise, seed: Rows(np.eye(2), np.arange(2), ("x1", "x2"), ("a", "b"))
        ),
    ),
]


@pytest.fixture(params=NEW, ids=lambda new: new.field)
def new(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> New:
    found: New = request.param
    monkeypatch.setitem(found.registry, NAME, found.entry)
    return found


def test_a_new_entry_trains_and_is_exported(new: New) -> None:
    run = Run(Config.from_dict({new.field: NAME}))
    run.advance(5)
    namespace: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(export.python(run), namespace)  # our own program, not a visitor's
    for layer, (W, b) in enumerate(run.params, start=1):
        assert np.array_equal(namespace["W"][layer], np.vstack([W, b]))


def test_a_new_entry_is_in_the_sidebar(new: New) -> None:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    box = app.selectbox(key=new.field)
    assert LABEL in box.options
    box.select(NAME).run()
    assert not app.exception
    assert getattr(app.session_state["session"].run.config, new.field) == NAME


def test_a_new_entry_is_in_links(new: New) -> None:
    config = Config.from_dict({new.field: NAME})
    link = links.read(links.write(config, (), 0))
    assert (link.recipe.config, link.ignored) == (config, ())


def test_the_command_line_knows_a_new_entry(new: New, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"--{new.field}", NAME, "--epochs", "3"]) == 0
    with pytest.raises(SystemExit):
        main(["--help"])
    assert NAME in capsys.readouterr().out


def test_a_new_entry_can_be_swept(new: New) -> None:
    usual = getattr(Config(), new.field)
    result = sweep.run(Config(epochs=3), {new.field: [usual, NAME]}, seeds=range(2))
    alone = Run(result.config(1, 0, 1))
    alone.advance(3)
    assert result.final_loss[1, 0, 1] == alone.history.loss[-1]
