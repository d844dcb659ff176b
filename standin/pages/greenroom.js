// The page before joining: name, devices, the button that asks.
import { el, root } from "./dom.js";
import { openDialog } from "./dialogs.js";

export async function showGreenRoom(meet) {
  const { t, devices } = meet;
  devices.forget();
  const join = el("button", { type: "button", jsname: "Qx7uuf", "data-promo-anchor-id": "w5gBed", disabled: true });
  const joinText = el("span", { jsname: "V67aGc" }, t(meet.site.join_now ? "join_now" : "ask"));
  join.append(joinText);
  const name = el("input", { type: "text", jsname: "YPqjbf", "aria-label": t("your_name"), placeholder: t("your_name"), maxlength: "60", autocomplete: "name" });
  const badge = el("div", { class: "bare", hidden: true }, t("bare_badge"));
  const menus = el("div", { class: "row" });
  const video = el("video", { autoplay: true, playsinline: true });
  video.muted = true;
  let typed = false;

  name.addEventListener("input", () => {
    typed = name.value.trim() !== "";
    join.disabled = !typed;
  });
  join.addEventListener("click", () => {
    if (!typed) return;
    meet.name = name.value.trim();
    join.disabled = true;
    meet.send("ask", { name: meet.name, mic: devices.on.mic, camera: devices.on.camera });
  });
  name.addEventListener("keydown", (event) => event.key === "Enter" && join.click());

  const asked = t(meet.site.join_now ? "join_now" : "ask");
  devices.changed = () => {
    const bare = !devices.on.mic && !devices.on.camera;
    join.setAttribute("aria-label", bare && !meet.site.join_now ? t("ask_bare") : asked);
    badge.hidden = !bare;
    menus.replaceChildren(...devices.menus());
  };

  root().replaceChildren(
    el("div", { class: "green" },
      el("div", { role: "heading", "aria-level": "1" }, el("div", { jsname: "r4nke", class: "u6vdEc" }, t("ready"))),
      video,
      el("div", { class: "row" }, devices.button("mic"), devices.button("camera")),
      menus,
      badge,
      el("label", {}, name),
      join,
      el("div", {}, el("a", { href: "/signin" }, "Sign in with your Google account"))));
  devices.preview(video);
  if (meet.traps.device_prompt) {
    openDialog(meet, "prompt", async (choice) => choice === "use" && devices.start());
  } else {
    await devices.start();
  }
  devices.paint();
}
