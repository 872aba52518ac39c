// Keeps the page's address a link to the run, without an entry in the history for every change: the browser's Back goes
// to the page before. Parameters that say the app is embedded stay in the address.
export default function ({ data }) {
  if (!data || !isNewest("address", data.number)) return;
  const parts = new URLSearchParams(data.query);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) parts.append(name, value);
  }
  const query = parts.size ? `?${parts}` : "";
  if (query !== location.search) history.replaceState(history.state, "", location.pathname + query + location.hash);
}
