// Keeps one socket open, goes on where it was, and says when it is gone.

const SILENCE_MS = 12000;
const WAITS_MS = [300, 700, 1500, 3000, 5000, 10000];
const WITHDRAWN = 4003;
const REFUSED = [401, 404, 410];

// `query()` gives language and original; `on` has messages(list), connected(bool), gone().
export function keepOpen(path, query, on) {
  let socket = null;
  let epoch = "";
  let number = null;
  let tries = 0;
  let watchdog = 0;
  let retry = 0;
  let over = false;

  function address() {
    const found = new URL(path, location.href);
    found.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const given = { ...query() };
    if (number !== null) Object.assign(given, { epoch, after: number });
    found.search = new URLSearchParams(given);
    return found;
  }

  function hear(event) {
    watch();
    const messages = JSON.parse(event.data);
    for (const message of messages) {
      if (message.type === "hello") epoch = message.epoch;
    }
    const numbers = messages.map((message) => message.n).filter((n) => n !== undefined);
    if (numbers.length && messages[0].type !== "beat") number = Math.max(...numbers);
    tries = 0;
    on.connected(true);
    on.messages(messages);
  }

  function watch() {
    clearTimeout(watchdog);
    const watched = socket;
    watchdog = setTimeout(() => drop(watched), SILENCE_MS);
  }

  // A dead network never answers a close: the socket is left behind at once.
  function drop(old) {
    if (old !== socket) return;
    old.close();
    lost(old, 0);
  }

  async function lost(old, code) {
    if (old !== socket || over) return;
    socket = null;
    clearTimeout(watchdog);
    if (code === WITHDRAWN || (tries > 0 && (await refused()))) {
      over = true;
      on.gone();
      return;
    }
    on.connected(false);
    const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)];
    tries += 1;
    retry = setTimeout(open, wait * (0.7 + 0.6 * Math.random()));
  }

  async function refused() {
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      return REFUSED.includes(answer.status);
    } catch {
      return false;
    }
  }

  function open() {
    clearTimeout(retry);
    const opened = new WebSocket(address());
    socket = opened;
    watch();
    opened.addEventListener("message", (event) => opened === socket && hear(event));
    opened.addEventListener("close", (event) => lost(opened, event.code));
  }

  function hurry() {
    if (!over && !socket && document.visibilityState === "visible") open();
  }
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  open();

  return {
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}
