// Remote sound: each receiver's track, and the streams that the page plays beside them (its own
// mix). Both are sent as long as they are there; the bot chooses what it uses.
const sound = (() => {
  const tracks = new Map(); // track.id -> {index, kind, receiver, stop, play}
  const receivers = new Set();
  const PAIR_MS = 30;
  let next = 0;

  function emit(entry, samples, rate, at) {
    link.binary(1, entry.index, at, 12 + samples.length * 2, (view, buffer) => {
      view.setUint32(16, entry.sequence, true);
      view.setUint32(20, rate, true);
      view.setUint32(24, samples.length, true);
      const pcm = new Int16Array(buffer, 28);
      for (let i = 0; i < samples.length; i += 1) {
        pcm[i] = Math.round(Math.max(-1, Math.min(1, samples[i])) * 32767);
      }
    });
    entry.sequence += 1;
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
    type: 'track', index: entry.index, kind: entry.kind, rate: entry.rate, reader: reader.kind,
    at: pageNow(),
  });

  function take(entry, samples, rate, at) {
    if (entry.rate !== rate) {
      if (entry.first) emit(entry, entry.first.samples, entry.first.rate, entry.first.at);
      entry.first = null;
      entry.rate = rate;
      declare(entry);
    }
    pair(entry, samples, rate, at);
  }

  function start(track, kind, receiver) {
    if (track.kind !== 'audio' || tracks.has(track.id)) return;
    const entry = { index: next, kind, receiver, sequence: 0, rate: 0 };
    next += 1;
    const open = reader.open(track, (...block) => take(entry, ...block));
    entry.play = open.play;
    entry.stop = () => {
      if (!tracks.delete(track.id)) return;
      open.stop();
      link.send({ type: 'track_end', index: entry.index, at: pageNow() });
    };
    tracks.set(track.id, entry);
    track.addEventListener('ended', entry.stop, { once: true });
  }

  // Players need not be in the document.
  const { prototype } = window.HTMLMediaElement;
  const { play } = prototype;
  const loose = new Set(); // weak references
  prototype.play = function (...args) {
    if (!this.isConnected && !reader.owns(this)) loose.add(new WeakRef(this));
    return play.apply(this, args);
  };

  function players() {
    const found = new Set(document.querySelectorAll('audio, video'));
    for (const reference of loose) {
      const player = reference.deref();
      if (player) found.add(player);
      else loose.delete(reference);
    }
    return [...found].filter(({ srcObject }) => srcObject instanceof MediaStream);
  }

  function scanPlayers() {
    const played = new Set();
    for (const { srcObject } of players()) {
      for (const track of srcObject.getAudioTracks()) {
        played.add(track.id);
        if (!receivers.has(track.id) && !microphone.owns(track)) start(track, 'mix', null);
      }
    }
    for (const [id, entry] of tracks) if (entry.kind === 'mix' && !played.has(id)) entry.stop();
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

  // The sound server is back: players that it left behind play again.
  function revive() {
    for (const player of players()) {
      if (player.paused) continue;
      player.pause();
      player.play().catch(() => {});
    }
    for (const entry of tracks.values()) entry.play();
    contexts.revive();
  }

  link.on('redeclare', () => { for (const entry of tracks.values()) if (entry.rate) declare(entry); });
  link.on('revive', revive);
  setInterval(scanPlayers, 500);
  setInterval(pollSources, 80);

  return {
    receiver: (track, receiver) => {
      if (track.kind === 'audio') receivers.add(track.id);
      start(track, 'receiver', receiver);
    },
  };
})();
