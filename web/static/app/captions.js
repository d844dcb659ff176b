// Captions as they change: a revision changes its own line only, a reader is never moved.

import { make, setText } from "/static/live/dom.js";
import { arrange } from "/static/live/turns.js";

const NEAR_PX = 60;
const MARKS = { pending: "…", failed: "Not translated" };
const byId = (id) => document.getElementById(id);
const scroller = byId("scroller");
const newer = byId("newer");
const known = new Map();
const hidden = new Set(JSON.parse(localStorage.getItem("hidden-languages") || "[]"));
let unseen = 0;

function atEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
}

function follow() {
  scroller.scrollTop = scroller.scrollHeight;
  unseen = 0;
  newer.hidden = true;
}

function drawTranslation(block, each) {
  let row = block.rows.get(each.language);
  if (!row) {
    row = make("p", "translation");
    row.append(make("abbr", "tag", each.language.toUpperCase()), make("span", "said"));
    row.firstChild.title = each.name;
    block.rows.set(each.language, row);
    block.line.append(row);
  }
  row.dataset.state = each.state;
  row.hidden = hidden.has(each.language);
  row.dir = each.rtl ? "rtl" : "ltr";
  row.lang = each.language;
  row.title = each.error || each.engine;
  setText(row.lastChild, each.text || MARKS[each.state] || "");
}

function draw(block, caption) {
  block.caption = caption;
  setText(block.stable, caption.stable);
  setText(block.draft, caption.stable && caption.draft ? caption.joiner + caption.draft : caption.draft);
  block.original.lang = caption.language;
  block.original.dir = caption.rtl ? "rtl" : "ltr";
  block.original.hidden = hidden.has("original") && block.rows.size + caption.translations.length > 0;
  for (const each of caption.translations) drawTranslation(block, each);
}

function create(caption) {
  const line = make("div", "line");
  const original = make("p", "original");
  const stable = make("span");
  const draft = make("span", "draft");
  original.append(stable, draft);
  line.append(original);
  return { line, original, stable, draft, rows: new Map(), caption };
}

export function showCaptions(captions) {
  if (!captions.length) return;
  const following = atEnd();
  let added = 0;
  let fresh = 0;
  for (const caption of captions) {
    const block = known.get(caption.id);
    if (block && block.caption.revision > caption.revision) continue;
    if (!caption.stable && !caption.draft && !block) continue;
    const current = block || create(caption);
    if (!block || block.caption.speaker !== caption.speaker) added += 1;
    if (!block) fresh += 1;
    known.set(caption.id, current);
    draw(current, caption);
  }
  if (added) arrange(known);
  byId("empty").hidden = known.size > 0;
  if (following) return follow();
  unseen += fresh;
  if (unseen) {
    newer.textContent = `↓ ${unseen} new`;
    newer.hidden = false;
  }
}

for (const button of document.querySelectorAll("#shown [data-show]")) {
  const code = button.dataset.show;
  button.setAttribute("aria-pressed", String(!hidden.has(code)));
  button.addEventListener("click", () => {
    const following = atEnd();
    if (!hidden.delete(code)) hidden.add(code);
    localStorage.setItem("hidden-languages", JSON.stringify([...hidden]));
    button.setAttribute("aria-pressed", String(!hidden.has(code)));
    for (const block of known.values()) draw(block, block.caption);
    if (following) follow();
  });
}

newer.addEventListener("click", follow);
scroller.addEventListener("scroll", () => atEnd() && follow(), { passive: true });
