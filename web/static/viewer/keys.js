// Lines by keyboard and touch: arrows go from line to line, Enter or a tap shows the original.

import { byId } from "/static/live/dom.js";
import { all, toggleOriginal } from "./lines.js";
import { follow, goTo } from "./scroll.js";

const scroller = byId("scroller");
const list = byId("lines");

list.addEventListener("click", (event) => {
  const line = event.target.closest(".said-line");
  if (line && !String(getSelection())) toggleOriginal(line);
});

function step(by) {
  const lines = all();
  const at = lines.indexOf(document.activeElement?.closest?.(".said-line"));
  const next = at < 0 ? lines[lines.length - 1] : lines[at + by];
  if (!next) return;
  next.focus({ preventScroll: true });
  goTo(next);
}

scroller.addEventListener("keydown", (event) => {
  if (event.target.closest("button")) return;
  const line = event.target.closest(".said-line");
  if (event.key === "ArrowUp") step(-1);
  else if (event.key === "ArrowDown" && line) step(1);
  else if (event.key === "Enter" && line) toggleOriginal(line);
  else if (event.key === "End" || (event.key === "Escape" && line)) {
    scroller.focus({ preventScroll: true });
    follow();
  } else return;
  event.preventDefault();
});
