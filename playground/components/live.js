// Updates the charts of st.plotly_chart to the newest frame, in place: for a changed description, Streamlit mounts a new
// chart, which blinks. Frames come in strips and follow each other as fast as they were made; a browser that cannot paint
// as many skips some. Numbers and the timeline are painted together with the charts, so that the screen never shows two
// epochs at once.
const queue = (window.backpropPlayground ??= {}); // frame.js puts strips in

const EARLY = 8; // ms, half of the time between two pictures of most screens: a frame may be painted so much early
const RESTS = 3; // after drawing, a 3D chart pauses for this many times the time it took, so that others are drawn

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const merged = (old, changes) => {
  const result = { ...old };
  for (const [name, value] of Object.entries(changes ?? {})) {
    result[name] = isObject(value) && isObject(old?.[name]) && !("bdata" in value) ? merged(old[name], value) : value;
  }
  return result;
};

Object.assign(queue, { painter, unpaint, merged }); // for those who compare what is painted with what Plotly draws

const box = (key) => document.getElementsByClassName(`st-key-${key}`)[0]; // browsers remember what that found
const chartOf = (panel) => box(panel)?.querySelector(".js-plotly-plot");

// Change React's own text node instead of replacing it, so that React can go on changing it.
function write(element, text) {
  const node = element && document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
  if (node && node.data !== text) node.data = text;
}

// The slider of pages that are sent frames. That of One step has a place of its own: while that page is being opened, the
// charts of the last one are still there, and so would its last frame be painted here.
const TIMELINE = "moving_timeline";

// The colours of a rail as React drew it: that of the part behind the thumb, and that of the part before it.
function coloursOf(rail) {
  if (rail.drawnAs !== rail.className) {
    rail.style.backgroundImage = "";
    rail.drawnAs = rail.className;
    rail.colours = getComputedStyle(rail).backgroundImage.match(/rgba?\([^)]*\)/g) ?? [];
  }
  return rail.colours;
}

function paintTimeline({ epoch, end }, still) {
  const slider = box(TIMELINE)?.querySelector(".stSlider");
  const input = slider?.querySelector("input");
  if (!input || slider.matches(":active")) return; // it is being dragged
  const label = slider.querySelector("[data-testid=stSliderThumbValue]");
  const thumb = label.parentElement;
  const rail = thumb.previousElementSibling;
  // All sizes are read before anything is written, or the browser would compute the layout twice.
  const half = thumb.offsetWidth / 2;
  const share = end > 0 ? epoch / end : 0;
  const before = share * slider.offsetWidth;
  const behind = slider.offsetWidth - before;
  const width = label.offsetWidth;
  const colours = still ? null : coloursOf(rail);
  input.max = end;
  input.value = epoch;
  input.setAttribute("aria-valuetext", epoch);
  write(label, String(epoch));
  thumb.style.left = `${100 * share}%`;
  label.style.left = before < width / 2 ? `${half - before}px` : ""; // as Streamlit does at the ends
  label.style.right = behind < width / 2 ? `${half - behind}px` : "";
  const stop = `${100 * share}%`; // when nothing plays, React's own value is right
  rail.style.backgroundImage = still ? "" : `linear-gradient(to right, ${colours[1]} ${stop}, ${colours[0]} ${stop})`;
}

function paintNumbers(frame) {
  if (frame.timeline) paintTimeline(frame.timeline, frame.still); // first, since it reads sizes
  for (const [key, text] of Object.entries(frame.numbers)) write(box(key)?.querySelector("strong"), text);
  for (const key of [...Object.keys(frame.numbers), TIMELINE]) {
    if (box(key)) observer.observe(box(key), { subtree: true, childList: true, characterData: true, attributes: true });
  }
  observer.takeRecords();
}

// React updates numbers, too, whenever the script runs, and not all at once. As long as the page has the places of the
// drawn charts, their numbers stay until the next frame is drawn, also while React puts new charts there.
// One for the page, however often it is drawn: a new one would watch nothing before the next frame.
const observer = (queue.observer ??= new MutationObserver(() => {
  const panels = Object.keys(queue.drawn?.charts ?? {});
  if (panels.length && panels.every(box)) paintNumbers(queue.drawn);
}));

async function drawChart(chart, patch, frame) {
  const started = performance.now();
  const paint = frame.still || chart.matches(":hover") ? null : painter(chart, patch);
  if (paint) {
    paint();
    chart.dataset.frame = frame.number;
    return;
  }
  if (!frame.still && started < chart.restsUntil) return;
  const data = chart.data.map((trace, i) => merged(trace, patch.data[i]));
  unpaint(chart);
  await window.Plotly.react(chart, data, merged(chart.layout, patch.layout));
  if (!chart._fullLayout) return; // its page was left meanwhile, and Plotly has cleared it
  chart.dataset.frame = frame.number;
  if (frame.still) chart.emit("plotly_redraw"); // updates Streamlit's own copy of the figure
  if (chart._fullLayout._has("gl3d")) {
    // Without a graphics card, most of the time passes when the picture is shown, after the next call.
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    const ended = performance.now();
    chart.restsUntil = ended + RESTS * (ended - started);
  }
}

async function draw(now) {
  const { strip } = queue;
  const overdue = strip.findLastIndex((frame) => frame.due <= now);
  if (overdue > 0) strip.splice(0, overdue);
  try {
    if (strip[0].due <= now + EARLY) await drawFrame(strip.shift());
  } finally {
    if (queue.strip.length) requestAnimationFrame(draw); // also after an error: or no later frame would be drawn
    else queue.drawing = false;
  }
}

async function drawFrame(frame) {
  const charts = Object.keys(frame.charts).map(chartOf);
  if (!charts.length || (window.Plotly && charts.every((chart) => chart?._fullLayout))) {
    queue.drawn = frame;
    paintNumbers(frame);
    for (const [panel, alt] of Object.entries(frame.alts)) chartOf(panel)?.parentElement.setAttribute("aria-label", alt);
    const patches = Object.values(frame.charts);
    await Promise.all(charts.map((chart, index) => drawChart(chart, patches[index], frame)));
  } else {
    if (!queue.strip.length) queue.strip = [frame]; // the charts are not there yet
  }
}

queue.start = () => {
  const { strip = [] } = queue;
  const now = performance.now();
  for (const frame of strip) frame.due ??= now + frame.time - strip[0].time;
  if (strip.length && !queue.drawing) {
    queue.drawing = true;
    requestAnimationFrame(draw);
  }
};
queue.start();

export default () => {};
