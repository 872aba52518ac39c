"""The page's address: what differs from the defaults, by the settings' own names, and back. Pure functions.

`?dataset=moons&hidden=8-8&learning_rate=0.1&edits=400:learning_rate=0.05,900:W1[0,1]=2&epoch=1200`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from backprop_core.config import DEFAULTS, MAX_EPOCHS, SPECS, Config, ConfigError, Edit
from backprop_core.presets import PRESETS
from backprop_core.saving import field_text, parse_field
from playground import texts

LONGEST = 2_000  # characters of edits; longer addresses get lost on their way
LEFT_OUT = "…"
OTHERS = {"preset", "edits", "epoch"}  # parts of an address that are no settings


class Link(NamedTuple):
    """What an address asks for, and what of it was ignored, each with the reason."""

    config: Config
    edits: tuple[Edit, ...] = ()
    epoch: int = 0
    preset: str | None = None
    ignored: tuple[str, ...] = ()


def write(config: Config, edits: tuple[Edit, ...], epoch: int, preset: str | None = None) -> dict[str, str]:
    """The address's parts, for a run with the rows and weights of a preset, if named.

    Edits too long for an address leave a mark, which `read` reports.
    """
    parts = {"preset": preset} if preset else {}
    base = PRESETS[preset].config if preset else None
    parts |= {name: texts.text(name, value) for name, value in config.changes(base).items()}
    told = ",".join(_edit_text(edit) for edit in edits if edit.epoch <= epoch)
    if told:
        parts["edits"] = told if len(told) <= LONGEST else LEFT_OUT
    if epoch:
        parts["epoch"] = str(epoch)
    return parts


def read(parts: Mapping[str, str]) -> Link:
    """What an address asks for. What cannot be is left out, and the rest stands."""
    ignored: list[str] = []
    preset = parts.get("preset")
    if preset is not None and preset not in PRESETS:
        ignored.append(f"There is no preset {preset[:40]!r}.")
        preset = None
    settings = {name: text for name, text in parts.items() if name not in OTHERS}
    config = _config(_values(settings, ignored), preset, ignored)
    if config.dataset == "csv" and not (preset and PRESETS[preset].data):
        config = config.replace(dataset=DEFAULTS["dataset"], features=DEFAULTS["features"])
        ignored.append("Rows of your own are not in a link; the saved file has them.")
    edits = tuple(_read_edits(parts.get("edits", ""), ignored))
    return Link(config, edits, _read_epoch(parts.get("epoch", "0"), ignored), preset, tuple(ignored))


def _values(settings: Mapping[str, str], ignored: list[str]) -> dict[str, Any]:
    """The settings that can be read."""
    values = {}
    for name, text in settings.items():
        if name not in SPECS:
            ignored.append(f"{name[:40]!r} is not a setting.")
            continue
        try:
            values[name] = texts.parse(name, text)
        except ConfigError as error:
            ignored.append(str(error))
    return values


def _config(values: dict[str, Any], preset: str | None, ignored: list[str]) -> Config:
    """The configuration of these values, without those that cannot be."""
    base = PRESETS[preset].config if preset else Config()
    while True:
        try:
            return base.replace(**values)
        except ConfigError as error:
            ignored.append(str(error))
            if error.field not in values:
                return base
            del values[error.field]


def _edit_text(edit: Edit) -> str:
    value = texts.text(edit.field, edit.value) if isinstance(edit.field, str) else repr(edit.value)
    return f"{edit.epoch}:{field_text(edit.field).replace(' ', '')}={value}"


def _read_edits(text: str, ignored: list[str]) -> list[Edit]:
    """All edits, or none: those after a bad one would mean something else without it."""
    if text == LEFT_OUT:
        ignored.append("The edits made while training did not fit into the link; the saved file has them.")
    if text in {"", LEFT_OUT}:
        return []
    try:
        return [_read_edit(part) for part in _split(text)]
    except (ConfigError, OverflowError, ValueError) as error:
        reason = error if isinstance(error, ConfigError) else "they are not written as 400:learning_rate=0.05"
        ignored.append(f"The edits: {reason}")
        return []


def _split(text: str) -> list[str]:
    """The edits of a list whose addresses have commas too: W1[0,1]."""
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
    field = parse_field(name)
    if isinstance(field, str):
        if field not in SPECS or SPECS[field].group != "learning":
            raise ConfigError(field, f"{field[:40]!r} cannot change while training.")
        return Edit(_whole(epoch), field, texts.parse(field, value))
    return Edit(_whole(epoch), field, float(value))


def _read_epoch(text: str, ignored: list[str]) -> int:
    try:
        return _whole(text)
    except ValueError:
        ignored.append(f"epoch = {text[:20]!r} is not a whole number from 0 to {MAX_EPOCHS:,}.")
        return 0


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= MAX_EPOCHS):
        raise ValueError(text)
    return int(text)
