// Keeps the page's address a link to the run, without an entry of history for every change: Back leads to the page before.
// What embeds the app says so in the address too, and stays there.
export default function ({ data }) {
  if (!data) return;
  const parts = new URLSearchParams(data.query);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) parts.append(name, value);
  }
  const query = parts.size ? `?${parts}` : "";
  if (query !== location.search) history.replaceState(history.state, "", location.pathname + query + location.hash);
}
