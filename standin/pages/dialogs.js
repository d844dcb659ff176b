// Dialogs and toasts that lie over the page.
import { el } from "./dom.js";

const KINDS = {
  got_it: { text: "got_it_text", actions: [["got_it", "ok"]] },
  mic_off: { text: "mic_dialog", actions: [["dismiss", "close"]] },
  consent: { text: "consent", more: "consent_more", actions: [["join_now", "ok"]], stubborn: true },
  prompt: { text: "prompt", actions: [["prompt_use", "use"], ["prompt_without", "without"]] },
};

export function openDialog(meet, kind, done = () => {}) {
  const { t } = meet;
  const plan = KINDS[kind];
  const shade = el("div", { class: "shade" });
  const close = (choice) => {
    document.removeEventListener("keydown", escape);
    shade.remove();
    done(choice);
  };
  const escape = (event) => event.key === "Escape" && !plan.stubborn && close("escape");
  const buttons = plan.actions.map(([text, action]) =>
    el("button", { type: "button", "data-mdc-dialog-action": action, onclick: () => close(action) }, el("span", { jsname: "V67aGc" }, t(text))));
  shade.append(
    el("div", { role: "dialog", "aria-modal": "true", "aria-label": t(plan.text), "data-disable-esc-to-close": plan.stubborn ? "true" : null },
      el("h2", {}, t(plan.text)), plan.more ? el("p", {}, t(plan.more)) : null, el("div", { class: "row" }, ...buttons)));
  document.body.append(shade);
  document.addEventListener("keydown", escape);
}

export function toast(text, stay = false) {
  let holder = document.querySelector(".toasts");
  if (!holder) {
    holder = el("div", { class: "toasts", "aria-live": "polite" });
    document.body.append(holder);
  }
  const note = el("div", { class: "toast" }, text);
  holder.append(note);
  if (!stay) setTimeout(() => note.remove(), 4000);
}
