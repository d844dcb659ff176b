// The other way of sound: everybody mixed into one stream, with no receiver behind it; played
// by an element in `holder`, or without one straight to the loudspeaker.
import { el } from "./dom.js";

const RATE = 48000;

export class Mix {
  constructor(holder) {
    this.holder = holder;
  }

  async start() {
    this.context = new AudioContext({ sampleRate: RATE });
    await this.context.audioWorklet.addModule("/static/mix-worklet.js");
    const node = new AudioWorkletNode(this.context, "mix", { numberOfInputs: 0, outputChannelCount: [1] });
    if (this.holder) this.playInElement(node);
    else node.connect(this.context.destination);
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/mix`);
    this.socket.binaryType = "arraybuffer";
    this.socket.addEventListener("message", (event) => node.port.postMessage(event.data, [event.data]));
  }

  playInElement(node) {
    const destination = this.context.createMediaStreamDestination();
    node.connect(destination);
    const player = el("audio", { autoplay: true });
    player.srcObject = destination.stream;
    this.holder.append(player);
    player.play().catch(() => {});
  }

  close() {
    this.socket?.close();
    this.context?.close();
  }
}
