"""What screen readers say after a step, a pause or a change."""

import pytest
from support.app_page import STEP, Page

from playground.components.spoken import Moment, Spoken, sentence

BEFORE = Moment(0, 0, 11, 0.125)


RATE = "from epoch 11: rate 0.05"


@pytest.mark.parametrize(
    ("now", "change", "text"),
    [
        (Moment(0, 0, 12, 0.1234), "", "Epoch 12. Train loss 0.1234, was 0.125."),
        (Moment(0, 0, 10, 0.1250001), "", "Epoch 10. Train loss 0.1250001, was 0.125."),
        (Moment(0, 0, 1_500, 0.1), "", "Epoch 1,500. Train loss 0.1, was 0.125 at epoch 11."),
        (Moment(0, 1, 11, 0.125), RATE, f"Changed {RATE}. Epoch 11. Train loss 0.125, as before."),
        (Moment(1, 0, 0, 0.7, "**Back** at epoch 0."), "", "Back at epoch 0. Epoch 0. Train loss 0.7."),
    ],
)
def test_the_sentence_says_what_is_different(now: Moment, change: str, text: str) -> None:
    assert sentence(BEFORE, now, change) == text


def said(page: Page) -> str:
    return page.session.part(Spoken).text


def test_the_page_says_what_was_done_and_nothing_when_it_is_opened() -> None:
    page = Page()
    assert said(page) == ""
    page.press("step")
    losses = [f"{loss:.4g}" for loss in page.run.history.loss]
    assert said(page) == f"Epoch 1. Train loss {losses[1]}, was {losses[0]}."
    page.look()
    assert said(page) == f"Epoch 1. Train loss {losses[1]}, was {losses[0]}."
    page.choose("learning_rate", 0.25)
    assert "Changed from epoch 1: rate 0.25. Epoch 1." in said(page)
    page.go(STEP)
    page.press("back")
    assert said(page) == f"Epoch 0. Train loss {losses[0]}, was {losses[1]}."
