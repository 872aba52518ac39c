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

# A picture that stands still is drawn twice: by live.js, and then by Streamlit's own chart, which was told of it.
WATCH = """(panels) => panels.forEach((panel) => {
  const chart = document.querySelector(`.st-key-${panel} .js-plotly-plot`);
  chart.on("plotly_redraw", () => chart.once("plotly_react", () => { chart.drawnTwice = chart.dataset.frame; }));
})"""

STILL = """(panels) => {
  const { moving } = window.backpropPlayground;
  const charts = panels.map((panel) => document.querySelector(`.st-key-${panel} .js-plotly-plot`));
  return charts.every(({ dataset, drawnTwice }) => dataset.frame > moving.number && dataset.frame === drawnTwice);
}"""


def pause(page: TrainPage, panels: list[str]) -> None:
    """Pause, and wait until what stands still is drawn: it would be drawn over what is painted."""
    page.page.evaluate(WATCH, panels)
    page.press("play")
    page.wait_paused()
    page.page.wait_for_function(STILL, arg=panels)
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
