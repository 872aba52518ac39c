"""One parameter of a network: its address, its name, its index in theta, and the values it may take."""

from __future__ import annotations

import numbers
import re
from typing import Any

import numpy as np

from backprop_core.nn.initializers import Params
from backprop_core.nn.network import Network
from backprop_core.settings.quoting import short_repr
from backprop_core.settings.spec import ConfigError

Address = tuple[int, str, int, int] | tuple[int, str, int]  # (1, "W", 0, 2): layer, kind, index into W or b

MOST_WEIGHT = 1_000_000  # largest absolute value of a weight that is entered by hand
NAME = re.compile(r"(?:(W)([1-9])\[(\d{1,4}), ?(\d{1,4})\]|(b)([1-9])\[(\d{1,4})\])", re.ASCII)


def addresses(network: Network) -> list[Address]:
    """The addresses of all parameters, in the order of theta."""
    every: list[Address] = []
    for l, (fan_in, fan_out) in enumerate(network.fans, start=1):
        every += [(l, "W", row, unit) for row in range(fan_in) for unit in range(fan_out)]
        every += [(l, "b", unit) for unit in range(fan_out)]
    return every


def parameter_index(network: Network, layer: int, row: int, unit: int) -> int:
    """The index of a parameter in the flat theta; the row after a layer's last weight row is its bias."""
    indices = network.blocks(np.arange(network.parameters))
    return int(indices[layer - 1][row, unit])


def field_text(field: str | Address) -> str:
    """The field of an edit as text: the name of a setting or of a parameter: learning_rate, W1[0, 2], b2[0]."""
    if isinstance(field, str):
        return field
    layer, kind, *index = field
    return f"{kind}{layer}[{', '.join(map(str, index))}]"


def parse_field(text: str) -> str | Address:
    """The field that a text of `field_text` names: the address of a parameter; any other text is returned as it is."""
    match = NAME.fullmatch(text)
    if match is None:
        return text
    W, layer, i, j, _, bias_layer, k = match.groups()
    return (int(layer), "W", int(i), int(j)) if W else (int(bias_layer), "b", int(k))


def put(params: Params, address: Address, value: float) -> None:
    """Set one parameter of [(W, b), ...] to a value, in place."""
    layer, kind, *index = address
    params[layer - 1]["Wb".index(kind)][tuple(index)] = value


def checked_value(network: Network, address: Any, value: Any) -> float:
    """A new value for a parameter, as a float. Raises ConfigError for a value out of range or an unknown address."""
    if not _has(network, address):
        raise ConfigError(
            "params",
            f"{short_repr(address)} is not a parameter of this network, whose layers are "
            f"{'-'.join(map(str, network.sizes))}.",
        )
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not abs(value) <= MOST_WEIGHT:
        raise ConfigError(
            "params",
            f"{field_text(address)} = {short_repr(value)} is not allowed. "
            f"It must be a number from {-MOST_WEIGHT:,} to {MOST_WEIGHT:,}.",
        )
    return float(value)


def _has(network: Network, address: Any) -> bool:
    """Whether the network has a parameter with this address."""
    if not isinstance(address, tuple) or len(address) not in {3, 4}:
        return False
    layer, kind, *index = address
    shapes: dict[Any, tuple[int, ...]] = {}
    for l, (fan_in, fan_out) in enumerate(network.fans, start=1):
        shapes |= {(l, "W"): (fan_in, fan_out), (l, "b"): (fan_out,)}
    try:
        shape = shapes.get((layer, kind), ())
    except TypeError:  # layer or kind is not hashable
        return False
    whole = all(isinstance(i, numbers.Integral) for i in index)
    return whole and len(shape) == len(index) and all(0 <= i < n for i, n in zip(index, shape, strict=True))
