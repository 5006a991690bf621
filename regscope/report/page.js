"use strict";

// The theme is set before anything is drawn; the rest waits for the page.
const THEME = "regscope-theme";

function remembered() {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // Storage is refused in private windows: the choice then lasts as long as the page.
  }
}

const root = document.documentElement;
root.classList.add("js");
if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();

document.addEventListener("DOMContentLoaded", () => {
  addThemeToggle(document.querySelector("nav"));
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  makeEnlargeable(document.querySelectorAll("figure img"));
  markPresentSection();
  openAllForPrint();
  document.querySelectorAll(".scroll").forEach(hintWhereWide);
  document.querySelectorAll(".scroll, .pan, .contents").forEach(fadeWhereMore);
  makeSearch();
  makePair();
  goToTarget();
  addEventListener("hashchange", goToTarget);
});

function data(id) {
  const found = document.getElementById(id);
  return found && JSON.parse(found.textContent);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function addThemeToggle(nav) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = element("button", { type: "button", className: "theme" });
  const present = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
  const other = () => (present() === "dark" ? "light" : "dark");
  const label = () => {
    button.textContent = `${other() === "dark" ? "☾ Dark" : "☀ Light"}`;
    button.setAttribute("aria-label", `Switch to ${other()} colours`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = other();
    remember(root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  label();
  nav.querySelector(".search").after(button);
}

const NUMBER = /^[<>≤≥~≈[(]*\s*([+-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?)/i;

// The first number of a text, null for none: "−1.2 ± 0.1" is -1.2 and "<0.001" a little below.
function number(text) {
  const found = NUMBER.exec(text.trim().replaceAll("−", "-"));
  if (!found) return null;
  const value = Number(found[1].replaceAll(",", ""));
  if (text.startsWith("<")) return value - Number.EPSILON;
  return text.startsWith(">") ? value + Math.abs(value) * 1e-9 : value;
}

function makeSortable(table) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) return;
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, index) => {
    const button = element("button", { type: "button" }, ...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const rising = before ? before === "descending" : heading.dataset.first !== "largest";
      headings.forEach((one) => one.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
      body.append(...sorted([...body.rows], index, rising));
    });
  });
}

// Rows in order of a column, by number where all of it are numbers; what is missing comes last.
function sorted(rows, index, rising) {
  const text = (row) => row.cells[index].dataset.order ?? row.cells[index].textContent.trim();
  const missing = rows.filter((row) => ["", "–"].includes(text(row)));
  const present = rows.filter((row) => !missing.includes(row));
  const numbers = present.map((row) => number(text(row)));
  const keys = new Map(
    present.map((row, place) => [row, numbers.includes(null) ? text(row) : numbers[place]]),
  );
  const compare = numbers.includes(null)
    ? (a, b) => a.localeCompare(b, "en", { numeric: true })
    : (a, b) => a - b;
  const sign = rising ? 1 : -1;
  present.sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
  return [...present, ...missing];
}

function makeEnlargeable(images) {
  const large = element("img", {});
  const caption = element("p", {});
  const close = element("button", { type: "button", textContent: "Close" });
  const dialog = element("dialog", { className: "picture" }, close, large, caption);
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  for (const image of images) {
    const open = () => {
      large.src = image.src;
      large.alt = image.alt;
      large.width = image.width && image.naturalWidth;
      caption.textContent = image.alt;
      dialog.setAttribute("aria-label", image.alt);
      dialog.showModal();
    };
    const button = element("button", { type: "button", className: "enlarge", textContent: "Enlarge" });
    button.setAttribute("aria-label", `Enlarge: ${image.alt.split(". ", 2).join(". ")}`);
    image.closest("figure").append(button);
    button.addEventListener("click", open);
    image.addEventListener("click", open);
  }
}

// A box that is wider than the page says that it scrolls.
function hintWhereWide(box) {
  const hint = element("p", { className: "hint", textContent: "Scroll sideways for more →" });
  hint.setAttribute("aria-hidden", "true");
  const settle = () => {
    const wide = box.scrollWidth > box.clientWidth + 1;
    if (!box.clientWidth || wide === box.classList.contains("wide")) return;
    box.classList.toggle("wide", wide);
    if (wide) box.before(hint);
    else hint.remove();
  };
  new ResizeObserver(settle).observe(box);
}

// What scrolls sideways fades at the end where there is more of it. A picture that does can be
// reached by keyboard then, as tables and links can anyway.
function fadeWhereMore(box) {
  const settle = () => {
    const beyond = box.scrollWidth - box.clientWidth;
    box.classList.toggle("more", beyond - box.scrollLeft > 1);
    if (!box.classList.contains("pan")) return;
    if (beyond > 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "A picture that scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  box.addEventListener("scroll", settle, { passive: true });
  new ResizeObserver(settle).observe(box);
}

function markPresentSection() {
  const links = new Map(
    [...document.querySelectorAll("nav li a[href^='#']")].map((link) => [
      decodeURIComponent(link.hash.slice(1)),
      link,
    ]),
  );
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let marked = null;
  const mark = () => {
    const line = innerHeight / 4;
    const above = sections.filter((section) => section.getBoundingClientRect().top <= line);
    const link = links.get((above.at(-1) ?? sections[0])?.id);
    if (!link || link === marked) return;
    marked?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    marked = link;
    show(link);
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  mark();
}

// Scroll the contents, and nothing else, until the link is in sight: down, or along where narrow.
function show(link) {
  const nav = link.closest("nav");
  const [box, own] = [nav.getBoundingClientRect(), link.getBoundingClientRect()];
  if (own.top < box.top + 60 || own.bottom > box.bottom - 60) {
    nav.scrollTop += own.top - box.top - box.height / 2;
  }
  const list = nav.querySelector(".contents");
  if (own.left < box.left || own.right > box.right) list.scrollLeft += own.left - box.left - 40;
}

function openAllForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((one) => (one.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((one) => (one.open = false)));
}
