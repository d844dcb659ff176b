// The microphone: silence, and the speech that the bot sends, scheduled without gaps.
const microphone = (() => {
  const RATE = 48000;
  const LEAD_S = 0.08; // between the first piece of a speech and its being heard
  const HEAD = 8; // kind, version, flags (1 first, 2 last), number
  const MOST_S = 5; // scheduled ahead at most; what is beyond comes too fast and is left out
  const ours = new WeakSet();
  let context = null;
  let destination = null;
  let next = 0; // context time at which the next piece begins

  function open() {
    if (destination) return;
    context = new AudioContext({ sampleRate: RATE });
    destination = context.createMediaStreamDestination();
    destination.channelCount = 1;
  }

  function speak(buffer) {
    open();
    const view = new DataView(buffer);
    const flags = view.getUint16(2, true);
    const pcm = new Int16Array(buffer, HEAD);
    if (context.state === 'suspended') context.resume().catch(() => {});
    const start = Math.max(next, context.currentTime + LEAD_S);
    if (flags & 1) {
      const delay = (start - context.currentTime) * 1000;
      const number = view.getUint32(4, true);
      link.send({ type: 'spoken', number, delay, state: context.state, at: pageNow() });
    }
    if (pcm.length === 0 || start - context.currentTime > MOST_S) return;
    const sound = context.createBuffer(1, pcm.length, RATE);
    const samples = sound.getChannelData(0);
    for (let i = 0; i < pcm.length; i += 1) samples[i] = pcm[i] / 32768;
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(destination);
    source.start(start);
    next = start + sound.duration;
  }

  function freshTrack() {
    open();
    return dress(destination.stream.getAudioTracks()[0].clone());
  }

  // Copies that the page makes of it are ours too, and never heard as somebody's sound.
  function dress(track) {
    const { clone } = track;
    track.clone = () => dress(clone.call(track));
    Object.defineProperty(track, 'label', { value: config.microphone.label });
    const { getSettings } = track;
    track.getSettings = () => ({
      ...getSettings.call(track),
      deviceId: config.microphone.id,
      groupId: config.microphone.group,
    });
    track.applyConstraints = async () => {};
    ours.add(track);
    return track;
  }

  link.on('speech', speak);
  return { freshTrack, owns: (track) => ours.has(track) };
})();
