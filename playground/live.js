// Brings the charts that st.plotly_chart has made to the newest frame, in place: changing a chart's description through
// Streamlit would mount a new chart, which blinks. Frames that come faster than they can be drawn are skipped.
const queue = (window.backpropPlayground ??= { frame: null, drawing: false });

const RESTS = 3; // so many times as long as it took to draw it, a chart in space lets others go ahead while playing

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const merged = (old, changes) => {
  const result = { ...old };
  for (const [name, value] of Object.entries(changes ?? {})) {
    result[name] = isObject(value) && isObject(old?.[name]) && !("bdata" in value) ? merged(old[name], value) : value;
  }
  return result;
};

const chartOf = (panel) => document.querySelector(`.st-key-${panel} .js-plotly-plot`);

async function draw() {
  const frame = queue.frame;
  queue.frame = null;
  const charts = Object.keys(frame.charts).map(chartOf);
  if (window.Plotly && charts.every((chart) => chart?._fullLayout)) {
    for (const [panel, alt] of Object.entries(frame.alts)) chartOf(panel).parentElement.setAttribute("aria-label", alt);
    for (const [index, patch] of Object.values(frame.charts).entries()) {
      const chart = charts[index];
      const started = performance.now();
      if (!frame.still && started < chart.restsUntil) continue;
      const data = chart.data.map((trace, i) => merged(trace, patch.data[i]));
      await window.Plotly.react(chart, data, merged(chart.layout, patch.layout));
      chart.dataset.frame = frame.number;
      if (chart._fullLayout._has("gl3d")) {
        await new Promise(requestAnimationFrame); // without a graphics card, most of the time goes by after the call
        const ended = performance.now();
        chart.restsUntil = ended + RESTS * (ended - started);
      }
      if (frame.still) chart.emit("plotly_redraw"); // lets Streamlit's own copy of the figure follow
    }
  } else {
    queue.frame ??= frame; // the charts are not there yet
  }
  if (queue.frame) requestAnimationFrame(draw);
  else queue.drawing = false;
}

export default function ({ data }) {
  if (!data) return;
  queue.frame = data;
  if (!queue.drawing) {
    queue.drawing = true;
    requestAnimationFrame(draw);
  }
}
