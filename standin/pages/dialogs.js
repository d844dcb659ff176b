// Dialogs and toasts that lie over the page.
import { el } from "./dom.js";

const KINDS = {
  got_it: { text: "got_it_text", actions: [["got_it", "ok"]] },
  mic_off: { text: "mic_dialog", actions: [["dismiss", "close"]] },
  consent: { text: "consent", more: "consent_more", actions: [["join_now", "ok"]], stubborn: true },
  stuck: { text: "stuck", actions: [["learn_more", "more"]], stubborn: true },
  prompt_mic: { text: "prompt_mic", actions: [["prompt_use_mic", "use"], ["prompt_without_mic", "without"]] },
  prompt: { text: "prompt", actions: [["prompt_use", "use"], ["prompt_without", "without"]] },
};

export function openDialog(meet, kind, done = () => {}) {
  const { t, traps } = meet;
  const plan = { ...KINDS[kind] };
  if (kind === "consent") plan.text = `consent_${traps.consent_wording}`;
  const bare = kind === "consent" && traps.consent_plain;
  const shade = el("div", { class: "shade" });
  const close = (choice) => {
    document.removeEventListener("keydown", escape);
    shade.remove();
    done(choice);
  };
  const escape = (event) => event.key === "Escape" && !plan.stubborn && close("escape");
  const buttons = plan.actions.map(([text, action]) =>
    el("button", { type: "button", "data-mdc-dialog-action": bare ? null : action, onclick: () => plan.text !== "stuck" && close(action) }, el("span", { jsname: "V67aGc" }, t(text))));
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
