// Plays the recording from any word, and shows which word is heard.

import { byId, clock } from "/static/live/dom.js";
import { readWords, wordAt, wordUnder } from "./heard.js";

const AGAIN_MS = 6000; // after somebody scrolled, the page does not follow for so long
const player = byId("player");
const sound = byId("sound");
const slider = byId("player-at");
const length = Number(player.dataset.length);
let shown = null;
let line = null;
let scrolled = 0;
let dragging = false;

function mark(word) {
  if (word === shown) return;
  shown = word;
  const next = word?.text.closest(".line") ?? null;
  if (next !== line) {
    line?.classList.remove("playing");
    next?.classList.add("playing");
    line = next;
    if (line && !sound.paused && Date.now() - scrolled > AGAIN_MS) line.scrollIntoView({ block: "center" });
  }
  const node = word?.text.firstChild;
  if (!globalThis.Highlight) return;
  const range = new Range();
  if (node?.nodeType === Node.TEXT_NODE && word.place <= node.length) {
    range.setStart(node, word.place);
    range.setEnd(node, word.place + node.data.slice(word.place, word.end).trimEnd().length);
    CSS.highlights.set("playing", new Highlight(range));
  } else CSS.highlights.delete("playing");
}

function show() {
  const at = sound.currentTime;
  if (!dragging) slider.value = at;
  byId("player-time").textContent = `${clock(at)} / ${clock(length)}`;
  slider.setAttribute("aria-valuetext", clock(at));
  mark(wordAt(at));
  if (!sound.paused) requestAnimationFrame(show);
}

async function play(from) {
  if (from !== undefined) sound.currentTime = Math.min(length, Math.max(0, from));
  try {
    await sound.play();
  } catch (error) {
    if (error.name !== "AbortError") byId("player-told").textContent = "The sound cannot be played.";
  }
}

const toggle = () => (sound.paused ? play() : sound.pause());
const skip = (seconds) => {
  sound.currentTime = Math.min(length, Math.max(0, sound.currentTime + seconds));
  show();
};

byId("lines").addEventListener("click", (event) => {
  const button = event.target.closest(".play");
  if (button) return play(Number(button.dataset.start));
  const word = getSelection().isCollapsed ? wordUnder(event) : null;
  return word && play(word.at);
});

document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input:not(#player-at), textarea, select, button, a, summary, dialog");
  if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = { " ": toggle, ArrowLeft: () => skip(-5), ArrowRight: () => skip(5) }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

byId("player-play").addEventListener("click", toggle);
byId("player-back").addEventListener("click", () => skip(-10));
byId("player-speed").addEventListener("change", ({ target }) => {
  sound.playbackRate = Number(target.value);
});
slider.addEventListener("input", () => {
  dragging = true;
  byId("player-time").textContent = `${clock(Number(slider.value))} / ${clock(length)}`;
});
slider.addEventListener("change", () => {
  dragging = false;
  sound.currentTime = Number(slider.value);
  show();
});
for (const kind of ["play", "pause", "seeked", "loadedmetadata"]) {
  sound.addEventListener(kind, () => {
    player.dataset.playing = String(!sound.paused);
    byId("player-play").setAttribute("aria-label", sound.paused ? "Play" : "Pause");
    show();
  });
}
sound.addEventListener("error", () => {
  byId("player-told").textContent = "The sound cannot be loaded. Load the page again.";
});
for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => (scrolled = Date.now()), { passive: true });
document.addEventListener("corrected", readWords);

for (const part of player.dataset.lost.split(" ").filter(Boolean)) {
  const [from, to] = part.split("-").map(Number);
  const bar = document.createElement("i");
  bar.title = `Nothing is kept from ${clock(from)} to ${clock(to)}`;
  bar.style.left = `${(100 * from) / length}%`;
  bar.style.width = `${Math.max(0.4, (100 * (to - from)) / length)}%`;
  byId("player-gaps").append(bar);
}
readWords();
show();
