"""How a user's table becomes rows: a file, a text or a grid, read with pandas and encoded with scikit-learn.

Nothing else in the core needs these packages to be loaded, so it imports this folder only inside functions.
"""

from backprop_core.tables import choice
from backprop_core.tables.choice import MISSING, TASKS, USES, Choice, Result, names
from backprop_core.tables.columns import Column, input_names
from backprop_core.tables.decoding import MAX_BYTES
from backprop_core.tables.layout import CONTINENTAL, ENGLISH, NumberFormat
from backprop_core.tables.reading import MAX_COLUMNS, grid, read
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import offers, to_rows, with_scaled_target

__all__ = [
    "CONTINENTAL",
    "ENGLISH",
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MISSING",
    "TASKS",
    "USES",
    "Choice",
    "Column",
    "NumberFormat",
    "Result",
    "Table",
    "choice",
    "grid",
    "input_names",
    "names",
    "offers",
    "read",
    "to_rows",
    "with_scaled_target",
]
