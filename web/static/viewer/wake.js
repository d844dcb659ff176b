// Keeps the screen on while somebody reads along.

let wanted = false;
let lock = null;

async function take() {
  if (!wanted || lock || document.visibilityState !== "visible" || !navigator.wakeLock) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => { lock = null; });
  } catch {
    lock = null; // A phone that saves power says no.
  }
}

export function keepAwake(on) {
  wanted = on;
  if (on) take();
  else lock?.release();
}

document.addEventListener("visibilitychange", take);
