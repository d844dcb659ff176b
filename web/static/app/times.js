// Times in the reader's own zone, and how long until something begins.

const STYLES = {
  hour: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { weekday: "short", day: "numeric", month: "long" },
  both: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const TICK_MS = 5000;

function until(seconds) {
  if (seconds <= 0) return "now";
  if (seconds < 90) return `in ${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `in ${minutes} min`;
  return `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function tick() {
  for (const each of document.querySelectorAll("[data-until]")) {
    each.textContent = until((new Date(each.dataset.until) - Date.now()) / 1000);
  }
}

export function localise(root = document) {
  for (const time of root.querySelectorAll("time[data-style]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = new Intl.DateTimeFormat("en-GB", STYLES[time.dataset.style]).format(at);
    time.title = at.toLocaleString();
  }
  tick();
}

setInterval(tick, TICK_MS);
