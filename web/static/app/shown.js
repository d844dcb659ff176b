// Which languages this reader wants to see; the browser keeps the choice.

import { hide } from "/static/live/captions.js";

const KEPT = "hidden-languages";
const hidden = new Set(JSON.parse(localStorage.getItem(KEPT) || "[]"));

for (const button of document.querySelectorAll("#shown [data-show]")) {
  const code = button.dataset.show;
  button.setAttribute("aria-pressed", String(!hidden.has(code)));
  button.addEventListener("click", () => {
    if (!hidden.delete(code)) hidden.add(code);
    localStorage.setItem(KEPT, JSON.stringify([...hidden]));
    button.setAttribute("aria-pressed", String(!hidden.has(code)));
    hide(hidden);
  });
}
hide(hidden);
