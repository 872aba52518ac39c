"""What the Train page says about itself and its charts: every placeholder is filled, with the numbers of the epoch."""

import pytest
from support.app_page import Page

from backprop_core.training.presets import PRESETS
from playground.charts.of_run import learned_views, network_views
from playground.train.about import WORDS, layers, sentences
from playground.train.board import CURVE_VIEWS, gradient_views


@pytest.mark.parametrize("preset", PRESETS)
def test_every_view_of_every_preset_is_explained(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(1)
    snapshot = run.at(1)
    views = {
        "network": network_views(run.data),
        "learned": learned_views(run.data),
        "weights": ("Weights",),
        "gradients": gradient_views(run.data),
        "loss_curve": CURVE_VIEWS,
    }
    for chart, names in views.items():
        for view in names:
            said = sentences(chart, view, run, snapshot)
            assert "{" not in said
            assert "epoch 1" in said
            assert said.count(". ") == 2, "three sentences"


def test_a_newcomer_is_told_what_to_press_until_the_first_press() -> None:
    page = Page()
    assert WORDS["page"]["first"] in page.text()
    page.press("step")
    assert WORDS["page"]["first"] not in page.text()
    for chart, view in {"network": "Circles", "gradients": "Gradients", "loss_curve": "Loss"}.items():
        assert sentences(chart, view, page.run, page.run.at(1)) in page.text()


def test_parameters_are_counted_layer_by_layer() -> None:
    assert layers((2, 3, 1)) == "2 × 3 weights + 3 biases = 9 in layer 1, 3 weights + 1 bias = 4 in layer 2"
    run = PRESETS["digits"].run()
    counts = [int(part.split(" in layer")[0].replace(",", "")) for part in layers(run.network.sizes).split(" = ")[1:]]
    assert sum(counts) == run.network.parameters


def test_a_plateau_is_named_while_nothing_plays() -> None:
    page = Page(preset="vanishing", epoch="400")
    assert "A plateau: flat for 300 epochs" in page.text()
    page = Page(preset="xor", epoch="3000")
    assert "plateau" not in page.text()
