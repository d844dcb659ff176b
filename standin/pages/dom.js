// Builds elements without markup strings: the page's Trusted Types policy allows none.

const drifted = new Set();
const KINDS = { jsname: "jsnames", class: "classes", "aria-label": "labels", "data-panel-id": "panels", "data-promo-anchor-id": "promo", "data-mdc-dialog-action": "actions" };
const OBFUSCATED = /^(?=.*[A-Z])[A-Za-z0-9]{6}$/;

// From now on elements get other marks of these kinds, as after an update of the site.
export function drift(kinds) {
  for (const kind of kinds) drifted.add(kind);
}

function marked(name, value) {
  if (!drifted.has(KINDS[name])) return value;
  if (name !== "class") return `new ${value}`;
  return value.split(" ").map((word) => OBFUSCATED.test(word) ? `n${word}` : word).join(" ");
}

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, marked(name, String(value)));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  return el("i", { class: "google-symbols notranslate", "aria-hidden": "true" }, drifted.has("icons") ? `new_${name}` : name);
}

export function iconButton(jsname, label, ligature, attributes = {}) {
  return el("button", { jsname, "aria-label": label, ...attributes }, icon(ligature));
}

export function root() {
  return document.getElementById("yDmH0d");
}

export function avatar(name, css = "avatar") {
  return el("div", { class: css, "aria-hidden": "true" }, (name || "?").slice(0, 1).toUpperCase());
}
