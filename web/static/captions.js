// Captions as they change: a revision changes its own line only, a reader is never moved.

import { byId, make, setText } from "./dom.js";
import { arrange } from "./turns.js";

const NEAR_PX = 60;
const MARKS = { pending: "…", failed: "Not translated" };

const scroller = byId("scroller");
const newer = byId("newer");
const known = new Map();
let hidden = new Set();
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
  let arranged = true;
  let fresh = 0;
  for (const caption of captions) {
    const block = known.get(caption.id);
    if (block && block.caption.revision > caption.revision) continue;
    if (!caption.stable && !caption.draft && !block) continue;
    const current = block || create(caption);
    if (!block || block.caption.speaker !== caption.speaker) arranged = false;
    if (!block) fresh += 1;
    known.set(caption.id, current);
    draw(current, caption);
  }
  if (!arranged) arrange(known);
  byId("empty").hidden = known.size > 0;
  if (following) return follow();
  unseen += fresh;
  if (unseen) {
    newer.textContent = `↓ ${unseen} new`;
    newer.hidden = false;
  }
}

// `codes`: languages, and "original" for what was said where it is translated.
export function hide(codes) {
  const following = atEnd();
  hidden = new Set(codes);
  for (const block of known.values()) draw(block, block.caption);
  if (following) follow();
}

newer.addEventListener("click", follow);
scroller.addEventListener("scroll", () => atEnd() && follow(), { passive: true });
