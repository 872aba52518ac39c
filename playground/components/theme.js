// Python draws charts in the colours of the browser's theme. When it changes, Streamlit calls the components again, but
// the script does not run, and what is written in the charts could not be read. This lets it run.
function followTheme({ parentElement, setTriggerValue }) {
  const page = (window.backpropPlayground ??= {});
  const background = getComputedStyle(parentElement).getPropertyValue("--st-background-color");
  if (page.background && page.background !== background) setTriggerValue("theme", background);
  page.background = background;
}
