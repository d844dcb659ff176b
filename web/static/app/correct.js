// Corrects a line in its place, with a way back.

import { make } from "/static/live/dom.js";
import { send } from "./orders.js";
import { giveTo, keyOf, speakerField, speakerOf } from "./speaker.js";
import { toast } from "./toast.js";

const meeting = document.getElementById("meeting").dataset.meeting;

async function save(line, text) {
  const told = await send(`${meeting}/lines/${encodeURIComponent(line.id)}`, { text });
  const original = line.querySelector(".original");
  original.textContent = told.text;
  delete original.dataset.words; // the words' places are no longer known
  document.dispatchEvent(new Event("corrected"));
}

function open(line) {
  if (line.querySelector("form")) return;
  const original = line.querySelector(".original");
  const before = original.textContent;
  const form = make("form", "stack-1");
  const field = make("textarea");
  field.value = before;
  field.rows = Math.min(6, Math.ceil(before.length / 60) + 1);
  field.setAttribute("aria-label", "Correct the text");
  field.lang = original.lang;
  field.dir = original.dir;
  const row = make("div", "row");
  const cancel = make("button", "", "Cancel");
  cancel.type = "button";
  row.append(make("button", "main", "Save"), cancel, make("small", "", "Ctrl + Enter saves"));
  const [label, speaker] = speakerField(line);
  const [saidBy, key] = [speakerOf(line), keyOf(line)];
  form.append(field, label, row);
  const shut = () => {
    form.remove();
    original.hidden = false;
    line.querySelector(".edit").focus();
  };
  cancel.addEventListener("click", shut);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    const name = speaker.value.trim();
    const [anew, other] = [text && text !== before, name && name !== saidBy];
    if (!anew && !other) return shut();
    try {
      if (anew) await save(line, text);
      if (other) await giveTo(line, name);
      shut();
      const back = async () => {
        if (anew) await save(line, before);
        if (other) await giveTo(line, key);
      };
      toast("Corrected.", () => back().catch((error) => toast(error.message)));
    } catch (error) {
      toast(error.message);
    }
  });
  original.hidden = true;
  line.prepend(form);
  field.focus();
}

document.getElementById("lines").addEventListener("click", (event) => {
  const edit = event.target.closest(".edit");
  if (!edit || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(edit.closest(".line"));
});
