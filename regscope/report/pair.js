
const PAIR = "side-by-side";

let showPair = () => false;

// Two cells of a study, chosen by hand or by an address: `#side-by-side=l1,dropout`.
function makePair() {
  const found = data("pair-data");
  if (!found) return;
  const fields = ["first", "second"].map((which) => document.getElementById(`pair-${which}`));
  const names = new Map(found.cells);
  const cells = [...names.keys()];
  for (const field of fields) {
    field.append(
      ...cells.map((cell) => element("option", { value: cell, textContent: names.get(cell) })),
    );
  }
  const draw = () => {
    fields.forEach((field, index) => {
      const taken = fields[1 - index].value;
      for (const option of field.options) option.disabled = option.value === taken;
    });
    drawPair(found, names, fields.map((field) => field.value));
  };
  const choose = (first, second) => {
    [fields[0].value, fields[1].value] = [first, second];
    draw();
  };
  for (const field of fields) {
    field.addEventListener("change", () => {
      history.replaceState(null, "", `#${PAIR}=${fields.map((one) => one.value).join(",")}`);
      draw();
    });
  }
  choose(found.baseline, cells.find((cell) => cell !== found.baseline) ?? found.baseline);
  showPair = (name) => {
    const [section, chosen = ""] = name.split("=");
    const pair = chosen.split(",");
    if (section !== PAIR || pair.length !== 2 || !pair.every((cell) => names.has(cell))) return false;
    choose(...pair);
    document.getElementById(PAIR).scrollIntoView();
    return true;
  };
}

function drawPair(found, names, pair) {
  const compared = pair.filter((cell, index) => cell !== found.baseline && pair.indexOf(cell) === index);
  const baseline = names.get(found.baseline);
  const head = ["Measure", ...pair.map((cell) => names.get(cell))];
  head.push(...compared.map((cell) => `${names.get(cell)} − ${baseline}`));
  const row = (measure) => {
    const means = pair.map((cell) => element("td", { textContent: measure.means[cell] }));
    const differences = compared.map((cell) => {
      const [textContent, verdict, className] = Object.hasOwn(measure.against, cell) ? measure.against[cell] : ["", "", ""];
      const entry = element("td", { textContent, className });
      if (verdict) entry.append(element("small", { textContent: verdict }));
      return entry;
    });
    const head = Object.assign(heading("row", measure.title), { className: "words" });
    return element("tr", {}, head, ...means, ...differences);
  };
  const caption = `${names.get(pair[0])} beside ${names.get(pair[1])}: means over seeds ± half width of their 95 % intervals; differences of percentages are in points`;
  const table = element(
    "table",
    {},
    element("caption", {}, element("span", { textContent: caption })),
    element("thead", {}, element("tr", {}, ...head.map(columnHeading))),
    element("tbody", {}, ...found.measures.map(row)),
  );
  const box = element("div", { className: "scroll", tabIndex: 0 }, table);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", caption);
  document.getElementById("pair-shown").replaceChildren(box);
  hintWhereWide(box);
  fadeWhereMore(box);
  const note = pair[0] === pair[1] ? "Choose two different cells." : noteOnPair(compared, names, baseline);
  document.getElementById("pair-note").textContent = note;
}

function noteOnPair(compared, names, baseline) {
  const [first, second] = compared.map((cell) => names.get(cell));
  if (!second) return `Differences are those of ${first} to ${baseline} in the tables, seed by seed.`;
  return `Each is held against ${baseline}. How ${first} and ${second} differ from each other was not tested: means side by side, and two verdicts, do not tell.`;
}

function columnHeading(text) {
  return Object.assign(heading("col", text), { className: text === "Measure" ? "words" : "" });
}

function heading(scope, textContent) {
  const made = element("th", { textContent });
  made.setAttribute("scope", scope);
  return made;
}
