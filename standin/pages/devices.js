// Microphone and camera of the visitor: state, buttons, and a fresh stream at each camera toggle.
import { el, iconButton } from "./dom.js";

export class Devices {
  constructor(meet) {
    this.meet = meet;
    this.on = { mic: false, camera: false };
    this.tracks = { mic: null, camera: null };
    this.streams = { mic: null, camera: null };
    this.found = { mic: true, camera: true };
    this.buttons = [];
    this.previews = new Set();
    this.changed = () => {};
    this.trackChanged = async () => {};
  }

  async start() {
    await this.obtain("mic");
    await this.obtain("camera");
    this.paint();
  }

  async obtain(kind) {
    const wish = kind === "mic" ? { audio: true } : { video: { width: { ideal: 1280 }, height: { ideal: 720 } } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wish);
      this.streams[kind] = stream;
      this.tracks[kind] = kind === "mic" ? stream.getAudioTracks()[0] : stream.getVideoTracks()[0];
      this.found[kind] = this.on[kind] = Boolean(this.tracks[kind]);
    } catch {
      this.found[kind] = this.on[kind] = false;
    }
    if (kind === "camera") this.showPreviews();
  }

  async set(kind, on) {
    if (this.on[kind] === on) return;
    if (kind === "mic") {
      if (on && !this.tracks.mic) await this.obtain("mic");
      if (this.tracks.mic) this.tracks.mic.enabled = on;
      this.on.mic = on && Boolean(this.tracks.mic);
    } else if (on) {
      await this.obtain("camera");
    } else {
      this.tracks.camera?.stop();
      this.tracks.camera = this.streams.camera = null;
      this.on.camera = false;
      this.showPreviews();
    }
    await this.trackChanged(kind, this.tracks[kind], this.streams[kind]);
    this.paint();
    this.meet.send("devices", { mic: this.on.mic, camera: this.on.camera });
  }

  toggle(kind) {
    return this.set(kind, !this.on[kind]);
  }

  release() {
    for (const kind of ["mic", "camera"]) {
      this.tracks[kind]?.stop();
      this.tracks[kind] = this.streams[kind] = null;
      this.on[kind] = false;
    }
  }

  preview(video) {
    this.previews.add(video);
    this.showPreviews();
  }

  showPreviews() {
    for (const video of [...this.previews]) {
      video.srcObject = this.streams.camera;
      video.hidden = !this.streams.camera;
      if (this.streams.camera) video.play().catch(() => {});
    }
  }

  forget() {
    this.buttons = [];
    this.previews.clear();
  }

  button(kind) {
    const jsname = kind === "mic" ? "hw0c9" : "psRWwc";
    const node = iconButton(jsname, "", "", { role: "button", type: "button", onclick: () => this.toggle(kind) });
    this.buttons.push([kind, node]);
    this.paint();
    return node;
  }

  menus() {
    const t = this.meet.t;
    const menu = (label, found, missing) => el("button", { type: "button", "aria-label": `${label}: ${found ? t("default_device") : missing}`, "aria-haspopup": "menu" }, found ? t("default_device") : missing);
    return [
      menu(t("mic_menu"), this.found.mic, t("not_found_mic")),
      menu(t("speaker_menu"), true, ""),
      menu(t("cam_menu"), this.found.camera, t("not_found_cam")),
    ];
  }

  paint() {
    const t = this.meet.t;
    for (const [kind, node] of this.buttons) {
      const on = this.on[kind];
      node.setAttribute("data-is-muted", String(!on));
      node.setAttribute("aria-label", t(kind === "mic" ? (on ? "mic_off" : "mic_on") : on ? "cam_off" : "cam_on"));
      if (kind === "camera" && this.meet.traps.camera_problem && this.meet.call) node.setAttribute("aria-label", t("cam_problem"));
      node.firstChild.textContent = (kind === "mic" ? "mic" : "videocam") + (on ? "" : "_off");
    }
    this.changed();
  }
}
