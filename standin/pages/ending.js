// Screens after the call, and instead of it.
import { el, root } from "./dom.js";

const REFUSALS = new Set(["denied", "no_one", "blocked", "wrong_code", "full"]);
const MORE = { wrong_code: "wrong_code_more", full: "full_more" };

export function showEnding(meet, reason, rejoin) {
  if (reason === "sign_in") return signInWall(meet);
  const { t, traps } = meet;
  const home = () => location.assign("/");
  const wording = traps[`${reason === "host_ended" ? "ended" : reason}_wording`];
  const words = t(wording ? `${reason}_${wording}` : reason);
  const parts = [el("h1", { class: reason === "host_ended" ? "roSPhc" : null, jsname: "r4nke" }, words)];
  if (MORE[reason]) parts.push(el("p", {}, t(MORE[reason])));
  if (reason === "blocked") countdown(parts, t, traps.home_after_s);
  if (reason === "left") parts.push(el("button", { type: "button", jsname: "oI7Fj", onclick: rejoin }, el("span", { jsname: "V67aGc" }, t("rejoin"))));
  parts.push(el("button", { type: "button", jsname: "EszDse", "data-mdc-dialog-action": REFUSALS.has(reason) ? null : "returnToHomePage", onclick: home }, el("span", { jsname: "V67aGc" }, t("return_home"))));
  root().replaceChildren(el("div", { class: "ended", "data-call-ended": REFUSALS.has(reason) ? null : "true" }, ...parts));
}

function countdown(parts, t, seconds) {
  let left = seconds;
  const text = el("p", {}, `${t("returning")} (${left})`);
  parts.push(text);
  const timer = setInterval(() => {
    left -= 1;
    text.textContent = `${t("returning")} (${Math.max(0, left)})`;
    if (left <= 0) { clearInterval(timer); location.assign("/"); }
  }, 1000);
}

function signInWall(meet) {
  const { t, traps } = meet;
  const chooser = traps.sign_in_wall === "chooser";
  root().replaceChildren(el("main", {},
    el("h1", {}, t(chooser ? "choose_account" : "sign_in")),
    chooser ? el("div", { role: "link", tabindex: "0" }, "ann@example.org") : el("p", {}, t("google_account")),
    chooser ? null : el("input", { type: "email", "aria-label": "Email or phone" }),
    el("button", { type: "button" }, "Next")));
}
