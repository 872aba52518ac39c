"""Sweeps: a grid over one or two settings, with every cell trained from the same list of seeds.

One run with one seed proves nothing. Cells are seed-paired: they use the same rows and the same seeds. Each run of a
cell has exactly the bits of a `Run` with its configuration.

>>> from backprop_core import Config, sweep
>>> result = sweep.run(Config(epochs=2_000), {"learning_rate": [0.5, 5.0], "hidden": [(2,), (4,)]}, seeds=range(5))
>>> result.success
array([[0. , 0. ],
       [0.8, 1. ]])
"""

from backprop_core.sweep.block import Solved
from backprop_core.sweep.engine import run, stream
from backprop_core.sweep.forecast import Estimate, estimate
from backprop_core.sweep.grid import CURVE_SOLVED, Grid, plan
from backprop_core.sweep.ready import SWEEPS, Ready
from backprop_core.sweep.result import Result

__all__ = [
    "CURVE_SOLVED",
    "SWEEPS",
    "Estimate",
    "Grid",
    "Ready",
    "Result",
    "Solved",
    "estimate",
    "plan",
    "run",
    "stream",
]
