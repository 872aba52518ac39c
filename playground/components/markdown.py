"""Text that a user typed, as it is drawn by Streamlit's Markdown: every character as it is."""

from __future__ import annotations

import re

_JOINER = "\u2060"  # invisible: it separates signs that Streamlit would draw as one, or as a link, even when escaped

_SIGNS = re.compile(r"[\\`*\[\]<>$~|{}#&]|(?<![^\W_])_|_(?![^\W_])")  # within a word, an underscore means nothing
_JOINED = re.compile(r":(?=\S)|@|www(?=\.)|[<>~=-](?=[<>=-])", re.IGNORECASE)
_START = re.compile(r"^\s*(?:[-+=]|[0-9]+[.)])")  # of a list or a heading


def escaped(text: str) -> str:
    """The text, of one paragraph, as Markdown that draws it: no markup, formula, directive, icon, emoji or link."""
    text = _START.sub(lambda start: _JOINER + start[0], " ".join(text.split()))
    return _SIGNS.sub(r"\\\g<0>", _JOINED.sub(rf"\g<0>{_JOINER}", text))
