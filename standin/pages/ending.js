// Screens after the call, and instead of it.
import { el, root } from "./dom.js";

const REFUSALS = new Set(["denied", "no_one", "blocked", "wrong_code", "full"]);
const RETURN_S = 60;

export function showEnding(meet, reason, rejoin) {
  const { t } = meet;
  const home = () => location.assign("/");
  const parts = [el("h1", { class: reason === "host_ended" ? "roSPhc" : null, jsname: "r4nke" }, t(reason))];
  if (reason === "wrong_code") parts.push(el("p", {}, t("wrong_code_more"), " meet/abc-defg-hij"));
  if (reason === "full") parts.push(el("p", {}, t("full_more")));
  if (reason === "blocked") countdown(parts, t);
  if (reason === "left") parts.push(el("button", { type: "button", jsname: "oI7Fj", onclick: rejoin }, el("span", { jsname: "V67aGc" }, t("rejoin"))));
  parts.push(el("button", { type: "button", jsname: "EszDse", "data-mdc-dialog-action": "returnToHomePage", onclick: home }, el("span", { jsname: "V67aGc" }, t("return_home"))));
  root().replaceChildren(el("div", { class: "ended", "data-call-ended": REFUSALS.has(reason) ? null : "true" }, ...parts));
}

function countdown(parts, t) {
  let left = RETURN_S;
  const text = el("p", {}, `${t("returning")} (${left})`);
  parts.push(text);
  const timer = setInterval(() => {
    left -= 1;
    text.textContent = `${t("returning")} (${left})`;
    if (left <= 0) { clearInterval(timer); location.assign("/"); }
  }, 1000);
}
