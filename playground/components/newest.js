// Streamlit awaits an import before each call of a component, and now and then a call overtakes an earlier one: what was
// sent last would be replaced by what was sent before it. So data are numbered, and `isNewest` says whether a component
// with this name was given none with a greater number yet.
function isNewest(name, number) {
  const newest = ((window.backpropPlayground ??= {}).newest ??= {});
  if (number < newest[name]) return false;
  newest[name] = number;
  return true;
}
