"""The words of the panel and of the list of lessons, read from a file as the lessons are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from playground.lessons.answers import SIGNS
from playground.lessons.language.table import LessonError, Table
from playground.lessons.reading import CONTENT
from playground.lessons.watching import Lacking

FILE = "words.toml"
PANEL = (
    *("lessons", "about", "minutes", "step", "belief", "source", "begin", "ask", "do", "show", "why", "own_words"),
    *("answer", "reveal", "right", "wrong", "guessed", "measured", "done", "do_it", "back", "skip", "next", "leave"),
    *("own_run", "end", "again", "failed", "no_lesson", "no_step", "set", "set_again", "training", "nothing_said"),
    *(
        "back_again",
        "value",
        "epoch",
        "of",
        "open",
        "finished",
        "go_on",
        "curve_guess",
        "curve_run",
        "first",
        "practise",
    ),
)


@dataclass(frozen=True, eq=False)
class Words:
    """Sentences by their names: of the panel, of signs, and of what a student still has to do; and groups of lessons.

    groups : titles, and the names of the lessons in them
    """

    panel: dict[str, str]
    signs: dict[str, str]
    lacking: dict[str, str]
    groups: dict[str, tuple[str, ...]]


def words(folder: Path = CONTENT) -> Words:
    """The words of a folder of lessons. Raises LessonError if one is missing or unknown."""
    try:
        table = Table(tomllib.loads((folder / FILE).read_text(encoding="utf-8")), FILE)
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise LessonError(f"{FILE} cannot be read: {error}.") from error
    read = Words(
        _named(table, "panel", PANEL),
        _named(table, "signs", SIGNS),
        _named(table, "lacking", get_args(Lacking)),
        {group.text("title"): tuple(map(str, group.items("lessons", 1))) for group in table.tables("groups", 1)},
    )
    table.close()
    return read


def _named(table: Table, key: str, names: tuple[str, ...]) -> dict[str, str]:
    inner = table.table(key)
    texts = {name: inner.text(name) for name in names}
    inner.close()
    return texts
