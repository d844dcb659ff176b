// Lines grouped by speaker, in order of their start.

import { clock, make, setText } from "./dom.js";

const MOST = 200;
const GAP_S = 45;

const list = document.getElementById("captions");
const turns = new Map();

function turnFor(caption) {
  let turn = turns.get(caption.id);
  if (!turn) {
    const element = make("article", "turn");
    const head = make("header");
    turn = { element, chip: make("span", "chip"), time: make("time") };
    head.append(turn.chip, turn.time);
    element.append(head);
    turns.set(caption.id, turn);
  }
  setText(turn.chip, caption.speaker || "Speaker");
  setText(turn.time, clock(caption.start_s));
  turn.chip.dataset.colour = caption.colour;
  return turn.element;
}

function place(parent, index, element) {
  if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] || null);
}

function continues(before, caption) {
  return (
    before && before.key === caption.key && before.speaker === caption.speaker &&
    caption.start_s - before.start_s < GAP_S
  );
}

// Puts every line under its speaker and forgets the oldest; whatever stands right already stays untouched.
export function arrange(known) {
  const ordered = [...known.values()].sort(
    (a, b) => a.caption.start_s - b.caption.start_s || (a.caption.id < b.caption.id ? -1 : 1),
  );
  for (const old of ordered.splice(0, Math.max(0, ordered.length - MOST))) {
    known.delete(old.caption.id);
    old.line.remove();
  }
  let before = null;
  let turn = null;
  let turnCount = 0;
  let lineCount = 0;
  for (const { caption, line } of ordered) {
    if (!continues(before, caption)) {
      turn = turnFor(caption);
      place(list, turnCount, turn);
      turnCount += 1;
      lineCount = 1;
    }
    place(turn, lineCount, line);
    lineCount += 1;
    before = caption;
  }
  for (const [id, { element }] of turns) {
    if (!element.querySelector(".line")) {
      element.remove();
      turns.delete(id);
    }
  }
}
