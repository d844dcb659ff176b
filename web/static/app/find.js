// Finds words in the transcript: marked in the text, ticked on the scroll bar.

import { byId } from "/static/live/dom.js";

const MOST = 2000;
const field = byId("find");
const rail = byId("rail");
let hits = [];
let at = -1;

function places(wanted) {
  const found = [];
  const walker = document.createTreeWalker(byId("lines"), NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(".original, .translation") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
  for (let node = walker.nextNode(); node && found.length < MOST; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    if (text.length !== node.data.length) continue;
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, from + wanted.length);
      found.push(range);
    }
  }
  return found;
}

function ticks() {
  const height = document.documentElement.scrollHeight;
  const lines = new Set(hits.map((range) => range.startContainer.parentElement.closest(".line")));
  for (const line of document.querySelectorAll(".line.hit")) line.classList.remove("hit");
  rail.replaceChildren(...[...lines].map((line) => {
    line.classList.add("hit");
    const tick = document.createElement("i");
    tick.style.top = `${((line.getBoundingClientRect().top + scrollY) / height) * 100}%`;
    return tick;
  }));
  rail.hidden = !lines.size;
}

function go(step) {
  if (!hits.length) return;
  at = (at + step + hits.length) % hits.length;
  const line = hits[at].startContainer.parentElement.closest(".line");
  document.querySelector(".line.now")?.classList.remove("now");
  line.classList.add("now");
  line.scrollIntoView({ block: "center" });
  byId("found").textContent = `${at + 1} of ${hits.length}`;
}

function find() {
  const wanted = field.value.trim().toLowerCase();
  hits = wanted ? places(wanted) : [];
  at = -1;
  document.querySelector(".line.now")?.classList.remove("now");
  if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...hits));
  ticks();
  byId("found").textContent = wanted ? `${hits.length} found` : "";
  byId("before").hidden = byId("next").hidden = !hits.length;
}

if (field) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 80);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") {
      field.value = "";
      find();
    }
  });
  byId("next").addEventListener("click", () => go(1));
  byId("before").addEventListener("click", () => go(-1));
  window.addEventListener("resize", ticks);
}
