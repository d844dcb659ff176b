// A meeting while it runs: messages to the parts of the page, orders to the bot.

import { showCaptions } from "/static/live/captions.js";
import { byId } from "/static/live/dom.js";
import {
  showLevels, showMeeting, showNotice, showPeople, showPicture, showStages, showState,
} from "/static/live/panels.js";
import { showSound } from "/static/live/soundpath.js";
import { follow } from "./follow.js";
import { send } from "./orders.js";
import "./share.js";
import "./shown.js";
import { toast } from "./toast.js";

const meeting = byId("meeting").dataset.meeting;
const bar = byId("connection");
const OVER = ["ended", "failed"];
let over = false;
let reached = false;

function showAge({ age_s: age }) {
  byId("age").textContent = `captions ${age.toFixed(1)} s behind speech`;
}

function showTitle(message) {
  if (byId("title").textContent.trim()) showMeeting({ ...message, title: "" });
  else showMeeting(message);
}

function showListening({ on }) {
  const button = byId("pause");
  if (!button) return;
  button.setAttribute("aria-pressed", String(!on));
  button.value = on ? "yes" : "no";
  button.querySelector("span").textContent = on ? "Pause" : "Go on";
}

function showRecording({ on }) {
  byId("recording").hidden = !on;
}

function showLook({ look }) {
  const form = byId("look");
  if (!look || !form || form.contains(document.activeElement)) return;
  for (const [name, value] of Object.entries(look)) {
    const field = form.elements[name];
    if (!field) continue;
    if (typeof value === "boolean") field.value = value ? "yes" : "no";
    else field.value = Array.isArray(value) ? value.join(", ") : value;
  }
}

function showWaiting() {
  bar.hidden = false;
}

function finish({ state }) {
  over ||= OVER.includes(state);
  if (!over) return;
  bar.dataset.tone = "good";
  const link = document.createElement("a");
  link.href = meeting;
  link.textContent = "Read the transcript";
  bar.replaceChildren("The meeting is over. ", link);
  bar.hidden = false;
}

const SHOW = {
  snapshot: [showTitle], state: [showState, finish], notice: [showNotice], people: [showPeople],
  levels: [showLevels], stages: [showStages], picture: [showPicture, showLook],
  listening: [showListening], recording: [showRecording], waiting: [showWaiting], sound: [showSound],
};

const stop = follow(
  meeting,
  (messages) => {
    for (const message of messages) for (const show of SHOW[message.type] || []) show(message);
    const captions = messages.filter(({ type }) => type === "caption");
    showCaptions(captions);
    if (captions.length) showAge(captions.at(-1));
  },
  (connected) => {
    const camera = byId("camera");
    if (connected && !camera.dataset.src) camera.src = camera.dataset.src = `${meeting}/camera`;
    if (over || (!connected && !reached)) return;
    reached = true;
    if (!connected) bar.textContent = "The connection is gone. Trying again…";
    bar.hidden = connected;
  },
);
window.addEventListener("pagehide", stop);

for (const [id, text] of [["look", "The picture changes."], ["pause-form", ""], ["leave-form", "The bot leaves."], ["evidence-form", "The evidence is kept. Load the page again to see it."]]) {
  byId(id)?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form, event.submitter);
    form.closest("details")?.removeAttribute("open");
    try {
      await send(form.action, new URLSearchParams(fields));
      if (text) toast(text);
    } catch (error) {
      toast(error.message);
    }
  });
}
