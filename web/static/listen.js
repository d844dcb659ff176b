// Plays the translations of one language on this device, sentence after sentence.

const LEAD_S = 0.2; // between arrival and being heard; evens out the network
const MOST_S = 25; // scheduled ahead at most; beyond it sound is left out
const WAITS_MS = [300, 700, 1500, 3000, 5000];
const SILENCE_MS = 12000;

const choice = document.getElementById("listen-language");
const told = document.getElementById("listen-told");
let context = null;
let output = null;
let current = null; // the listening that is wanted now

function listening(language) {
  const address = new URL("/live/listen", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = new URLSearchParams({ language });
  const playing = new Set();
  let socket = null;
  let watchdog = 0;
  let retry = 0;
  let tries = 0;
  let rate = 0;
  let next = 0;
  let over = false;

  function play(bytes) {
    const pcm = new DataView(bytes);
    const count = Math.floor(bytes.byteLength / 2);
    const start = Math.max(next, context.currentTime + LEAD_S);
    if (!rate || !count || start - context.currentTime > MOST_S) return;
    const sound = context.createBuffer(1, count, rate);
    const samples = sound.getChannelData(0);
    for (let i = 0; i < count; i += 1) samples[i] = pcm.getInt16(2 * i, true) / 32768;
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(output);
    source.addEventListener("ended", () => playing.delete(source));
    source.start(start);
    playing.add(source);
    next = start + sound.duration;
  }

  function hear({ data }) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket.close(), SILENCE_MS);
    tries = 0;
    told.textContent = "Listening";
    if (typeof data !== "string") {
      play(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "speech") rate = message.rate;
  }

  function connect() {
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => { told.textContent = "Listening"; });
    socket.addEventListener("message", hear);
    socket.addEventListener("close", () => {
      clearTimeout(watchdog);
      if (over) return;
      told.textContent = "The sound is gone. Trying again…";
      retry = setTimeout(connect, WAITS_MS[tries]);
      tries = Math.min(tries + 1, WAITS_MS.length - 1);
    });
  }
  connect();

  return {
    stop: () => {
      over = true;
      clearTimeout(retry);
      clearTimeout(watchdog);
      socket.close();
      for (const source of playing) source.stop();
    },
  };
}

function choose() {
  current?.stop();
  current = null;
  told.textContent = "";
  if (!choice.value) return;
  if (!context) {
    context = new AudioContext();
    output = context.createGain();
    output.connect(context.destination);
  }
  context.resume();
  told.textContent = "Connecting…";
  current = listening(choice.value);
}

export function loudness() {
  // For whoever wants to see the sound: an analyser on what is played.
  const analyser = context.createAnalyser();
  output.connect(analyser);
  return analyser;
}

choice?.addEventListener("change", choose);
