// A field of ink for the mouse, a finger or the keyboard. It tells Python what was drawn, and is told by Python what to show
// only if a row or nothing was put there: data.version is then another one.
const CELL = 8; // pixels of the canvas for each pixel of the bitmap
const PEN = 2.1; // radius in pixels of the bitmap: about as thick as the strokes of the data
const STEP = 2; // pixels of the bitmap that an arrow key moves the cursor
const WAIT = 500; // milliseconds after the last key until Python is told
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

function newPad(parent, size) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: size * CELL, height: size * CELL, tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "drawing field");
  parent.replaceChildren(canvas);
  const pad = { canvas, tell: () => {} };
  const context = canvas.getContext("2d");
  const cursor = { x: size / 2, y: size / 2, isShown: false };
  let ink = new Uint8Array(size * size);
  let last = null; // where the pen was, while it is down
  let timer = 0;

  pad.draw = () => {
    const colour = getComputedStyle(canvas).color;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = context.strokeStyle = colour;
    ink.forEach((isInked, i) => isInked && context.fillRect((i % size) * CELL, Math.floor(i / size) * CELL, CELL, CELL));
    context.globalAlpha = 0.2;
    for (let at = 4 * CELL; at < canvas.width; at += 4 * CELL) {
      context.fillRect(at, 0, 1, canvas.height);
      context.fillRect(0, at, canvas.width, 1);
    }
    context.globalAlpha = 1;
    if (!cursor.isShown) return;
    for (const [width, style] of [[6, colour], [3, "#e69f00"]]) {
      Object.assign(context, { lineWidth: width, strokeStyle: style });
      context.beginPath();
      context.arc(cursor.x * CELL, cursor.y * CELL, PEN * CELL, 0, 7);
      context.stroke();
    }
  };
  pad.show = (text) => {
    ink = Uint8Array.from(text, Number);
    clearTimeout(timer);
    pad.draw();
  };

  const dab = (x, y, value) => {
    for (let i = 0; i < ink.length; i += 1) {
      if (Math.hypot((i % size) + 0.5 - x, Math.floor(i / size) + 0.5 - y) <= PEN) ink[i] = value;
    }
  };
  const stroke = (from, to) => {
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y)));
    for (let i = 0; i <= steps; i += 1) {
      dab(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps, 1);
    }
    pad.draw();
  };
  const tell = () => {
    clearTimeout(timer);
    pad.tell(ink.join(""));
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * size, y: ((event.clientY - box.top) / box.height) * size };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    cursor.isShown = false;
    last = place(event);
    stroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    for (const moved of last ? (event.getCoalescedEvents?.() ?? []).concat(event) : []) {
      const next = place(moved);
      stroke(last, next);
      last = next;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (last) tell();
      last = null;
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    const isInk = event.key === " " || (event.shiftKey && event.key in ARROWS);
    const isErased = event.key === "Delete" || event.key === "Backspace";
    if ((!(event.key in ARROWS) && !isInk && !isErased) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const from = { ...cursor };
    cursor.isShown = true;
    cursor.x = Math.min(size, Math.max(0, cursor.x + dx));
    cursor.y = Math.min(size, Math.max(0, cursor.y + dy));
    if (isInk) stroke(from, cursor);
    if (isErased) dab(cursor.x, cursor.y, 0);
    pad.draw();
    if (!isInk && !isErased) return;
    clearTimeout(timer);
    timer = setTimeout(tell, WAIT);
  });
  canvas.addEventListener("focus", () => {
    cursor.isShown = canvas.matches(":focus-visible");
    pad.draw();
  });
  canvas.addEventListener("blur", () => {
    cursor.isShown = false;
    pad.draw();
  });
  return pad;
}

const pads = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  let pad = pads.get(parentElement);
  if (!pad?.canvas.isConnected) pads.set(parentElement, (pad = newPad(parentElement, data.size)));
  pad.tell = (ink) => setTriggerValue("drawn", ink);
  pad.canvas.setAttribute("aria-label", data.label);
  if (pad.version !== data.version) pad.show(data.ink);
  pad.version = data.version;
  pad.draw(); // the theme may have changed
}
