"""What the Landscape page says about its charts: every placeholder is filled, with the numbers of the epoch."""

import numpy as np
import pytest
from support.app_page import LANDSCAPE, Page

from backprop_core import Run
from backprop_core.landscape import PLANES, suggested_reach, surface, trail, trajectory
from backprop_core.settings import addresses
from backprop_core.training.presets import PRESETS
from playground.landscape import about


def explained(run: Run, kind: str) -> dict[str, str]:
    snapshot = run.at(run.epoch)
    epochs, thetas = trajectory(run)
    plane = PLANES[kind].make(snapshot, thetas, seed=0, chosen=addresses(run.network)[:2])
    ground = surface(snapshot, plane, suggested_reach(plane, thetas), 11)
    way = trail(ground, run, epochs, thetas)
    now = trail(ground, run, np.array([run.epoch]), snapshot.state.theta[np.newaxis])
    return {chart: about.sentences(chart, ground, way, now, snapshot) for chart in about.WORDS["charts"]}


@pytest.mark.parametrize("preset", ["xor", "sine", "spirals", "diverging"])
def test_both_charts_of_every_plane_are_explained(preset: str) -> None:
    run = PRESETS[preset].run()
    run.advance(8)
    for kind in PLANES:
        for text in explained(run, kind).values():
            assert "{" not in text
            assert "nan" not in text
            assert "at epoch 8 the run" in text
            assert text.count(". ") == 2, "three sentences"


def test_the_numbers_are_those_of_the_run() -> None:
    run = PRESETS["xor"].run()
    assert "which is a single point so far" in explained(run, "random")["landscape_map"]
    run.advance(100)
    texts = explained(run, "pca")
    assert f"values of all {run.network.parameters} weights and biases" in texts["landscape_map"]
    assert "the run is at (0, 0)" in texts["landscape_map"]
    assert f"its own loss is {run.history.loss[100]:.3g}" in texts["landscape_relief"]


def test_the_page_has_them_unless_it_hides_them() -> None:
    explained = {"explain_landscape_map", "explain_landscape_relief"}
    page = Page(LANDSCAPE)
    assert explained <= page.keys_on_it()
    assert "Each point stands for values of all" in page.text()
    assert not explained & Page(LANDSCAPE, hide="about").keys_on_it()
