// Hands a frame to live.js. It is short since Streamlit sends it along with every frame.
export default function ({ data }) {
  if (!data) return;
  const queue = (window.backpropPlayground ??= {});
  queue.frame = JSON.parse(new TextDecoder().decode(data));
  if (!queue.frame.still) queue.moving = queue.frame;
  queue.start?.(); // if live.js is not there yet, it starts with this frame
}
