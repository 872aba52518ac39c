"""Names from user input or from files: as they were typed, at a length that fits a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME = 40  # characters
MOST_LOOKED_AT = 1_000  # characters of a name that are processed; at most 40 of them are kept
MOST_MARKS = 30  # combining marks on one letter: no language uses more, and sorting n of them takes n² steps

# Characters that Markdown, Streamlit, LaTeX, HTML or Plotly would interpret, and similar-looking replacements.
_LOOKALIKES = str.maketrans("<>[]{}$*`~#|\\&:\"'@", "‹›()()＄∗’∼＃∣∖＆∶″’＠")
_LEADING = str.maketrans("-+=", "−＋＝")  # would start a formula in a spreadsheet, a list or a heading in Markdown
_MARKS = re.compile(rf"[^\w\s]{{{MOST_MARKS + 1},}}")  # matches any long run of marks, because \w matches no mark


def plain(name: str) -> str:
    """A text for messages that are displayed unescaped: at most 40 characters, none of them special on a page.

    It may look different from what was typed, so names of columns and classes are kept as `typed`.

    Characters that Markdown, Streamlit's directives, LaTeX, HTML or Plotly's tags and templates would interpret are
    replaced by similar-looking ones; control characters are removed.
    """
    text = _tidied(name).translate(_LOOKALIKES)
    text = re.sub(r"(?<!\S)--(?!\S)", "—", text)
    text = text[:1].translate(_LEADING) + text[1:]
    # Inside a word, as in petal_width, an underscore has no special meaning.
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", "ˍ", text)
    text = re.sub(r"(?i)\b(www)\.", r"\1․", text)
    text = re.sub(r"^([0-9]+)[.)](?=\s|$)", r"\1․", text)  # "1. a" would start a list
    return _shortened(text, name)


def typed(name: str) -> str:
    """A name as it was typed, shortened to 40 characters; special characters must be escaped where it is displayed."""
    return _shortened(_tidied(name), name)


def _tidied(name: str) -> str:
    """The start of a name without control characters, its spaces single, in one Unicode spelling."""
    start = name[:MOST_LOOKED_AT]
    text = "".join(" " if c.isspace() else c for c in start if c.isspace() or unicodedata.category(c)[0] != "C")
    return composed(" ".join(text.split()))


def _shortened(text: str, name: str) -> str:
    fits = len(text) <= MAX_NAME and len(name) <= MOST_LOOKED_AT
    return text if fits else text[: MAX_NAME - 1].rstrip() + "…"


def shown(text: str) -> str:
    """A text made plain and put in quotation marks."""
    return f"“{plain(text)}”"


def quoted(cell: str) -> str:
    """A cell or a name, as it was typed, in quotation marks."""
    return f"“{typed(cell)}”"


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Names as they were `typed`; repeated names get a number appended."""
    results = dict[str, None]()
    for name in map(typed, names):
        base = candidate = name or "unnamed"
        count = 1
        while candidate in results:
            count += 1
            candidate = f"{base[: MAX_NAME - 6]} {count}"
        results[candidate] = None
    return tuple(results)


def composed(text: str) -> str:
    """Text in Unicode normal form NFC, in linear time: combining marks beyond `MOST_MARKS` in a row are cut."""
    return unicodedata.normalize("NFC", _MARKS.sub(lambda run: _without_many_marks(run[0]), text))


def _without_many_marks(text: str) -> str:
    characters, marks = list[str](), 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            characters.append(character)
    return "".join(characters)
