// The call's frame, which the lobby already draws: stage, toolbar, side panel.
import { el, icon, iconButton, root } from "./dom.js";
import { Captions } from "./captions.js";
import { Chat } from "./chat.js";
import { hideWhenIdle, lobbyScreen } from "./lobby.js";
import { openMenu } from "./language.js";
import { Media } from "./media.js";
import { People } from "./people.js";
import { CaptionsToggle } from "./toggle.js";

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
    this.corner = el("div", { class: "corner" });
    this.clock = el("nav", {}, el("button", { type: "button", "aria-label": meet.t("ending_soon"), hidden: true }));
  }

  draw() {
    const { t } = this.meet;
    root().replaceChildren(
      el("div", { class: "call", jscontroller: "kAPMuc" },
        this.top,
        el("div", { "aria-label": t("getting_items"), role: "progressbar", hidden: true }),
        this.clock,
        el("div", { class: "middle" },
          el("aside", { "aria-label": t("left_panel"), hidden: true }),
          this.waiting, this.people.stage, this.panel),
        this.captions.holder,
        this.corner,
        this.toolbar));
    this.fillToolbar();
  }

  showLobby(hostAbsent) {
    this.draw();
    this.people.show([{ id: this.meet.self, name: this.meet.name, self: true }]);
    this.waiting.hidden = false;
    this.waiting.replaceChildren(...lobbyScreen(this.meet, hostAbsent));
  }

  enter(captionsOn) {
    this.inCall = true;
    this.waiting.hidden = true;
    this.draw();
    const { t } = this.meet;
    this.top.replaceChildren(
      el("div", { role: "region", "aria-label": t("notifications") }, el("span", { "aria-hidden": "true" }, "")));
    this.corner.replaceChildren(iconButton("", t("details"), "info", { "data-panel-id": "5" }));
    hideWhenIdle(this.toolbar, this.meet.traps.toolbar_hides_s);
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
      if (site.captions_available) items.push(this.captionsButton());
      items.push(iconButton("FpSaz", t("hand"), "back_hand"));
    }
    items.push(iconButton("NakZHc", t("more"), "more_vert", { onclick: (event) => this.inCall && openMenu(this.meet, event.currentTarget) }));
    items.push(iconButton("CQylAd", t("leave"), "call_end", { "data-should-confirm-hangup": "false", onclick: () => this.meet.send("leave") }));
    if (!this.inCall && traps.lobby_shows_hidden_anchor) {
      items.push(el("button", { type: "button", "aria-label": t("details"), hidden: true }, icon("info")));
      items.push(iconButton("", t("details"), "info"));
    }
    if (this.inCall) {
      items.push(el("nav", {}, this.people.button(() => this.openPanel(this.people))));
    }
    items.push(chat);
    if (this.inCall) items.push(iconButton("A5il2e", t("tools"), "apps", { "data-panel-id": "10" }));
    const slots = ["start", "center", "end"].map((where) => el("div", { id: `browser-extension-${where}-buttons` }));
    this.toolbar.replaceChildren(...items, ...slots);
    if (traps.chat_closed) this.chat.closed = true;
  }

  captionsButton() {
    this.toggle = new CaptionsToggle(this.meet, () => this.toggleCaptions());
    this.toggle.paint(this.captions.on);
    return this.toggle.button;
  }

  toggleCaptions() {
    if (this.meet.site.captions_available) this.meet.send("captions", { on: !this.captions.on });
  }

  captionsSwitched(on) {
    this.captions.switch(on);
    this.media.captionChannel(on);
    this.toggle?.paint(on);
  }

  openPanel(content) {
    const same = this.panel.contains(content.panel) && !this.panel.hidden;
    this.panel.hidden = same;
    this.panel.replaceChildren(...(same ? [] : [content.panel]));
    content.opened?.(!same);
  }

  endingSoon() {
    this.clock.firstChild.hidden = false;
  }

  vanish() {
    this.kept = document.createDocumentFragment();
    this.kept.append(...root().childNodes);
  }

  comeBack() {
    root().replaceChildren(this.kept);
  }

  close() {
    this.inCall = false;
    this.media.close();
    this.meet.devices.forget();
  }
}
