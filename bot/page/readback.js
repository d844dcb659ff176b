// What really leaves as the camera: how many frames, and the picture read back from the track
// that is being sent.
(() => {
  const NativeProcessor = window.MediaStreamTrackProcessor;
  const EVERY_MS = 2000;
  const STEP = 16; // one sample of luma in so many columns and rows

  function mark(luma, stride, width, height) {
    let sum = 17;
    for (let y = STEP / 2; y < height; y += STEP) {
      for (let x = STEP / 2; x < width; x += STEP) sum = (Math.imul(sum, 31) + luma[y * stride + x]) | 0;
    }
    return sum;
  }

  const held = () => mark(camera.picture, config.camera.width, config.camera.width, config.camera.height);

  async function frameOf(track) {
    const reader = new NativeProcessor({ track, maxBufferSize: 1 }).readable.getReader();
    const late = setTimeout(() => reader.cancel().catch(() => {}), 700);
    try {
      return (await reader.read()).value ?? null;
    } finally {
      clearTimeout(late);
      reader.cancel().catch(() => {});
    }
  }

  // Whether a track carries the picture that is held here; it may change while it is read.
  async function carries(track) {
    const before = held();
    const frame = await frameOf(track);
    if (!frame) return false;
    try {
      const bytes = new Uint8Array(frame.allocationSize());
      const [plane] = await frame.copyTo(bytes);
      const { width, height } = frame.visibleRect;
      const found = mark(bytes.subarray(plane.offset), plane.stride, width, height);
      return found === before || found === held();
    } finally {
      frame.close();
    }
  }

  function lines() {
    return peers.all().flatMap((peer) => peer.getTransceivers()).filter((line) =>
      line.receiver.track.kind === 'video' && (line.currentDirection ?? '').startsWith('send'));
  }

  async function framesSent() {
    let frames = 0;
    for (const peer of peers.all()) {
      for (const report of (await peer.getStats()).values()) {
        if (report.kind === 'video' && report.type === 'outbound-rtp') frames += report.framesSent ?? 0;
      }
    }
    return frames;
  }

  async function readBack() {
    const tracks = lines().map((line) => line.sender.track).filter(Boolean);
    if (tracks.length === 0) return null;
    for (const track of tracks) if (track.readyState === 'live' && await carries(track)) return true;
    return false;
  }

  async function report() {
    const frames = await framesSent();
    camera.sent(frames);
    const same = await readBack().catch(() => null);
    link.send({ type: 'camera', frames, same, at: pageNow() });
  }

  async function keepReporting() {
    await report().catch(() => {});
    setTimeout(keepReporting, EVERY_MS);
  }
  keepReporting();
  link.on('camera_repair', () => {
    for (const line of lines()) line.sender.replaceTrack(camera.freshTrack()).catch(() => {});
  });
})();
