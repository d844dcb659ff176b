// What this reader prefers, kept in the browser.

import { byId } from "/static/live/dom.js";
import { follow, wasAtEnd } from "./scroll.js";

const KEY = "dragoman.viewer";
const root = document.documentElement;
const usual = { language: "", size: 24, contrast: false, theme: "auto", originals: false, times: false };

function load() {
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(KEY) || "{}") };
  } catch {
    return { ...usual };
  }
}

export const prefs = load();
const asked = new URLSearchParams(location.search);
prefs.language = asked.get("lang") || prefs.language;

export function keep(changes) {
  Object.assign(prefs, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
  apply();
}

function apply() {
  const following = wasAtEnd();
  root.style.setProperty("--size", `${Number(prefs.size) || usual.size}px`);
  root.dataset.theme = prefs.theme;
  root.toggleAttribute("data-times", prefs.times);
  if (prefs.contrast) root.dataset.contrast = "high";
  else delete root.dataset.contrast;
  if (following) follow();
}

export function bindPrefs(changed) {
  for (const name of ["size", "contrast", "theme", "originals", "times"]) {
    const input = byId(name);
    const box = input.type === "checkbox";
    if (box) input.checked = prefs[name];
    else input.value = prefs[name];
    input.addEventListener("input", () => {
      keep({ [name]: box ? input.checked : input.value });
      changed(name);
    });
  }
  apply();
}
