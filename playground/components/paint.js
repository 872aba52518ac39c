// Paints the frames of a playing run straight into what Plotly has drawn: the colours of a heatmap's cells, the course of
// lines, the places and colours of markers, texts, and lines across the chart. That takes a fraction of the time of
// Plotly.react, which computes the whole chart anew. It reads Plotly's own traces and axes and knows none of our charts.
//
// `painter(chart, patch)` returns what paints the patch, or null where Plotly has to draw: other types of traces, other
// numbers of points, another range of an axis, and while the mouse is over the chart, whose hints are Plotly's.

const PAINTED = {
  heatmap: new Set(["z", "zmin", "zmax", "customdata"]),
  scatter: new Set(["x", "y", "text", "customdata", "hovertemplate", "marker"]),
};
const PAINTED_OF_MARKERS = new Set(["color", "cmin", "cmax"]);
const ARRAYS = { f4: Float32Array, f8: Float64Array };

function numbers(values) {
  if (!values?.bdata) return values;
  const characters = atob(values.bdata);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = characters.charCodeAt(i);
  return new ARRAYS[values.dtype](bytes.buffer);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A function that writes the red, green and blue of a number into an array, as Plotly's colour scales: linear between their
// colours, cut at the ends.
function colours(scale, low, high) {
  const stops = scale.map(([at, colour]) => [at, rgb(colour)]);
  return (value, parts, index = 0) => {
    const at = Math.min(1, Math.max(0, (value - low) / (high - low)));
    let k = 1;
    while (k < stops.length - 1 && at > stops[k][0]) k += 1;
    const [start, first] = stops[k - 1];
    const [end, second] = stops[k];
    const share = end > start ? (at - start) / (end - start) : 1;
    for (let i = 0; i < 3; i += 1) parts[index + i] = Math.round(first[i] + (second[i] - first[i]) * share);
    return parts;
  };
}

const rgbs = new Map();

function rgb(colour) {
  if (!rgbs.has(colour)) {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = colour;
    const text = context.fillStyle; // "#rrggbb", or "rgba(…)"
    const parts = text.startsWith("#") ? text.match(/\w\w/g).map((part) => parseInt(part, 16)) : text.match(/[\d.]+/g);
    rgbs.set(colour, parts.slice(0, 3).map(Number));
  }
  return rgbs.get(colour);
}

const place = (axis, value) => axis.l2p(axis.type === "log" ? Math.log10(value) : value);
const isPlain = (axis) => axis.type === "linear" || axis.type === "log";
const short = (pixels) => Math.round(pixels * 100) / 100;

// "M…L…" through points, with a gap wherever one of them has no place.
function path(x, y, xaxis, yaxis) {
  let d = "";
  let begins = true;
  for (let i = 0; i < x.length; i += 1) {
    const [left, top] = [place(xaxis, x[i]), place(yaxis, y[i])];
    const exists = Number.isFinite(left) && Number.isFinite(top);
    if (exists) d += `${begins ? "M" : "L"}${short(left)},${short(top)}`;
    begins = !exists;
  }
  return d || "M0,0";
}

function heatmapPainter(image, trace, changes, cell, xaxis, yaxis) {
  if (!image || (trace.zsmooth && trace.zsmooth !== "fast") || !isPlain(xaxis) || !isPlain(yaxis)) return null;
  const [rows, columns] = [cell.y.length - 1, cell.x.length - 1];
  const z = numbers(changes.z) ?? cell.z.flatMap((row) => [...row]);
  if (z.length !== rows * columns) return null;
  const colour = colours(trace.colorscale, changes.zmin ?? trace.zmin, changes.zmax ?? trace.zmax);
  // Edges of the cells in whole pixels, counted from the first; the image's own x and y are rounded.
  const edges = (values, axis) => {
    const places = Array.from(values, (value) => axis.c2p(value));
    const start = Math.max(Math.min(places[0], places.at(-1)), -0.5 * axis._length);
    return places.map((edge) => Math.max(0, Math.round(edge - start)));
  };
  const onePixelEach = trace.zsmooth === "fast" || image.style.imageRendering !== ""; // and scaled up by the browser
  return () => {
    const canvas = (image.canvas ??= document.createElement("canvas"));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (onePixelEach) {
      [canvas.width, canvas.height] = [columns, rows]; // which clears it
      const isUpward = yaxis.c2p(cell.y[0]) > yaxis.c2p(cell.y[rows]);
      const pixels = context.createImageData(columns, rows);
      for (let i = 0; i < z.length; i += 1) {
        if (Number.isNaN(z[i])) continue;
        const row = Math.floor(i / columns);
        const at = 4 * ((isUpward ? rows - 1 - row : row) * columns + (i % columns));
        colour(z[i], pixels.data, at)[at + 3] = 255;
      }
      context.putImageData(pixels, 0, 0);
    } else {
      [canvas.width, canvas.height] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
      const x = edges(cell.x, xaxis);
      const y = edges(cell.y, yaxis);
      const [gapLeft, gapTop] = [Math.floor(trace.xgap / 2), Math.floor(trace.ygap / 2)];
      for (let i = 0; i < z.length; i += 1) {
        if (Number.isNaN(z[i])) continue;
        const [row, column] = [Math.floor(i / columns), i % columns];
        const [left, right] = [Math.min(x[column], x[column + 1]), Math.max(x[column], x[column + 1])];
        const [top, bottom] = [Math.min(y[row], y[row + 1]), Math.max(y[row], y[row + 1])];
        context.fillStyle = `rgb(${colour(z[i], [])})`;
        context.fillRect(left + gapLeft, top + gapTop, right - left - trace.xgap, bottom - top - trace.ygap);
      }
    }
    image.setAttribute("href", canvas.toDataURL());
  };
}

function scatterPainter(group, trace, changes, xaxis, yaxis) {
  if (!isPlain(xaxis) || !isPlain(yaxis)) return null;
  const steps = [];
  const [x, y] = [numbers(changes.x) ?? trace.x, numbers(changes.y) ?? trace.y];
  const moves = "x" in changes || "y" in changes;
  if (moves && trace.mode.includes("lines")) {
    if (trace.line.shape !== "linear" || trace.connectgaps) return null;
    const lines = [...group.querySelectorAll(".lines > .js-line")];
    const fills = [...group.querySelectorAll(".fills .js-fill")];
    if (trace.fill === "none" ? fills.length || !lines.length : fills.length !== 1) return null;
    steps.push(() => {
      const d = path(x, y, xaxis, yaxis);
      fills.forEach((fill) => fill.setAttribute("d", d));
      lines.forEach((line, i) => line.setAttribute("d", i ? "M0,0" : d));
    });
  }
  const points = [...group.querySelectorAll(".points > .point")];
  if (moves && trace.mode.includes("markers")) {
    if (points.length !== x.length) return null;
    const places = points.map((_, i) => [place(xaxis, x[i]), place(yaxis, y[i])]);
    if (!places.flat().every(Number.isFinite)) return null;
    steps.push(() => {
      points.forEach((point, i) => point.setAttribute("transform", `translate(${places[i].map(short)})`));
    });
  }
  if (moves && trace.mode.includes("text")) return null;
  const values = numbers(changes.marker?.color);
  if (values) {
    const { colorscale, cmin, cmax } = { ...trace.marker, ...changes.marker };
    if (points.length !== values.length || !colorscale) return null;
    const colour = colours(colorscale, cmin, cmax);
    steps.push(() => points.forEach((point, i) => (point.style.fill = `rgb(${colour(values[i], [])})`)));
  }
  if (changes.text && trace.mode.includes("text")) {
    const texts = [...group.querySelectorAll(".text text")];
    const changed = changes.text.flatMap((text, i) => (text === texts[i]?.dataset.unformatted ? [] : [i]));
    const isMarkup = (text) => !text || /[<&$]/.test(text);
    if (texts.length !== changes.text.length || changed.some((i) => isMarkup(changes.text[i]))) return null;
    steps.push(() => {
      for (const i of changed) texts[i].textContent = texts[i].dataset.unformatted = changes.text[i];
    });
  }
  return () => steps.forEach((step) => step());
}

// Straight lines across the chart at one x, of which only that x may change; and ranges, which may not.
function layoutPainter(chart, changes) {
  const { shapes = [], ...rest } = changes;
  const full = chart._fullLayout;
  for (const [name, attributes] of Object.entries(rest)) {
    for (const [attribute, value] of Object.entries(attributes)) {
      if (!full[name]?.range || !same(value, full[name][attribute])) return null;
    }
  }
  const paths = [...chart.querySelectorAll(".shapelayer path")];
  if (shapes.length !== full.shapes.length || (shapes.length && paths.length !== shapes.length)) return null;
  if (!shapes.every(({ type, x0, x1, yref }) => type === "line" && x0 === x1 && yref === "paper")) return null;
  return () =>
    shapes.forEach(({ x0 }, i) => {
      const x = short(full.xaxis._offset + place(full.xaxis, x0));
      paths[i].setAttribute("d", paths[i].getAttribute("d").replace(/([ML])[-\d.]+,/g, `$1${x},`));
    });
}

function painter(chart, patch) {
  const { xaxis, yaxis } = chart._fullLayout;
  const drawn = { heatmap: chart.querySelectorAll(".heatmaplayer .hm"), scatter: chart.querySelectorAll(".scatterlayer > .trace") };
  const seen = { heatmap: 0, scatter: 0 };
  const steps = [layoutPainter(chart, patch.layout)];
  for (const [i, trace] of chart._fullData.entries()) {
    const changes = patch.data[i] ?? {};
    const group = trace.visible === true ? drawn[trace.type]?.[seen[trace.type]++] : null;
    if (!Object.keys(changes).length) continue;
    if (!group || trace.xaxis !== "x" || trace.yaxis !== "y") return null;
    if (!Object.keys(changes).every((name) => PAINTED[trace.type].has(name))) return null;
    if (!Object.keys(changes.marker ?? {}).every((name) => PAINTED_OF_MARKERS.has(name))) return null;
    steps.push(
      trace.type === "heatmap"
        ? heatmapPainter(group.querySelector("image"), trace, changes, chart.calcdata[i][0], xaxis, yaxis)
        : scatterPainter(group, trace, changes, xaxis, yaxis),
    );
  }
  const isWhole = Object.keys(seen).every((type) => seen[type] === drawn[type].length);
  return isWhole && !steps.includes(null) ? () => steps.forEach((step) => step()) : null;
}
