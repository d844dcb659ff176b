// What the waiting guest reads, and the toolbar that both lobby and call draw.
import { el } from "./dom.js";

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

export function lobbyScreen(meet, hostAbsent) {
  const { t, site, traps } = meet;
  const words = hostAbsent ? t("host_absent") : t(`lobby_${site.wording}`);
  const usual = hostAbsent || site.wording === "brings";
  const more = usual ? [t("lobby_asking"), t("lobby_someone")] : [];
  if (traps.risk_queue === "told") more.push(t("risk"));
  return [
    el("img", { alt: words, src: PIXEL }),
    el("div", { role: "progressbar", "aria-label": words }),
    ...[words, ...more].map((text) => el("div", {}, text)),
    el("button", { type: "button", jsname: "EszDse", onclick: () => location.assign("/") }, t("return_home")),
  ];
}

// The toolbar goes out of sight when the mouse rests.
export function hideWhenIdle(bar, seconds) {
  if (seconds === null) return;
  let timer;
  const wake = () => {
    bar.classList.remove("asleep");
    clearTimeout(timer);
    timer = setTimeout(() => bar.classList.add("asleep"), seconds * 1000);
  };
  document.addEventListener("mousemove", wake);
  wake();
}
