"""Rows to learn from: built-in datasets, a user's own rows, and the scores of predictions."""

from backprop_core.data.cells import MAX_CELL, number, tidy
from backprop_core.data.datasets import DATASETS, REACH, TEST_SHARE
from backprop_core.data.names import MAX_NAME, composed, plain, quoted, shown, typed, unique
from backprop_core.data.preparation import Preparation, RawColumn
from backprop_core.data.rows import FEATURE_LABELS, MAX_CLASSES, MAX_INPUTS, MAX_ROWS, Data, TableRows, marks_labels
from backprop_core.data.scaling import standardising_targets

__all__ = [
    "DATASETS",
    "FEATURE_LABELS",
    "MAX_CELL",
    "MAX_CLASSES",
    "MAX_INPUTS",
    "MAX_NAME",
    "MAX_ROWS",
    "REACH",
    "TEST_SHARE",
    "Data",
    "Preparation",
    "RawColumn",
    "TableRows",
    "composed",
    "marks_labels",
    "number",
    "plain",
    "quoted",
    "shown",
    "standardising_targets",
    "tidy",
    "typed",
    "unique",
]
