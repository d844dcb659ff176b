// Follows a meeting over a socket; after a break it goes on where it was.

const SILENCE_MS = 12000;
const WAITS_MS = [300, 700, 1500, 3000, 5000];

export function follow(meeting, onMessages, onConnected = () => {}) {
  let last = 0;
  let tries = 0;
  let watchdog = 0;
  let stopped = false;
  let current = null;

  function open() {
    if (stopped) return;
    const address = new URL(`${meeting}/events`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (last) address.search = `?after=${last}`;
    const socket = new WebSocket(address);
    current = socket;
    let real = false;
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => socket.close(), SILENCE_MS);
    };
    watch();
    socket.addEventListener("message", (event) => {
      watch();
      const messages = JSON.parse(event.data);
      if (messages.some(({ type }) => type !== "waiting")) {
        tries = 0;
        if (!real) onConnected(true);
        real = true;
      }
      for (const { n } of messages) if (n) last = n;
      onMessages(messages);
    });
    socket.addEventListener("close", () => {
      clearTimeout(watchdog);
      if (stopped) return;
      onConnected(false);
      setTimeout(open, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]);
      tries += 1;
    });
  }

  open();
  return () => {
    stopped = true;
    current?.close();
  };
}
