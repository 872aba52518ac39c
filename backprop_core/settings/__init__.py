"""What a run is set to: every setting with its range, as a value and as text."""

from backprop_core.settings.config import DEFAULTS, MAX_EPOCHS, MAX_LAYERS, SPECS, Config, Edit, fields
from backprop_core.settings.parameter import Address, addresses, field_text, parameter_index, parse_field
from backprop_core.settings.spec import ConfigError

__all__ = [
    "DEFAULTS",
    "MAX_EPOCHS",
    "MAX_LAYERS",
    "SPECS",
    "Address",
    "Config",
    "ConfigError",
    "Edit",
    "addresses",
    "field_text",
    "fields",
    "parameter_index",
    "parse_field",
]
