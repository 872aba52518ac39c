"""A program of parts: headings, comments, empty lines, and the imports that its code needs."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backprop_core.export.source import WIDTH, names

# Each line brings the name that it ends with.
STANDARD = ("import base64", "import math", "import os", "import warnings", "import zlib")
INSTALLED = (
    "import numpy as np",
    "import torch",
    "from sklearn.exceptions import ConvergenceWarning",
    "from sklearn.neural_network import MLPClassifier",
    "from sklearn.neural_network import MLPRegressor",
    "from torch import nn",
)

# Before NumPy is imported, which reads them only then.
ONE_THREAD = [
    "# Threads that share a sum round it differently; one alone gives the same digits on any number of cores.",
    'os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"',
]

UNPACKED = '''def unpacked(text, *shape):
    """Many numbers, written as text: float64, compressed, in base64."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), "<f8").reshape(shape)
'''


@dataclass(frozen=True)
class Part:
    """A part of a program: its title, a few plain sentences about it, its code and its formulas."""

    title: str
    about: str
    code: str
    latex: tuple[str, ...] = ()


def script(about: Sequence[str], parts: Iterable[Part], *, one_thread: bool = False) -> str:
    """A script of parts, each below its title, with what it imports on top; with BLAS on one thread, if asked for."""
    sections = [
        "\n".join([f"# --- {part.title} ---", *_comment(part.about), part.code.strip()]) for part in with_helper(parts)
    ]
    text = "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in about)
    code = spaced("\n\n".join([imports("\n\n".join(sections), one_thread=one_thread), *sections]))
    return f'"""{text}\n"""\n\n{code}\n'


def spaced(code: str) -> str:
    """Code with two empty lines around its functions, and one elsewhere."""
    paragraphs = re.split(r"\n\n+(?=\S)", code.strip())
    text = paragraphs[0]
    for before, after in itertools.pairwise(paragraphs):
        defines = any(re.search("^def ", paragraph, re.MULTILINE) for paragraph in (before, after))
        text += ("\n\n\n" if defines else "\n\n") + after.strip("\n")
    return text


def imports(code: str, *, one_thread: bool = False) -> str:
    """The imports that a piece of code needs; before them, if asked for, what keeps BLAS to one thread."""
    needed = names(code) | ({"os"} if one_thread else set())
    standard, installed = ([line for line in lines if line.split()[-1] in needed] for lines in (STANDARD, INSTALLED))
    groups = [standard, ONE_THREAD if one_thread else [], installed]
    return "\n\n".join("\n".join(lines) for lines in groups if lines)


def with_helper(parts: Iterable[Part]) -> list[Part]:
    """Parts, the first of them with `unpacked` if any needs it."""
    first, *others = parts
    if not any("unpacked(" in part.code for part in (first, *others)):
        return [first, *others]
    return [replace(first, code=f"{UNPACKED}\n{first.code}"), *others]


def _comment(text: str) -> list[str]:
    """Plain sentences as the lines of a comment."""
    return [f"# {line}" for paragraph in text.split("\n") for line in textwrap.wrap(paragraph, WIDTH - 2)]
