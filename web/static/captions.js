// Captions as they change: a revision changes its own line only, a reader is never moved.

import { make, setText } from "./dom.js";
import { arrange } from "./turns.js";

const NEAR_PX = 60;

const scroller = document.getElementById("scroller");
const newer = document.getElementById("newer");
const empty = document.getElementById("empty");
const known = new Map();
let unseen = 0;

function scrolls() {
  return scroller.scrollHeight > scroller.clientHeight + 4;
}

function atEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
}

function follow() {
  scroller.scrollTop = scroller.scrollHeight;
  unseen = 0;
  newer.hidden = true;
}

const MARKS = { pending: "…", failed: "Not translated" };

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
  block.line.dataset.final = caption.final;
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
  const following = !scrolls() || atEnd();
  let added = 0;
  for (const caption of captions) {
    const block = known.get(caption.id);
    if (block && block.caption.revision > caption.revision) continue;
    if (!caption.stable && !caption.draft && !block) continue;
    const current = block || create(caption);
    const moved = !block || block.caption.speaker !== caption.speaker;
    known.set(caption.id, current);
    draw(current, caption);
    if (moved) added += 1;
  }
  if (added) arrange(known);
  empty.hidden = known.size > 0;
  if (following) return follow();
  unseen += added;
  if (unseen) {
    newer.textContent = `↓ ${unseen} new`;
    newer.hidden = false;
  }
}

newer.addEventListener("click", follow);
scroller.addEventListener("scroll", () => atEnd() && follow(), { passive: true });
