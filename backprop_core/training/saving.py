"""A run as a file: human-readable JSON with everything that defines the run and a digest of its final parameters.

The same configuration and edits give the same bits, so no training history is stored: opening a file trains the run
again. Another machine's BLAS may round differently, so the final parameters are stored too and can be compared.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.data.datasets import TEST_SHARE
from backprop_core.data.names import plain, shown, unique
from backprop_core.data.rows import MAX_CLASSES, MAX_INPUTS, TableRows
from backprop_core.nn.activations import Array
from backprop_core.nn.initializers import Params
from backprop_core.settings.config import MAX_LAYERS, SPECS, Config, Edit, fields
from backprop_core.settings.parameter import field_text, parse_field
from backprop_core.settings.spec import ConfigError
from backprop_core.training.json_parts import members, one_of, packed, read_table, unpacked, write_table
from backprop_core.training.problem import UserRows, unreachable_target
from backprop_core.training.recipe import MOST_EPOCHS, Recipe

FORMAT, VERSION = "backprop-playground run", 1
MOST_BYTES = 16_000_000  # enough for 5,000 rows of 64 inputs and 64 targets with all their digits
MOST_EDITS = 10_000
MOST_NUMBERS = 800_000  # counted by commas: those rows are 640,000 numbers, starting and final weights 29,000 each
MOST_SIGNS = 200_000  # brackets, braces and quotes, which take much more memory when parsed than on disk
LONGEST = 200  # characters of a text that are read; the rest is ignored
LARGEST = 1e150  # absolute value of inputs and targets; squares of larger numbers could overflow float64

MOST_LINKED = 10_000  # numbers of rows that are tried to fit into an address

KEYS = {"format", "version", "config", "edits", "data", "start", "epochs", "end"}


@dataclass(frozen=True, eq=False)
class Saved:
    """The contents of a file: the recipe of the run, and its final loss and parameters."""

    recipe: Recipe
    loss: float
    digest: str
    end: Params

    def difference(self, params: Params) -> float:
        """The largest difference between these parameters and those of the file; 0 if the digests agree.

        Infinite if the shapes differ.
        """
        if digest(params) == self.digest:
            return 0.0
        arrays, saved = _flat(params), _flat(self.end)
        if [array.shape for array in arrays] != [array.shape for array in saved]:
            return math.inf
        with np.errstate(over="ignore"):
            return max(float(np.abs(a - b).max(initial=0.0)) for a, b in zip(arrays, saved, strict=True))


def digest(params: Params) -> str:
    """SHA-256 of all parameters, layer by layer, W before b, as little-endian float64."""
    sha = hashlib.sha256()
    for array in _flat(params):
        sha.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return f"sha256:{sha.hexdigest()}"


def write(recipe: Recipe, loss: float, end: Params) -> str:
    """The file of a run that ended with this loss and these parameters."""
    values = {
        "format": FORMAT,
        "version": VERSION,
        "config": recipe.config.to_dict(),
        "edits": [{"epoch": edit.epoch, "field": field_text(edit.field), "value": edit.value} for edit in recipe.edits],
        "data": recipe.data and _write_data(recipe.data),
        "start": recipe.params and _write_params(recipe.params),
        "epochs": recipe.epochs,
        "end": {"loss": loss, "digest": digest(end), "parameters": _write_params(end)},
    }
    return _with_short_lists(json.dumps(values, indent=1, ensure_ascii=False))


def read(content: str | bytes) -> Saved:
    """The contents of a file. Raises ConfigError, with a one-sentence message, for anything that is not such a file.

    The message can be displayed anywhere: text that it quotes from the file is shortened and made `plain`.
    """
    values = _parsed(content)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise _refusal("is not a run saved by this playground.")
    version = values.get("version")
    if type(version) is int and version != VERSION:
        raise _refusal(f"has version {version!s:.20}. This playground opens version {VERSION}.")
    if set(values) != KEYS:
        raise _refusal(f"must have the parts {', '.join(sorted(KEYS))}, and no others.")
    with _part("version"):
        one_of(version, int)
    with _part("config"):
        config = _read_config(values["config"])
    with _part("epochs"):
        epochs = _read_epochs(values["epochs"])
    with _part("edits"):
        edits = _read_edits(values["edits"], epochs)
    with _part("data"):
        data = None if values["data"] is None else _read_data(values["data"])
        config, data = _modernised(config, data)
    with _part("start"):
        start = None if values["start"] is None else _read_params(values["start"])
    with _part("end"):
        loss, digest_, parameters = members(values["end"], "loss", "digest", "parameters")
        return Saved(
            Recipe(config, edits, epochs, data, start),
            loss=float(_array([loss])[0]),
            digest=one_of(digest_, str),
            end=_read_params(parameters),
        )


def write_rows(rows: UserRows, most: int) -> str:
    """A user's rows as text for an address, compressed; "" if that has more than `most` characters."""
    X, y = (rows.X, rows.y) if isinstance(rows, TableRows) else rows
    if X.size + y.size > MOST_LINKED:
        return ""
    text = packed(json.dumps(_write_data(rows), ensure_ascii=False, separators=(",", ":")))
    return text if len(text) <= most else ""


def read_rows(text: str) -> UserRows:
    """The rows of such a text. Raises ConfigError for any other text."""
    with _part("data"):
        return _read_data(_parsed(unpacked(text)))


def _parsed(content: str | bytes) -> Any:
    """The values of JSON text. Raises ConfigError, also if they would take more memory than a run can need."""
    if len(content) > MOST_BYTES:
        raise _refusal(f"has {len(content):,} bytes. At most {MOST_BYTES:,} can be opened.")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        if sum(map(text.count, '[{"')) > MOST_SIGNS:
            raise _refusal(f"has more parts than a saved run can have. At most {MOST_SIGNS:,} can be opened.")
        if text.count(",") > MOST_NUMBERS:
            raise _refusal(f"has more numbers than a saved run can have. At most {MOST_NUMBERS:,} can be opened.")
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except ConfigError:
        raise
    except (ValueError, RecursionError) as error:
        raise _refusal("is not complete JSON text: it is damaged, or not a saved run.") from error


@contextmanager
def _part(name: str) -> Iterator[None]:
    """Context for reading one part of a file: errors are raised again as a ConfigError that names the part."""
    try:
        yield
    except ConfigError as error:
        raise _refusal(f"cannot be opened: {error}") from error
    except (LookupError, OverflowError, TypeError, ValueError) as error:
        raise _refusal(f"is damaged: its part “{name}” is not as it was saved.") from error


def _read_config(values: Any) -> Config:
    settings = one_of(values, dict)
    for name in settings:
        if name not in SPECS:
            raise ConfigError("config", f"{_shown(name)} is not a setting.")
    return Config.from_dict({name: _setting(value) for name, value in settings.items()})


def _setting(value: Any) -> Any:
    """A value for a setting, checked only as far as is needed to quote it in an error message."""
    if isinstance(value, list) and len(value) <= 2 * MAX_LAYERS:
        return tuple(_setting(one_of(item, str, int, float)) for item in value)
    if isinstance(value, int) and abs(value) >= 2**53:
        raise OverflowError
    return plain(value[:LONGEST]) if isinstance(value, str) else one_of(value, bool, int, float, type(None))


def _read_epochs(value: Any) -> int:
    if not 0 <= one_of(value, int) <= MOST_EPOCHS:
        raise ConfigError("epochs", f"epochs must be a whole number from 0 to {MOST_EPOCHS:,}.")
    return int(value)


def _read_edits(values: Any, epochs: int) -> tuple[Edit, ...]:
    if len(one_of(values, list)) > MOST_EDITS:
        raise ConfigError("edits", f"it has {len(values):,} edits. At most {MOST_EDITS:,} are possible.")
    edits = tuple(_read_edit(*members(edit, "epoch", "field", "value")) for edit in values)
    if any(not 0 <= edit.epoch <= epochs for edit in edits):
        raise ConfigError("edits", f"the epoch of an edit must be a whole number from 0 to {epochs:,}.")
    if len({(edit.epoch, edit.field) for edit in edits}) < len(edits):
        raise ConfigError("edits", "two edits change the same field at the same epoch.")
    return edits


def _read_edit(epoch: Any, text: Any, value: Any) -> Edit:
    field = parse_field(one_of(text, str))
    if isinstance(field, str) and field not in fields("learning"):
        raise ConfigError("edits", f"{_shown(field)} cannot change while training.")
    return Edit(one_of(epoch, int), field, _setting(value))


def _write_data(data: UserRows) -> dict[str, Any]:
    if not isinstance(data, TableRows):
        return {"names": None, "X": data[0].tolist(), "y": data[1].tolist()}
    names = {"inputs": list(data.inputs), "classes": list(data.classes), "standardise": data.standardise}
    names |= {"scale_target": True} if data.scale_target else {}  # older versions reject names that they do not know
    names |= write_table(data)
    return {"names": names, "X": data.X.tolist(), "y": data.y.tolist()}


def _read_data(values: Any) -> UserRows:
    """The rows of a file. Whether their shapes can be trained on is checked when the run is made."""
    X, y, names = members(values, "X", "y", "names")
    X, y = _array(X), _array(y)
    if max(np.abs(X).max(initial=0.0), np.abs(y).max(initial=0.0)) > LARGEST:
        raise ConfigError("data", f"inputs and targets must be numbers from {-LARGEST:g} to {LARGEST:g}.")
    if names is None:
        return X, y
    known = {"scale_target": False, "table": None} | one_of(names, dict)  # older files have neither
    inputs, classes, table, *flags = members(known, "inputs", "classes", "table", "standardise", "scale_target")
    standardise, scale_target = (one_of(flag, bool) for flag in flags)
    inputs, classes = _names(inputs), _names(classes)
    told = read_table(table, len(inputs), len(classes), len(X))
    return TableRows(X, y, inputs, classes, standardise, scale_target, **told)


def _modernised(config: Config, data: UserRows | None) -> tuple[Config, UserRows | None]:
    """The configuration and rows of a file from an older version, with what such files left implicit.

    In older versions, a quarter of the user's rows was held back unless the file had a `test_share`, and whole numbers
    that the output cannot reach were regression targets. Newer files state both explicitly.
    """
    if data is None:
        return config, None
    if config.test_share is None:
        config = config.replace(test_share=TEST_SHARE)
    if not isinstance(data, TableRows) and unreachable_target(data[1], config.output) is not None:
        X, y = np.atleast_2d(data[0]), data[1]
        data = TableRows(X, y.reshape(-1, 1), tuple(f"x{i + 1}" for i in range(X.shape[1])))
    return config, data


def _names(values: Any) -> tuple[str, ...]:
    if len(one_of(values, list)) > MAX_INPUTS:
        raise ConfigError("data", f"at most {MAX_INPUTS} inputs and {MAX_CLASSES} classes can have names.")
    return unique([one_of(name, str)[:LONGEST] for name in values])


def _write_params(params: Params) -> list[dict[str, Any]]:
    return [{"W": W.tolist(), "b": b.tolist()} for W, b in params]


def _read_params(values: Any) -> Params:
    if len(one_of(values, list)) > MAX_LAYERS + 1:
        raise ValueError(len(values))
    layers = [members(layer, "W", "b") for layer in values]
    return [(_array(W), _array(b)) for W, b in layers]


def _array(values: Any) -> Array:
    """The array of a list of finite numbers, or of a list of lists of them."""
    kinds = set(map(type, one_of(values, list)))
    if list in kinds:
        kinds = {list}.symmetric_difference(kinds).union(*(map(type, row) for row in values if type(row) is list))
    if not kinds <= {int, float}:
        raise TypeError(kinds)
    array = np.array(values, dtype=float)
    if not np.isfinite(array).all():
        raise OverflowError
    return array


def _flat(params: Params) -> list[Array]:
    return [array for layer in params for array in layer]


def _shown(text: str) -> str:
    return shown(text[:LONGEST])


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object as a dict. Raises ConfigError for a name that occurs twice."""
    values = dict[str, Any]()
    for name, value in members:
        if name in values:
            raise _refusal(f"is damaged: it says {_shown(name)} twice.")
        values[name] = value
    return values


def _refusal(reason: str) -> ConfigError:
    return ConfigError("file", f"This file {reason}")


def _with_short_lists(text: str) -> str:
    """JSON with every list of numbers on one line."""
    return re.sub(r"\[\n[\s\d.,eE+-]+\]", lambda match: " ".join(match[0].split()), text)
