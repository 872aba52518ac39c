// The keys that st.button cannot have as shortcuts: "?" opens the list of keys, "T" goes to the timeline.
const TIMELINE = ":is(.st-key-timeline, .st-key-compare_epoch) input";
const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=grid]";

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(TYPING)) return;
  if (event.key === "?") document.querySelector(".st-key-keys button")?.click();
  if (event.key === "t") document.querySelector(TIMELINE)?.focus();
}

export default function (component) {
  followTheme(component);
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
