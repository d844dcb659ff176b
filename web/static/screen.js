// The screen of the bot's browser: pictures in, clicks and keys out.

const WIDTH = 1280;
const HEIGHT = 800;
const KEYS = {
  Enter: "Return", Tab: "Tab", Backspace: "BackSpace", Delete: "Delete", Escape: "Escape",
  Home: "Home", End: "End", PageUp: "Prior", PageDown: "Next",
  ArrowLeft: "Left", ArrowRight: "Right", ArrowUp: "Up", ArrowDown: "Down",
};

const screen = document.getElementById("screen");
const picture = document.getElementById("picture");
const told = document.getElementById("told");

const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/screen/socket`);
socket.binaryType = "blob";
socket.addEventListener("message", (event) => {
  const before = picture.src;
  picture.src = URL.createObjectURL(event.data);
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
  told.textContent = "Click into the picture and type; Tab leads on inside it.";
});
socket.addEventListener("close", () => {
  told.textContent = "The browser is closed. The terminal tells whether the account is signed in.";
});

function send(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function click(event, button) {
  const box = picture.getBoundingClientRect();
  const x = Math.round(((event.clientX - box.left) / box.width) * WIDTH);
  const y = Math.round(((event.clientY - box.top) / box.height) * HEIGHT);
  send({ do: "click", x, y, button });
}

screen.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  screen.focus();
  click(event, ["left", "middle", "right"][event.button] ?? "left");
});
screen.addEventListener("contextmenu", (event) => event.preventDefault());
screen.addEventListener("wheel", (event) => {
  event.preventDefault();
  click(event, event.deltaY > 0 ? "down" : "up");
}, { passive: false });
screen.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key]) send({ do: "key", key: KEYS[event.key] });
  else if ([...event.key].length === 1) send({ do: "write", text: event.key });
  else return;
  event.preventDefault();
});
screen.addEventListener("paste", (event) => {
  event.preventDefault();
  send({ do: "write", text: event.clipboardData.getData("text").slice(0, 500) });
});

document.getElementById("type").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("text");
  send({ do: "write", text: field.value });
  field.value = "";
});
document.getElementById("done").addEventListener("click", () => send({ do: "done" }));
