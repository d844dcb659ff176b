// Wires the socket's messages to the parts of the page.

import { showCaptions } from "./captions.js";
import { showListening, showLook, showStay } from "./controls.js";
import {
  showLevels, showMeeting, showNotice, showPeople, showPicture, showStages, showState,
} from "./panels.js";
import "./listen.js";
import { keepOpen } from "./socket.js";
import { showSound } from "./soundpath.js";

const SHOW = {
  snapshot: [showMeeting], state: [showState, showStay], notice: [showNotice],
  people: [showPeople], levels: [showLevels], stages: [showStages], picture: [showPicture, showLook], listening: [showListening],
  sound: [showSound],
};
const camera = document.getElementById("camera");
const bar = document.getElementById("connection");
let connected = false;
let over = false;

if (new URLSearchParams(location.search).has("token")) {
  history.replaceState(null, "", location.pathname);
}

function look() {
  camera.src = `/live/camera?${Date.now()}`;
}

camera.addEventListener("error", () => setTimeout(look, 2000));
camera.addEventListener("load", () => camera.classList.add("shown"));

keepOpen(
  "/live/events",
  (messages) => {
    for (const message of messages) for (const show of SHOW[message.type] || []) show(message);
    over ||= messages.some(({ type, state }) => type === "state" && ["ended", "failed"].includes(state));
    showCaptions(messages.filter((message) => message.type === "caption"));
  },
  (now) => {
    if (now && !connected) look();
    connected = now;
    if (!now && over) bar.textContent = "The meeting is over and the bot is gone.";
    bar.hidden = now;
    bar.classList.toggle("calm", over);
  },
);
