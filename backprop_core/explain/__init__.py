"""One update under the microscope: its numbers, its formulas, its proof, and a hand calculation marked."""

from backprop_core.explain.diagnosis import EXAMPLES, quantities
from backprop_core.explain.formulas import with_numbers
from backprop_core.explain.gradient_check import Nudged, kinks_between, nudge, relative_error, relative_errors
from backprop_core.explain.homework import MOST_ROWS, MOST_UNITS, Homework
from backprop_core.explain.kinks import Kink
from backprop_core.explain.marking import Mark, mark
from backprop_core.explain.mistakes import MISTAKES
from backprop_core.explain.recomputation import recompute
from backprop_core.explain.rounding import noise_of_terms
from backprop_core.explain.stuck import SMALL_SLOPE, WINDOW, Stuck, plateau_at, stuck_units
from backprop_core.explain.update import STAGES, Explanation, Quantity, chain, explain, of_sample
from backprop_core.explain.verdicts import judge

__all__ = [
    "EXAMPLES",
    "MISTAKES",
    "MOST_ROWS",
    "MOST_UNITS",
    "SMALL_SLOPE",
    "STAGES",
    "WINDOW",
    "Explanation",
    "Homework",
    "Kink",
    "Mark",
    "Nudged",
    "Quantity",
    "Stuck",
    "chain",
    "explain",
    "judge",
    "kinks_between",
    "mark",
    "noise_of_terms",
    "nudge",
    "of_sample",
    "plateau_at",
    "quantities",
    "recompute",
    "relative_error",
    "relative_errors",
    "stuck_units",
    "with_numbers",
]
