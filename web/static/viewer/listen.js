// Plays the translations of one language on this device, sentence after sentence.

import { byId, setText } from "/static/live/dom.js";
import { words } from "./words.js";

const LEAD_S = 0.25; // between arrival and being heard; evens out the network
const MOST_S = 25; // scheduled ahead at most; beyond it sound is left out
const WAITS_MS = [500, 1500, 3000, 5000, 10000];
const NOT_SPOKEN = 4004;

const button = byId("listen");
const label = button.querySelector("span");
let context = null;
let output = null;
let current = null;

function listening(path, language) {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = new URLSearchParams({ lang: language });
  const playing = new Set();
  let socket = null;
  let retry = 0;
  let tries = 0;
  let next = 0;
  let over = false;

  // A piece: the rate as four bytes, then samples of 16 bits, all little-endian.
  function play({ data }) {
    tries = 0;
    const view = new DataView(data);
    const count = Math.floor((data.byteLength - 4) / 2);
    if (count < 1) return;
    const rate = view.getUint32(0, true);
    const start = Math.max(next, context.currentTime + (next > context.currentTime ? 0 : LEAD_S));
    if (rate < 8000 || rate > 96000 || start - context.currentTime > MOST_S) return;
    const sound = context.createBuffer(1, count, rate);
    const samples = sound.getChannelData(0);
    for (let i = 0; i < count; i += 1) samples[i] = view.getInt16(4 + 2 * i, true) / 32768;
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(output);
    source.addEventListener("ended", () => playing.delete(source));
    source.start(start);
    playing.add(source);
    next = start + sound.duration;
  }

  function connect() {
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => setText(label, words().listening));
    socket.addEventListener("message", play);
    socket.addEventListener("close", ({ code }) => {
      if (over) return;
      if (code === NOT_SPOKEN) return stop(words().unspoken);
      setText(label, "…");
      retry = setTimeout(connect, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]);
      tries += 1;
    });
  }
  connect();

  return () => {
    over = true;
    clearTimeout(retry);
    socket.close();
    for (const source of playing) source.stop();
  };
}

function stop(told) {
  current?.();
  current = null;
  button.setAttribute("aria-pressed", "false");
  setText(label, told);
}

function start(path, language) {
  current?.();
  if (!context) {
    context = new AudioContext();
    output = context.createGain();
    output.connect(context.destination);
  }
  context.resume();
  button.setAttribute("aria-pressed", "true");
  setText(label, "…");
  current = listening(path, language);
}

export function loudness() {
  // For whoever wants to see the sound: an analyser on what is played.
  const analyser = context.createAnalyser();
  output.connect(analyser);
  return analyser;
}

export function bindListen(path, language) {
  button.addEventListener("click", () => {
    if (current) stop(words().listen);
    else start(path, language());
  });
  // The language was changed: listening goes on in the new one.
  return () => {
    button.disabled = language() === "original";
    if (current && button.disabled) stop(words().listen);
    else if (current) start(path, language());
    else setText(label, words().listen);
  };
}
