// Keeps one socket open to the bot; says when it is gone and comes back by itself.

const SILENCE_MS = 12000;
const WAITS_MS = [300, 700, 1500, 3000, 5000];

export function keepOpen(path, onMessages, onConnected) {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = "";
  let tries = 0;
  let watchdog = 0;

  function open() {
    const socket = new WebSocket(address);
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => socket.close(), SILENCE_MS);
    };
    watch();
    socket.addEventListener("message", (event) => {
      watch();
      if (tries !== -1) onConnected(true);
      tries = -1;
      onMessages(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      clearTimeout(watchdog);
      onConnected(false);
      tries = Math.min(tries + 1, WAITS_MS.length - 1);
      setTimeout(open, WAITS_MS[Math.max(tries, 0)]);
    });
  }
  open();
}
