// "What did I miss": a summary so far, each sentence leads to its place.

import { byId, clock, make } from "/static/live/dom.js";
import { all, captionOf, lineOf } from "./lines.js";
import { goTo } from "./scroll.js";
import { words } from "./words.js";

const LATE_S = 120;

const box = byId("missed");
const opener = byId("missed-open");
const closer = byId("missed-close");
const told = byId("missed-told");
let dismissed = false;

function unfold(open) {
  told.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
}

function toLine(point) {
  const line = point.captions.map(lineOf).find(Boolean) ||
    all().find((each) => captionOf(each).start_s >= point.at_s - 1);
  if (!line) return;
  unfold(false);
  document.querySelector(".pointed")?.classList.remove("pointed");
  line.classList.add("pointed");
  goTo(line);
  line.focus({ preventScroll: true });
}

function list(points) {
  const items = make("ul");
  for (const point of points) {
    const item = make("li");
    const who = [point.owner, point.due].filter(Boolean).join(", ");
    const button = make("button", "", `${clock(point.at_s)}  ${point.text}${who ? ` — ${who}` : ""}`);
    button.type = "button";
    button.addEventListener("click", () => toLine(point));
    item.append(button);
    items.append(item);
  }
  return items;
}

function show(notes) {
  told.replaceChildren();
  told.lang = notes.language;
  for (const name of ["summary", "decisions", "actions"]) {
    if (!notes[name].length) continue;
    if (name !== "summary") told.append(make("h2", "", words()[name]));
    told.append(list(notes[name]));
  }
  if (!told.childElementCount) told.append(make("p", "small", words().nothing));
  else if (notes.extractive) told.append(make("p", "small", words().extractive));
}

async function ask(path, language) {
  opener.disabled = true;
  opener.textContent = "…";
  unfold(true);
  try {
    const answer = await fetch(`${path}?${new URLSearchParams({ lang: language })}`);
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch {
    told.replaceChildren(make("p", "small", words().failed));
  }
  opener.disabled = false;
  opener.textContent = words().missed;
}

export function bindMissed(path, language) {
  opener.addEventListener("click", () => (told.hidden ? ask(path, language()) : unfold(false)));
  closer.addEventListener("click", () => {
    box.hidden = dismissed = true;
    byId("scroller").focus({ preventScroll: true });
  });
}

// Offered to who comes late; not again after a broken connection.
export function offerMissed(phase) {
  const lines = all();
  const late = lines.length > 2 && captionOf(lines[lines.length - 1]).start_s > LATE_S;
  if (!dismissed && late && phase !== "waiting") box.hidden = false;
  if (!opener.disabled) opener.textContent = words().missed;
  closer.setAttribute("aria-label", words().close);
}
