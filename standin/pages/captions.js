// The captions region: absent while captions are off, made anew each time they are switched on.
import { el } from "./dom.js";
import { languageBox } from "./language.js";

const KNOWN = { block: "nMcdL bj4p3b", head: "adE6rb", name: "KcIKyf jxFHg", span: "NWpY1d", text: "ygicle VbkSUe" };
const RENAMED = { block: "qWe5Zb kT2hNa", head: "uYt9Rb", name: "pLm3Qd zXc7Vb", span: "aSd4Fg", text: "hJk6Lp nBv8Cx" };
const HIDDEN_MS = 5000;
const KEPT_BLOCKS = 12;
const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

export class Captions {
  constructor(meet) {
    this.meet = meet;
    this.on = false;
    this.holder = el("div", { class: "captions-place" });
    this.blocks = new Map();
    this.retired = new Set();
    this.pending = [];
    this.names = meet.traps.region_renamed ? RENAMED : KNOWN;
  }

  // What a tab in the background does: nothing is drawn until it is on show again.
  hide() {
    this.hidden = true;
    setTimeout(() => { this.hidden = false; this.drawSoon(); }, HIDDEN_MS);
  }

  show(message) {
    this.pending.push(message);
    this.drawSoon();
  }

  drawSoon() {
    if (this.hidden || this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      for (const message of this.pending.splice(0)) this.draw(message);
    });
  }

  switch(on) {
    this.on = on;
    this.blocks.clear();
    this.region = null;
    this.holder.replaceChildren();
    if (on && !this.meet.traps.region_missing) this.build();
  }

  recreate() {
    if (!this.on) return;
    const kept = [...this.blocks.values()].map((block) => block.last);
    this.switch(true);
    for (const message of kept) this.draw(message);
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
    if (!this.meet.traps.language_in_settings) this.holder.append(languageBox(this.meet));
    this.holder.append(
      el("div", { class: "fJsklc" }, el("div", { jscontroller: "D1tHje" }, el("div", { class: "a4cQT" }, el("div", { class: "DtJ7e" },
        el("div", { jsname: "dsyhDe", class: "iOzk7" }, this.region))))));
  }

  draw(message) {
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
    if (this.meet.traps.region_unreadable) block.node.replaceChildren(`${message.name}: ${message.text}`);
    else writeChunks(block.text, message.text);
    this.region.scrollTop = this.region.scrollHeight;
  }

  reuseOldest(message) {
    const [key, block] = this.blocks.entries().next().value;
    this.blocks.delete(key);
    this.retired.add(key);
    block.node.firstChild.replaceWith(this.head(message));
    this.mark(block.node, message);
    this.region.insertBefore(block.node, this.jump[0]);
    return block;
  }

  head(message) {
    const name = message.own ? this.meet.t("you") : message.name;
    return el("div", { class: this.names.head },
      message.device.endsWith("2") || !message.name ? null : el("img", { class: "Z6byG r6DyN", alt: "", src: PIXEL }),
      name ? el("div", { class: this.names.name }, el("span", { class: this.names.span }, name)) : null);
  }

  // Seen on pages in English only; elsewhere the word for "You" has to do.
  mark(node, message) {
    if (message.own && !this.meet.traps.ui_language) node.setAttribute("data-is-self", "true");
    else node.removeAttribute("data-is-self");
  }

  newBlock(message) {
    const text = el("div", { class: this.names.text });
    const node = el("div", { class: this.names.block }, this.head(message), text);
    this.mark(node, message);
    return { node, text, last: message };
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
