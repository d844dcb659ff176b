// The panels beside the captions: state, latency, voices, people, what happened.

import { byId, clock, make } from "./dom.js";

const STATES = {
  requested: ["Requested", "quiet"], queued: ["Waiting for its turn", "quiet"],
  starting: ["Starting", "wait"], joining: ["Joining", "wait"],
  lobby: ["Waiting to be let in", "wait"], needs_help: ["Needs a person's help", "bad"], in_meeting: ["Live", "live"],
  leaving: ["Leaving", "wait"], ended: ["Ended", "quiet"], failed: ["Failed", "bad"],
};
const STAGES = [
  ["capture", "Speech"], ["recognise", "Words"], ["translate", "Translation"],
  ["draw", "Picture"], ["send", "Camera"],
];
const told = new Set();
const meters = new Map();

function plain(word) {
  return word.replaceAll("_", " ");
}

function entry(key, at, text, detail, tone) {
  if (told.has(key)) return;
  told.add(key);
  const item = make("li");
  item.dataset.tone = tone;
  const words = make("div");
  words.append(make("strong", "", text));
  if (detail) words.append(make("span", "", detail));
  item.append(make("time", "", at), words);
  byId("timeline").prepend(item);
}

export function showState(message) {
  const [name, tone] = STATES[message.state] || [plain(message.state), "quiet"];
  const pill = byId("state");
  pill.textContent = name;
  pill.dataset.tone = tone;
  const at = new Date(message.at).toLocaleTimeString([], { hour12: false });
  const detail = [plain(message.reason), message.evidence].filter(Boolean).join(" · ");
  entry(`${message.state}|${message.at}`, at, name, detail, tone);
}

export function showNotice(message) {
  entry(`${message.kind}|${message.at_s}`, clock(message.at_s), message.text, "", "note");
}

function duration(seconds) {
  return seconds < 0.9995 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

export function showStages({ stages }) {
  const names = new Map(STAGES);
  const all = [...STAGES.map(([key]) => key), ...Object.keys(stages).filter((key) => !names.has(key))];
  byId("stages").replaceChildren(
    ...all.map((key) => {
      const item = make("li");
      const figures = stages[key];
      item.append(make("span", "name", names.get(key) || plain(key)));
      item.append(make("b", "", figures ? duration(figures.p50_s) : "–"));
      item.append(make("small", "", figures ? `p95 ${duration(figures.p95_s)}` : "not yet"));
      return item;
    }),
  );
}

// Loudness in decibels, so that quiet speech moves the meter too: -60 dB is 0, full scale is 1.
function shown(level) {
  return level > 0 ? Math.max(0, Math.min(1, 1 + (20 * Math.log10(level)) / 60)) : 0;
}

byId("levels")?.addEventListener("path", ({ target }) => {
  target.replaceChildren();
  meters.clear();
});

export function showLevels({ levels, gaps }) {
  const list = byId("levels");
  byId("gaps").textContent = gaps ? `${gaps} ${gaps === 1 ? "gap" : "gaps"} in the sound` : "";
  for (const level of levels) {
    let meter = meters.get(level.track);
    if (!meter) {
      const item = make("li");
      const bar = make("div", "meter");
      const fill = make("i");
      const peak = make("u");
      bar.append(fill, peak);
      bar.setAttribute("role", "meter");
      bar.setAttribute("aria-valuemin", "0");
      bar.setAttribute("aria-valuemax", "100");
      meter = { name: make("span"), bar, fill, peak };
      item.append(meter.name, bar);
      list.append(item);
      meters.set(level.track, meter);
    }
    const value = shown(level.rms);
    meter.name.textContent = level.name;
    meter.bar.setAttribute("aria-label", level.name);
    meter.bar.setAttribute("aria-valuenow", String(Math.round(value * 100)));
    meter.fill.style.transform = `scaleX(${value})`;
    meter.peak.style.left = `${shown(level.peak) * 100}%`;
    meter.bar.dataset.clipping = level.peak > 0.985;
  }
}

export function showPeople({ people }) {
  const present = people.filter((person) => person.present);
  byId("people-count").textContent = present.length ? `${present.length} here` : "";
  const order = [...present, ...people.filter((person) => !person.present)];
  byId("people").replaceChildren(
    ...order.map((person) => {
      const item = make("li");
      const mark = make("span", "avatar", [...person.name][0] || "?");
      if (person.colour >= 0) mark.dataset.colour = person.colour;
      item.dataset.present = person.present;
      item.append(mark, make("span", "who", person.name || "Somebody"));
      if (person.is_self) item.append(make("small", "", "this bot"));
      else if (!person.present) item.append(make("small", "", "left"));
      return item;
    }),
  );
}

export function showPicture({ number }) {
  byId("picture").textContent = number ? `picture ${number}` : "";
}

export function showMeeting({ title, languages }) {
  if (title) byId("title").textContent = title;
  if (!told.size) byId("state").textContent = "Getting ready";
  byId("languages").replaceChildren(
    ...languages.map((language) => {
      const item = make("span", "", language.name);
      item.lang = language.code;
      return item;
    }),
  );
}
