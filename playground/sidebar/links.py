"""The page's address: a run as query parameters, under the settings' own names, and back. Pure functions.

`?dataset=moons&hidden=8-8&learning_rate=0.1&edits=400:learning_rate=0.05,900:W1[0,1]=2&epoch=1200`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from backprop_core.data import plain, shown
from backprop_core.settings import DEFAULTS, SPECS, Config, ConfigError, Edit, field_text, parse_field, setting_text
from backprop_core.training import MOST_EPOCHS, PRESETS, Recipe, UserRows, saving
from playground.session import presenting

LONGEST = 2_000  # characters of edits; longer addresses are cut in transit
LEFT_OUT = "…"
PRACTICE = "practice"  # the assignment of the Practice page
LESSON = ("lesson", "step")  # which lesson the visitor is in, and where
OF_PAGES = {PRACTICE, *LESSON, *presenting.PARTS}  # parts of an address that do not belong to the run
OTHERS = {"preset", "rows", "edits", "epoch"} | OF_PAGES  # parts of an address that are not settings
SHAPES = ("features", "hidden")  # settings that must fit given starting weights
MOST_NAMED = 10


class Link(NamedTuple):
    """What an address asks for, and sentences about its ignored parts, which are safe to show."""

    recipe: Recipe
    preset: str | None = None
    ignored: tuple[str, ...] = ()


def write(
    config: Config, edits: tuple[Edit, ...], epoch: int, preset: str | None = None, rows: str = ""
) -> dict[str, str]:
    """The parts of the address of a run, which has the rows and weights of a preset if one is named.

    `rows` are the user's own rows, as `rows_text` writes them. Edits too long for an address are replaced by a mark,
    which `read` reports.
    """
    parts = {"preset": preset} if preset else {}
    base = PRESETS[preset].recipe.config if preset else None
    parts |= {name: setting_text.write(name, value) for name, value in config.changes(base).items()}
    parts |= {"rows": rows} if rows else {}
    edits_text = ",".join(_edit_text(edit) for edit in edits if edit.epoch <= epoch)
    if edits_text:
        parts["edits"] = edits_text if len(edits_text) <= LONGEST else LEFT_OUT
    if epoch:
        parts["epoch"] = str(epoch)
    return parts


def rows_text(rows: UserRows | None) -> str:
    """A user's rows as a part of an address; "" if there are none, or too many for an address."""
    return "" if rows is None else saving.write_rows(rows, LONGEST)


def read(parts: Mapping[str, str]) -> Link:
    """What an address asks for; parts that are impossible are left out."""
    ignored: list[str] = []
    preset = parts.get("preset")
    if preset is not None and preset not in PRESETS:
        ignored.append(f"There is no preset {_shown(preset)}.")
        preset = None
    settings = {name: parts[name] for name in (*SPECS, *parts) if name in parts and name not in OTHERS}
    config = _config(_values(settings, ignored), preset, ignored)
    if preset and config.dataset != PRESETS[preset].recipe.config.dataset:
        preset = None  # its rows and weights belong to its own dataset
    has_rows = bool(preset and PRESETS[preset].recipe.data)
    rows = None if has_rows or config.dataset != "csv" else _rows(parts.get("rows", ""), ignored)
    if config.dataset == "csv" and not has_rows and rows is None:
        config = config.replace(dataset=DEFAULTS["dataset"], features=DEFAULTS["features"])
    edits = tuple(_read_edits(parts.get("edits", ""), ignored))
    epoch = _read_epoch(parts, edits, ignored)
    if len(ignored) > MOST_NAMED:
        ignored[MOST_NAMED:] = [f"Nor could {len(ignored) - MOST_NAMED:,} more of its parts."]
    base = PRESETS[preset].recipe if preset else Recipe(config, data=rows)
    return Link(replace(base, config=config, edits=edits, epochs=epoch), preset, tuple(ignored))


def _rows(text: str, ignored: list[str]) -> UserRows | None:
    """The user's own rows; None where there are none that can be read."""
    if not text:
        ignored.append("Rows of your own did not fit into the link; the saved file has them.")
    elif len(text) > LONGEST:
        ignored.append(f"Rows of your own have {len(text):,} characters, and at most {LONGEST:,} are read.")
    else:
        try:
            return saving.read_rows(text)
        except ConfigError:
            ignored.append("Rows of your own are damaged in this link.")
    return None


def _values(settings: Mapping[str, str], ignored: list[str]) -> dict[str, Any]:
    """The settings that are readable."""
    values = {}
    for name, text in settings.items():
        if name not in SPECS:
            ignored.append(f"{_shown(name)} is not a setting.")
            continue
        try:
            values[name] = setting_text.read(name, text)
        except ConfigError as error:
            ignored.append(str(error))
    return values


def _config(values: dict[str, Any], preset: str | None, ignored: list[str]) -> Config:
    """The configuration of these values, without the impossible ones."""
    base = PRESETS[preset].recipe.config if preset else Config()
    config = _possible(base, values, ignored)
    if preset and PRESETS[preset].recipe.params and config.dataset == base.dataset:
        unfit = [name for name in SHAPES if values.pop(name, getattr(base, name)) != getattr(base, name)]
        ignored += [f"{SPECS[name].label} ({name}) must fit the weights that the preset begins with." for name in unfit]
        config = _possible(base, values, ignored)
    return config


def _possible(base: Config, values: dict[str, Any], ignored: list[str]) -> Config:
    """The configuration of these values; impossible ones are removed from `values`."""
    while True:
        try:
            return base.replace(**values)
        except ConfigError as error:
            name = _culprit(base, values, error.field)
            value = setting_text.write(name, values.pop(name))
            left_out = "" if name == error.field else f"{SPECS[name].label} ({name}) = {value} is left out: "
            ignored.append(f"{left_out}{error}")


def _culprit(base: Config, values: dict[str, Any], field: str) -> str:
    """Which value to leave out if a field is refused: its own, or the one that it is incompatible with."""

    def helps(name: str) -> bool:
        try:
            base.replace(**{other: value for other, value in values.items() if other != name})
        except ConfigError:
            return False
        return True

    return field if field in values else next(filter(helps, values), next(iter(values)))


def _edit_text(edit: Edit) -> str:
    value = setting_text.write(edit.field, edit.value) if isinstance(edit.field, str) else repr(edit.value)
    return f"{edit.epoch}:{field_text(edit.field).replace(' ', '')}={value}"


def _read_edits(text: str, ignored: list[str]) -> list[Edit]:
    """All edits, or none: without a bad one, the edits after it would mean something else."""
    if text == LEFT_OUT:
        ignored.append("The edits made while training did not fit into the link; the saved file has them.")
    if text in {"", LEFT_OUT}:
        return []
    if len(text) > LONGEST:
        ignored.append(f"The edits have {len(text):,} characters, and at most {LONGEST:,} are read.")
        return []
    try:
        return [_read_edit(part) for part in _split(text)]
    except (ConfigError, OverflowError, ValueError) as error:
        reason = (
            error
            if isinstance(error, ConfigError)
            else "they are not written as in 400:learning_rate=0.05 (epoch:setting=value)."
        )
        ignored.append(f"The edits: {reason}")
        return []


def _split(text: str) -> list[str]:
    """The edits of a list, whose addresses contain commas too: W1[0,1]."""
    parts = [""]
    for piece in text.split(","):
        if parts[-1].count("[") > parts[-1].count("]"):
            parts[-1] += f",{piece}"
        else:
            parts.append(piece)
    return parts[1:]


def _read_edit(text: str) -> Edit:
    epoch, _, rest = text.partition(":")
    name, _, value = rest.partition("=")
    if not name:
        raise ValueError(text)
    field = parse_field(name)
    if isinstance(field, str):
        if field not in SPECS or SPECS[field].group != "learning":
            raise ConfigError(field, f"{_shown(field)} cannot change while training.")
        setting = setting_text.read(field, value)
        return Edit(_whole(epoch), field, getattr(Config().replace(**{field: setting}), field))
    return Edit(_whole(epoch), field, float(value))


def _read_epoch(parts: Mapping[str, str], edits: tuple[Edit, ...], ignored: list[str]) -> int:
    """The epoch of a link, or that of its last edit if that is later."""
    asked, last = parts.get("epoch", ""), max((edit.epoch for edit in edits), default=0)
    try:
        epoch = _whole(asked or "0")
    except ValueError:
        ignored.append(f"epoch = {plain(asked[:LONGEST])!r} is not a whole number from 0 to {MOST_EPOCHS:,}.")
        return last
    if asked and epoch < last:
        ignored.append(f"Epoch {epoch:,} comes before the last edit, which is made at epoch {last:,}.")
    return max(epoch, last)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= MOST_EPOCHS):
        raise ValueError(text)
    return int(text)


def _shown(text: str) -> str:
    return shown(text[:LONGEST])
