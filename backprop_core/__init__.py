"""Backpropagation written out by hand in NumPy, exact and replayable.

>>> from backprop_core import Config, Run
>>> run = Run(Config(dataset="xor", hidden=(2,), learning_rate=0.5, seed=0))
>>> run.advance(10_000)
10000
>>> run.predict([[0, 1]]).round(2)
array([[0.98]])
"""

from backprop_core import sweep
from backprop_core.settings.config import Config, Edit
from backprop_core.settings.spec import ConfigError
from backprop_core.training.run import Run
from backprop_core.training.snapshot import Snapshot, Step

__all__ = ["Config", "ConfigError", "Edit", "Run", "Snapshot", "Step", "sweep"]
