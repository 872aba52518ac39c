"""Uploads: the text of a file whose encoding and kind nobody has told."""

from __future__ import annotations

import codecs
import re
from typing import Any

from backprop_core.settings import ConfigError

MAX_BYTES = 2_000_000

_ENCODINGS = {
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8 with a byte order mark"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}
_OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or another zip file",
    b"PK\x05\x06": "an empty zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"{\\rtf": "a rich text document",
    b"\x89PNG": "a picture",
    b"GIF8": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file",
}
_MARKUP = re.compile(r"<(?:[!?]|(?:html|head|body|table|div|meta|svg)\b)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def refusal(sentence: str) -> ConfigError:
    """What is raised where data cannot be read."""
    return ConfigError("data", sentence)


def decoded(content: Any, subject: str) -> tuple[str, str]:
    """The text of a file (bytes) or of what was pasted (str), and what its encoding is called.

    `subject` is what sentences call it. Raises ConfigError where it is empty, too large, or no text of a table.
    """
    if not isinstance(content, str | bytes):
        raise refusal("A table is read from text, or from the bytes of a file.")
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise refusal(f"{subject} has {size:,} bytes, and at most {MAX_BYTES:,} (2 MB) can be read.")
    text, encoding = (content, "text") if isinstance(content, str) else _decoded(content, subject)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise refusal(f"{subject} is empty.")
    control = _CONTROL.search(text)
    if control:
        line, code = text.count("\n", 0, control.start()) + 1, ord(control[0])
        raise refusal(f"{subject} is not a table of text: line {line:,} has the control character U+{code:04X}.")
    kind = _other_kind(text.strip())
    if kind:
        raise refusal(f"{subject} is {kind}, not a table: save or export it as CSV.")
    return text, encoding


def _decoded(content: bytes, subject: str) -> tuple[str, str]:
    for start, kind in _OTHER_FILES.items():
        if content.startswith(start):
            raise refusal(f"{subject} is {kind}, not a table of text: save or export it as CSV.")
    for mark, (codec, encoding) in _ENCODINGS.items():
        if content.startswith(mark):
            try:
                return content.decode(codec), encoding
            except UnicodeDecodeError:
                raise refusal(f"{subject} begins as {encoding}, but is not: save it as CSV UTF-8.") from None
    if max(content[::2].count(0), content[1::2].count(0)) > len(content) // 4:
        raise refusal(f"{subject} is binary, or UTF-16 without a byte order mark: save it as CSV UTF-8.")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
        raise refusal(
            f"{subject} is neither UTF-8 nor Windows-1252, for line {line:,} has the byte 0x{byte:02X}: "
            "save it as CSV UTF-8."
        ) from None


def _other_kind(text: str) -> str:
    """What a text is if it is no table: "" if it may be one."""
    if _MARKUP.match(text):
        return "a web page or XML"
    if text.startswith("{") and text.endswith("}"):
        return "a notebook" if '"nbformat"' in text else "JSON"
    if text.startswith("[") and text.endswith("]"):
        return "JSON"
    return ""
