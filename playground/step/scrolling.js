// Formulas and texts that scroll in their own place can be reached with the keyboard; not every browser does that by
// itself.
const reach = () => {
  for (const place of document.querySelectorAll(":is(.katex-display, pre):not([tabindex])")) place.tabIndex = 0;
};

export default function ({ parentElement }) {
  reach();
  if (parentElement.watch) return;
  parentElement.watch = new MutationObserver(reach); // formulas are typeset, and popovers open, after the page is drawn
  parentElement.watch.observe(document.body, { childList: true, subtree: true });
  return () => {
    parentElement.watch?.disconnect();
    parentElement.watch = null;
  };
}
