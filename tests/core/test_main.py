"""The command line: without options the notebook, with options any other run, and one clear line for a bad value."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_core import Config, Run
from backprop_core.__main__ import main
from backprop_core.data.datasets import DATASETS
from backprop_core.settings.config import SPECS
from backprop_core.training.presets import PRESETS, suggested


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    try:
        code = main(list(arguments))
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("python -m backprop_core: ")
    return err


def test_without_options_it_is_the_notebook() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backprop_core"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    for printed in ("0.4249319001", "0.5228286728", "0.4787504387", "0.2831558478"):  # of goldens/notebook_xor.json
        assert printed in done.stdout
    assert "2-2-1, 10,000 epochs" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("options", "config"),
    [
        ("--seed 3", Config(seed=3, train_biases=False)),
        ("--train-biases", Config()),
        ("--hidden 3,4 --activation tanh,relu", Config(hidden=(3, 4), activation=("tanh", "relu"), train_biases=False)),
        ("--hidden 3-4 --activation tanh-relu", Config(hidden=(3, 4), activation=("tanh", "relu"), train_biases=False)),
        ("--batch-size all", Config(train_biases=False)),
        ("--hidden none --learning-rate 2", Config(hidden=(), learning_rate=2.0, train_biases=False)),
        ("--dataset xor", Config()),
        ("--dataset moons", suggested("moons")),
        (
            "--dataset moons --batch-size 10 --no-shuffle --features x1,x1x2",
            suggested("moons").replace(batch_size=10, shuffle=False, features=("x1", "x1x2")),
        ),
        ("--preset digits --batch-size none", suggested("digits").replace(batch_size=None)),
        ("--preset mazur --dataset and", PRESETS["mazur"].recipe.config.replace(dataset="and")),
    ],
)
def test_options_select_the_run(capsys: pytest.CaptureFixture[str], options: str, config: Config) -> None:
    run = Run(config)
    run.advance(7)
    out = output_of(capsys, *options.split(), "--epochs", "7")
    assert out.startswith(f"{config.dataset}: {'-'.join(map(str, run.network.sizes))}, 7 epochs\n")
    assert f"epoch 7   loss {run.history.loss[-1]:.10g} " in out


@pytest.mark.parametrize("dataset", [name for name in DATASETS if name != "csv"])
def test_every_dataset_can_be_chosen(capsys: pytest.CaptureFixture[str], dataset: str) -> None:
    assert output_of(capsys, "--dataset", dataset, "--epochs", "1").startswith(f"{dataset}: ")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_chosen(capsys: pytest.CaptureFixture[str], preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(2)
    assert f"loss {run.history.loss[-1]:.10g} " in output_of(capsys, "--preset", preset, "--epochs", "2")


def test_help_explains_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, spec in SPECS.items():
        assert f"--{name.replace('_', '-')}" in text
        assert " ".join(spec.help.split()) in text
        for choice in spec.choices:
            assert choice in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--learning-rate", "0"], ["learning_rate", "0.0", "1e-06", "1,000"]),
        (["--learning-rate", "fast"], ["learning_rate", "'fast'", "1e-06", "1,000"]),
        (["--learning-rate", "nan"], ["learning_rate", "nan"]),
        (["--epochs", "1000001"], ["epochs", "1000001", "1,000,000"]),
        (["--epochs", "1.5"], ["epochs", "'1.5'"]),
        (["--epochs", "none"], ["epochs", "'none'"]),
        (["--seed", "-1"], ["seed", "-1", "4,294,967,295"]),
        (["--hidden", "2,x"], ["hidden", "'2,x'", "1 to 64"]),
        (["--hidden", "2,,2"], ["hidden", "'2,,2'"]),
        (["--hidden", "1,1,1,1,1,1,1"], ["hidden", "6", "7"]),
        (["--dataset", "xors"], ["dataset", "'xors'", "xor, and, or"]),
        (["--dataset", "csv"], ["csv"]),
        (["--optimizer", "newton"], ["optimizer", "'newton'", "sgd, momentum"]),
        (["--output", "linear", "--loss", "bce"], ["bce", "sigmoid", "linear"]),
        (["--activation", "tanh,tanh"], ["activation", "2", "1"]),
        (["--features", "x3"], ["features", "'x3'", "x1, x2"]),
        (["--batch-size", "0"], ["batch_size", "0", "5,000"]),
        (["--preset", "none"], ["--preset", "'none'", "notebook"]),
        (["--no-such-option"], ["--no-such-option"]),
        (["--epochs"], ["--epochs"]),
        (["xor"], ["xor"]),
    ],
    ids=str,
)
def test_a_bad_value_gets_one_clear_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    line = refusal(capsys, *arguments)
    for word in words:
        assert word in line


def test_a_run_that_diverges_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = PRESETS["diverging"].run()
    run.advance(run.config.epochs)
    out = output_of(capsys, "--preset", "diverging")
    assert f"Diverged at epoch {run.diverged}" in out
    assert f"epoch {run.epoch} " in out
    assert "nan" not in out


def test_a_run_that_meets_its_goal_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(Config(stop_loss=0.1))
    run.advance(10_000)
    out = output_of(capsys, "--train-biases", "--stop-loss", "0.1")
    assert f"Stop condition met at epoch {run.epoch:,}." in out


def test_a_terminal_gets_a_progress_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["--epochs", "1000"]) == 0
    frames = terminal.getvalue().split("\r")[1:]
    shown = [int(number.replace(",", "")) for frame in frames for number in re.findall(r"([\d,]+) of 1,000", frame)]
    assert shown == sorted(shown)
    assert len(shown) > 50
    assert shown[-1] == 1_000
    assert frames[-1].startswith("█" * 30)
    assert "0.5" in capsys.readouterr().out


# A file


FILE = "id;size;kind\n" + "\n".join(f"{i};{i % 7},5;{('cat', 'dog')[i % 2]}" for i in range(1, 13)) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "own.csv"
    path.write_bytes(FILE.encode("utf-16"))
    return str(path)


def test_a_file_is_understood_column_by_column_and_trained_on(capsys: pytest.CaptureFixture[str], file: str) -> None:
    out = output_of(capsys, "--data", file, "--epochs", "7")
    assert "separated by semicolons, decimals by a comma" in out
    assert "Encoding: UTF-16." in out
    assert "id    left out  numbers  1 to 12\nsize  input     numbers  0.5 to 6.5\nkind  target    words" in out
    assert "The target “kind” has 2 classes: cat (6), dog (6)." in out
    assert "“id” only counts the rows" in out
    assert "own.csv: 1-8-1, 7 epochs" in out
    assert "accuracy" in out
    assert "R²" in output_of(capsys, "--data", file, "--target", "size", "--epochs", "1", "--hidden", "2")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--data FILE --target breed", "There is no column “breed”; the columns are id, size, kind."),
        ("--data FILE --dataset xor", "leave these out"),
        ("--data FILE --preset xor", "leave these out"),
        ("--target kind", "give the file with --data"),
        ("--data FILE.none", "cannot be read: No such file or directory."),
        ("--data FILE --target kind --target kind", "Column “kind” is chosen twice."),
        ("--data FILE --learning-rate x", "learning_rate"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], file: str, options: str, sentence: str
) -> None:
    assert sentence in refusal(capsys, *options.replace("FILE", file).split())
