// What a site can do to a camera's track before it is sent.
import { toast } from "./dialogs.js";

// Background effects: the camera drawn into a small canvas, which is sent in its place.
export function withEffects(track) {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  video.play().catch(() => {});
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const pen = canvas.getContext("2d");
  const timer = setInterval(() => {
    if (track.readyState === "ended") clearInterval(timer);
    else pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  }, 40);
  return canvas.captureStream(25).getVideoTracks()[0];
}

export async function failCamera(sender, how) {
  if (how === "stopped") sender.track?.stop();
  else if (how === "dropped") await sender.replaceTrack(null);
  else if (how === "black" && sender.track) sender.track.enabled = false;
  else if (how === "inactive") {
    const parameters = sender.getParameters();
    parameters.encodings[0].active = false;
    await sender.setParameters(parameters);
  }
}

export function cameraToast(meet) {
  if (meet.traps.camera_toast) toast(`${meet.t("cam_missing")} — ${meet.t("cam_missing_more")}`, true);
}
