"""What is painted straight into a chart while a run plays is what Plotly would have drawn for the same frame."""

import pytest

from browser.conftest import Open
from browser.painted import check_painted, pause
from browser.train_page import CHARTS, TrainPage

pytestmark = pytest.mark.browser

# Links, the views to choose one after the other, and the panels that are painted in each of them.
CASES: dict[str, tuple[str, list[dict[str, str]], list[str]]] = {
    "xor": ("?epoch=300", [{}, {"gradients_view": "δ", "curves_view": "Gradient norm"}, {"scale": "linear"}], CHARTS),
    "deep": (
        "?dataset=moons&hidden=8-8&activation=tanh&learning_rate=0.05&batch_size=32&epoch=100",
        [{"gradients_view": "Activations"}, {"gradients_view": "Updates"}],
        CHARTS,
    ),
    "large, all weights positive": (
        "?dataset=xor&hidden=64-64-64-64-64-64&learning_rate=0.001&epoch=3",
        [{}],
        CHARTS,
    ),
    "pictures": (
        "?dataset=moons&features=x1,x2,x1x2&hidden=8-3&activation=tanh&learning_rate=0.05&epoch=100",
        [{"network_view": "Responses"}],
        ["network"],
    ),
    "curve": (
        "?dataset=sine&hidden=8&activation=tanh&output=linear&loss=mse&learning_rate=0.03&optimizer=adam&epoch=300",
        [{}],
        CHARTS,
    ),
    "classes": (
        "?dataset=blobs&hidden=8&activation=tanh&output=softmax&loss=cross_entropy&learning_rate=0.05&epoch=100",
        [{}, {"learned_view": "Units"}],
        ["network", "weights", "gradients", "loss_curve"],
    ),
    "digits": ("?preset=digits&epoch=2", [{"learned_view": "Patterns"}, {"learned_view": "Wrong rows"}], ["learned"]),
}

TRIES = 3  # a chart is not painted if the range of an axis changes right after its last moving frame


def play_a_little(page: TrainPage) -> None:
    page.press("play")
    page.wait_playing()
    page.wait_frames(4)
    pause(page, CHARTS)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("case", CASES)
def test_painted_is_what_plotly_draws(open_page: Open, case: str, dark: bool) -> None:
    link, views, painted = CASES[case]
    page = open_page(dark=dark, query=link)
    page.switch("speed", "1")
    for view in views:
        for key, option in view.items():
            page.switch(key, option)
        page.rest()
        unpainted = set(painted)
        for _ in range(TRIES):
            play_a_little(page)
            unpainted -= {panel for panel in CHARTS if check_painted(page, panel)}
            if not unpainted:
                break
        assert not unpainted, view
