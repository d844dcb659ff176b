// The camera: a picture held in the page, re-emitted at a steady rate on every track that
// was handed out; the bot sends only the rectangles that changed.
const camera = (() => {
  const { width, height, fps } = config.camera;
  const NativeGenerator = window.MediaStreamTrackGenerator;
  const NativeFrame = window.VideoFrame;
  const half = width / 2;
  const picture = new Uint8Array((width * height * 3) / 2);
  const outputs = new Set(); // {track, writer}
  const ours = new WeakSet();
  let frame = null;
  let dirty = true;
  let shown = 0; // number of the update that the picture holds

  // A plain dark card until the first picture comes: never black, never frozen.
  picture.fill(33, 0, width * height);
  picture.fill(130, width * height, (width * height * 5) / 4);
  picture.fill(126, (width * height * 5) / 4);

  function copyPlane(source, offset, area, start, stride) {
    for (let row = 0; row < area.high; row += 1) {
      const from = offset + row * area.wide;
      picture.set(
        source.subarray(from, from + area.wide),
        start + (area.top + row) * stride + area.left,
      );
    }
    return offset + area.high * area.wide;
  }

  function copyRectangle(bytes, view, offset) {
    const [x, y, w, h] = [0, 2, 4, 6].map((i) => view.getUint16(offset + i, true));
    if (x + w > width || y + h > height) throw new RangeError('rectangle outside the picture');
    const full = { left: x, top: y, wide: w, high: h };
    const quarter = { left: x / 2, top: y / 2, wide: w / 2, high: h / 2 };
    let at = copyPlane(bytes, offset + 8, full, 0, width);
    at = copyPlane(bytes, at, quarter, width * height, half);
    return copyPlane(bytes, at, quarter, (width * height * 5) / 4, half);
  }

  function update(buffer) {
    const view = new DataView(buffer);
    const bytes = new Uint8Array(buffer);
    const count = view.getUint16(2, true);
    shown = view.getUint32(4, true);
    let offset = 8;
    for (let i = 0; i < count; i += 1) offset = copyRectangle(bytes, view, offset);
    dirty = true;
    link.send({ type: 'shown', number: shown, at: pageNow() });
  }

  function nextFrame() {
    const timestamp = Math.round(pageNow() * 1000);
    const fresh = dirty || !frame
      ? new NativeFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp })
      : new NativeFrame(frame, { timestamp });
    dirty = false;
    if (frame) frame.close();
    frame = fresh;
  }

  function tick() {
    for (const output of outputs) if (output.track.readyState === 'ended') outputs.delete(output);
    if (outputs.size === 0) return;
    nextFrame();
    for (const output of outputs) {
      if (output.writer.desiredSize <= 0) continue;
      output.writer.write(frame.clone()).catch(() => outputs.delete(output));
    }
  }

  function freshTrack() {
    const track = new NativeGenerator({ kind: 'video' });
    const settings = {
      width, height, frameRate: fps, aspectRatio: width / height,
      deviceId: config.camera.id, groupId: config.camera.group,
    };
    track.contentHint = 'detail';
    Object.defineProperty(track, 'label', { value: config.camera.label });
    track.getSettings = () => ({ ...settings });
    track.getCapabilities = () => ({
      width: { min: 1, max: width }, height: { min: 1, max: height },
      frameRate: { min: 1, max: fps }, deviceId: settings.deviceId, groupId: settings.groupId,
    });
    track.applyConstraints = async () => {};
    track.clone = freshTrack;
    ours.add(track);
    outputs.add({ track, writer: track.writable.getWriter() });
    tick();
    return track;
  }

  // Whatever the page would send as video in its place, a fresh track of ours goes out.
  const substitute = (track) =>
    (track && track.kind === 'video' && !ours.has(track) ? freshTrack() : track);
  const { replaceTrack } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.replaceTrack = function (track) {
    return replaceTrack.call(this, substitute(track));
  };
  const { addTrack, addTransceiver } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addTrack = function (track, ...streams) {
    return addTrack.call(this, substitute(track), ...streams);
  };
  RTCPeerConnection.prototype.addTransceiver = function (what, init) {
    return addTransceiver.call(this, typeof what === 'string' ? what : substitute(what), init);
  };

  // The encoder leaves a picture out where a large change kept it busy; so many more are
  // offered that the receiver still gets the full rate.
  let extra = 0;
  let counted = null;
  function sent(frames) {
    const at = performance.now();
    if (counted && frames > counted.frames) {
      const rate = ((frames - counted.frames) * 1000) / (at - counted.at);
      extra = Math.min(2, Math.max(0, extra + (fps - rate) / 2));
    }
    counted = { frames, at };
  }

  // Each tick has its place in a schedule, so that a late one does not slow the picture down.
  let due = performance.now();
  function keepPace() {
    tick();
    due += 1000 / (fps + extra);
    const now = performance.now();
    if (now - due > 200) due = now;
    setTimeout(keepPace, Math.max(0, due - now));
  }
  keepPace();
  link.on('picture', update);
  return { freshTrack, sent, picture };
})();
