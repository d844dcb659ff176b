// Remote sound: each audio track is played by a muted element of our own (undecoded
// otherwise) and read block by block. Receivers come first; if none of them ever sounds
// while the page plays streams of its own making, those are read as the mix instead.
const NativeAudio = window.Audio;
const NativeProcessor = window.MediaStreamTrackProcessor;

const sound = (() => {
  const tracks = new Map(); // track.id -> {index, kind, receiver, stop}
  const receivers = new Set();
  const SOUNDING = 0.002;
  const PAIR_MS = 30;
  let next = 0;
  let receiverSounds = false;
  let path = 'none';

  function choose(wanted) {
    if (wanted === path) return;
    path = wanted;
    link.send({ type: 'audio_path', path, at: pageNow() });
  }

  function mono(data) {
    const count = data.numberOfFrames;
    const out = new Float32Array(count);
    data.copyTo(out, { planeIndex: 0, format: 'f32-planar' });
    for (let channel = 1; channel < data.numberOfChannels; channel += 1) {
      const other = new Float32Array(count);
      data.copyTo(other, { planeIndex: channel, format: 'f32-planar' });
      for (let i = 0; i < count; i += 1) out[i] += other[i];
    }
    const share = 1 / data.numberOfChannels;
    return share === 1 ? out : out.map((value) => value * share);
  }

  function emit(entry, samples, rate, at) {
    let peak = 0;
    link.binary(1, entry.index, at, 12 + samples.length * 2, (view, buffer) => {
      view.setUint32(16, entry.sequence, true);
      view.setUint32(20, rate, true);
      view.setUint32(24, samples.length, true);
      const pcm = new Int16Array(buffer, 28);
      for (let i = 0; i < samples.length; i += 1) {
        const value = Math.max(-1, Math.min(1, samples[i]));
        peak = Math.max(peak, Math.abs(value));
        pcm[i] = Math.round(value * 32767);
      }
    });
    entry.sequence += 1;
    if (peak > SOUNDING && entry.kind === 'receiver' && !receiverSounds) {
      receiverSounds = true;
      for (const other of tracks.values()) if (other.kind === 'mix') other.stop();
      choose('receivers');
    }
  }

  // Two blocks of 10 ms make one message, at no cost in time: frames are 20 ms long.
  function pair(entry, samples, rate, at) {
    const { first } = entry;
    entry.first = first ? null : { samples, rate, at };
    if (!first) return;
    if (first.rate !== rate || at - first.at > PAIR_MS) {
      emit(entry, first.samples, first.rate, first.at);
      pair(entry, samples, rate, at);
      return;
    }
    const both = new Float32Array(first.samples.length + samples.length);
    both.set(first.samples);
    both.set(samples, first.samples.length);
    emit(entry, both, rate, at);
  }

  const declare = (entry) => link.send({
    type: 'track', index: entry.index, kind: entry.kind, rate: entry.rate, at: pageNow(),
  });

  async function read(entry, reader) {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = pageNow();
      try {
        if (entry.rate !== value.sampleRate) {
          entry.rate = value.sampleRate;
          declare(entry);
        }
        pair(entry, mono(value), value.sampleRate, at);
      } finally {
        value.close();
      }
    }
  }

  function start(track, kind, receiver) {
    if (track.kind !== 'audio' || tracks.has(track.id)) return;
    const player = new NativeAudio();
    player.muted = true;
    player.srcObject = new MediaStream([track]);
    player.play().catch(() => {});
    const reader = new NativeProcessor({ track, maxBufferSize: 1000 }).readable.getReader();
    const entry = { index: next, kind, receiver, player, sequence: 0, rate: 0 };
    next += 1;
    entry.stop = () => {
      tracks.delete(track.id);
      reader.cancel().catch(() => {});
      player.srcObject = null;
      link.send({ type: 'track_end', index: entry.index, at: pageNow() });
    };
    tracks.set(track.id, entry);
    track.addEventListener('ended', entry.stop, { once: true });
    read(entry, reader).catch(() => {});
  }

  function scanElements() {
    if (receiverSounds) return;
    for (const element of document.querySelectorAll('audio, video')) {
      const stream = element.srcObject;
      if (!(stream instanceof MediaStream)) continue;
      for (const track of stream.getAudioTracks()) {
        if (receivers.has(track.id) || tracks.has(track.id) || microphone.owns(track)) continue;
        start(track, 'mix', null);
        choose('mix');
      }
    }
  }

  function pollSources() {
    const sources = [];
    for (const entry of tracks.values()) {
      if (!entry.receiver) continue;
      for (const source of entry.receiver.getContributingSources()) {
        const key = `${source.source}/${source.rtpTimestamp}`;
        if (entry.lastSource === key) continue;
        entry.lastSource = key;
        sources.push([entry.index, source.source, source.audioLevel ?? 0]);
      }
    }
    if (sources.length) link.send({ type: 'csrc', sources, at: pageNow() });
  }

  link.on('redeclare', () => { for (const entry of tracks.values()) if (entry.rate) declare(entry); });
  setInterval(scanElements, 1000);
  setInterval(pollSources, 80);

  return {
    receiver: (track, receiver) => {
      if (track.kind === 'audio') receivers.add(track.id);
      start(track, 'receiver', receiver);
    },
  };
})();
