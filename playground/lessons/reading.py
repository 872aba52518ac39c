"""Lessons from their files. Nothing in a file is executed; whatever is wrong with it is refused in one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from backprop_core import Config, ConfigError, Edit
from backprop_core.explain import MISTAKES, STAGES
from backprop_core.settings import MAX_EPOCHS, SPECS, parse_field
from backprop_core.sweep import Grid, plan
from backprop_core.training import PRESETS, Recipe, Run
from playground.lessons.language.expression import Named, claim, expression
from playground.lessons.language.quantities import AT_EPOCHS
from playground.lessons.language.table import LessonError, Table
from playground.lessons.language.text import Text, text
from playground.lessons.lesson import KINDS, PAGES, Ask, Do, Lesson, NamedRun, Option, Source, Step, Why, names, values

CONTENT = Path(__file__).with_name("content")
FILE = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)\.toml", re.ASCII)
RUN_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
MOST_MINUTES = 30
MOST_OPTIONS = 5
MOST_POINTS = 6  # of a curve that is guessed
MOST_SEEDS = 1_000

Parsed = TypeVar("Parsed")


def lessons(folder: Path = CONTENT) -> tuple[Lesson, ...]:
    """All lessons of a folder, in the order of their numbers. Raises LessonError."""
    paths = sorted(path for path in folder.glob("*.toml") if FILE.fullmatch(path.name))
    return tuple(read(path) for path in paths)


def read(path: Path) -> Lesson:
    """The lesson of a file, `03_learning_rate.toml`. Raises LessonError, with the file's name."""
    match = FILE.fullmatch(path.name)
    if match is None:
        raise LessonError(f"{path.name}: a lesson's file is called like 03_learning_rate.toml.")
    try:
        return parse(path.read_text(encoding="utf-8"), int(match[1]), match[2])
    except (OSError, UnicodeError) as error:
        raise LessonError(f"{path.name}: the file cannot be read as text.") from error
    except LessonError as error:
        raise LessonError(f"{path.name}: {error}") from error


def parse(content: str, number: int, name: str) -> Lesson:
    """The lesson of a file's content. Raises LessonError."""
    try:
        tables = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"this is not TOML: {error}.") from error
    return build(tables, number, name)


def build(content: Mapping[str, Any], number: int, name: str) -> Lesson:
    """The lesson of the values that a file holds. Raises LessonError."""
    table = Table(content, "The lesson")
    runs: dict[str, NamedRun] = {}
    for run, inner in table.named("runs").items():
        runs[run] = _run(run, inner, runs)
    misconception = table.table("misconception")
    lesson = Lesson(
        number=number,
        name=name,
        title=table.text("title"),
        minutes=table.whole("minutes", 1, MOST_MINUTES),
        opening=_text(table, "opening"),
        belief=misconception.text("belief"),
        source=_source(misconception.table("source")),
        runs=runs,
        claims=tuple(_parsed(table, claim, written) for written in table.items("claims", 1)),
        steps=tuple(_step(step, runs) for step in table.tables("steps", 1)),
        closing=_text(table, "closing"),
        practise=table.whole("practise", 1, len(STAGES)) if "practise" in table else None,
    )
    misconception.close()
    table.close()
    for value, what in values(lesson):
        if not value.names:
            raise LessonError(f"{what} has {value.text!r}, which is typed; numbers are read of runs.")
    for named, what in names(lesson):
        _check(named, what, runs)
    return lesson


def _run(name: str, table: Table, runs: Mapping[str, NamedRun]) -> NamedRun:
    """A run: like a preset, or like a run before it, or like the default configuration, but for what it states."""
    if not RUN_NAME.fullmatch(name):
        raise LessonError(f"A run is called by small letters, digits and _, not {name!r}.")
    preset = table.one_of("preset", tuple(PRESETS)) if "preset" in table else None
    like = table.one_of("like", tuple(runs)) if "like" in table else None
    base = PRESETS[preset].recipe if preset else runs[like].recipe if like else Recipe(Config())
    settings = table.table("settings") if "settings" in table else Table({}, table.place)
    epochs = table.whole("epochs", 1, MAX_EPOCHS, runs[like].recipe.epochs if like else None)
    mistake = table.one_of("mistake", tuple(MISTAKES)) if "mistake" in table else None
    changes = {setting: settings.any(setting) for setting in settings.keys}
    try:
        config = base.config.replace(**changes | {"epochs": epochs})
        recipe = Recipe(config, (*base.edits, *_edits(table)), epochs, base.data, base.params)
        named = NamedRun(name, recipe, mistake, _grid(table, config))
        if named.grid is None:
            _try(recipe)
    except ConfigError as error:
        raise LessonError(f"{table.place} cannot be: {error}") from error
    table.close()
    return named


def _try(recipe: Recipe) -> None:
    """Make a run and all of its edits, without training. Raises ConfigError for what cannot be."""
    run = Run(recipe.config, data=recipe.data, params=recipe.params)
    for edit in recipe.edits:
        if isinstance(edit.field, str):
            run.edit(**{edit.field: edit.value})
        else:
            run.edit(params={edit.field: edit.value})


def _grid(table: Table, config: Config) -> Grid | None:
    """The sweep over the values of one setting and so many seeds, from 0; None for a single run."""
    if "vary" not in table:
        return None
    inner = table.table("vary")
    if len(inner.keys) != 1:
        raise LessonError(f"{inner.place} must have one setting and its values.")
    setting = inner.one_of("setting", tuple(SPECS), inner.keys[0])
    return plan(config, {setting: inner.items(setting, 1)}, table.whole("seeds", 1, MOST_SEEDS))


def _edits(table: Table) -> tuple[Edit, ...]:
    edits = []
    for inner in table.tables("edits"):
        field = parse_field(inner.text("field"))
        edits.append(Edit(inner.whole("epoch", 0, MAX_EPOCHS), field, inner.any("value")))
        inner.close()
    return tuple(edits)


def _source(table: Table) -> Source:
    address = table.text("address") if "address" in table else ""
    if address and not address.startswith("https://"):
        raise LessonError(f"{table.place} needs an address that begins with https://, not {address!r}.")
    source = Source(table.text("author"), table.whole("year", 1900, 2100), table.text("title"), address)
    table.close()
    return source


def _step(table: Table, runs: dict[str, NamedRun]) -> Step:
    page = table.one_of("page", PAGES)
    run = _name(table, table.any("run"), runs)
    if (runs[run].grid is None) == (page == "sweep"):
        raise LessonError(f"{table.place} needs a sweep as its run on the page sweep, and a single run on any other.")
    step = Step(
        page=page,
        run=run,
        epoch=table.whole("epoch", 0, runs[run].recipe.epochs, 0),
        pins=tuple(_single(table, name, runs) for name in table.items("pins")),
        ask=_ask(table.table("ask")),
        do=_do(table.table("do"), page, runs),
        show=_text(table, "show"),
        why=_why(table.table("why")),
    )
    table.close()
    return step


def _ask(table: Table) -> Ask:
    kind = next(kind for kind in KINDS if kind == table.one_of("kind", KINDS))
    question = _text(table, "question")
    if kind == "choice":
        options = tuple(_option(option) for option in table.tables("options", 2))
        if len(options) > MOST_OPTIONS or not any(option.when for option in options):
            raise LessonError(f"{table.place} needs 2 to {MOST_OPTIONS} options, and a claim (when) of the right one.")
        ask = Ask(kind, question, options)
    else:
        answer = _parsed(table, expression, table.text("answer"))
        ask = Ask(kind, question, answer=answer, **_precision(table, kind))
        if kind == "curve" and (len(answer.factors) != 1 or not any(map(_is_of_an_epoch, answer.names))):
            raise LessonError(f"{table.place} needs a quantity of every epoch as its answer, such as run.loss.")
    table.close()
    return ask


def _is_of_an_epoch(named: Named) -> bool:
    return named.epoch is None and named.entry.of in AT_EPOCHS


def _precision(table: Table, kind: str) -> dict[str, Any]:
    """How exactly a number or a curve must be met, and where a curve is."""
    if kind == "sign":
        return {}
    if kind == "curve":
        at = tuple(table.items("at", 2))
        rising = all(isinstance(epoch, int) and epoch >= 0 for epoch in at) and list(at) == sorted(set(at))
        if not rising or len(at) > MOST_POINTS:
            raise LessonError(f"{table.place} needs 2 to {MOST_POINTS} rising epochs (at).")
        return {"at": at, "within": table.positive("within")}
    if ("within" in table) == ("factor" in table):
        raise LessonError(f"{table.place} needs how exactly the number is to be met: within or factor.")
    return {"within": table.positive("within")} if "within" in table else {"factor": table.positive("factor")}


def _option(table: Table) -> Option:
    option = Option(_text(table, "text"), _parsed(table, claim, table.text("when")) if "when" in table else None)
    table.close()
    return option


def _do(table: Table, page: str, runs: dict[str, NamedRun]) -> Do:
    run = _single(table, table.any("run"), runs) if "run" in table else None
    choices = table.table("choices") if "choices" in table else Table({}, table.place)
    do = Do(
        text=_text(table, "text"),
        page=table.one_of("page", PAGES, page),
        run=run,
        epoch=table.whole("epoch", 0, MAX_EPOCHS, 0),
        quantity=table.text("quantity") if "quantity" in table else None,
        choices=tuple((key, choices.text(key)) for key in choices.keys),
        sweep=_name(table, table.any("sweep"), runs) if "sweep" in table else None,
    )
    if do.sweep is not None and (runs[do.sweep].grid is None or do.page != "sweep"):
        raise LessonError(f"{table.place} needs a sweep of the lesson, on the page sweep, and not {do.sweep!r}.")
    table.close()
    return do


def _why(table: Table) -> Why:
    why = Why(_text(table, "question"), _text(table, "answer"))
    table.close()
    return why


def _name(table: Table, name: Any, runs: dict[str, NamedRun]) -> str:
    if not isinstance(name, str) or name not in runs:
        raise LessonError(f"{table.place} names a run {name!r}; the lesson has {', '.join(runs)}.")
    return name


def _single(table: Table, name: Any, runs: dict[str, NamedRun]) -> str:
    if runs[_name(table, name, runs)].grid is not None:
        raise LessonError(f"{table.place} needs a single run, and {name!r} is a sweep.")
    return str(name)


def _text(table: Table, key: str) -> Text:
    return _parsed(table, text, table.text(key))


def _parsed(table: Table, parse: Callable[[str], Parsed], written: Any) -> Parsed:
    if not isinstance(written, str):
        raise LessonError(f"{table.place} has {written!r} where a text is needed.")
    try:
        return parse(written)
    except LessonError as error:
        raise LessonError(f"{table.place} cannot be read: {error}") from error


def _check(named: Named, what: str, runs: dict[str, NamedRun]) -> None:
    """Refuse a result that no run of the lesson has."""
    if named.run not in runs:
        raise LessonError(f"{what} names a run {named.run!r}; the lesson has {', '.join(runs)}.")
    run = runs[named.run]
    if named.entry.of in {"grid", "sweep"} and run.grid is None:
        raise LessonError(f"{what} reads {named.quantity} of {named.run!r}, which is a single run and no sweep.")
    if named.entry.of not in {"grid", "sweep", "config"} and run.grid is not None:
        raise LessonError(f"{what} reads {named.quantity} of {named.run!r}, which is a sweep and no single run.")
    if named.entry.of == "mistake" and run.mistake is None:
        raise LessonError(f"{what} reads {named.quantity} of {named.run!r}, which has no mistake.")
    if named.epoch is not None and named.epoch > run.recipe.epochs:
        raise LessonError(f"{what} reads {str(named)!r}, and that run has {run.recipe.epochs:,} epochs.")
