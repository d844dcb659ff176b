// The viewer page: one language, big and calm.

import { byId, make, setText } from "/static/live/dom.js";
import "./keys.js";
import { answerOriginal, asks, count, showCaptions } from "./lines.js";
import { bindListen } from "./listen.js";
import { bindMissed, offerMissed } from "./missed.js";
import { bindPrefs, keep, prefs } from "./prefs.js";
import { toTop } from "./scroll.js";
import { searchAgain } from "./search.js";
import { keepOpen } from "./socket.js";
import { keepAwake } from "./wake.js";
import { isRightToLeft, speak, words } from "./words.js";

const path = location.pathname.replace(/\/$/, "");
const sheet = byId("languages");
const settings = byId("settings");
const phase = byId("phase");
const lost = byId("lost");
let offered = [];
let connection = null;
let opened = false;
let named = byId("title").dataset.named;

const language = () => prefs.language || "original";
const wish = () => ({ lang: language(), original: prefs.originals ? "1" : "0" });
const listenAgain = bindListen(`${path}/listen`, language);

function label(each) {
  return each.code === "original" ? words().spoken : each.name;
}

function dress() {
  speak(prefs.language || navigator.language);
  document.documentElement.lang = words().code;
  document.documentElement.dir = isRightToLeft() ? "rtl" : "ltr";
  for (const each of document.querySelectorAll("[data-word]")) setText(each, words()[each.dataset.word]);
  const kept = Number(document.body.dataset.keptDays);
  const privacy = [words().stored, kept ? words().days.replace("{n}", kept) : words().until];
  const { recorded, soundDays } = document.body.dataset;
  if (recorded) privacy.push(words().recorded);
  if (recorded && Number(soundDays)) privacy.push(words().days.replace("{n}", soundDays));
  phase.title = recorded ? words().recorded : "";
  setText(byId("privacy"), privacy.join(" "));
  setText(byId("privacy-short"), privacy.join(" "));
  if (!named) setText(byId("title"), words().captions);
  setText(byId("languages-title"), words().choose);
  setText(byId("settings-title"), words().settings);
  setText(byId("open-search").querySelector("span"), words().search);
  setText(byId("open-settings").querySelector("span"), words().settings);
  const now = offered.find(({ code }) => code === prefs.language);
  setText(byId("open-languages").querySelector("span"), now ? label(now) : words().language);
  byId("search-field").setAttribute("aria-label", words().search);
  byId("search-before").setAttribute("aria-label", words().before);
  byId("search-next").setAttribute("aria-label", words().next);
  setText(phase, words()[phase.dataset.phase]);
  setText(byId("empty"), words()[phase.dataset.phase === "waiting" ? "not_begun" : "empty"]);
  listenAgain();
}

function drawChoices() {
  const list = byId("language-list");
  list.replaceChildren();
  for (const each of offered) {
    const button = make("button", "", label(each));
    button.type = "button";
    button.lang = each.code === "original" ? "" : each.code;
    button.dir = each.rtl ? "rtl" : "auto";
    if (each.code === prefs.language) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => choose(each.code));
    list.append(button);
  }
}

function ask() {
  drawChoices();
  if (!sheet.open && offered.length) sheet.showModal();
}

function choose(code) {
  keep({ language: code });
  const address = new URL(location.href);
  address.searchParams.set("lang", code);
  history.replaceState(null, "", address);
  sheet.close();
  dress();
  tellWish();
  byId("scroller").focus({ preventScroll: true });
}

function tellWish() {
  connection.send({ type: "language", language: language(), original: prefs.originals });
}

function meet(message) {
  offered = message.languages;
  named = message.title;
  setText(byId("title"), named || words().captions);
  phase.dataset.phase = message.phase;
  phase.dataset.recorded = message.recorded ? "1" : "";
  if (message.recorded) document.body.dataset.recorded = "1";
  keepAwake(message.phase === "live" || message.phase === "paused");
  if (!prefs.language && !sheet.open) ask();
  else if (sheet.open) drawChoices();
  dress();
}

function take(messages) {
  const hello = messages.find(({ type }) => type === "hello");
  const captions = messages.filter(({ type }) => type === "caption");
  for (const message of messages) {
    if (message.type === "meeting") meet(message);
    if (message.type === "original") answerOriginal(message);
  }
  if (captions.length || hello?.whole) showCaptions(captions, Boolean(hello?.whole));
  if (captions.length) searchAgain();
  if (hello?.whole && count()) offerMissed(phase.dataset.phase);
  if (!opened && phase.dataset.phase === "over") toTop(); // a transcript is read from its start
  opened = true;
}

asks.original = (id) => connection.send({ type: "original", id });
byId("open-languages").addEventListener("click", ask);
byId("open-settings").addEventListener("click", () => settings.showModal());
byId("settings-close").addEventListener("click", () => settings.close());
for (const dialog of [sheet, settings]) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
bindPrefs((name) => name === "originals" && tellWish());
bindMissed(`${path}/missed`, language);
dress();
connection = keepOpen(`${path}/events`, wish, {
  messages: take,
  connected: (yes) => {
    lost.hidden = yes;
    if (!yes) setText(lost, words().lost);
  },
  gone: () => {
    lost.hidden = false;
    setText(lost, words().gone);
  },
});
