"""A run as a file: JSON that people can read, with everything that defines the run and a digest of where it ended.

The same configuration and edits give the same bits, so no training history is stored: opening a file trains the run
again. Another machine's BLAS may round differently; the parameters at the end are stored too, so that it can be told by
how much.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_core.activations import Array
from backprop_core.brought import Brought
from backprop_core.cells import plain
from backprop_core.config import MAX_EPOCHS, Address, Config, ConfigError, Edit
from backprop_core.datasets import MAX_INPUTS, MAX_ROWS
from backprop_core.initializers import Params
from backprop_core.problem import OwnRows

FORMAT, VERSION = "backprop-playground run", 1
MOST_BYTES = 16_000_000
MOST_EDITS = 10_000
MOST_EPOCHS = 10 * MAX_EPOCHS  # playing goes on beyond the epochs that were set

KEYS = {"format", "version", "config", "edits", "data", "start", "epochs", "end"}
ADDRESS = re.compile(r"(?:(W)([1-9])\[(\d{1,4}), ?(\d{1,4})\]|(b)([1-9])\[(\d{1,4})\])", re.ASCII)


@dataclass(frozen=True, eq=False)
class Saved:
    """What a file says: what defines the run, how far it was trained, and where it ended."""

    config: Config
    edits: tuple[Edit, ...]
    epochs: int
    data: OwnRows | None
    params: Params | None
    loss: float
    digest: str
    end: Params

    def difference(self, params: Params) -> float:
        """How far parameters are from those of the file: 0 with the same digest, else the largest difference.

        Infinite where they are not of the same shapes.
        """
        if digest(params) == self.digest:
            return 0.0
        mine, theirs = _flat(params), _flat(self.end)
        if [array.shape for array in mine] != [array.shape for array in theirs]:
            return math.inf
        return max(float(np.abs(a - b).max(initial=0.0)) for a, b in zip(mine, theirs, strict=True))


def digest(params: Params) -> str:
    """SHA-256 of all parameters, layer by layer, W before b, as little-endian float64."""
    sha = hashlib.sha256()
    for array in _flat(params):
        sha.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return f"sha256:{sha.hexdigest()}"


def field_text(field: str | Address) -> str:
    """What an edit changes, as text: learning_rate, W1[0, 2], b2[0]."""
    if isinstance(field, str):
        return field
    layer, kind, *index = field
    return f"{kind}{layer}[{', '.join(map(str, index))}]"


def parse_field(text: str) -> str | Address:
    """What a text says an edit changes: the address of a parameter, or a setting by its name."""
    match = ADDRESS.fullmatch(text)
    if match is None:
        return text
    W, layer, i, j, _, bias_layer, k = match.groups()
    return (int(layer), "W", int(i), int(j)) if W else (int(bias_layer), "b", int(k))


def write(
    config: Config,
    edits: tuple[Edit, ...],
    epochs: int,
    *,
    data: OwnRows | None,
    params: Params | None,
    loss: float,
    end: Params,
) -> str:
    """The file of a run."""
    values = {
        "format": FORMAT,
        "version": VERSION,
        "config": config.to_dict(),
        "edits": [{"epoch": edit.epoch, "field": field_text(edit.field), "value": edit.value} for edit in edits],
        "data": data and _write_data(data),
        "start": params and _write_params(params),
        "epochs": epochs,
        "end": {"loss": loss, "digest": digest(end), "parameters": _write_params(end)},
    }
    return _with_short_lists(json.dumps(values, indent=1, ensure_ascii=False))


def read(content: str | bytes) -> Saved:
    """What a file says. Raises ConfigError, with one sentence, for anything that is not such a file."""
    if len(content) > MOST_BYTES:
        raise _refusal(f"has {len(content):,} bytes. At most {MOST_BYTES:,} can be opened.")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        values = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _refusal("is not complete JSON text: it is damaged, or not a saved run.") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise _refusal("is not a run saved by this playground.")
    if values.get("version") != VERSION:
        raise _refusal(f"has version {values.get('version')!r:.20}. This playground opens version {VERSION}.")
    if set(values) != KEYS:
        raise _refusal(f"must have the parts {', '.join(sorted(KEYS))}, and no others.")
    try:
        return _read(values)
    except ConfigError as error:
        raise _refusal(f"cannot be opened: {error}") from error
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise _refusal("is damaged: one of its parts is not as it was saved.") from error


def _read(values: Mapping[str, Any]) -> Saved:
    edits, epochs, end = values["edits"], values["epochs"], values["end"]
    if not isinstance(epochs, int) or isinstance(epochs, bool) or not 0 <= epochs <= MOST_EPOCHS:
        raise ConfigError("epochs", f"epochs must be a whole number from 0 to {MOST_EPOCHS:,}.")
    if len(edits) > MOST_EDITS:
        raise ConfigError("edits", f"it has {len(edits):,} edits. At most {MOST_EDITS:,} are possible.")
    return Saved(
        config=Config.from_dict(dict(values["config"])),
        edits=tuple(_read_edit(edit) for edit in edits),
        epochs=epochs,
        data=None if values["data"] is None else _read_data(values["data"]),
        params=None if values["start"] is None else _read_params(values["start"]),
        loss=_real(end["loss"]),
        digest=str(end["digest"]),
        end=_read_params(end["parameters"]),
    )


def _read_edit(values: Mapping[str, Any]) -> Edit:
    epoch, value = values["epoch"], values["value"]
    if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 0:
        raise ConfigError("edits", "an edit's epoch must be a whole number, 0 or more.")
    return Edit(epoch, parse_field(values["field"]), tuple(value) if isinstance(value, list) else value)


def _write_data(data: OwnRows) -> dict[str, Any]:
    if not isinstance(data, Brought):
        return {"names": None, "X": data[0].tolist(), "y": data[1].tolist()}
    names = {"inputs": list(data.inputs), "classes": list(data.classes), "standardise": data.standardise}
    return {"names": names, "X": data.X.tolist(), "y": data.y.tolist()}


def _read_data(values: Mapping[str, Any]) -> OwnRows:
    X, y, names = values["X"], values["y"], values["names"]
    if len(X) > MAX_ROWS or len(y) != len(X) or max((len(row) for row in X), default=0) > MAX_INPUTS:
        raise ConfigError("data", f"data must be up to {MAX_ROWS:,} rows of up to {MAX_INPUTS} inputs, with targets.")
    if names is None:
        return _array(X), _array(y)
    inputs, classes = (tuple(plain(name) for name in names[part]) for part in ("inputs", "classes"))
    return Brought(_array(X), _array(y), inputs, classes, standardise=bool(names["standardise"]))


def _write_params(params: Params) -> list[dict[str, Any]]:
    return [{"W": W.tolist(), "b": b.tolist()} for W, b in params]


def _read_params(layers: list[Any]) -> Params:
    return [(_array(layer["W"]), _array(layer["b"])) for layer in layers]


def _array(values: list[Any]) -> Array:
    array = np.array(values, dtype=float)
    if not np.isfinite(array).all():
        raise ValueError(values)
    return array


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return float(value)


def _flat(params: Params) -> list[Array]:
    return [array for layer in params for array in layer]


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _refusal(said: str) -> ConfigError:
    return ConfigError("file", f"This file {said}")


def _with_short_lists(text: str) -> str:
    """JSON with every list of mere numbers on one line."""
    return re.sub(r"\[[\s\d.,eE+-]+\]", lambda found: " ".join(found[0].split()), text)
