// Talks with the site and hands its messages to whoever draws them.
import { drift, root } from "./dom.js";
import { Devices } from "./devices.js";
import { showGreenRoom } from "./greenroom.js";
import { Call } from "./call.js";
import { showEnding } from "./ending.js";
import { openDialog, toast } from "./dialogs.js";

const meet = { texts: {}, traps: {}, name: "", self: "", call: null };
const code = location.pathname.slice(1);
const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?code=${encodeURIComponent(code)}&hl=${encodeURIComponent(new URLSearchParams(location.search).get("hl") || "en")}`);

meet.t = (key) => meet.texts[key] ?? key;
meet.send = (type, values = {}) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ type, ...values }));
meet.devices = new Devices(meet);

function hello(message) {
  Object.assign(meet, { texts: message.texts, traps: message.traps, self: message.device, site: message });
  drift(meet.traps.drifted);
  document.title = `Meet – ${message.title}`;
  root().dataset.meetingCode = root().dataset.unresolvedMeetingId = code;
  if (message.phase === "green") greenRoom();
  else showEnding(meet, message.phase, rejoin);
}

async function greenRoom() {
  meet.call = null;
  await showGreenRoom(meet);
}

function rejoin() {
  location.reload();
}

function enterPhase(message) {
  if (message.phase === "lobby" || message.phase === "consent") {
    meet.call ??= new Call(meet);
    meet.call.showLobby(message.host_absent);
    if (message.phase === "consent") openDialog(meet, "consent", () => meet.send("consent"));
  } else if (message.phase === "call") {
    meet.call ??= new Call(meet);
    meet.call.enter(message.captions);
  } else {
    meet.call?.close();
    meet.call = null;
    meet.devices.release();
    showEnding(meet, message.reason, rejoin);
  }
}

// Another room of the same meeting: everything on the page is built anew.
function rerender() {
  meet.call.close();
  meet.call = new Call(meet);
  meet.call.enter(false);
  meet.call.people.show(meet.people);
}

const handlers = {
  hello,
  phase: enterPhase,
  answer: (message) => meet.call?.media.answered(message.sdp),
  people: (message) => { meet.people = message.people; meet.call?.people.show(message.people); },
  speaking: (message) => meet.call?.people.speaking(message.ids),
  caption: (message) => meet.call?.captions.show(message),
  captions: (message) => meet.call?.captionsSwitched(message.on),
  hide: () => meet.call?.captions.hide(),
  rerender,
  chat_closed: () => { meet.call.chat.closed = true; },
  camera_fault: () => meet.call?.media.failCamera(),
  recreate_region: () => meet.call?.captions.recreate(),
  chat: (message) => meet.call?.chat.add(message),
  toast: (message) => toast(`${message.name} ${meet.t(message.what === "left" ? "left_toast" : message.what)}`),
  dialog: (message) => openDialog(meet, message.dialog),
  camera_off: () => meet.devices.set("camera", false),
  devices_off: () => { meet.devices.set("camera", false); meet.devices.set("mic", false); },
  ending_soon: () => meet.call?.endingSoon(),
  controls_gone: () => meet.call?.vanish(),
  controls_back: () => meet.call?.comeBack(),
  sound_moves: (message) => meet.call?.media.mixFrom(message.to),
  reload: () => location.reload(),
};

socket.addEventListener("message", (event) => {
  const message = JSON.parse(event.data);
  handlers[message.type]?.(message);
});

document.addEventListener("click", (event) => {
  if (!meet.traps.trusted_clicks || event.isTrusted) return;
  event.stopImmediatePropagation();
  event.preventDefault();
}, true);

document.addEventListener("keydown", (event) => {
  if (!event.isTrusted || event.target.matches?.("input, textarea, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey && key === "d") { event.preventDefault(); meet.devices.toggle("mic"); }
  else if (event.ctrlKey && key === "e") { event.preventDefault(); meet.devices.toggle("camera"); }
  else if (key === "c" && !event.ctrlKey && meet.call?.inCall) meet.call.toggleCaptions();
});
