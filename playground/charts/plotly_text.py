"""Text that a user typed, as Plotly draws it: every character as it is."""

from __future__ import annotations

# Plotly reads tags and entities in every text, formulas between dollar signs where a page has MathJax, and %{…} in
# templates, before it decodes entities. So each of these signs becomes an entity, which is right in all places.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "%": "&#37;"})


def literal(text: str) -> str:
    """The text for titles, annotations, texts, hover templates and their `customdata`."""
    return text.translate(_ENTITIES)
