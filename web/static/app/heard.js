// Which word is where on the page, and when it was heard.

let words = [];

export function readWords() {
  words = [];
  for (const text of document.querySelectorAll(".original[data-start]")) {
    const told = text.dataset.words ? text.dataset.words.split(" ") : [`${text.dataset.start}/0`];
    for (const [number, each] of told.entries()) {
      const [at, place] = each.split("/").map(Number);
      const end = number + 1 < told.length ? Number(told[number + 1].split("/")[1]) : Infinity;
      words.push({ at, place, end, text });
    }
  }
  words.sort((one, other) => one.at - other.at);
}

export function wordAt(seconds) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].at <= seconds + 0.02) low = middle + 1;
    else high = middle;
  }
  return words[low - 1];
}

function placeUnder(event) {
  const found = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (found) return [found.offsetNode, found.offset];
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range ? [range.startContainer, range.startOffset] : [null, 0];
}

// The word at a click into a line's text; nothing for a click elsewhere.
export function wordUnder(event) {
  const text = event.target.closest(".original[data-start]");
  if (!text) return null;
  const [node, offset] = placeUnder(event);
  const own = words.filter((word) => word.text === text);
  const before = node && text.contains(node) ? own.filter(({ place }) => place <= offset) : own.slice(0, 1);
  return before.reduce((best, word) => (best && best.place > word.place ? best : word), null);
}
