// The other way of sound: everybody mixed into one stream, with no receiver behind it.
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
    const destination = this.context.createMediaStreamDestination();
    node.connect(destination);
    const player = el("audio", { autoplay: true });
    player.srcObject = destination.stream;
    this.holder.append(player);
    player.play().catch(() => {});
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/mix`);
    this.socket.binaryType = "arraybuffer";
    this.socket.addEventListener("message", (event) => node.port.postMessage(event.data, [event.data]));
  }

  close() {
    this.socket?.close();
    this.context?.close();
  }
}
