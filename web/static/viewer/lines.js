// Lines as they grow: each change touches its own line, words that stay keep their places.
import { byId, clock, make, setText } from "/static/live/dom.js";
import { follow, unseen, wasAtEnd } from "./scroll.js";
import { words } from "./words.js";

const GAP_S = 45;
const DOUBT = 0.5;

const list = byId("lines");
const empty = byId("empty");
const announcer = byId("announce");
const known = new Map();
export const asks = { original: () => {} };

function create(caption) {
  const [line, head] = [make("article", "said-line"), make("header")];
  const chip = make("span", "chip");
  const [time, age] = [make("time"), make("span", "age")];
  const said = make("p", "said");
  const [text, draft] = [make("span", "text"), make("span", "draft")];
  const original = make("p", "original");
  head.append(chip, time, age);
  said.append(text, draft);
  original.hidden = true;
  line.append(head, said, original);
  line.tabIndex = -1;
  line.dataset.id = caption.id;
  return { line, chip, time, age, said, text, draft, original, height: 0, asked: false };
}

function isAfter(one, other) {
  return one.start_s - other.start_s || (one.id < other.id ? -1 : 1);
}

// Almost always at the end; a caption that came late finds its place.
function place(block) {
  let before = null;
  for (let each = list.lastElementChild; each; each = each.previousElementSibling) {
    if (isAfter(block.caption, known.get(each.dataset.id).caption) >= 0) break;
    before = each;
  }
  list.insertBefore(block.line, before);
}

function head(line) {
  if (!line) return;
  const { caption } = known.get(line.dataset.id);
  const before = line.previousElementSibling && known.get(line.previousElementSibling.dataset.id).caption;
  const goes = before && before.key === caption.key && before.speaker === caption.speaker &&
    caption.start_s - before.start_s < GAP_S;
  line.classList.toggle("first", !goes);
}

function keepHeight(block, settled) {
  if (settled) {
    block.said.style.minHeight = "";
    block.height = 0;
  } else if (block.said.offsetHeight > block.height) {
    block.height = block.said.offsetHeight;
    block.said.style.minHeight = `${block.height}px`;
  }
}

function marks(state) {
  return { pending: "…", failed: words().untranslated, missing: words().untranslated }[state] || "";
}

function draw(block, caption) {
  block.caption = caption;
  setText(block.chip, caption.speaker || words().speaker);
  block.chip.dataset.colour = caption.colour;
  setText(block.time, clock(caption.start_s));
  setText(block.age, caption.age_s ? `${caption.age_s.toFixed(1)} s` : "");
  setText(block.text, caption.text || (caption.draft ? "" : marks(caption.state)));
  setText(block.draft, caption.draft);
  block.said.lang = caption.language;
  block.line.dir = caption.rtl ? "rtl" : "ltr";
  block.line.dataset.state = caption.state;
  block.line.toggleAttribute("data-doubt", caption.doubt > DOUBT);
  if (caption.original !== undefined) showOriginal(block, caption.original, caption.spoken, "auto");
  else if (!block.asked) block.original.hidden = true;
  else asks.original(caption.id);
  keepHeight(block, caption.state !== "draft" && caption.state !== "pending");
}

function showOriginal(block, text, language, direction) {
  setText(block.original, text);
  block.original.lang = language;
  block.original.dir = direction;
  block.original.hidden = false;
}

function announce(caption) {
  announcer.append(make("p", "", `${caption.speaker || words().speaker}: ${caption.text}`));
  announcer.lastChild.lang = caption.language;
  while (announcer.childElementCount > 3) announcer.firstElementChild.remove();
}

// `whole`: these captions are everything.
export function showCaptions(captions, whole) {
  const following = wasAtEnd();
  let added = 0;
  for (const caption of captions) {
    const block = known.get(caption.id) || create(caption);
    const old = block.caption;
    if (old && !whole && old.revision > caption.revision) continue;
    if (!old && !caption.text && !caption.draft && caption.state === "draft") continue;
    known.set(caption.id, block);
    draw(block, caption);
    if (!old || old.start_s !== caption.start_s) place(block);
    head(block.line);
    head(block.line.nextElementSibling);
    if (!old) added += 1;
    if (caption.state === "final" && old?.state !== "final" && !whole) announce(caption);
  }
  if (whole) forgetBut(new Set(captions.map(({ id }) => id)));
  empty.hidden = known.size > 0;
  if (following) follow();
  else if (!whole) unseen(added);
}

function forgetBut(kept) {
  for (const [id, block] of known) {
    if (kept.has(id)) continue;
    const after = block.line.nextElementSibling;
    block.line.remove();
    known.delete(id);
    head(after);
  }
}

export function answerOriginal(message) {
  const block = known.get(message.id);
  if (!block?.asked) return;
  showOriginal(block, message.text, message.language, message.rtl ? "rtl" : "ltr");
  if (wasAtEnd()) follow();
}

export function toggleOriginal(line) {
  const block = known.get(line.dataset.id);
  if (block.caption.original !== undefined) return;
  block.asked = block.original.hidden;
  if (block.asked) asks.original(line.dataset.id);
  else block.original.hidden = true;
}

export const all = () => [...list.children];
export const captionOf = (line) => known.get(line.dataset.id).caption;
export const count = () => known.size;
export const lineOf = (id) => known.get(id)?.line;
