// The link for viewers, its code to scan, a new one, and none any more.

import { byId } from "/static/live/dom.js";
import { ask, send } from "./orders.js";

const menu = byId("share");
const told = byId("share-told");

function show({ url, expires, qr, overlay }) {
  byId("share-overlay").value = overlay ? new URL(overlay, location.href).href : "";
  byId("share-link").value = url ? new URL(url, location.href).href : "";
  const until = expires ? new Date(expires).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "";
  told.textContent = url ? (until && `Works until ${until}.`) : "No link works now.";
  const box = byId("qr");
  box.hidden = !qr;
  if (!qr) return;
  const image = document.createElement("img");
  image.alt = "Code to scan with a phone";
  image.src = `${qr}${qr.includes("?") ? "&" : "?"}at=${Date.now()}`;
  box.replaceChildren(image);
}

async function change(method) {
  const path = `${byId("meeting").dataset.meeting}/share`;
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  try {
    if (method === "POST") show(await send(path, { hours: byId("share-hours").value }));
    else show(await ask(path, { method, headers: { "X-CSRF-Token": token } }));
  } catch (error) {
    told.textContent = error.message;
  }
}

if (menu) {
  menu.addEventListener("toggle", () => menu.open && !byId("share-link").value && change("GET"));
  byId("share-hours").addEventListener("change", () => change("POST"));
  byId("share-revoke").addEventListener("click", () => change("DELETE"));
  byId("copy").addEventListener("click", async () => {
    byId("share-link").select();
    try {
      await navigator.clipboard.writeText(byId("share-link").value);
      told.textContent = "Copied.";
    } catch {
      told.textContent = "Copy it with Ctrl+C.";
    }
  });
}
