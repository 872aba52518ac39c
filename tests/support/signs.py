"""Names with signs that a page, a chart, a spreadsheet or a program could take for something else."""

from __future__ import annotations

import html
import re

# SHORT ones fit into a diagram of the network.
SHORT = ("x*y", "a_b", "<5 km", "[kg]", "a & b", "$x$", "&lt;", "<b>", "%{x}", "=1+1", "1. a", "`c`")
LONG = ("price ($)", "<b>x</b>", ":red[x] :smile:", "https://a.b/c", "**bold**", "back\\slash", "~~x~~ | #1", "-- {y}")
NAMES = (*SHORT, *LONG)

_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-fA-F]+|mu|amp|lt|gt|nbsp|times|plusmn|deg);")


def drawn_by_plotly(text: str) -> str:
    """What plotly.js draws of a text, as its `templateString` and `convertToTspans` do; a question mark for values.

    A formula, which stands between two dollar signs, fails.
    """
    text = re.sub(r"%{[^%{}]*}", "?", text)
    assert not re.search(r"\$[^$]*\$", text)
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), _TAG.sub("", text))
