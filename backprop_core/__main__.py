"""Train without a browser: `python -m backprop_core` trains the notebook's network and prints its predictions."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, NoReturn, TextIO

import numpy as np

from backprop_core.data.datasets import DATASETS
from backprop_core.practice import command
from backprop_core.settings import setting_text
from backprop_core.settings.config import SPECS
from backprop_core.settings.spec import ConfigError, Spec
from backprop_core.training.presets import PRESETS, suggested, suggested_for
from backprop_core.training.recipe import Recipe
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Snapshot

MOST_ROWS_SHOWN = 16
SLICES = 200


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, or 2 for a bad value."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["practice"]:
        return _practise(arguments[1:])
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    file, targets, preset = options.pop("data"), options.pop("target"), options.pop("preset")
    try:
        recipe, report = _start(preset, options["dataset"], file, targets)
        changes = {
            name: value if isinstance(value, bool) else setting_text.read(name, value)
            for name, value in options.items()
            if value is not None
        }
        run = Run.replay(recipe.with_changes(**changes))
        config = run.config
        print(*report, sep="\n", end="\n\n" if report else "")
        print(f"{file or config.dataset}: {'-'.join(map(str, run.network.sizes))}, {config.epochs:,} epochs")
        seconds = _train(run, config.epochs, sys.stderr)
    except ConfigError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    _report(run, seconds)
    return 0


class _Parser(argparse.ArgumentParser):
    """Reports errors in one line, in the style of a ConfigError, without the usage text."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def _practise(arguments: list[str]) -> int:
    """The command line of exercises."""
    parser = _Parser(
        prog="python -m backprop_core practice",
        description="Write the sheets, the key or the marks of exercises in backpropagation.",
    )
    command.add_options(parser)
    try:
        return command.run(parser.parse_args(arguments))
    except ConfigError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2


def _start(
    preset: str | None, dataset: str | None, file: str | None, targets: list[str] | None
) -> tuple[Recipe, list[str]]:
    """The recipe that the options modify, and what was understood of a file, in lines. Raises ConfigError.

    A preset's recipe, or the one suggested for the file or the dataset, or the notebook's.
    """
    if targets and file is None:
        raise ConfigError("target", "A target (--target) is a column of a file: give the file with --data.")
    if file is None:
        if preset is None and dataset in DATASETS:
            return Recipe(suggested(dataset)), []
        return PRESETS[preset or "notebook"].recipe, []
    if preset is not None or dataset is not None:
        raise ConfigError("data", "A file (--data) takes the place of --dataset and --preset: leave these out.")
    from backprop_core.tables.report import rows_of_file

    rows, report = rows_of_file(file, targets)
    return Recipe(suggested_for(rows), data=rows), report


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m backprop_core",
        description="Train a network by hand-written backpropagation and print its predictions. Without options: the "
        "notebook that trains XOR, biases frozen. `practice` as the first word writes exercises instead.",
    )
    parser.add_argument(
        "--preset",
        choices=tuple(PRESETS),
        help="the settings that the other options change (default: those suggested for --dataset, else notebook)",
    )
    parser.add_argument(
        "--data", metavar="FILE", help="a table to learn from, as CSV or similar text; its settings are suggested too"
    )
    parser.add_argument(
        "--target", metavar="COLUMN", action="append", help="the column of the file to be learned (default: the last)"
    )
    for name, spec in SPECS.items():
        flag = f"--{name.replace('_', '-')}"
        if spec.kind == "flag":
            parser.add_argument(flag, dest=name, action=argparse.BooleanOptionalAction, default=None, help=spec.help)
        else:
            text = f"{spec.help} {_allowed(spec)}".replace("%", "%%")
            parser.add_argument(flag, dest=name, metavar=_metavar(spec), help=text)
    return parser


def _metavar(spec: Spec) -> str:
    return {"choice": "NAME", "choices": "NAME-…", "integer": "N", "integers": "N-…", "real": "X"}[spec.kind]


def _allowed(spec: Spec) -> str:
    if spec.choices:
        return f"One of: {', '.join(spec.choices)}."
    return f"A value{spec.range_text}{', or none' if spec.optional else ''}."


def _train(run: Run, epochs: int, progress: TextIO) -> float:
    """Train with a progress bar; returns the seconds it took."""
    start = time.perf_counter()
    size = max(1, epochs // SLICES)
    while run.epoch < epochs and run.diverged is None and not run.goal_reached:
        run.advance(min(size, epochs - run.epoch))
        if progress.isatty():
            share = run.epoch / epochs
            bar = ("█" * round(30 * share)).ljust(30)
            progress.write(f"\r{bar} {run.epoch:,} of {epochs:,} epochs, loss {run.history.loss[-1]:.6g}  ")
            progress.flush()
    if progress.isatty():
        progress.write("\n")
    return time.perf_counter() - start


def _report(run: Run, seconds: float) -> None:
    snapshot = run.at(run.epoch)
    if run.diverged is not None:
        print(
            f"Diverged at epoch {run.diverged:,}: the numbers grew beyond all bounds. A smaller learning rate may help."
        )
    if run.goal_reached:
        print(f"Stop condition met at epoch {run.epoch:,}.")
    print(f"epoch {run.epoch:,}   loss {snapshot.loss:.10g}   {_score('training', snapshot, snapshot.score)}", end="")
    print(f"   {_score('test', snapshot, snapshot.test_score)}" if snapshot.test_score is not None else "")
    print(f"{run.epoch / seconds:,.0f} epochs a second\n" if run.epoch else "")
    _predictions(run, snapshot)


def _score(rows: str, snapshot: Snapshot, value: float) -> str:
    return f"{rows} {'accuracy' if snapshot.data.task == 'classification' else 'R²'} {value:.4g}"


def _predictions(run: Run, snapshot: Snapshot) -> None:
    """Print inputs, targets, the outputs of the newest parameters, and those from before the last update."""
    data = run.data
    rows = slice(min(len(data.X), MOST_ROWS_SHOWN))
    before = run.at(max(run.epoch - 1, 0))
    print(f"{'  '.join(data.inputs[:4])} | target | output | output before the last update")
    for x, y, after, earlier in zip(
        data.rows[rows],
        data.targets[rows],
        snapshot.predict(data.rows[rows]),
        before.predict(data.rows[rows]),
        strict=True,
    ):
        print(" | ".join([_numbers(x[:4], "g"), _numbers(y, "g"), _numbers(after, ".10f"), _numbers(earlier, ".10f")]))
    if len(data.X) > MOST_ROWS_SHOWN:
        print(f"… and {len(data.X) - MOST_ROWS_SHOWN:,} rows more")


def _numbers(values: np.ndarray[Any, Any], form: str) -> str:
    return "  ".join(format(value, form) for value in values)


if __name__ == "__main__":
    sys.exit(main())
