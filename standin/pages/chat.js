// In-call messages.
import { el, icon } from "./dom.js";

export class Chat {
  constructor(meet) {
    const { t } = meet;
    this.meet = meet;
    this.button = null;
    this.open = false;
    this.log = el("div", { "aria-live": "polite", class: "Ge9Kpc", jsname: "xySENc" });
    this.input = el("textarea", { "aria-label": t("send"), placeholder: t("send"), maxlength: "500", rows: "2" });
    this.send = el("button", { type: "button", "aria-label": t("send"), jsname: "SoqoBf", disabled: true, onclick: () => this.submit() }, icon("send"));
    this.input.addEventListener("input", () => { this.send.disabled = !this.input.value.trim(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
    });
    this.foot = el("div", { class: "row" }, this.input, this.send);
    this.panel = el("div", {}, el("h2", { role: "heading" }, t("messages")), this.log, this.foot);
  }

  set closed(closed) {
    if (closed) this.foot.replaceChildren(el("p", {}, this.meet.t("chat_closed")));
  }

  opened(open) {
    this.open = open;
    if (open) this.button?.setAttribute("aria-label", this.meet.t("chat"));
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.meet.send("chat", { text });
    this.input.value = "";
    this.send.disabled = true;
  }

  add(message) {
    const now = new Date();
    const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    this.log.append(
      el("div", { class: "Ss4fHf" },
        message.sender ? el("div", { class: "poVWob" }, message.sender) : null,
        el("div", { class: "MuzmKe" }, time),
        el("div", { "data-message-id": message.id }, el("div", { jsname: "dTKtvb" }, message.text))));
    if (!this.open && this.button) {
      this.button.setAttribute("aria-label", `${this.meet.t("chat")} - ${this.meet.t("chat_new")}`);
    }
  }
}
