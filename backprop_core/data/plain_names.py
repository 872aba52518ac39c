"""Names that a user typed or a file holds, as they can be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME = 40


# Characters that Markdown, Streamlit, LaTeX, HTML or Plotly would interpret, and others that look like them.
_LOOKALIKES = str.maketrans("<>[]{}$*`~#|\\&:\"'@", "‹›()()＄∗’∼＃∣∖＆∶″’＠")
_LEADING = str.maketrans("-+=", "−＋＝")  # a formula to a spreadsheet, a list or a heading to Markdown


def plain(name: str) -> str:
    """A name as it can be shown anywhere: at most 40 characters, none that a page or a chart would interpret.

    Markdown, Streamlit's directives, LaTeX, HTML and its entities, Plotly's tags and templates leave it as it is:
    characters that mean something to them are replaced by others that look alike, control characters are left out.
    """
    text = _tidied(name).translate(_LOOKALIKES)
    text = re.sub(r"(?<!\S)--(?!\S)", "—", text)
    text = text[:1].translate(_LEADING) + text[1:]
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", "ˍ", text)  # within a word, as in petal_width, it means nothing
    text = re.sub(r"(?i)\b(www)\.", r"\1․", text)
    text = re.sub(r"^([0-9]+)[.)](?=\s|$)", r"\1․", text)  # "1. a" would begin a list
    return _shortened(text, name)


def typed(name: str) -> str:
    """A name as it was typed, at most 40 characters of it: where it is drawn, signs in it have to be escaped."""
    return _shortened(_tidied(name), name)


def _tidied(name: str) -> str:
    """The start of a name without control characters, its spaces single, in one Unicode spelling."""
    start = name[:MOST_LOOKED_AT]
    text = "".join(" " if c.isspace() else c for c in start if c.isspace() or unicodedata.category(c)[0] != "C")
    return composed(" ".join(text.split()))


def _shortened(text: str, name: str) -> str:
    fits = len(text) <= MAX_NAME and len(name) <= MOST_LOOKED_AT
    return text if fits else text[: MAX_NAME - 1].rstrip() + "…"


def shown(cell: str) -> str:
    """A cell or a name in quotation marks, as it stands in a sentence that is drawn without being escaped."""
    return f"“{plain(cell)}”"


def quoted(cell: str) -> str:
    """A cell or a name in quotation marks, as it was typed."""
    return f"“{typed(cell)}”"


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Names as `plain` shows them; those it makes equal are numbered."""
    return _numbered(map(plain, names))


def unique_typed(names: Iterable[str]) -> tuple[str, ...]:
    """Names as they were typed; those that are equal once they are shortened are numbered."""
    return _numbered(map(typed, names))


def _numbered(names: Iterable[str]) -> tuple[str, ...]:
    different = dict[str, None]()
    for name in names:
        first = again = name or "unnamed"
        count = 1
        while again in different:
            count += 1
            again = f"{first[: MAX_NAME - 6]} {count}"
        different[again] = None
    return tuple(different)


MOST_LOOKED_AT = 1_000  # characters of a name, of which at most 40 are shown


def composed(text: str) -> str:
    """Text in one Unicode spelling, in time that grows with its length: marks beyond `MOST_MARKS` in a row are cut."""
    return unicodedata.normalize("NFC", _MARKS.sub(lambda run: _without_many_marks(run[0]), text))


MOST_MARKS = 30  # combining marks on one letter: no language has more, and putting n in order takes n² steps


_MARKS = re.compile(rf"[^\w\s]{{{MOST_MARKS + 1},}}")  # what a long run of marks looks like; no mark is part of a word


def _without_many_marks(text: str) -> str:
    kept, marks = list[str](), 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
