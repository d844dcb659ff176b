// Captions grouped by speaker, in order of their start; a revision changes its own line only.

const MOST = 200;
const GAP_S = 45;
const NEAR_PX = 60;

const list = document.getElementById("captions");
const scroller = document.getElementById("scroller");
const newer = document.getElementById("newer");
const empty = document.getElementById("empty");
const known = new Map();
let unseen = 0;

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

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

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
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
  block.stable.dir = "auto";
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

function speakerBlock(caption) {
  const group = make("article", "turn");
  const head = make("header");
  const chip = make("span", "chip", caption.speaker || "Speaker");
  chip.dataset.colour = caption.colour;
  head.append(chip, make("time", "", clock(caption.start_s)));
  group.append(head);
  group.dataset.key = caption.key;
  group.dataset.colour = caption.colour;
  return group;
}

// Puts every line into the group of its speaker; groups that are right already stay untouched.
function arrange() {
  const ordered = [...known.values()].sort(
    (a, b) => a.caption.start_s - b.caption.start_s || (a.caption.id < b.caption.id ? -1 : 1),
  );
  for (const old of ordered.splice(0, Math.max(0, ordered.length - MOST))) {
    known.delete(old.caption.id);
    old.line.remove();
  }
  let group = list.firstElementChild;
  let place = null;
  let before = null;
  for (const block of ordered) {
    const { caption } = block;
    const same =
      before && before.key === caption.key && before.speaker === caption.speaker &&
      caption.start_s - before.start_s < GAP_S;
    if (!same) {
      const next = before ? place.nextElementSibling : group;
      const fits = next && next.contains(block.line) && next.querySelector(".chip").textContent === (caption.speaker || "Speaker");
      group = fits ? next : speakerBlock(caption);
      if (!fits) list.insertBefore(group, next);
      place = group;
    }
    if (block.line.parentElement !== place || block.line.previousElementSibling !== (same ? block.after : place.firstElementChild)) {
      place.insertBefore(block.line, same ? before.block.line.nextSibling : place.firstElementChild.nextSibling);
    }
    before = { ...caption, block };
  }
  for (const each of [...list.children]) if (!each.querySelector(".line")) each.remove();
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
  if (added) arrange();
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
