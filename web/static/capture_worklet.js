// Passes sound on as 16-bit samples in blocks of 100 ms.

const BLOCK = 1600;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
    this.loudest = 0;
  }

  process([input]) {
    const channels = input.length;
    if (!channels) return true;
    for (let i = 0; i < input[0].length; i += 1) {
      let sum = 0;
      for (const channel of input) sum += channel[i];
      const value = Math.max(-1, Math.min(1, sum / channels));
      this.loudest = Math.max(this.loudest, Math.abs(value));
      this.block[this.filled] = Math.round(value * 32767);
      this.filled += 1;
      if (this.filled === BLOCK) {
        const samples = this.block.slice();
        this.port.postMessage({ samples, loudest: this.loudest }, [samples.buffer]);
        this.filled = 0;
        this.loudest = 0;
      }
    }
    return true;
  }
}

registerProcessor("capture", Capture);
