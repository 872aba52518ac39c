// A place that nobody sees and screen readers read out politely when its text changes. It is outside of what Streamlit
// draws, so that it is there before its text is: a region that comes together with its text is not read.
const ID = "backprop-spoken";

function region() {
  const known = document.getElementById(ID);
  if (known) return known;
  const place = document.createElement("div");
  place.id = ID;
  place.setAttribute("role", "status");
  place.setAttribute("aria-live", "polite");
  place.style.cssText = "position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
  return document.body.appendChild(place);
}

export default function ({ data }) {
  const place = region();
  if (data && isNewest("spoken", data.number) && place.textContent !== data.text) place.textContent = data.text;
}
