"""One sample of the batch alone, on the One step page."""

import pytest
from streamlit.testing.v1 import AppTest
from support.patience import PATIENCE

from backprop_core.training.presets import PRESETS


def view() -> None:
    from playground.step import page as step

    step.page()


@pytest.mark.parametrize("preset", ["xor", "blobs", "spirals"])
def test_a_sample_can_be_walked_through_alone(preset: str) -> None:
    at = AppTest.from_function(view, default_timeout=PATIENCE).run()
    at.selectbox(key="preset").select(PRESETS[preset].label).run()
    at.toggle(key="one_sample").set_value(True).run()
    at.selectbox(key="sample").select_index(2).run()
    while not at.button(key="walk_on").disabled:
        at.button(key="walk_on").click().run()
        assert not at.exception
        assert at.latex[1].value
    while at.button(key="walk_back").disabled is False and not [box for box in at.selectbox if box.key == "sample"]:
        at.button(key="walk_back").click().run()
    assert at.selectbox(key="sample").value == 2, "the choice is kept on the way"
