// The captions region: absent while captions are off, made anew each time they are switched on.
import { el } from "./dom.js";

const LANGUAGES = [["", "Auto"], ["en-US", "English"], ["de-DE", "German"], ["es-ES", "Spanish"], ["fr-FR", "French"], ["ja-JP", "Japanese"]];
const KEPT_BLOCKS = 12;
const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

export class Captions {
  constructor(meet) {
    this.meet = meet;
    this.on = false;
    this.holder = el("div", { class: "captions-place" });
    this.blocks = new Map();
    this.retired = new Set();
  }

  languageBox() {
    const box = el("select", { role: "combobox", "aria-label": this.meet.t("caption_language") });
    for (const [value, text] of LANGUAGES) box.append(el("option", { value }, text));
    box.value = this.meet.site.caption_language ?? "";
    box.addEventListener("change", () => this.meet.send("language", { language: box.value }));
    return box;
  }

  switch(on) {
    this.on = on;
    this.blocks.clear();
    this.region = null;
    this.holder.replaceChildren();
    if (on) this.build();
  }

  recreate() {
    if (!this.on) return;
    const kept = [...this.blocks.values()].map((block) => block.last);
    this.switch(true);
    for (const message of kept) this.show(message);
  }

  build() {
    const { t } = this.meet;
    const hidden = { "aria-hidden": "true" };
    this.jump = [
      el("div", {}, el("div", { class: "GvZY2", hidden: true })),
      el("div", { class: "IMKgW" },
        el("button", { type: "button", jsname: "Xke7ne", "aria-label": t("jump") },
          el("i", { class: "google-symbols notranslate", ...hidden }, "arrow_downward"), el("span", hidden, t("jump_text")))),
    ];
    this.region = el("div", { role: "region", "aria-label": t("captions"), tabindex: "0", class: "vNKgIf UDinHf", jscontroller: "KPn5nb" }, ...this.jump);
    this.holder.append(
      el("div", { class: "fJsklc" }, el("div", { jscontroller: "D1tHje" }, el("div", { class: "a4cQT" }, el("div", { class: "DtJ7e" },
        el("div", { jsname: "dsyhDe", class: "iOzk7" }, this.region))))));
  }

  show(message) {
    if (!this.region || this.retired.has(message.block)) return;
    let block = this.blocks.get(message.block);
    if (!block) {
      const full = this.meet.traps.blocks_reused && this.blocks.size >= 2;
      block = full ? this.reuseOldest(message) : this.newBlock(message);
      this.blocks.set(message.block, block);
      this.region.insertBefore(block.node, this.jump[0]);
      this.trim();
    }
    block.last = message;
    writeChunks(block.text, message.text);
    this.region.scrollTop = this.region.scrollHeight;
  }

  reuseOldest(message) {
    const [key, block] = this.blocks.entries().next().value;
    this.blocks.delete(key);
    this.retired.add(key);
    block.node.firstChild.replaceWith(this.head(message));
    this.region.insertBefore(block.node, this.jump[0]);
    return block;
  }

  head(message) {
    return el("div", { class: "adE6rb" },
      message.device.endsWith("2") || !message.name ? null : el("img", { class: "Z6byG r6DyN", alt: "", src: PIXEL }),
      message.name ? el("div", { class: "KcIKyf jxFHg" }, el("span", { class: "NWpY1d" }, message.name)) : null);
  }

  newBlock(message) {
    const text = el("div", { class: "ygicle VbkSUe" });
    return { node: el("div", { class: "nMcdL bj4p3b" }, this.head(message), text), text, last: message };
  }

  trim() {
    while (this.blocks.size > KEPT_BLOCKS) {
      const [oldest, block] = this.blocks.entries().next().value;
      block.node.remove();
      this.blocks.delete(oldest);
      this.retired.add(oldest);
    }
  }
}

// Several text nodes of a few words each with single spaces between, changed only where they differ.
function writeChunks(holder, text) {
  const words = text.split(" ");
  const wanted = [];
  for (let n = 0; n < words.length; n += 4) {
    if (n) wanted.push(" ");
    wanted.push(words.slice(n, n + 4).join(" "));
  }
  const nodes = holder.childNodes;
  wanted.forEach((chunk, n) => {
    if (n >= nodes.length) holder.append(document.createTextNode(chunk));
    else if (nodes[n].data !== chunk) nodes[n].data = chunk;
  });
  while (nodes.length > wanted.length) holder.lastChild.remove();
}
