// Long work: started without a reload, its progress shown until it is done.

import { byId } from "/static/live/dom.js";
import { ask, send } from "./orders.js";
import { toast } from "./toast.js";

const POLL_MS = 700;
const NAMES = { notes: "Notes", refine: "Second pass", archive: "All exports" };

function draw(item, job) {
  item.dataset.state = job.state;
  item.querySelector(".step").textContent = job.error || (job.state === "running" ? job.step : job.state);
  const bar = item.querySelector("progress");
  if (job.done === null) bar.removeAttribute("value");
  else bar.value = job.done;
  if (!job.file || item.querySelector("a")) return;
  const link = document.createElement("a");
  link.href = job.file;
  link.textContent = "Download";
  item.append(link);
}

async function watch(item) {
  let misses = 0;
  while (misses < 5) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      const job = await ask(item.dataset.job);
      misses = 0;
      draw(item, job);
      if (job.state === "running") continue;
      if (job.state === "done" && job.kind !== "archive") location.reload();
      return;
    } catch {
      misses += 1;
    }
  }
}

function create(job) {
  const item = document.createElement("li");
  item.dataset.job = `/jobs/${job.id}`;
  const row = document.createElement("p");
  row.className = "row";
  const name = document.createElement("span");
  name.textContent = NAMES[job.kind];
  const step = document.createElement("small");
  step.className = "push step";
  row.append(name, step);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", `Progress: ${NAMES[job.kind]}`);
  item.append(row, bar);
  byId("job-list").prepend(item);
  byId("jobs").hidden = false;
  return item;
}

for (const form of document.querySelectorAll(".job-form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const job = await send(form.action, new URLSearchParams(new FormData(form)));
      const item = create(job);
      draw(item, job);
      watch(item);
    } catch (error) {
      toast(error.message);
    }
  });
}
for (const item of document.querySelectorAll('[data-job][data-state="running"]')) watch(item);
