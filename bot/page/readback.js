// What really leaves as the camera: counts of the encoder, what the receiver reports, and the
// picture read back from the track that is being sent.
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

  async function counts() {
    const sum = { frames: 0, encoded: 0, width: 0, height: 0, limited: '', lost: null };
    for (const peer of peers.all()) {
      for (const report of (await peer.getStats()).values()) {
        if (report.kind !== 'video') continue;
        if (report.type === 'remote-inbound-rtp') sum.lost = report.fractionLost ?? sum.lost;
        if (report.type !== 'outbound-rtp') continue;
        sum.frames += report.framesSent ?? 0;
        sum.encoded += report.framesEncoded ?? 0;
        if (report.frameWidth > sum.width) {
          [sum.width, sum.height] = [report.frameWidth, report.frameHeight];
          sum.limited = report.qualityLimitationReason ?? '';
        }
      }
    }
    return sum;
  }

  async function readBack() {
    const tracks = lines().map((line) => line.sender.track).filter(Boolean);
    if (tracks.length === 0) return null;
    for (const track of tracks) if (track.readyState === 'live' && await carries(track)) return true;
    return false;
  }

  async function report() {
    const sum = await counts();
    camera.sent(sum.frames);
    const same = await readBack().catch(() => null);
    link.send({ type: 'camera', ...sum, same, written: camera.written(), at: pageNow() });
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
