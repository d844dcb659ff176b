// The captions button in its three forms: today's, the older one, the one for captions and translation.
import { el, icon, iconButton } from "./dom.js";

export class CaptionsToggle {
  constructor(meet, press) {
    this.meet = meet;
    this.form = meet.traps.captions_toggle;
    const jsname = { pressed: "r8qRAd", translation: "qT3bCe" }[this.form] ?? "RrG0hf";
    this.button = this.form === "pressed"
      ? el("button", { jsname, type: "button", onclick: press }, el("span", { "aria-hidden": "true" }, "CC"))
      : iconButton(jsname, "", "", { role: "button", type: "button", onclick: press });
  }

  paint(on) {
    const { t } = this.meet;
    if (this.form === "pressed") {
      this.button.setAttribute("aria-label", t(on ? "captions_off_old" : "captions_on_old"));
      this.button.setAttribute("aria-pressed", String(on));
      return;
    }
    const words = { "": ["captions_on", "captions_off"], translation: ["both_on", "both_off"] }[this.form];
    this.button.setAttribute("aria-label", t(words[Number(on)]));
    this.button.replaceChildren(icon(on ? "closed_caption" : "closed_caption_off"));
  }
}
