"""The textbook: activations, losses, initial weights, the two passes, and optimizers."""

from backprop_core.nn.activations import ACTIVATIONS, OUTPUTS, Activation, Array
from backprop_core.nn.initializers import INITIALIZERS, Params
from backprop_core.nn.losses import LOSSES
from backprop_core.nn.network import Network
from backprop_core.nn.optimizers import OPTIMIZERS, SCHEDULES

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "OUTPUTS",
    "SCHEDULES",
    "Activation",
    "Array",
    "Network",
    "Params",
]
