"""A run as a Jupyter notebook: the script's parts in cells, each below its explanation and its formulas."""

from __future__ import annotations

import json
from typing import Any

from backprop_core.export.numpy_script import ARRANGEMENT, origin, parts
from backprop_core.export.plan import plan_of
from backprop_core.export.program import Part, imports, spaced, with_helper
from backprop_core.training.run import Run


def notebook(run: Run) -> str:
    """The run as a notebook (nbformat 4, no outputs stored) that prints the numbers of the run to the last bit."""
    plan = plan_of(run)
    sections = with_helper(parts(plan))
    needed = imports("\n\n".join(part.code for part in sections), one_thread=plan.is_large)
    about = f"# {plan.title}\n\nBackpropagation written out in NumPy.\n\n{origin(plan)}\n\n{_as_markdown(ARRANGEMENT)}"
    cells = [_markdown(about), _code(needed)]
    for part in sections:
        cells += [_markdown(_explanation(part)), _code(spaced(part.code))]
    document = {
        "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _explanation(part: Part) -> str:
    formulas = [f"$${latex}$$" for latex in part.latex]
    return "\n\n".join([f"## {part.title}", *([_as_markdown(part.about)] if part.about else []), *formulas])


def _as_markdown(text: str) -> str:
    """Plain sentences as Markdown: brackets and stars are meant as they stand."""
    for sign in "\\`*_[]<>":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\n\n")


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}
