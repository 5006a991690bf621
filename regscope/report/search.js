
const MOST_FOUND = 8;

const FILLERS = new Set("a an and are at best do does for from how i in is it make makes most my of on or should the to use was what where which will with".split(" "));
const stem = (word) => (word.length > 5 ? word.slice(0, 5) : word.replace(/s$/, ""));
// What people say for words that the report has, by their beginnings.
const SAME = { image: "pictu", photo: "pictu", text: "sente", regul: "metho", lasso: "l1", ridge: "l2" };
const has = (all, word) => all.includes(word) || (stem(word) in SAME && all.includes(SAME[stem(word)]));

// Every word that says something must stand in an entry, or else its beginning, or else as many as
// can be; of questions its beginning is enough. Those come first that begin with what was written,
// then those that have most of it in their titles.
function search(entries, written) {
  const wanted = written.trim().toLowerCase().replace(/[?!]+$/, "");
  const all = wanted.split(/\s+/);
  const said = all.filter((word) => !FILLERS.has(word));
  const telling = said.length ? said : all;
  const stems = telling.map(stem);
  const place = ({ text, beside }) =>
    [text, beside.toLowerCase()].some((one) => one.startsWith(wanted)) ? 0 : text.includes(` ${wanted}`) ? 1 : 2;
  const inTitle = ({ text }) => stems.filter((word) => has(text, word)).length;
  const having = (words) => entries.filter(({ all }) => words.every((word) => has(all, word)));
  const exact = having(telling);
  const near = having(stems);
  if (exact.length) {
    const questions = near.filter(({ kind }) => kind === "Question");
    const found = [...new Set([...questions, ...exact])];
    return found.sort((a, b) => place(a) - place(b) || inTitle(b) - inTitle(a));
  }
  if (near.length) return near;
  const count = ({ all }) => stems.filter((word) => has(all, word)).length;
  const some = entries.filter(count).sort((a, b) => count(b) - count(a));
  return some.filter((entry) => count(entry) === count(some[0]));
}

function makeSearch() {
  const field = document.getElementById("search-field");
  const list = document.getElementById("search-found");
  const panel = list.parentElement;
  const status = panel.querySelector("[role=status]");
  const entries = Object.entries(data("search-index").found).flatMap(([kind, found]) =>
    found.map(([title, beside, address]) => ({
      kind, title, beside, address,
      text: title.toLowerCase(),
      all: `${kind} ${title} ${beside}`.toLowerCase(),
    })),
  );
  let chosen = -1;

  const choose = (place) => {
    const options = [...list.children];
    chosen = options.length ? (place + options.length) % options.length : -1;
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === chosen)));
    if (chosen < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    panel.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
    field.removeAttribute("aria-activedescendant");
  };
  const go = (option) => {
    const address = new URL(option.dataset.address, location.href);
    field.value = "";
    close();
    field.blur();
    const here = address.href === location.href;
    location.assign(address);
    if (here) goToTarget();
  };
  const show = () => {
    if (!field.value.trim()) return close();
    const found = search(entries, field.value);
    list.replaceChildren(
      ...found.slice(0, MOST_FOUND).map((entry, index) => {
        const option = element(
          "li",
          { id: `found-${index}` },
          element("span", { className: "kind", textContent: entry.kind }),
          element("span", { textContent: entry.title }),
          ...entry.beside.split("\n").filter(Boolean).map((textContent) => element("small", { textContent })),
        );
        option.setAttribute("role", "option");
        option.dataset.address = entry.address;
        option.addEventListener("click", () => go(option));
        return option;
      }),
    );
    list.hidden = !found.length;
    status.textContent = found.length > MOST_FOUND
      ? `${MOST_FOUND} of ${found.length} shown`
      : found.length ? `${found.length} found` : "Nothing found: questions, methods, studies, kinds of data, claims and terms are searched";
    panel.hidden = false;
    field.setAttribute("aria-expanded", "true");
    choose(0);
  };

  field.addEventListener("input", show);
  field.addEventListener("focus", show);
  field.addEventListener("blur", close);
  // A click on what was found must not take the focus, and so close it, before it counts.
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    const keys = {
      ArrowDown: () => (panel.hidden ? show() : choose(chosen + 1)),
      ArrowUp: () => (panel.hidden ? show() : choose(chosen - 1)),
      Enter: () => chosen >= 0 && go(list.children[chosen]),
      Escape: () => {
        field.value = "";
        close();
      },
    };
    if (!keys[event.key] || event.isComposing) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("input, select, textarea");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
