
// To what the address names: folds that hold it are opened, and what has moved is looked up.
function goToTarget() {
  const name = named(location.hash);
  if (!name || showPair(name)) return;
  const target = document.getElementById(name);
  if (!target) {
    const page = pageOf(name);
    if (page) location.replace(`${page}#${encodeURIComponent(name)}`);
    return;
  }
  for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) {
    one.open = true;
  }
  target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
}

function named(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

// The study whose part has this name, where this page has not: `mnist`, `mnist-weights`.
function pageOf(name) {
  const pages = new Map(Object.entries(data("search-index").studies));
  const page = pages.get(name.split("-")[0]);
  return page && !location.pathname.endsWith(`/${page}`) ? page : null;
}
