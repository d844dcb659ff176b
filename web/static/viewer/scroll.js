// A reader is never moved: new lines pull the page along only at its end.

import { byId } from "/static/live/dom.js";
import { words } from "./words.js";

const NEAR_PX = 60;

const scroller = byId("scroller");
const newer = byId("newer");
let waiting = 0;
let held = true; // the reader is at the end, also while the page changes its size

const gap = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;

export const wasAtEnd = () => held;

export function follow() {
  scroller.classList.remove("gliding");
  scroller.scrollTop = scroller.scrollHeight;
  held = true;
  waiting = 0;
  newer.hidden = true;
}

export function unseen(count) {
  waiting += count;
  if (!waiting) return;
  newer.textContent = `↓ ${words().newer.replace("{n}", waiting)}`;
  newer.hidden = false;
}

export function toTop() {
  held = false;
  scroller.scrollTop = 0;
}

export function goTo(line) {
  held = false;
  scroller.classList.add("gliding");
  line.scrollIntoView({ block: "center" });
}

newer.addEventListener("click", () => {
  follow();
  scroller.focus({ preventScroll: true });
});
let top = 0;
scroller.addEventListener("scroll", () => {
  const up = scroller.scrollTop < top - 1;
  top = scroller.scrollTop;
  if (gap() < NEAR_PX) {
    held = true;
    waiting = 0;
    newer.hidden = true;
  } else if (up) held = false;
}, { passive: true });
new ResizeObserver(() => held && follow()).observe(scroller);
