"""How long reading takes, for the largest input that each reader allows: `python benchmarks/readers.py`.

Every reader runs in its own process. Printed are seconds, and peak memory (MB) excluding its input, measured by
tracemalloc in a second run. The notebook's loop, in µs per epoch as in benchmarks/core.py, shows the speed of the
machine. No reader may take more than 2 s or 200 MB, and the Data page with a file, without the browser's drawing, no
more than 1 s; the program exits with status 1 if one does.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import multiprocessing
import sys
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import core

from backprop_core import Config, ConfigError, Run
from backprop_core.data.names import plain
from backprop_core.data.rows import MAX_INPUTS, MAX_ROWS
from backprop_core.settings.config import MAX_LAYERS, MAX_UNITS
from backprop_core.tables import choice
from backprop_core.tables.decoding import MAX_BYTES
from backprop_core.tables.reading import MAX_COLUMNS, read
from backprop_core.tables.table import Table
from backprop_core.training import saving
from playground.data import views
from playground.sidebar import links
from playground.train import weight_text

MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
MOST_SECONDS_OF_A_PAGE = 1.0
EPOCHS = 5_000

Call = tuple[Callable[..., Any], tuple[Any, ...]]  # a reader, and its arguments

RNG = np.random.RandomState(0)


def wide_text() -> str:
    """A table of 4,900 × 200 cells, about the largest allowed file."""
    cells = RNG.randint(0, 10, (4_900, MAX_COLUMNS)).astype(str)
    return "\n".join([",".join(f"x{i}" for i in range(MAX_COLUMNS)), *map(",".join, cells)])


def wide(kind: str) -> Table:
    """A table of the same size with whole numbers, decimals, words, or numbers and one missing value per column."""
    rows = {
        "integers": RNG.randint(0, 10, (4_900, MAX_COLUMNS)).astype(str),
        "decimals": RNG.rand(4_900, MAX_COLUMNS).round(6).astype(str),
        "words": np.char.add("w", RNG.randint(0, 9, (4_900, MAX_COLUMNS)).astype(str)),
        "gaps": RNG.randint(0, 10, (4_900, MAX_COLUMNS)).astype(str),
    }[kind].astype("<U12")
    if kind == "gaps":
        rows[-1] = "NA"
    columns = tuple(tuple(column) for column in rows.T.tolist())
    return Table(tuple(f"x{i}" for i in range(MAX_COLUMNS)), columns, tuple(range(2, 4_902)))


def everything_shown(table: Table) -> None:
    """Everything that one script run of the Data page computes about a table."""
    suggestion = choice.suggested_choice(table)
    choice.reading_notes(table)
    views.of(choice.result_of(table, suggestion), 0.0)


def data_page() -> None:
    """The script of the Data page."""
    from playground.data import page

    page.page()


def page_with_file() -> Call:
    """Upload a file of 5,000 rows, 64 columns and about 2 MB on the Data page, and run its script until all is sent."""
    cells = RNG.rand(MAX_ROWS, MAX_INPUTS - 1).round(3).astype(str)
    kinds = np.array(["iris", "rose", "tulip"])[RNG.randint(0, 3, MAX_ROWS)]
    head = ",".join([*(f"x{i}" for i in range(MAX_INPUTS - 1)), "kind"])
    lines = (",".join([*row, kind]) for row, kind in zip(cells, kinds, strict=True))
    content = "\n".join([head, *lines]).encode()
    app = AppTest.from_function(data_page, default_timeout=60).run()
    app.file_uploader[0].upload("flowers.csv", content, "text/csv").run()  # a server has loaded everything once
    app.file_uploader[0].upload("flowers.csv", content.replace(b"iris", b"lily"), "text/csv")

    def run() -> None:
        app.run()
        if app.exception or app.error:
            raise RuntimeError(", ".join(str(box.value) for box in (*app.exception, *app.error)))

    return run, ()


def saved_run() -> str:
    """The largest run: 5,000 rows of 64 inputs and as many targets, six layers of 64 units, 10,000 edits."""
    X, y = RNG.rand(MAX_ROWS, MAX_INPUTS), RNG.rand(MAX_ROWS, MAX_INPUTS)
    config = Config(hidden=(MAX_UNITS,) * MAX_LAYERS, output="linear", learning_rate=1e-6, init="xavier_uniform")
    run = Run(config, data=(X, y))
    addresses = [(1 + i // 4_096, "W", i // 64 % 64, i % 64) for i in range(10_000)]
    run.edit(params=dict.fromkeys(addresses, 0.123456789))
    return run.to_json()


def edited(count: int) -> str:
    """A small run with one edit per epoch."""
    run = Run(Config())
    for epoch in range(count):
        run.advance(1)
        run.edit(learning_rate=0.5 + (epoch % 10) / 100)
    return run.to_json()


def numbers(count: int) -> str:
    return f"[{'1,' * (count - 1)}1]"


def many_ones() -> str:
    """A saved run with as many numbers in its rows as a file may have."""
    values = json.loads(Run(Config()).to_json())
    values["data"] = {"X": [[1] * (saving.MOST_NUMBERS - 1_000)], "y": [], "names": None}
    return json.dumps(values)


def marks(count: int) -> str:
    return "a" + "\u0301\u0316" * (count // 2)


READERS: dict[str, Callable[[], Call]] = {
    "table, 4,900 × 200": lambda: (read, (wide_text(),)),
    "table, 1,000,000 empty cells in a row": lambda: (read, ("a,b\n1,2\n" + "," * (MAX_BYTES - 8),)),
    "table, 1,000,000 rows": lambda: (read, ("a\n" * (MAX_BYTES // 2),)),
    "table, one letter with many marks": lambda: (read, ("a,b\n1," + marks(MAX_BYTES // 2 - 50),)),
    "table, cells with many marks": lambda: (read, (f"a,b\n{f'1,{marks(190)}{chr(10)}' * 5_000}"[: MAX_BYTES // 2],)),
    "table, long digits": lambda: (read, ("a,b\n" + f"1,{'1' * 199}x\n" * 4_900,)),
    "suggestions, whole numbers": lambda: (everything_shown, (wide("integers"),)),
    "suggestions, decimals": lambda: (everything_shown, (wide("decimals"),)),
    "suggestions, words": lambda: (everything_shown, (wide("words"),)),
    "suggestions, a gap in each column": lambda: (everything_shown, (wide("gaps"),)),
    "Data page, a file of 5,000 × 64": page_with_file,
    "CSV, decimals": lambda: (choice.as_csv, (wide("decimals"),)),
    "CSV, words": lambda: (choice.as_csv, (wide("words"),)),
    "weights, 65 × 64": lambda: (
        weight_text.parse, (weight_text.written(RNG.rand(64, 64) - 1, RNG.rand(64)), 64, 64),
    ),
    "weights, one long number": lambda: (weight_text.parse, ("1" * 199_999 + "x", 64, 64)),
    "weights, 100,000 numbers": lambda: (weight_text.parse, ("1 " * 99_999, 64, 64)),
    "saved run, the largest": lambda: (saving.read, (saved_run(),)),
    "saved run, 16 MB of ones": lambda: (saving.read, (numbers(saving.MOST_BYTES // 2 - 1),)),
    "saved run, as many ones as can be": lambda: (saving.read, (many_ones(),)),
    "saved run, one long text of emoji": lambda: (saving.read, (('"' + "😀" * 3_999_990 + '"').encode(),)),
    "opening 1,000 edits": lambda: (Run.from_json, (edited(1_000),)),
    "opening 2,000 edits": lambda: (Run.from_json, (edited(2_000),)),
    "link, many parts": lambda: (
        links.read, ({f"{marks(60)}{i}": marks(60) for i in range(500)} | {"edits": "[," * 999},),
    ),
    "link, long name": lambda: (links.read, ({marks(64_000): "1", "preset": marks(64_000)},)),
    "name": lambda: (plain, (marks(MAX_BYTES),)),
}  # fmt: skip


def measured(name: str) -> tuple[float, float]:
    """Seconds and megabytes of one reader, each measured on a new input, so that nothing is cached."""
    for module in ("sklearn.impute", "sklearn.preprocessing"):  # which a server loads once
        importlib.import_module(module)
    reader, arguments = READERS[name]()
    start = time.perf_counter()
    _read(reader, arguments)
    seconds = time.perf_counter() - start
    reader, arguments = READERS[name]()
    tracemalloc.start()
    _read(reader, arguments)
    return seconds, tracemalloc.get_traced_memory()[1] / 2**20


def _read(reader: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with contextlib.suppress(ConfigError):  # rejecting the input counts as reading it
        reader(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="readers whose name contains this")
    parser.add_argument("--rounds", type=int, default=3, help="of the yardstick (default: %(default)s)")
    options = parser.parse_args()
    notebook, passed = core.notebook(), True
    times = []
    for _ in range(options.rounds):
        start = time.perf_counter()
        notebook(EPOCHS)
        times.append((time.perf_counter() - start) / EPOCHS * 1e6)
    print(f"{'the notebook’s loop':42s}{sorted(times)[len(times) // 2]:8.1f} µs an epoch")
    for name in READERS:
        if options.only in name:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
                seconds, megabytes = alone.submit(measured, name).result()
            most = MOST_SECONDS_OF_A_PAGE if name.startswith("Data page") else MOST_SECONDS
            within = seconds <= most and megabytes <= MOST_MEGABYTES
            passed = passed and within
            print(f"{name:42s}{seconds:8.3f} s {megabytes:8.1f} MB{'' if within else '   too much'}", flush=True)
    sys.exit(not passed)


if __name__ == "__main__":
    main()
