// Hands frames to live.js. It is short since Streamlit sends it along with every message.
export default function ({ data }) {
  if (!data) return;
  const strip = JSON.parse(new TextDecoder().decode(data));
  const newest = strip.at(-1);
  if (!isNewest("frame", newest.number)) return;
  const queue = window.backpropPlayground;
  queue.strip = strip;
  if (!newest.still) queue.moving = newest;
  queue.start?.(); // if live.js is not there yet, it starts with these frames
}
