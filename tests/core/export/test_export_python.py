"""The NumPy script and the notebook print the numbers of the run they were made from, to the last bit."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exported import assert_exact, cells, execute, imported
from support.patience import PATIENCE
from support.trainings import trainings

from backprop_core import Config, Run, export
from backprop_core.data.datasets import DATASETS
from backprop_core.explain.update import STAGES
from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS
from backprop_core.nn.initializers import INITIALIZERS
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES
from backprop_core.training.presets import PRESETS, suggested

PAIRS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs or OUTPUTS]
MOONS: dict[str, Any] = dict(dataset="moons", samples=30, hidden=(3,), loss="bce", init="xavier_normal")
HOSTILE = [
    *("'", '"', "'''", '"""', "\\", "\\'", '\\"', "\n", "\x00", "\ud800", "\u202e", "a\u2028b", "é", "🙂", "{x}", "%s"),
    "\r\nimport os",
    '"]\nhacked = 1\n["',
    "']\nhacked = 1\n['",
]
WEIGHTS: dict[Any, float] = {(1, "W", 0, 1): 2.0, (1, "b", 0): -0.25, (2, "W", 1, 0): 1e-300}


def trained(config: Config, epochs: int = 12, **given: Any) -> Run:
    run = Run(config, **given)
    run.advance(epochs)
    return run


def check(run: Run) -> str:
    source = export.python(run)
    assert_exact(run, execute(source))
    return source


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dataset", ["xor", "sine"])
def test_activations(name: str, dataset: str) -> None:
    output = "sigmoid" if dataset == "xor" else "linear"
    check(
        trained(Config(dataset=dataset, samples=30, activation=name, output=output, hidden=(3, 4), learning_rate=0.01))
    )


def test_an_activation_for_each_layer() -> None:
    source = check(trained(Config(hidden=(3, 4, 2, 3), activation=("tanh", "gelu", "tanh", "elu"), learning_rate=0.05)))
    assert source.count("def tanh(") == 1
    assert "softplus" not in source


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_outputs_and_losses(output: str, loss: str) -> None:
    hidden = ((), (4,))[(list(OUTPUTS).index(output) + list(LOSSES).index(loss)) % 2]
    for dataset in ("xor", "blobs"):
        check(trained(Config(dataset=dataset, samples=20, hidden=hidden, output=output, loss=loss, learning_rate=0.01)))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("train_biases", [True, False])
@pytest.mark.parametrize("batch_size", [None, 7])
def test_optimizers(name: str, train_biases: bool, batch_size: int | None) -> None:
    config = Config(**MOONS, optimizer=name, train_biases=train_biases, batch_size=batch_size, learning_rate=0.02)
    source = check(trained(config))
    assert ("t += 1" in source) == (name == "adam")


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers(name: str) -> None:
    check(trained(Config(init=name, hidden=(3, 2), seed=2**32 - 1)))


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_schedules(name: str, batch_size: int | None) -> None:
    check(trained(Config(schedule=name, schedule_epochs=4, schedule_factor=0.7, batch_size=batch_size)))


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 8, 22, 30, 5_000])
def test_mini_batches(batch_size: int, shuffle: bool) -> None:
    source = check(trained(Config(**MOONS, batch_size=batch_size, shuffle=shuffle, seed=3)))
    assert ("permutation" in source) == (shuffle and batch_size < 22)
    assert ("batch_size" in source) == (batch_size < 22)


@pytest.mark.parametrize("penalty", [dict(l1=0.01), dict(l2=0.02), dict(l1=0.01, l2=0.02)], ids=str)
@pytest.mark.parametrize("batch_size", [None, 7])
def test_penalties(penalty: dict[str, Any], batch_size: int | None) -> None:
    source = check(trained(Config(**(MOONS | {"hidden": (5, 3)}), **penalty, batch_size=batch_size)))
    assert all((name in source) == (name in penalty) for name in ("l1", "l2"))


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    run = PRESETS[name].run()
    run.advance({"diverging": 10_000}.get(name, 3))
    source = check(run)
    assert (run.diverged is not None) == (name == "diverging") == ("beyond all bounds" in source)


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "csv"])
def test_datasets(name: str) -> None:
    check(trained(suggested(name), 1))


def test_features_of_points() -> None:
    source = check(trained(Config(**MOONS, features=("x1", "x2", "x1x2", "sin_x2"))))
    assert 'columns = ["x1", "x2", "x1x2", "sin x2"]' in source


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 20, 40, 400])
@pytest.mark.parametrize("outputs", [1, 3])
def test_data_brought_by_the_user(rows: int, outputs: int) -> None:
    rng = np.random.RandomState(rows)
    X, y = rng.randn(rows, 5).round(8), rng.rand(rows, outputs)
    X[0, 0], X[-1, -1] = 1e-300, -123456.789
    config = Config(dataset="csv", test_share=0.2, hidden=(3,), activation="relu", learning_rate=0.01)
    source = check(trained(config, data=(X, y)))
    assert ("packed" in source) == (rows > 20)


@pytest.mark.parametrize("hidden", [(2,), (40, 30)])
def test_own_starting_weights(hidden: tuple[int, ...]) -> None:
    drawn = Run(Config(hidden=hidden, init="normal")).params
    run = trained(Config(hidden=hidden, seed=5), params=[(W / 3.0, b / 7.0) for W, b in drawn])
    source = check(run)
    assert ("packed" in source) == (hidden != (2,))
    assert "RandomState" not in source
    assert "seed" not in source


@pytest.mark.parametrize(
    "changes",
    [
        dict(learning_rate=0.1),
        dict(optimizer="adam"),
        dict(optimizer="sgd", learning_rate=0.1),
        dict(momentum=0.2),
        dict(batch_size=None),
        dict(batch_size=5),
        dict(shuffle=False),
        dict(l2=0.05),
        dict(l1=0.01, l2=0.0),
        dict(train_biases=False),
        dict(schedule="cosine", schedule_epochs=9),
        dict(schedule="step", schedule_epochs=2, optimizer="rmsprop", epsilon=0.1, rho=0.5, train_biases=False),
        {},
    ],
    ids=str,
)
def test_changes_made_while_training(changes: dict[str, Any]) -> None:
    run = Run(Config(**MOONS, batch_size=8, optimizer="momentum", l2=0.01, learning_rate=0.3))
    run.edit(params={(2, "b", 0): 0.125})
    for epochs in (5, 4, 3):
        run.advance(epochs)
        run.edit(params={place: value * epochs for place, value in WEIGHTS.items()}, **changes)
        check(run)
        changes = {"optimizer": "adagrad"} if epochs == 5 else {"beta1": 0.5, "optimizer": "adam", "l2": 0.3}
    run.advance(4)
    source = check(run)
    assert source.count("# changed by hand") == 3
    run.rewind(7)
    assert check(run).count("# changed by hand") == 1


def test_a_change_that_no_number_feels_is_left_out() -> None:
    run = trained(Config())
    plain = export.python(run)
    run.edit(momentum=0.1, rho=0.5, beta1=0.3, schedule_epochs=5, shuffle=False)
    run.edit(stop_loss=0.001)
    assert export.python(run) == plain


@settings(max_examples=40)
@given(trainings(), st.lists(st.tuples(st.integers(1, 4), trainings()), max_size=3))
def test_any_run(config: Config, changes: list[tuple[int, Config]]) -> None:
    run = Run(config)
    for epochs, other in changes:
        run.advance(epochs)
        run.edit(optimizer=other.optimizer, batch_size=other.batch_size, schedule=other.schedule, l1=other.l1)
    run.advance(3)
    check(run)


def test_before_training_and_in_the_middle_of_an_epoch() -> None:
    run = Run(Config(batch_size=2))
    assert "epochs = 0" in check(run)
    run.advance(3)
    whole = export.python(run)
    run.step()
    assert export.python(run) == whole == check(run)
    assert b"W1" in export.weights_npz(run)


def test_as_many_numbers_as_are_allowed() -> None:
    rng = np.random.RandomState(0)
    config = Config(dataset="csv", hidden=(8,), output="linear", loss="mse", activation="tanh", learning_rate=0.01)
    config = config.replace(test_share=0.25)
    source = check(trained(config, 1, data=(rng.randn(5_000, 64), rng.randn(5_000, 3))))
    assert len(source) < 5_000 * 67 * 8 * 4 / 3 + 10_000
    assert "5,000 rows of 64 inputs" not in source  # some are held back
    assert "3,750 rows of 64 inputs to train on, 1,250 to test on" in source


def runs() -> dict[str, Run]:
    edited = trained(Config(**MOONS, optimizer="adam", batch_size=5, l1=0.01, schedule="cosine"))
    edited.edit(optimizer="sgd", params=WEIGHTS, train_biases=False, l2=0.1)
    edited.advance(3)
    rows = (np.random.RandomState(0).randn(30, 2), np.arange(30) % 2)
    return {
        "xor": trained(Config(), 20),
        "spirals": trained(suggested("spirals").replace(batch_size=16), 5),
        "iris": trained(suggested("iris")),
        "edited": edited,
        "brought": trained(Config(dataset="csv", hidden=(), output="sigmoid"), data=rows),
        "mazur": PRESETS["mazur"].run(),
    }


RUNS = runs()


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_needed_but_numpy(name: str) -> None:
    source = export.python(RUNS[name])
    packed = {"base64", "zlib"} if "packed" in source else set()
    assert imported(source) == {"numpy"} | packed | ({"math"} if name == "edited" else set())
    assert not any(word in source for word in ("pickle", "backprop_core", "eval(", "exec(", "open("))


@pytest.mark.parametrize("name", RUNS)
def test_stages_come_in_their_order(name: str) -> None:
    source = export.python(RUNS[name])
    places = [source.find(f"# --- {number}. {stage} ---") for number, stage in enumerate(STAGES, start=1)]
    present = [place for place in places if place > 0]
    assert present == sorted(present)
    assert len(present) == 4


def test_no_stage_two_without_a_slope() -> None:
    source = check(trained(Config(hidden=(), loss="bce")))
    assert "local_gradients" not in source


def test_scripts_run_alone_and_without_a_warning(tmp_path: Path) -> None:
    for name in ("xor", "edited"):
        path = tmp_path / f"{name}.py"
        path.write_text(export.python(RUNS[name]), encoding="utf-8")
        command = [sys.executable, "-I", "-W", "error", path.name]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert_exact(RUNS[name], ran.stdout)


def test_scripts_are_clean_and_formatted(tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed")
    for name, run in RUNS.items():
        (tmp_path / f"{name}.py").write_text(export.python(run), encoding="utf-8")
        (tmp_path / f"{name}_torch.py").write_text(export.pytorch(run), encoding="utf-8")
    (tmp_path / "iris_sklearn.py").write_text(export.sklearn(RUNS["iris"]), encoding="utf-8")
    for command in (["check", "--select", "E,F,I,W,B,N,UP"], ["format", "--diff"]):
        arguments = [*command, "--isolated", "--line-length", "120", "--target-version", "py311"]
        if command[0] == "check":
            arguments += ["--ignore", "B905,N803,N806,N816"]
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", RUNS)
def test_notebook(name: str) -> None:
    run, text = RUNS[name], export.notebook(RUNS[name])
    document, code = json.loads(text), cells(text, "code")
    assert document["nbformat"] == 4
    assert all(
        cell["outputs"] == [] and cell["execution_count"] is None for cell in document["cells"] if "outputs" in cell
    )
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    assert_exact(run, execute(*code))
    script = [
        line for line in export.python(run).split('"""\n\n', 1)[1].split("\n") if line and not line.startswith("# ")
    ]
    assert [line for cell in code for line in cell.split("\n") if line] == script


@pytest.mark.parametrize("name", RUNS)
def test_notebook_explains_with_the_formulas_of_the_registries(name: str) -> None:
    run = RUNS[name]
    text = "\n".join(cells(export.notebook(run), "markdown"))
    for function in run.network.functions:
        assert function.latex in text
    formulas = [LOSSES[run.network.loss].latex, *(OPTIMIZERS[c.optimizer].latex for c in (run.config, run.current))]
    assert all(formula in text for formula in formulas)
    assert text.count("$$") % 2 == 0
    assert all(stage in text for stage in STAGES)


@pytest.mark.parametrize("form", [export.python, export.notebook, export.pytorch, export.sklearn])
def test_names_given_by_a_user_are_literals_and_nothing_else(form: Any) -> None:
    run = trained(Config(dataset="csv", hidden=(2,), loss="bce"), data=(np.eye(len(HOSTILE))[:4], [0, 1, 1, 0]))
    run.data = replace(run.data, inputs=tuple(HOSTILE), classes=('"""\nhacked = 1\n"""', "\\"))
    source = form(run)
    if form is export.notebook:
        source.encode(errors="surrogatepass")
        assert not any("hacked" in cell for cell in cells(source, "markdown"))
        source = "\n".join(cells(source, "code"))
    assert source.isprintable() or set(source) - {"\n"} == {sign for sign in source if sign.isprintable()}
    statements = ast.parse(source).body
    named = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert "hacked" not in named
    values = {
        target.id: ast.literal_eval(node.value)
        for node in statements
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in ("columns", "classes")
    }
    assert values == {"columns": HOSTILE, "classes": ['"""\nhacked = 1\n"""', "\\"]}
