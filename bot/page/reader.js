// Reads a track block by block: by a MediaStreamTrackProcessor, or, where the browser has
// none, by an AudioWorklet. `take(samples, rate, at)` gets mono floats and the page time.
const NativeAudio = window.Audio;
const NativeProcessor = window.MediaStreamTrackProcessor;

const reader = (() => {
  const MODULE = `registerProcessor('dragoman-tap', class extends AudioWorkletProcessor {
    constructor() { super(); this.block = new Float32Array(480); this.filled = 0; }
    process([input]) {
      const channels = input.length;
      const count = channels ? input[0].length : 0;
      for (let i = 0; i < count; i += 1) {
        let value = 0;
        for (let c = 0; c < channels; c += 1) value += input[c][i];
        this.block[this.filled] = value / channels;
        this.filled += 1;
        if (this.filled === 480) { this.port.postMessage(this.block.slice()); this.filled = 0; }
      }
      return true;
    }
  });`;
  const own = new WeakSet();
  let shared = null;

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

  function byProcessor(track, take) {
    const stream = new NativeProcessor({ track, maxBufferSize: 1000 }).readable.getReader();
    async function run() {
      for (;;) {
        const { value, done } = await stream.read();
        if (done) return;
        const at = pageNow();
        try {
          take(mono(value), value.sampleRate, at);
        } finally {
          value.close();
        }
      }
    }
    run().catch(() => {});
    return () => stream.cancel().catch(() => {});
  }

  async function context() {
    const made = new AudioContext({ sampleRate: 48000 });
    const address = URL.createObjectURL(new Blob([MODULE], { type: 'text/javascript' }));
    await made.audioWorklet.addModule(address);
    return made;
  }

  function byWorklet(track, take) {
    let stop = () => { stop = null; };
    shared ??= context();
    shared.then((made) => {
      if (!stop) return;
      const source = made.createMediaStreamSource(new MediaStream([track]));
      const tap = new AudioWorkletNode(made, 'dragoman-tap', { numberOfOutputs: 0 });
      tap.port.onmessage = ({ data }) => take(data, made.sampleRate, pageNow());
      source.connect(tap);
      stop = () => { source.disconnect(); tap.port.onmessage = null; };
    }).catch(() => {});
    return () => stop?.();
  }

  const processor = NativeProcessor && config.reader !== 'worklet';
  return {
    kind: processor ? 'processor' : 'worklet',
    owns: (player) => own.has(player),
    // Undecoded without a player: it stays muted and out of the page.
    open: (track, take) => {
      const player = new NativeAudio();
      player.muted = true;
      own.add(player);
      const play = () => {
        player.srcObject = new MediaStream([track]);
        player.play().catch(() => {});
      };
      play();
      const close = (processor ? byProcessor : byWorklet)(track, take);
      return { play, stop: () => { close(); player.srcObject = null; } };
    },
  };
})();
