// Plays queued 16-bit blocks; waits for a few before it starts, drops the oldest when too late.
const LEAD = 3;
const MOST = 25;

class MixProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.blocks = [];
    this.position = 0;
    this.playing = false;
    this.port.onmessage = (event) => {
      this.blocks.push(new Int16Array(event.data));
      if (this.blocks.length > MOST) this.blocks.shift();
      if (this.blocks.length >= LEAD) this.playing = true;
    };
  }

  process(_inputs, outputs) {
    const out = outputs[0][0];
    for (let n = 0; n < out.length && this.playing; n += 1) {
      const block = this.blocks[0];
      if (!block) { this.playing = false; break; }
      out[n] = block[this.position] / 32768;
      this.position += 1;
      if (this.position >= block.length) { this.blocks.shift(); this.position = 0; }
    }
    return true;
  }
}

registerProcessor("mix", MixProcessor);
