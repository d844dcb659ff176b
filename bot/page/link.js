// One numbered, bounded stream of messages to the bot.
// Messages wait here until the bot acknowledges them, so that a stall or a broken
// line of up to config.bufferMs loses nothing; what grows older is dropped by number.
const BINARY = { 3: 'picture', 4: 'speech' }; // first byte of what the bot sends -> handler

const link = (() => {
  const pageId = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join('');
  const waiting = []; // {number, at, data}, oldest first; sent ones stay until acknowledged
  const handlers = new Map();
  let line = null;
  let ready = false;
  let sent = 0; // how many of `waiting` went out on the present line
  let number = 0;
  let retry = 0;
  let torn = false; // messages were dropped unsent, declarations of tracks perhaps among them

  function trim() {
    const oldest = pageNow() - config.bufferMs;
    let stale = 0;
    while (stale < waiting.length && waiting[stale].at < oldest) stale += 1;
    if (stale === 0) return;
    torn = torn || stale > sent;
    waiting.splice(0, stale);
    sent = Math.max(0, sent - stale);
  }

  function flush() {
    if (!ready || !line?.open) return;
    while (sent < waiting.length && line.buffered() < 512 * 1024) {
      line.send(waiting[sent].data);
      sent += 1;
    }
  }

  function push(data) {
    waiting.push({ number, at: pageNow(), data });
    trim();
    flush();
  }

  function acknowledged(upTo) {
    let done = 0;
    while (done < waiting.length && waiting[done].number <= upTo) done += 1;
    if (done === 0) return;
    waiting.splice(0, done);
    sent = Math.max(0, sent - done);
  }

  function control(message) {
    if (line?.open) line.send(JSON.stringify(message));
  }

  function onText(message) {
    if (message.type === 'ping') {
      control({ type: 'pong', sent: message.sent, page: pageNow() });
    } else if (message.type === 'ready') {
      acknowledged(message.received);
      sent = 0;
      ready = true;
      retry = 0;
      torn = false;
      handlers.get('redeclare')?.();
      flush();
    } else if (message.type === 'ack') {
      acknowledged(message.received);
      if (torn) handlers.get('redeclare')?.();
      torn = false;
      flush();
    }
    const handler = handlers.get(message.type);
    if (handler) handler(message);
  }

  function connect() {
    ready = false;
    const mine = carrier.open(pageId, {
      open: () => mine === line && control({
        type: 'hello', version: 1, format: 's16le', channels: 1, page: pageNow(),
      }),
      message: (data) => {
        if (mine !== line) return;
        if (typeof data === 'string') onText(JSON.parse(data));
        else handlers.get(BINARY[new Uint8Array(data, 0, 1)[0]])?.(data);
      },
      close: () => {
        if (mine !== line) return;
        ready = false;
        retry = Math.min(retry + 1, 8);
        setTimeout(connect, 60 * retry);
      },
    });
    line = mine;
  }

  setInterval(() => { trim(); flush(); }, 50);
  connect();

  return {
    on: (type, handler) => handlers.set(type, handler),
    send: (message) => {
      number += 1;
      push(JSON.stringify({ ...message, n: number }));
    },
    // `fill` writes the body behind the common 16-byte head.
    binary: (type, tag, at, size, fill) => {
      number += 1;
      const buffer = new ArrayBuffer(16 + size);
      const view = new DataView(buffer);
      view.setUint8(0, type);
      view.setUint8(1, 1);
      view.setUint16(2, tag, true);
      view.setUint32(4, number, true);
      view.setFloat64(8, at, true);
      fill(view, buffer);
      push(buffer);
    },
  };
})();
