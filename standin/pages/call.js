// The call's frame, which the lobby already draws: stage, toolbar, side panel.
import { el, icon, iconButton, root } from "./dom.js";
import { Captions } from "./captions.js";
import { Chat } from "./chat.js";
import { Media } from "./media.js";
import { People } from "./people.js";

export class Call {
  constructor(meet) {
    this.meet = meet;
    this.inCall = false;
    meet.devices.forget();
    meet.devices.changed = () => {};
    this.people = new People(meet);
    this.chat = new Chat(meet);
    this.captions = new Captions(meet);
    this.media = new Media(meet);
    this.toolbar = el("div", { class: "toolbar", role: "region", "aria-label": meet.t("controls") });
    this.panel = el("aside", { jsname: "ME4pNd", "aria-label": meet.t("side_panel"), hidden: true });
    this.waiting = el("div", { class: "waiting", jslog: "236069; track:impression" });
    this.top = el("div", {});
  }

  draw() {
    const { t } = this.meet;
    root().replaceChildren(
      el("div", { class: "call", jscontroller: "kAPMuc" },
        this.top,
        el("div", { "aria-label": t("getting_items"), role: "progressbar", hidden: true }),
        el("nav", {}, el("button", { type: "button", "aria-label": t("ending_soon"), hidden: true })),
        el("div", { class: "middle" },
          el("aside", { "aria-label": t("left_panel"), hidden: true }),
          this.waiting, this.people.stage, this.panel),
        this.captions.holder,
        this.toolbar));
    this.fillToolbar();
  }

  showLobby(hostAbsent) {
    const { t, site } = this.meet;
    const words = hostAbsent ? t("host_absent") : t(`lobby_${site.wording}`);
    this.draw();
    this.people.show([{ id: this.meet.self, name: this.meet.name, self: true }]);
    this.waiting.hidden = false;
    this.waiting.replaceChildren(
      el("img", { alt: words, src: "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" }),
      el("div", { role: "progressbar", "aria-label": words }),
      el("div", {}, words), el("div", {}, t("asking")), el("div", {}, t("lobby_more")),
      el("button", { type: "button", jsname: "EszDse", onclick: () => location.assign("/") }, t("return_home")));
  }

  enter(captionsOn) {
    this.inCall = true;
    this.waiting.hidden = true;
    this.draw();
    const { t } = this.meet;
    this.top.replaceChildren(
      el("div", { role: "region", "aria-label": t("notifications") }, el("span", { "aria-hidden": "true" }, "")));
    this.media.start().then(() => captionsOn && this.captionsSwitched(true));
  }

  fillToolbar() {
    const { t, devices, traps, site } = this.meet;
    devices.buttons = [];
    const chat = iconButton("A5il2e", t("chat"), "chat", { "data-panel-id": "2", onclick: () => this.openPanel(this.chat) });
    this.chat.button = chat;
    const items = [
      iconButton("ndfw3d", t("audio_settings"), "expand_less"), devices.button("mic"),
      iconButton("ndfw3d", t("video_settings"), "expand_less"), devices.button("camera"),
    ];
    if (this.inCall) {
      items.push(iconButton("hNGZQc", t("share"), "present_to_all"), iconButton("G0pghc", t("react"), "mood"));
      if (site.captions_available) items.push(this.captionsButton(), this.captions.languageBox());
      items.push(iconButton("FpSaz", t("hand"), "back_hand"));
    }
    items.push(iconButton("NakZHc", t("more"), "more_vert"));
    items.push(iconButton("CQylAd", t("leave"), "call_end", { "data-should-confirm-hangup": "false", onclick: () => this.meet.send("leave") }));
    if (this.inCall) {
      items.push(iconButton("", t("details"), "info", { "data-panel-id": "5" }));
      items.push(el("nav", {}, this.people.button(() => this.openPanel(this.people))));
    }
    items.push(chat);
    if (this.inCall) items.push(iconButton("A5il2e", t("tools"), "apps", { "data-panel-id": "10" }));
    const slots = ["start", "center", "end"].map((where) => el("div", { id: `browser-extension-${where}-buttons` }));
    this.toolbar.replaceChildren(...items, ...slots);
    if (traps.chat_closed) this.chat.closed = true;
  }

  captionsButton() {
    const button = iconButton("RrG0hf", "", "", { role: "button", type: "button", onclick: () => this.toggleCaptions() });
    this.toggle = button;
    this.paintToggle();
    return button;
  }

  paintToggle() {
    if (!this.toggle) return;
    this.toggle.setAttribute("aria-label", this.meet.t(this.captions.on ? "captions_off" : "captions_on"));
    this.toggle.replaceChildren(icon(this.captions.on ? "closed_caption" : "closed_caption_off"));
  }

  toggleCaptions() {
    if (this.meet.site.captions_available) this.meet.send("captions", { on: !this.captions.on });
  }

  captionsSwitched(on) {
    this.captions.switch(on);
    this.media.captionChannel(on);
    this.paintToggle();
  }

  openPanel(content) {
    const same = this.panel.contains(content.panel) && !this.panel.hidden;
    this.panel.hidden = same;
    this.panel.replaceChildren(...(same ? [] : [content.panel]));
    content.opened?.(!same);
  }

  close() {
    this.inCall = false;
    this.media.close();
    this.meet.devices.forget();
  }
}
