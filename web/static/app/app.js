// What every page does: local times, menus that close, questions before what cannot be undone.

import { localise } from "./times.js";

localise();

function shut(except) {
  for (const menu of document.querySelectorAll("details.menu[open], details.remark[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  shut(event.target.closest("details.menu, details.remark"));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open], details.remark[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const field = document.querySelector("#find, main input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});

for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.sure)) event.preventDefault();
  });
}

for (const image of document.querySelectorAll("img[data-alt]")) {
  image.addEventListener("load", () => { image.alt = image.dataset.alt; });
}

// Moving pictures hold a connection each: only those of the tab that is looked at run.
function look(image) {
  image.src = `${image.dataset.src}?${Date.now()}`;
}

function lookAtAll() {
  for (const image of document.querySelectorAll("img[data-src]")) {
    if (document.hidden) image.removeAttribute("src");
    else look(image);
  }
}

for (const image of document.querySelectorAll("img.tile")) {
  image.addEventListener("error", () => setTimeout(() => image.src && look(image), 4000));
}
document.addEventListener("visibilitychange", lookAtAll);
if (document.readyState === "complete") lookAtAll();
else window.addEventListener("load", lookAtAll);
