// Builds elements without markup strings: the page's Trusted Types policy allows none.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  return el("i", { class: "google-symbols notranslate", "aria-hidden": "true" }, name);
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
