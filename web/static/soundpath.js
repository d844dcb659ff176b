// Where the sound comes from, and what is wrong with it.

import { clock, make } from "./dom.js";

const PATHS = {
  receivers: "each speaker's own stream", mix: "the page's mix of everybody",
  sink: "everything the page plays",
};

const PLAIN = ["", "it sounds"]; // reasons that tell nothing new

export function showSound({ path, reason, since_s: since, alarms }) {
  const place = document.getElementById("sound");
  const heard = document.getElementById("levels");
  if (!place) return;
  if (heard.dataset.path !== path) {
    const another = heard.dataset.path;
    heard.dataset.path = path;
    if (another) heard.dispatchEvent(new CustomEvent("path"));
  }
  const known = PATHS[path];
  const text = known ? `From ${known} since ${clock(since)}${PLAIN.includes(reason) ? "" : `: ${reason}`}` : "Nothing has sounded yet";
  place.replaceChildren(make("span", "", text), ...alarms.map((alarm) => make("strong", "", alarm)));
  place.dataset.tone = alarms.length ? "bad" : "quiet";
}
