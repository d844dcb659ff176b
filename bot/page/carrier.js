// How messages travel: a loopback socket; where the browser refuses it several times in a
// row, a function of the bot's own that Playwright put into the page.
const NativeSocket = window.WebSocket;
const pageNow = () => performance.now();

const carrier = (() => {
  const REFUSALS = 3;
  const PAUSE_MS = 15; // between two calls while nothing waits
  const MOST = 400; // messages a call
  const binding = window[config.binding];
  delete window[config.binding];
  let refused = 0;

  function encode(data) {
    if (typeof data === 'string') return `t${data}`;
    const bytes = new Uint8Array(data);
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return `b${btoa(text)}`;
  }

  function decode(item) {
    if (item[0] === 't') return item.slice(1);
    return Uint8Array.from(atob(item.slice(1)), (c) => c.charCodeAt(0)).buffer;
  }

  function called(page, on) {
    const waiting = [];
    const line = { open: true, buffered: () => 0, send: (data) => waiting.push(data) };
    async function pump() {
      try {
        await binding({ token: config.token, page, hello: true });
        on.open();
        for (;;) {
          const batch = waiting.splice(0, MOST).map(encode);
          const answers = await binding({ token: config.token, page, batch });
          for (const item of answers) on.message(decode(item));
          if (!waiting.length) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      } catch {
        refused = 0; // The bot takes nothing on this line; perhaps on a socket again.
      }
      line.open = false;
      on.close();
    }
    setTimeout(pump);
    return line;
  }

  function socketed(page, on) {
    const socket = new NativeSocket(`${config.url}?page=${page}`, [config.token]);
    const line = { open: false, buffered: () => socket.bufferedAmount };
    line.send = (data) => socket.send(data);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => { refused = 0; line.open = true; on.open(); };
    socket.onmessage = (event) => on.message(event.data);
    socket.onclose = () => {
      if (!line.open) refused += 1;
      line.open = false;
      on.close();
    };
    return line;
  }

  return { open: (page, on) => (binding && refused >= REFUSALS ? called : socketed)(page, on) };
})();
