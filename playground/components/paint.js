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
  if (values?.bdata === undefined) return values;
  const characters = atob(values.bdata);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = characters.charCodeAt(i);
  return new ARRAYS[values.dtype](bytes.buffer);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const LEVELS = 1024; // even, so that the middle of a scale is one of them
const scales = new WeakMap();

// The colours of a colour scale from its lower to its upper end, linear between its own as in Plotly: as CSS writes them,
// and as pixels.
function levelsOf(scale) {
  if (scales.has(scale)) return scales.get(scale);
  const stops = scale.map(([at, colour]) => [at, rgb(colour)]);
  const parts = Array.from({ length: LEVELS + 1 }, (_, level) => {
    const at = level / LEVELS;
    const k = Math.max(1, stops.findIndex(([end]) => at <= end));
    const [[start, first], [end, second]] = [stops[k - 1], stops[k]];
    const share = end > start ? (at - start) / (end - start) : 1;
    return first.map((part, i) => Math.round(part + (second[i] - part) * share));
  });
  const levels = {
    css: parts.map((rgb) => `rgb(${rgb})`),
    pixels: Uint32Array.from(parts, ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red),
  };
  scales.set(scale, levels);
  return levels;
}

// The level of a number on a scale from low to high.
const levelOf = (value, low, high) => Math.round(LEVELS * Math.min(1, Math.max(0, (value - low) / (high - low))));

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
const isMarkup = (text) => !text || /[<&$]/.test(text);
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
  const levels = levelsOf(trace.colorscale);
  const [low, high] = [changes.zmin ?? trace.zmin, changes.zmax ?? trace.zmax];
  // Edges of the cells in whole pixels, counted from the first; the image's own x and y are rounded.
  const edges = (values, axis) => {
    const places = Array.from(values, (value) => axis.c2p(value));
    const start = Math.max(Math.min(places[0], places.at(-1)), -0.5 * axis._length);
    return places.map((edge) => Math.max(0, Math.round(edge - start)));
  };
  const onePixelEach = trace.zsmooth === "fast" || image.style.imageRendering !== ""; // and scaled up by the browser
  const sizes = onePixelEach ? [columns, rows] : ["width", "height"].map((name) => Number(image.getAttribute(name)));
  return () => {
    const context = canvasOf(image, sizes, xaxis, yaxis);
    if (onePixelEach) {
      const isUpward = yaxis.c2p(cell.y[0]) > yaxis.c2p(cell.y[rows]);
      const picture = context.createImageData(columns, rows);
      const pixels = new Uint32Array(picture.data.buffer);
      for (let i = 0; i < z.length; i += 1) {
        if (Number.isNaN(z[i])) continue;
        const row = Math.floor(i / columns);
        const at = (isUpward ? rows - 1 - row : row) * columns + (i % columns);
        pixels[at] = levels.pixels[levelOf(z[i], low, high)];
      }
      context.putImageData(picture, 0, 0);
    } else {
      context.clearRect(0, 0, ...sizes);
      const x = edges(cell.x, xaxis);
      const y = edges(cell.y, yaxis);
      const [gapLeft, gapTop] = [Math.floor(trace.xgap / 2), Math.floor(trace.ygap / 2)];
      for (let i = 0; i < z.length; i += 1) {
        if (Number.isNaN(z[i])) continue;
        const [row, column] = [Math.floor(i / columns), i % columns];
        const [left, right] = [Math.min(x[column], x[column + 1]), Math.max(x[column], x[column + 1])];
        const [top, bottom] = [Math.min(y[row], y[row + 1]), Math.max(y[row], y[row + 1])];
        context.fillStyle = levels.css[levelOf(z[i], low, high)];
        context.fillRect(left + gapLeft, top + gapTop, right - left - trace.xgap, bottom - top - trace.ygap);
      }
    }
  };
}

// The canvas that stands for an image of a heatmap while it is painted: behind the chart, at the image's place, so that
// nothing has to be encoded as a picture. Plotly's own image is hidden meanwhile.
function canvasOf(image, [width, height], xaxis, yaxis) {
  if (!image.canvas?.isConnected) {
    const area = document.createElement("div"); // of the plot, at whose edges Plotly cuts images off
    area.className = "painted";
    area.append((image.canvas = document.createElement("canvas")));
    image.closest(".svg-container").prepend(area);
    image.style.visibility = "hidden";
  }
  const { canvas } = image;
  const [x, y, wide, tall] = ["x", "y", "width", "height"].map((name) => Number(image.getAttribute(name)));
  const scaling = image.style.imageRendering || "auto";
  style(canvas.parentElement, xaxis._offset, yaxis._offset, xaxis._length, yaxis._length, "overflow:hidden");
  style(canvas, 0, 0, wide, tall, `transform:translate(${x}px,${y}px);image-rendering:${scaling}`); // not in whole pixels
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return canvas.getContext("2d");
}

function style(element, left, top, width, height, more) {
  const css = `position:absolute;left:${left}px;top:${top}px;width:${width}px;height:${height}px;${more}`;
  if (element.css !== css) element.style.cssText = element.css = css;
}

// Shows Plotly's own images again, before it draws.
function unpaint(chart) {
  for (const area of chart.querySelectorAll(".painted")) area.remove();
  for (const image of chart.querySelectorAll(".hm image")) image.style.visibility = "";
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
    const { css } = levelsOf(colorscale);
    steps.push(() => points.forEach((point, i) => (point.style.fill = css[levelOf(values[i], cmin, cmax)])));
  }
  if (changes.text && trace.mode.includes("text")) {
    const texts = [...group.querySelectorAll(".text text")];
    const changed = changes.text.flatMap((text, i) => (text === texts[i]?.dataset.unformatted ? [] : [i]));
    if (texts.length !== changes.text.length || changed.some((i) => isMarkup(changes.text[i]))) return null;
    steps.push(() => {
      for (const i of changed) texts[i].textContent = texts[i].dataset.unformatted = changes.text[i];
    });
  }
  return () => steps.forEach((step) => step());
}

// Straight lines across the chart at one x, of which only that x may change; notes; and ranges, which may not.
function layoutPainter(chart, changes) {
  const full = chart._fullLayout;
  const { shapes = [], annotations, ...rest } = changes;
  for (const [name, attributes] of Object.entries(rest)) {
    for (const [attribute, value] of Object.entries(attributes)) {
      if (!full[name]?.range || !same(value, full[name][attribute])) return null;
    }
  }
  const paths = [...chart.querySelectorAll(".shapelayer path")];
  if (shapes.length !== full.shapes.length || (shapes.length && paths.length !== shapes.length)) return null;
  if (!shapes.every(({ type, x0, x1, yref }) => type === "line" && x0 === x1 && yref === "paper")) return null;
  if (annotations && annotations.length !== full.annotations.length) return null;
  const notes = (annotations ?? []).map((note, i) => notePainter(chart, note, i));
  if (notes.includes(null)) return null;
  return () => {
    shapes.forEach(({ x0 }, i) => {
      const x = short(full.xaxis._offset + place(full.xaxis, x0));
      paths[i].setAttribute("d", paths[i].getAttribute("d").replace(/([ML])[-\d.]+,/g, `$1${x},`));
    });
    notes.forEach((paint) => paint());
  };
}

// A note at a place of the axes, which may move and have another text of the same length. Plotly draws what enters or
// leaves the axes, and what it keeps from leaving the chart.
function notePainter(chart, { x, y, text, ...rest }, i) {
  const { annotations, xaxis, yaxis, width, height } = chart._fullLayout;
  const { x: oldX, y: oldY, text: oldText, ...oldRest } = chart.layout.annotations[i];
  if (!same(rest, oldRest) || rest.textangle || !isPlain(xaxis) || !isPlain(yaxis)) return null;
  const words = chart.querySelector(`.annotation[data-index="${i}"] text`); // within the axes
  const from = [place(xaxis, oldX), place(yaxis, oldY)];
  const to = [place(xaxis, x), place(yaxis, y)];
  const isInside = to[0] >= 0 && to[0] <= xaxis._length && to[1] >= 0 && to[1] <= yaxis._length;
  if (isInside !== Boolean(words)) return null;
  if (!isInside) return () => {};
  if (text !== oldText && (text.length !== oldText.length || isMarkup(text))) return null;
  const [oldTail, tail] = [from, to].map(([left, top]) => [
    xaxis._offset + left + (rest.ax ?? 0),
    yaxis._offset + top + (rest.ay ?? 0),
  ]);
  if (![oldTail, tail].every(([left, top]) => within(left, width) && within(top, height))) return null;
  const note = words.closest(".annotation");
  const sizes = ["width", "height"].map((name) => Number(note.querySelector(".bg").getAttribute(name)));
  const corner = ([left, top]) => [left, top].map((at, k) => Math.round(at - (sizes[k] + annotations[i].borderwidth) / 2));
  const [oldCorner, newCorner] = [corner(oldTail), corner(tail)]; // as Plotly, words in whole pixels, but not arrows
  return () => {
    note.querySelector(".annotation-text-g").setAttribute("transform", moveBy(oldCorner, newCorner));
    note.querySelector(".annotation-arrow-g")?.setAttribute("transform", moveBy(from, to));
    if (!isMarkup(text) && words.textContent !== text) words.textContent = text;
  };
}

const EDGE = 3; // pixels at the edge of a chart that Plotly keeps the arrows of notes out of
const within = (pixels, size) => pixels > EDGE && pixels < size - EDGE;
const moveBy = (from, to) => `translate(${[to[0] - from[0], to[1] - from[1]].map(short)})`;

function painter(chart, patch) {
  const { xaxis, yaxis } = chart._fullLayout;
  const drawn = { heatmap: chart.querySelectorAll(".heatmaplayer .hm"), scatter: chart.querySelectorAll(".scatterlayer > .trace") };
  const seen = { heatmap: 0, scatter: 0 };
  const steps = [layoutPainter(chart, patch.layout)];
  for (const [i, trace] of chart._fullData.entries()) {
    const changes = patch.data[i] ?? {};
    const group = trace.visible === true ? drawn[trace.type]?.[seen[trace.type]++] : null;
    const staysEmpty = trace.visible === false && numbers(changes.x)?.length === 0; // without points, there is no group
    if (staysEmpty || !Object.keys(changes).length) continue;
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
