"""What a user typed is drawn as it is: no sign in it is markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.components.markdown import escaped


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("petal_width", "petal_width"),
        ("3 classes: a (1), b (2).", "3 classes: a (1), b (2)."),
        ("price ($)", r"price (\$)"),
        ("x*y", r"x\*y"),
        ("_a_ b_", r"\_a\_ b\_"),
        ("<5 km", r"\<5 km"),
        ("[kg]", r"\[kg\]"),
        ("`a` ~b~ #c|d", r"\`a\` \~b\~ \#c\|d"),
        ("&lt;", r"\&lt;"),
        ("a\\b", r"a\\b"),
        (":red[a] :smile:", ":\u2060red\\[a\\] :\u2060smile:"),
        ("http://a.b www.a.b c@d.e", "http:\u2060//a.b www\u2060.a.b c@\u2060d.e"),
        ("a -> b -- c", "a -\u2060\\> b -\u2060- c"),
        ("1. a", "\u20601. a"),
        ("- a", "\u2060- a"),
        ("a\n\nb", "a b"),
    ],
)
def test_signs_are_escaped(text: str, markdown: str) -> None:
    assert escaped(text) == markdown


@given(st.text(st.characters(), max_size=60))
def test_nothing_is_left_to_interpret(text: str) -> None:
    drawn = escaped(text)
    assert re.sub(r"\\([^\w\s])|\u2060", r"\1", drawn) == re.sub("\u2060", "", " ".join(text.split()))
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]{}$*`~#|&]", re.sub(r"\\[^\w\s]", "", drawn))
    assert not re.search(r":[^\s\u2060]|@(?!\u2060)|\n", drawn)
