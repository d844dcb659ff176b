// Tiles on the stage and the list in the side panel.
import { avatar, el, icon } from "./dom.js";

const SILENT = "gjg47c";
const SPEAKING = ["Oaajhc", "HX2H7", "wEsLMd", "OgVli"];

export class People {
  constructor(meet) {
    this.meet = meet;
    this.tiles = new Map();
    this.stage = el("div", { class: "stage", jsname: "E2KThb" });
    this.list = el("div", { role: "list", "aria-label": meet.t("participants") });
    this.panel = el("div", {}, el("h2", { role: "heading" }, meet.t("people")),
      el("div", { role: "region", "aria-label": meet.t("in_call") }, this.list));
    this.opener = null;
    this.lit = new Set();
  }

  button(open) {
    this.opener = el("button", { type: "button", "data-panel-id": "1", "aria-label": this.meet.t("people"), onclick: open },
      icon("people"), el("span", { "data-avatar-count": "1" }));
    this.count();
    return this.opener;
  }

  show(people) {
    const { traps } = this.meet;
    const drawn = traps.tiles_shown ? people.slice(0, traps.tiles_shown) : people;
    const ids = new Set(drawn.map((person) => person.id));
    for (const [id, tile] of this.tiles) {
      if (!ids.has(id)) { tile.node.remove(); this.tiles.delete(id); }
    }
    for (const person of drawn) {
      if (!this.tiles.has(person.id)) this.addTile(person);
    }
    this.number = people.filter((person) => !person.screen).length;
    const shown = this.meet.traps.people_virtualised ? people.slice(0, 2) : people;
    this.list.replaceChildren(...shown.map((person, n) => this.row(person, n, people.length)));
    this.count();
  }

  speaking(ids) {
    this.lit = new Set(ids);
    for (const [id, tile] of this.tiles) {
      const lit = this.lit.has(id);
      if (this.meet.traps.lit_by === "level") tile.light.setAttribute("data-audio-level", lit ? "0.4" : "0");
      else tile.light.className = lit ? SPEAKING[tile.manner] : SILENT;
    }
  }

  addTile(person) {
    const { devices, t, self, traps } = this.meet;
    const named = traps.tiles_without_ids ? {} : {
      "data-participant-id": person.id, "data-requested-participant-id": person.id, "data-tile-media-id": person.id,
      "data-cohort-id": person.cohort ? "room-1" : null,
    };
    const light = el("div", { jsname: "QgSmzd", class: SILENT });
    const node = el("div", { class: "tile", ...named }, light, avatar(person.name));
    if (person.id === self) {
      const video = el("video", { autoplay: true, playsinline: true });
      video.muted = true;
      node.append(el("div", { class: "view", "data-ssrc": "null" }, video),
        el("div", { class: "tools" },
          el("button", { type: "button", "aria-label": t("effects") }, icon("visual_effects")),
          el("button", { type: "button", "aria-label": t("reframe") }, icon("frame_person")),
          el("button", { type: "button", "aria-label": `${t("more_for")} ${person.name}` }, icon("more_vert"))));
      devices.preview(video);
    } else {
      node.append(el("div", { "data-ssrc": "null" }));
    }
    node.append(el("div", { class: "who" }, el("span", { class: "notranslate" }, person.name)));
    this.stage.append(node);
    this.tiles.set(person.id, { node, light, manner: this.tiles.size % SPEAKING.length });
    this.speaking(this.lit);
  }

  row(person, index, size) {
    const { t } = this.meet;
    return el("div", {
      role: "listitem", "aria-label": person.name, "data-cohort-id": person.cohort ? "room-1" : null, "aria-posinset": index + 1, "aria-setsize": size,
    }, el("span", { class: "zWGUib" }, person.name), person.self ? el("span", {}, ` (${t("you")})`) : null,
    person.host ? el("div", {}, t("host")) : null);
  }

  count() {
    if (!this.opener) return;
    const number = Math.max(1, this.number ?? this.tiles.size);
    this.opener.setAttribute("aria-label", `${this.meet.t("people")} - ${number} ${this.meet.t("joined")}`);
    this.opener.lastChild.setAttribute("data-avatar-count", String(number));
    this.opener.lastChild.textContent = String(number);
  }
}
