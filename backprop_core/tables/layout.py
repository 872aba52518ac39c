"""The layout of a table of text: what precedes its rows, which sign separates cells, how numbers are written.

csv.Sniffer is not used: it takes letters and decimal commas for delimiters.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backprop_core.data.cells import grouped, has_invisible, is_missing, number, tidy
from backprop_core.tables.decoding import refusal

DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas", " ": "spaces"}
SPACES = " '’\u00a0\u202f"  # what stands between groups of three digits beside points and commas

SAMPLE = 100  # rows looked at to find the delimiter
SAMPLE_CELLS = 5_000  # cells of these looked at: a row can be as long as a file

INVISIBLE = "Invisible characters in the names of columns were dropped."

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_INSTRUCTION = re.compile(r'"?sep=(\\t|[\t;|, ])"?', re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))""", re.IGNORECASE)
_NUMERIC = re.compile(rf"[+−-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?|{grouped(SPACES + '.,', '.')}")


@dataclass(frozen=True)
class Opening:
    """A text whose first lines were understood: in `text` they are blank, so that rows keep their numbers.

    delimiter : the sign that separates cells, where the text itself says so
    names : of the columns, where they are declared
    comment : the last line of comments, which may hold names
    quote : the sign around cells that hold a delimiter
    notes : what was understood, in sentences
    """

    text: str
    delimiter: str = ""
    names: tuple[str, ...] = ()
    comment: str = ""
    quote: str = '"'
    notes: tuple[str, ...] = ()


def read_opening(text: str) -> Opening:
    """Understand an instruction such as "sep=;", comments that begin with "#", and the header of an ARFF file."""
    start, comments, delimiter = 0, list[str](), ""
    for match in _LINE.finditer(text):
        line = match[0].strip(" \r\n")
        instruction = _INSTRUCTION.fullmatch(line)
        if re.match(r"@relation\b", line, re.IGNORECASE):
            return _arff(text)
        if instruction and not delimiter:
            delimiter = instruction[1].replace("\\t", "\t")
        elif line.startswith(("#", "%")):
            comments.append(line)
        elif line:
            break
        start = match.end()
        if start == len(text):
            break
    notes = []
    if delimiter:
        notes.append(f"The first line says that {DELIMITERS[delimiter]} separate cells.")
    if comments:
        notes.append(_about_comments(len(comments)))
    return Opening(_blanked(text, start), delimiter, comment=comments[-1] if comments else "", notes=tuple(notes))


def _about_comments(count: int) -> str:
    lines = (
        "1 line of comments above the table was" if count == 1 else f"{count:,} lines of comments above the table were"
    )
    return f"{lines} skipped."


def _blanked(text: str, end: int) -> str:
    return re.sub(r"[^\r\n]+", "", text[:end]) + text[end:]


def _arff(text: str) -> Opening:
    names, end = list[str](), 0
    for match in _LINE.finditer(text):
        attribute = _ATTRIBUTE.match(match[0].strip())
        if attribute:
            names.append(next(name for name in attribute.groups() if name is not None))
        if match[0].strip().lower() == "@data":
            end = match.end()
            break
        if match.end() == len(text):
            break
    if not names or not end:
        raise refusal("This ARFF file has no attributes, or no data below them.")
    rows = re.sub(r"(?m)^[ \t]*%[^\r\n]*", "", text[end:])
    if rows.lstrip().startswith("{"):
        raise refusal("This is a sparse ARFF file, which cannot be read: save it as CSV.")
    quote = "'" if "'" in rows and '"' not in rows else '"'
    notes: tuple[str, ...] = ("The text is an ARFF file, which declares its columns.",)
    if any(map(has_invisible, names)):
        notes = (*notes, INVISIBLE)
    return Opening(_blanked(text[:end], end) + rows, ",", tuple(map(tidy, names)), quote=quote, notes=notes)


def names_in_comment(comment: str, delimiter: str, first: Sequence[str]) -> list[str]:
    """The names that a comment above data holds, one for each cell of the first row; [] if it holds others.

    "# a,b,y" as NumPy writes it, or "#,Name,Type", whose first column is called "#".
    """
    line = comment[1:].strip(" ")
    line = f"#{line}" if line.startswith(delimiter) else line
    names = [tidy(name) for name in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    if len(names) != len(first) or not all(names) or any(_NUMERIC.fullmatch(name) for name in names):
        return []
    return names


def class_names_ahead(first: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of classes in a line "150,4,setosa,versicolor,virginica" above 150 rows of 4 inputs and a class."""
    cells = [cell for cell in first if cell]
    if len(cells) < 4 or not (cells[0].isdecimal() and cells[1].isdecimal()) or len(cells[0] + cells[1]) > 12:
        return ()
    counts = (int(cells[0]), int(cells[1]))
    is_told = counts == (len(rows), len([cell for cell in rows[0] if cell]) - 1)
    return tuple(cells[2:]) if is_told and not any(map(_NUMERIC.fullmatch, cells[2:])) else ()


def find_delimiter(text: str) -> str:
    """The sign that makes the most rows equally long, and then the most cells numbers.

    Spaces, any number of them or of tabs, only if no other sign serves half of the rows, or if they make more of the
    cells numbers: they stand within cells too.
    """
    start = text[: SAMPLE * 2_000].lstrip("\r\n")
    fits = {delimiter: _fit(start, delimiter) for delimiter in DELIMITERS}
    spaces = fits.pop(" ")
    best = max(fits, key=lambda delimiter: fits[delimiter])
    is_better = spaces.share >= fits[best].share and spaces.numeric > fits[best].numeric
    return " " if spaces.share > 0 and (fits[best].share < 0.5 or is_better) else best


class _Fit(NamedTuple):
    share: float  # of rows that are equally long
    numeric: float  # share of cells that are numbers


def _fit(text: str, delimiter: str) -> _Fit:
    reader = csv.reader(io.StringIO(one_space(text, delimiter), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        rows = [row for row in itertools.islice(reader, SAMPLE) if any(map(tidy, row))]
    except csv.Error:
        return _Fit(0.0, 0.0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return _Fit(0.0, 0.0)
    cells = [tidy(cell) for cell in itertools.islice(itertools.chain.from_iterable(rows), SAMPLE_CELLS)]
    numeric = sum(_NUMERIC.fullmatch(cell) is not None for cell in cells if len(cell) < 50)
    return _Fit(max(widths.values()) / len(rows), numeric / len(cells))


def one_space(text: str, delimiter: str) -> str:
    """The text with tabs as spaces and none at the end of lines, where spaces separate cells."""
    return re.sub(r"(?m) +$", "", text.replace("\t", " ").replace(" \r", "\r")) if delimiter == " " else text


class NumberFormat(NamedTuple):
    """How numbers are written.

    decimal : the decimal sign, a point or a comma
    thousands : the signs that may stand between groups of three digits
    example : a number of the table whose digits are grouped, as it is written
    doubtful : one such as 1,234 that is a thousand to some and little more than one to others
    """

    decimal: str = "."
    thousands: str = ""
    example: str = ""
    doubtful: str = ""


DEFAULT, ENGLISH, CONTINENTAL = NumberFormat(), NumberFormat(".", f",{SPACES}"), NumberFormat(",", f".{SPACES}")

_PLAIN = {sign: re.compile(rf"[+-]?[0-9]*{re.escape(sign)}[0-9]+(?:[eE][+-]?[0-9]+)?") for sign in ".,"}
_DOUBTFUL = {sign: re.compile(rf"[+-]?[1-9][0-9]{{0,2}}{re.escape(sign)}[0-9]{{3}}") for sign in ".,"}
_GROUPED = {sign: re.compile(grouped(sign, decimal)) for sign, decimal in (".,", ",.")}
_SPACED = re.compile(grouped(SPACES, ".") + "|" + grouped(SPACES, ","))


def find_number_format(cells: Iterable[str], delimiter: str) -> NumberFormat:
    """How numbers are written in a table, decided by all of its cells.

    "0,5" and "1.234,5" tell that a comma is the decimal sign, "0.5" and "1,234.5" that a point is. "1,234" tells
    nothing by itself: beside others it is what they say; alone it is a decimal where semicolons separate cells, which
    is done for decimal commas, and otherwise no number until the user says which.
    """
    marked = dict.fromkeys(cell.replace("−", "-") for cell in cells if len(cell) < 50 and not cell.isdecimal())
    plain, doubtful, grouping = dict[str, bool](), dict[str, str](), dict[str, str]()
    for sign in ".,":
        having = [cell for cell in marked if sign in cell]
        doubtful[sign] = _first(_DOUBTFUL[sign], having)
        sure = [cell for cell in having if not _DOUBTFUL[sign].fullmatch(cell)]
        grouping[sign], plain[sign] = _first(_GROUPED[sign], sure), bool(_first(_PLAIN[sign], sure))
    all_spaced = [cell for cell in marked if _SPACED.fullmatch(cell)]
    spaced, spaces = (all_spaced[0], SPACES) if all_spaced else ("", "")
    point = plain["."] or bool(grouping[","]) or any("." in cell for cell in all_spaced)
    comma = plain[","] or bool(grouping["."]) or any("," in cell for cell in all_spaced)
    if point != comma:
        decimal, other = (",", ".") if comma else (".", ",")
        example = grouping[other] or doubtful[other]
        return NumberFormat(decimal, (other if example else "") + spaces, example or spaced)
    if point and comma:
        return NumberFormat(".", spaces, spaced)
    decimal = "," if doubtful[","] and not doubtful["."] and delimiter == ";" else "."
    in_doubt = doubtful[","] or (doubtful["."] if delimiter in (";", "\t") else "")
    return NumberFormat(decimal, spaces, spaced, in_doubt)


def _first(pattern: re.Pattern[str], cells: Iterable[str]) -> str:
    return next((cell for cell in cells if pattern.fullmatch(cell)), "")


def has_header(rows: Sequence[Sequence[str]], numbers: NumberFormat) -> bool:
    """Whether the first row is names: text above a column of numbers, or all of it unlike anything below."""

    def is_number(cell: str) -> bool:
        return number(cell, numbers.decimal, numbers.thousands) is not None

    first, *body = rows
    text = [not is_missing(cell) and not is_number(cell) for cell in first]
    columns = [[cell for cell in cells if not is_missing(cell)] for cells in zip(*body, strict=True)]
    for is_text, cells in zip(text, columns, strict=False):
        if is_text and 2 * sum(map(is_number, cells)) > len(cells):
            return True
    unlike = all(name not in cells for name, cells in zip(first, columns, strict=False))
    is_unnamed = [i == 0 and not name for i, name in enumerate(first)]  # the first column of pandas and R
    named = all(is_text or unnamed for is_text, unnamed in zip(text, is_unnamed, strict=True)) and any(text)
    return named and unlike and len(set(first)) == len(first)


def is_text(cells: Sequence[str]) -> bool:
    """Whether no cell of a row is a number or missing."""
    return not any(is_missing(cell) or _NUMERIC.fullmatch(cell) for cell in cells)
