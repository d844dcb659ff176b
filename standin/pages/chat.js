// In-call messages.
import { el, icon } from "./dom.js";

export class Chat {
  constructor(meet) {
    const { t, traps } = meet;
    this.meet = meet;
    const label = t(traps.chat_box === "everyone" ? "send_everyone" : "send");
    this.button = null;
    this.open = false;
    this.log = el("div", { "aria-live": "polite", class: "Ge9Kpc", jsname: "xySENc" });
    this.input = traps.chat_box === "editable"
      ? el("div", { contenteditable: "true", role: "textbox", "aria-label": label, class: "box" })
      : el("textarea", { "aria-label": label, placeholder: label, maxlength: "500", rows: "2" });
    this.send = el("button", { type: "button", "aria-label": t("send"), jsname: "SoqoBf", disabled: true, onclick: () => this.submit() }, icon("send"));
    this.input.addEventListener("input", () => { this.send.disabled = !this.text.trim(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
    });
    this.foot = el("div", { class: "row" }, this.input, this.send);
    this.panel = el("div", {}, el("h2", { role: "heading" }, t("messages")), this.log, this.foot);
  }

  get text() {
    return this.input.value ?? this.input.textContent;
  }

  set text(text) {
    if (this.input.value === undefined) this.input.textContent = text;
    else this.input.value = text;
  }

  set closed(closed) {
    if (closed) this.foot.replaceChildren(el("p", {}, this.meet.t("chat_closed")));
  }

  opened(open) {
    this.open = open;
    if (open) this.button?.setAttribute("aria-label", this.meet.t("chat"));
  }

  submit() {
    const text = this.text.trim();
    if (!text) return;
    this.meet.send("chat", { text });
    this.text = "";
    this.send.disabled = true;
  }

  pinButton() {
    return this.meet.traps.chat_pinned ? el("button", { type: "button" }, this.meet.t("pin")) : null;
  }

  // A pinned message stands once more above the log, under the same id.
  pin(message) {
    if (!this.meet.traps.chat_pinned) return;
    this.log.prepend(el("div", { class: "pin", "data-message-id": message.id },
      el("div", {}, this.meet.t("pinned")), el("div", { jsname: "dTKtvb" }, `${message.text} ${this.meet.t("pinned")}`)));
  }

  add(message) {
    const now = new Date();
    const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    this.log.append(
      el("div", { class: "Ss4fHf" },
        message.sender ? el("div", { class: "poVWob" }, message.sender) : null,
        el("div", { class: "MuzmKe" }, time),
        el("div", { "data-message-id": message.id }, el("div", { jsname: "dTKtvb" }, message.text, this.pinButton()))));
    this.pin(message);
    if (!this.open && this.button) {
      this.button.setAttribute("aria-label", `${this.meet.t("chat")} - ${this.meet.t("chat_new")}`);
    }
  }
}
