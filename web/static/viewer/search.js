// Finds words in what was said; marks them without touching the lines.

import { byId } from "/static/live/dom.js";
import { all } from "./lines.js";
import { follow, goTo } from "./scroll.js";
import { words } from "./words.js";

const bar = byId("search-bar");
const field = byId("search-field");
const count = byId("search-count");
const opener = byId("open-search");
let hits = [];
let at = -1;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function ranges(line, wanted) {
  const found = [];
  for (const span of line.querySelectorAll(".text, .draft")) {
    const node = span.firstChild;
    if (!node || plain(node.data).length !== node.data.length) continue;
    const text = plain(node.data);
    for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
      const range = new Range();
      range.setStart(node, i);
      range.setEnd(node, i + wanted.length);
      found.push(range);
    }
  }
  return found;
}

export function searchAgain(move = false) {
  const wanted = bar.hidden ? "" : plain(field.value.trim());
  const now = hits[at];
  const marks = [];
  hits = [];
  for (const line of all()) {
    const hit = wanted !== "" && plain(line.textContent).includes(wanted);
    line.classList.toggle("hit", hit);
    line.classList.remove("now");
    if (!hit) continue;
    hits.push(line);
    marks.push(...ranges(line, wanted));
  }
  if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...marks));
  at = hits.includes(now) && !move ? hits.indexOf(now) : hits.length - 1;
  show(move);
  if (!hits.length) count.value = wanted ? words().none : "";
}

function show(move) {
  hits.forEach((line, i) => line.classList.toggle("now", i === at));
  count.value = hits.length ? `${at + 1} / ${hits.length}` : "";
  if (move && hits[at]) goTo(hits[at]);
}

function step(by) {
  if (!hits.length) return;
  at = (at + by + hits.length) % hits.length;
  show(true);
}

function openSearch(open) {
  bar.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  searchAgain();
  if (open) field.focus();
  else {
    follow();
    opener.focus();
  }
}

opener.addEventListener("click", () => openSearch(bar.hidden));
field.addEventListener("input", () => searchAgain(true));
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") step(event.shiftKey ? 1 : -1);
  if (event.key === "Escape") openSearch(false);
});
byId("search-before").addEventListener("click", () => step(-1));
byId("search-next").addEventListener("click", () => step(1));
