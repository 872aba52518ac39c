"""Take it home: a run as source text that needs nothing of this project, its weights and its losses as files.

>>> from backprop_core import Config, Run, export
>>> run = Run(Config())
>>> run.advance(100)
100
>>> "import numpy as np" in export.python(run)
True

A program is a list of parts: title, explanation, code. `plan` says what of a run has to be reproduced; `preamble`,
`loop`, `stages` and `prediction` write the parts, a script per library puts its own together, and `program` formats
them. What differs between activations, losses, optimizers, initializers and schedules is source text in their
registries.

What a format cannot express raises `ConfigError` with the field "export" and a sentence that says so.
"""

from backprop_core.export.files import history_csv, weights_json, weights_npz
from backprop_core.export.notebook_file import notebook
from backprop_core.export.numpy_script import python
from backprop_core.export.pytorch_script import pytorch
from backprop_core.export.sklearn_script import sklearn

__all__ = ["history_csv", "notebook", "python", "pytorch", "sklearn", "weights_json", "weights_npz"]
