// Gives a line to another speaker, in its place.

import { send } from "./orders.js";

const meeting = document.getElementById("meeting").dataset.meeting;

export const speakerOf = (line) => line.closest(".turn").querySelector("header .chip bdi").textContent;
export const keyOf = (line) => line.closest(".turn").querySelector("header .chip").dataset.key;

function turnOf(told, like, at) {
  const turn = document.createElement("article");
  turn.className = "turn";
  const header = like.querySelector("header").cloneNode(true);
  const chip = header.querySelector(".chip");
  const same = [...document.querySelectorAll(".chip[data-key]")].find(({ dataset }) => dataset.key === told.key);
  chip.dataset.key = told.key;
  chip.dataset.colour = same?.dataset.colour ?? "0";
  chip.querySelector("bdi").textContent = told.speaker || "Speaker";
  header.querySelector(".at").textContent = at.dataset.at;
  header.querySelector(".at").href = `#${at.id}`;
  turn.append(header);
  return turn;
}

// The line's turn is cut in up to three: what was said before, the line, what was said after.
function move(line, told) {
  const turn = line.closest(".turn");
  const lines = [...turn.querySelectorAll(".line")];
  const after = lines.slice(lines.indexOf(line) + 1);
  const own = turnOf(told, turn, line);
  turn.after(own);
  if (after.length) {
    const rest = turnOf({ key: keyOf(line), speaker: speakerOf(line) }, turn, after[0]);
    rest.append(...after);
    own.after(rest);
  }
  own.append(line);
  if (lines[0] === line) turn.remove();
}

export async function giveTo(line, speaker) {
  const told = await send(`${meeting}/lines/${encodeURIComponent(line.id)}`, { speaker });
  if (told.key !== keyOf(line)) move(line, told);
}

export function speakerField(line) {
  const label = document.createElement("label");
  label.className = "field";
  label.textContent = "Said by";
  const field = document.createElement("input");
  field.value = speakerOf(line);
  field.maxLength = 80;
  field.setAttribute("list", "everybody");
  label.append(field);
  return [label, field];
}
