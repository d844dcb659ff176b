// Captions over somebody's video: the newest few, and nothing after a silence.

import { byId, make, setText } from "/static/live/dom.js";
import { keepOpen } from "./socket.js";

const look = document.body.dataset;
const list = byId("lines");
const captions = new Map();
const blocks = new Map();
const most = Number(look.lines);
const holdMs = Number(look.hold) * 1000;

list.style.fontSize = `${look.size}px`;

function create(caption) {
  const line = make("p");
  const block = { line, chip: make("span", "chip"), text: make("span"), draft: make("span", "draft"),
    original: make("span", "original") };
  if (look.names) line.append(block.chip);
  line.append(block.text, block.draft, block.original);
  line.dataset.id = caption.id;
  return block;
}

function draw() {
  const now = performance.now();
  const fresh = [...captions.values()]
    .filter((c) => (c.text || c.draft) && (!holdMs || now - c.seen < holdMs))
    .sort((a, b) => a.start_s - b.start_s || (a.id < b.id ? -1 : 1))
    .slice(-most);
  const kept = new Set(fresh.map(({ id }) => id));
  for (const [id, block] of blocks) {
    if (kept.has(id)) continue;
    block.line.remove();
    blocks.delete(id);
  }
  fresh.forEach((caption, at) => {
    const block = blocks.get(caption.id) || create(caption);
    blocks.set(caption.id, block);
    setText(block.chip, caption.speaker);
    block.chip.hidden = !caption.speaker;
    block.chip.dataset.colour = caption.colour;
    setText(block.text, caption.text);
    setText(block.draft, caption.draft);
    setText(block.original, caption.original || "");
    block.original.hidden = !caption.original;
    block.line.dir = caption.rtl ? "rtl" : "ltr";
    block.line.lang = caption.language;
    if (list.children[at] !== block.line) list.insertBefore(block.line, list.children[at] || null);
  });
}

function take(messages) {
  const whole = messages.some((message) => message.type === "hello" && message.whole);
  if (whole) captions.clear();
  const seen = whole ? -Infinity : performance.now(); // what is old is not shown as new
  for (const message of messages) {
    if (message.type !== "caption") continue;
    const known = captions.get(message.id);
    if (known && known.revision > message.revision) continue;
    captions.set(message.id, { ...message, seen: holdMs ? seen : performance.now() });
  }
  const ids = [...captions.keys()];
  for (const id of ids.slice(0, Math.max(0, ids.length - 50))) captions.delete(id);
  draw();
}

const path = location.pathname.replace(/^.*\/overlay\//, "/v/").replace(/\/$/, "");
keepOpen(`${path}/events`, () => ({ lang: look.language, original: look.original ? "1" : "0" }), {
  messages: take,
  connected: () => {},
  gone: () => list.replaceChildren(),
});
setInterval(draw, 1000);
