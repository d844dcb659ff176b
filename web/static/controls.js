// Changes the picture and sends the bot away, where the page has the buttons for it.

import { byId, make, setText } from "./dom.js";
import { order } from "./orders.js";

const DONE_MS = 4000;
const ENDINGS = { ended: "The bot has left.", failed: "The bot is not in the meeting." };

const controls = byId("controls");
const fields = controls ? [...controls.querySelectorAll("[name]")] : [];
let known = {};
let asked = 0;
let waiting = 0;
let fading = 0;

function tell(text, tone) {
  clearTimeout(fading);
  const told = byId("told");
  setText(told, text);
  told.dataset.tone = tone;
  if (tone === "done") fading = setTimeout(() => setText(told, ""), DONE_MS);
}

function read(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function write(field, value) {
  if (field.type === "checkbox") {
    field.checked = value;
    return;
  }
  if (![...field.options].some((option) => option.value === value)) {
    const option = make("option", "", value);
    option.value = value;
    field.append(option);
  }
  field.value = value;
}

function draw() {
  for (const field of fields) if (field.name in known) write(field, known[field.name]);
}

async function change(field) {
  const mine = ++asked;
  waiting += 1;
  tell("Changing…", "wait");
  const value = read(field);
  try {
    await order("/live/look", { [field.name]: value });
    known = { ...known, [field.name]: value };
    if (mine === asked) tell("Changed", "done");
  } catch (error) {
    tell(error.message, "bad");
  } finally {
    waiting -= 1;
    if (!waiting) draw();
  }
}

function askLeave(sure) {
  byId("leave").hidden = sure;
  byId("sure").hidden = !sure;
  byId("pause").hidden = sure;
  byId(sure ? "stay" : "leave").focus();
}

async function leave() {
  askLeave(false);
  byId("leave").disabled = true;
  tell("Leaving…", "wait");
  try {
    await order("/live/leave", {});
  } catch (error) {
    byId("leave").disabled = false;
    tell(error.message, "bad");
  }
}

async function pause() {
  const paused = byId("pause").getAttribute("aria-pressed") !== "true";
  byId("pause").disabled = true;
  tell(paused ? "Pausing…" : "Going on…", "wait");
  try {
    await order("/live/pause", { paused });
    tell("", "done");
  } catch (error) {
    tell(error.message, "bad");
  } finally {
    byId("pause").disabled = false;
  }
}

export function showListening({ on }) {
  if (!controls) return;
  byId("pause").setAttribute("aria-pressed", String(!on));
  setText(byId("pause"), on ? "Pause" : "Go on");
  document.body.classList.toggle("paused", !on);
}

export function showLook({ look }) {
  if (!look) return;
  known = look;
  if (!waiting) draw();
}

export function showStay({ state }) {
  if (!controls) return;
  const over = state in ENDINGS;
  const leaving = over || state === "leaving";
  if (leaving) {
    byId("leave").hidden = false;
    byId("sure").hidden = true;
    byId("pause").hidden = false;
    byId("leave").disabled = true;
    tell(ENDINGS[state] || "Leaving…", "wait");
  }
  byId("look").disabled = over;
  byId("pause").disabled = leaving;
}

if (controls) {
  const open = byId("look-open");
  open.addEventListener("click", () => {
    const shown = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!shown));
    byId("look").hidden = shown;
  });
  for (const field of fields) field.addEventListener("change", () => change(field));
  byId("pause").addEventListener("click", pause);
  byId("leave").addEventListener("click", () => askLeave(true));
  byId("stay").addEventListener("click", () => askLeave(false));
  byId("leave-really").addEventListener("click", leave);
  byId("sure").addEventListener("keydown", (event) => {
    if (event.key === "Escape") askLeave(false);
  });
}
