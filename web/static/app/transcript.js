// A transcript: names, questions and exports without a reload.

import { byId, clock } from "/static/live/dom.js";
import "./correct.js";
import "./find.js";
import "./jobs.js";
import { ask, send } from "./orders.js";
import { toast } from "./toast.js";

const meeting = byId("meeting").dataset.meeting;

async function rename(key, name) {
  await send(`${meeting}/speakers`, { speaker: key, name });
  for (const chip of document.querySelectorAll("[data-key]")) {
    if (chip.dataset.key === key) chip.querySelector("bdi").textContent = name;
  }
}

for (const form of document.querySelectorAll("form.rename")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = form.elements.speaker.value;
    const chip = form.closest("details").querySelector("[data-key] bdi");
    const before = chip.textContent;
    try {
      await rename(key, form.elements.name.value.trim());
      form.closest("details").open = false;
      form.closest("details").querySelector("summary").focus();
      toast("Renamed everywhere.", () => rename(key, before).catch((error) => toast(error.message)));
    } catch (error) {
      toast(error.message);
    }
  });
}

byId("ask-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button");
  const box = byId("answer");
  button.disabled = true;
  box.textContent = "Reading…";
  try {
    const told = await send(form.action, { question: form.elements.question.value });
    const text = document.createElement("p");
    text.className = "between";
    text.textContent = told.text || "The meeting does not tell.";
    const list = document.createElement("ul");
    list.className = "points";
    for (const each of told.citations) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.className = "at";
      link.href = `#${encodeURIComponent(each.ids[0] || "")}`;
      link.textContent = clock(each.at_s);
      item.append(`${each.text} `, link);
      list.append(item);
    }
    box.replaceChildren(text, list);
  } catch (error) {
    box.textContent = error.message;
  }
  button.disabled = false;
});

const form = byId("export");
async function preview() {
  const box = byId("preview");
  box.hidden = false;
  const query = new URLSearchParams(new FormData(form));
  try {
    const { text, more } = await ask(`${meeting}/preview?${query}`);
    box.textContent = text + (more ? "\n…" : "");
  } catch (error) {
    box.textContent = error.message;
  }
}
form.closest("details").addEventListener("toggle", ({ target }) => target.open && preview());
form.addEventListener("change", preview);
