// The first page: switches without a reload, the last words of live meetings.

import { follow } from "./follow.js";
import { send } from "./orders.js";
import { toast } from "./toast.js";

const MOST = 3;
const SAYING = { join: "Joins", skip: "Skipped" };

for (const form of document.querySelectorAll("form.decide")) {
  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    if (pressed?.getAttribute("role") !== "switch") return;
    event.preventDefault();
    const row = form.closest(".event");
    pressed.disabled = true;
    try {
      const told = await send(form.action, { event: form.elements.event.value, decision: pressed.value });
      const joins = told.decision === "join";
      pressed.setAttribute("aria-checked", String(joins));
      pressed.value = joins ? "skip" : "join";
      row.toggleAttribute("data-off", !joins);
      row.querySelector(".why").textContent = `${SAYING[told.decision]} · ${told.why || "you"}`;
    } catch (error) {
      toast(error.message);
    }
    pressed.disabled = false;
    pressed.focus();
  });
}

[...document.querySelectorAll("[data-live]")].slice(0, MOST).forEach((card) => {
  const last = card.querySelector(".last");
  const stop = follow(card.dataset.live, (messages) => {
    const caption = messages.findLast(({ type }) => type === "caption");
    if (!caption) return;
    const said = caption.translations.find(({ text }) => text)?.text || caption.stable + caption.draft;
    const who = document.createElement("strong");
    who.textContent = caption.speaker || "Speaker";
    last.replaceChildren(who, ` ${said}`);
  });
  window.addEventListener("pagehide", stop);
});
