// Takes the sound of the microphone or of a shared tab and sends it to Dragoman.

const RATE = 16000;
const BLOCK_MS = 100;
const MOST_WAITING = 20 * 3200;

const WORDS = {
  microphone: ["Use it", "Stop"],
  tab: ["Share it", "Stop"],
};

function open(source) {
  const address = new URL("/capture/sound", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ version: 1, source, rate: RATE, format: "s16le", channels: 1 }));
    });
    socket.addEventListener("message", (event) => {
      const told = JSON.parse(event.data);
      if (told.type === "ready") resolve(socket);
      else reject(new Error(told.text || "Dragoman refused the sound."));
    });
    socket.addEventListener("close", () => reject(new Error("Dragoman does not answer.")));
  });
}

async function takeSound(source) {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = source === "tab"
    ? await navigator.mediaDevices.getDisplayMedia({ video: true, audio: { ...plain, suppressLocalAudioPlayback: false } })
    : await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  if (stream.getAudioTracks().length) return stream;
  for (const track of stream.getTracks()) track.stop();
  throw new Error("No sound is shared. Choose again and tick “share audio”.");
}

function explain(error) {
  const words = {
    NotAllowedError: "The browser was not allowed to give the sound.",
    NotFoundError: "This device has no microphone.",
    NotReadableError: "Another program holds the microphone.",
  };
  return words[error.name] || error.message;
}

class Source {
  constructor(section) {
    this.name = section.dataset.source;
    this.button = section.querySelector("button");
    this.meter = section.querySelector("meter");
    this.told = section.querySelector(".told");
    this.button.addEventListener("click", () => (this.stream ? this.stop("") : this.start()));
  }

  tell(text, tone = "") {
    this.told.textContent = text;
    this.told.dataset.tone = tone;
  }

  async start() {
    this.button.disabled = true;
    try {
      this.stream = await takeSound(this.name);
      this.stream.getAudioTracks()[0].addEventListener("ended", () => this.stop("The sound ended."));
      this.socket = await open(this.name);
      this.socket.addEventListener("close", () => this.stream && this.stop("Dragoman is gone.", "bad"));
      await this.send();
      this.tell("Dragoman hears it.");
    } catch (error) {
      this.stop(explain(error), "bad");
    }
    this.button.disabled = false;
    this.button.setAttribute("aria-pressed", String(Boolean(this.stream)));
    this.button.textContent = WORDS[this.name][this.stream ? 1 : 0];
  }

  async send() {
    this.context = new AudioContext({ sampleRate: RATE });
    await this.context.audioWorklet.addModule("/capture/static/capture_worklet.js");
    const node = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 0 });
    node.port.addEventListener("message", ({ data }) => this.pass(data));
    node.port.start();
    this.context.createMediaStreamSource(this.stream).connect(node);
    await this.context.resume();
  }

  pass({ samples, loudest }) {
    this.meter.value = loudest;
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_WAITING) {
      this.tell("The connection is too slow: sound is left out.", "bad");
      return;
    }
    const block = new ArrayBuffer(8 + samples.byteLength);
    new DataView(block).setFloat64(0, performance.now() - BLOCK_MS, true);
    new Int16Array(block, 8).set(samples);
    this.socket.send(block);
  }

  stop(text, tone) {
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.stream = undefined;
    this.socket?.close();
    this.context?.close();
    this.socket = this.context = undefined;
    this.meter.value = 0;
    this.button.setAttribute("aria-pressed", "false");
    this.button.textContent = WORDS[this.name][0];
    this.tell(text, tone);
  }
}

for (const section of document.querySelectorAll(".source")) new Source(section);
if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", location.pathname);
