"""Streamlit may give a component what it was sent before after what it was sent last: the page shows the last."""

import pytest

from browser.conftest import Open
from playground.components import live, spoken
from playground.components.scripts import NEWEST, source
from playground.sidebar import address

pytestmark = pytest.mark.browser

GIVE_BOTH = """async ([js, newer, older, isStrip]) => {
  const url = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: component } = await import(url);
  for (const data of [newer, older]) {
    component({ data: isStrip ? new TextEncoder().encode(JSON.stringify([data])) : data });
  }
}"""


def test_an_overtaken_call_changes_nothing(open_page: Open) -> None:
    page = open_page()
    number = page.frames()[0] + 1_000

    def give_both(js: str, newer: dict[str, object], older: dict[str, object], *, is_strip: bool = False) -> None:
        both = [newer | {"number": number + 1}, older | {"number": number}]
        page.page.evaluate(GIVE_BOTH, [js, *both, is_strip])

    still = {"time": 0, "still": True, "charts": {}, "timeline": None, "alts": {}}
    newer, older = (still | {"numbers": {"epoch_shown": epoch}} for epoch in ("10", "9"))
    give_both(source(NEWEST, live.FOLDER / "frame.js"), newer, older, is_strip=True)
    page.page.wait_for_function("!window.backpropPlayground.drawing")
    assert page.epoch == 10

    give_both(source(NEWEST, address.SOURCE), {"query": "epoch=10"}, {"query": "epoch=9"})
    assert page.page.url.endswith("?epoch=10")

    give_both(source(NEWEST, spoken.FOLDER / "spoken.js"), {"text": "Epoch 10."}, {"text": "Epoch 9."})
    assert page.page.locator("#backprop-spoken").text_content() == "Epoch 10."
