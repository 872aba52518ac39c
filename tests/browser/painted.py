"""Compares what is painted straight into a chart while a run plays with what Plotly draws for the same frame."""

import io

import numpy as np
from PIL import Image

from browser.train_page import TrainPage

FAINT = 8  # of 255: a difference that nobody sees
MOST_SEEN = 30  # pixels of a chart that may differ more, at the edges of lines

PAINT = """(panel) => {
  const { painter, moving } = window.backpropPlayground;
  const chart = document.querySelector(`.st-key-${panel} .js-plotly-plot`);
  const paint = painter(chart, moving.charts[panel]);
  paint?.();
  return paint !== null;
}"""

DRAW = """async (panel) => {
  const { merged, moving, unpaint } = window.backpropPlayground;
  const chart = document.querySelector(`.st-key-${panel} .js-plotly-plot`);
  const { data, layout } = moving.charts[panel];
  unpaint(chart);
  await window.Plotly.react(chart, chart.data.map((trace, i) => merged(trace, data[i])), merged(chart.layout, layout));
}"""

STILL = """(panels) => {
  const { drawing, moving } = window.backpropPlayground;
  const frame = (panel) => Number(document.querySelector(`.st-key-${panel} .js-plotly-plot`).dataset.frame);
  return !drawing && panels.every((panel) => frame(panel) > moving.number);
}"""

TWO_FRAMES = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


def wait_still(page: TrainPage, panels: list[str]) -> None:
    """Wait for the last frame, which Plotly draws: it would be drawn over what is painted."""
    page.page.wait_for_function(STILL, arg=panels)
    page.page.evaluate(TWO_FRAMES)  # after it, Streamlit's own chart draws the same picture once more
    assert not page.page.locator(".painted").count()  # what stands still is Plotly's own


def check_painted(page: TrainPage, panel: str) -> bool:
    """Whether the last moving frame of a chart is painted; and if so, it must be what Plotly draws."""
    if not page.page.evaluate(PAINT, panel):
        return False
    before = _picture(page, panel)
    page.page.evaluate(DRAW, panel)
    differences = np.abs(before - _picture(page, panel)).max(axis=2)
    assert (differences > FAINT).sum() <= MOST_SEEN, panel
    return True


def _picture(page: TrainPage, panel: str) -> np.ndarray:
    shot = Image.open(io.BytesIO(page.chart(panel).screenshot()))
    return np.asarray(shot.convert("RGB"), dtype=int)
