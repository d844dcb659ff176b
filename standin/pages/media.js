// The one peer connection of the call: three lines in, camera and microphone out, data channels.
import { el } from "./dom.js";
import { cameraToast, failCamera, withEffects } from "./effects.js";
import { Mix } from "./mix.js";

const LINES = 3;

export class Media {
  constructor(meet) {
    this.meet = meet;
    this.receiving = [];
    this.players = el("div", { hidden: true });
    this.captions = null;
    this.mix = null;
  }

  async start() {
    const { devices, site, traps } = this.meet;
    document.body.append(this.players);
    const connection = (this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    connection.addEventListener("track", (event) => this.play(event.track));
    if (!traps.no_roster) connection.createDataChannel("collections", { ordered: true });
    connection.createDataChannel("media-session", { ordered: true });
    const late = traps.late_tracks_s > 0;
    if (site.audio === "tracks") this.addLines(late ? 1 : LINES);
    else this.mixFrom(site.audio);
    this.senders = { mic: this.sender("mic"), camera: this.sender("camera") };
    devices.trackChanged = (kind, track) => this.senders[kind].replaceTrack(this.processed(kind, track));
    cameraToast(this.meet);
    await this.offer(true);
    if (late && site.audio === "tracks") setTimeout(() => this.addLate(), traps.late_tracks_s * 1000);
  }

  // The sound comes from the page's own mix from now on.
  mixFrom(path) {
    if (path === "nowhere") return;
    this.mix = new Mix(path === "mixed" ? this.players : null);
    this.mix.start();
  }

  addLines(count) {
    for (let n = 0; n < count; n += 1) {
      this.receiving.push(this.connection.addTransceiver("audio", { direction: "recvonly" }));
    }
  }

  async addLate() {
    this.addLines(LINES - this.receiving.length);
    await this.offer();
  }

  processed(kind, track) {
    return kind === "camera" && track && this.meet.traps.camera_effects ? withEffects(track) : track;
  }

  failCamera() {
    return failCamera(this.senders.camera, this.meet.traps.camera_fault);
  }

  sender(kind) {
    const { tracks, streams } = this.meet.devices;
    if (kind === "camera" && tracks.camera) {
      const sender = this.connection.addTrack(this.processed(kind, tracks.camera), streams.camera);
      this.connection.getTransceivers().find((line) => line.sender === sender).direction = "sendonly";
      return sender;
    }
    const media = tracks[kind] ?? (kind === "mic" ? "audio" : "video");
    return this.connection.addTransceiver(media, { direction: "sendonly" }).sender;
  }

  async offer(fresh = false) {
    const connection = this.connection;
    await connection.setLocalDescription(await connection.createOffer());
    if (connection.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && resolve());
        setTimeout(resolve, 2000);
      });
    }
    this.meet.send("offer", { sdp: connection.localDescription.sdp, receive: this.receiving.map((line) => line.mid), fresh });
    await new Promise((resolve) => { this.applied = resolve; });
  }

  async answered(sdp) {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
    this.applied?.();
  }

  play(track) {
    if (track.kind !== "audio" || this.meet.traps.no_audio_element) return;
    const player = el("audio", { autoplay: true });
    player.srcObject = new MediaStream([track]);
    this.players.append(player);
    player.play().catch(() => {});
  }

  captionChannel(on) {
    if (!this.meet.site.channel || !this.connection) return;
    this.captions?.close();
    this.captions = on ? this.connection.createDataChannel(this.meet.traps.channel_label, { ordered: true, maxRetransmits: 10 }) : null;
    if (this.captions) this.captions.binaryType = "arraybuffer";
  }

  close() {
    this.meet.devices.trackChanged = async () => {};
    this.mix?.close();
    this.connection?.close();
    this.players.remove();
  }
}
