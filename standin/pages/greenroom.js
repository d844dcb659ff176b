// The page before joining: name, devices, the button that asks.
import { el, root } from "./dom.js";
import { openDialog } from "./dialogs.js";

export async function showGreenRoom(meet) {
  const { t, devices, traps } = meet;
  devices.forget();
  if (traps.account_choice) await accountChoice(meet);
  const asked = t(traps.join_wording ? `join_${traps.join_wording}` : meet.site.join_now ? "join_now" : "ask");
  const join = el("button", { type: "button", jsname: "Qx7uuf", "data-promo-anchor-id": "w5gBed", disabled: true });
  join.append(el("span", { jsname: "V67aGc" }, t(traps.elsewhere ? "switch_here" : asked)));
  const badge = el("div", { class: "bare", hidden: true }, t("bare_badge"));
  const menus = el("div", { class: "row" });
  const video = el("video", { autoplay: true, playsinline: true });
  video.muted = true;
  const state = { name: traps.signed_in ? "Signed-in account" : "", solved: traps.captcha !== "visible" };
  const ready = () => { join.disabled = !(state.name && state.solved); };

  const ask = () => {
    if (join.disabled) return;
    meet.name = state.name;
    join.disabled = true;
    fetch("/$rpc/google.rtc.meetings.v1.MeetingDeviceService/CreateMeetingDevice", { method: "POST", body: "" }).catch(() => {});
    meet.send("ask", { name: meet.name, mic: devices.on.mic, camera: devices.on.camera });
  };
  join.addEventListener("click", traps.elsewhere ? () => meet.send("switched") : ask);
  const tooHere = el("button", { type: "button", jsname: "KJ0Wpe", onclick: ask }, el("span", { jsname: "V67aGc" }, t("join_here_too")));

  devices.changed = () => {
    const bare = !devices.on.mic && !devices.on.camera;
    join.setAttribute("aria-label", bare && !meet.site.join_now ? t("ask_bare") : asked);
    badge.hidden = !bare;
    menus.replaceChildren(...devices.menus());
  };

  root().dataset.isAnonymous = String(!traps.signed_in);
  root().replaceChildren(
    el("div", { class: "green" },
      el("div", { role: "heading", "aria-level": "1" }, el("div", { jsname: "r4nke", class: "u6vdEc" }, t("ready"))),
      video,
      el("div", { class: "row" }, devices.button("mic"), devices.button("camera")),
      menus,
      badge,
      traps.signed_in ? account(t) : el("label", {}, nameInput(meet, state, ready, ask)),
      join,
      traps.elsewhere ? tooHere : null,
      traps.signed_in ? el("button", { type: "button", jsname: "VO20se" }, t("companion")) : null,
      captcha(traps, () => { state.solved = true; ready(); }),
      el("div", {}, el("a", { href: "/signin" }, "Sign in with your Google account"))));
  devices.preview(video);
  ready();
  if (traps.green_room_dialog) openDialog(meet, "got_it");
  if (traps.device_prompt) {
    openDialog(meet, traps.device_prompt_wording === "microphone" ? "prompt_mic" : "prompt", async (choice) => choice === "use" && devices.start());
  } else {
    await devices.start();
  }
  devices.paint();
}

function nameInput(meet, state, ready, ask) {
  const kind = meet.traps.name_input;
  const label = meet.t("your_name");
  const name = el("input", {
    type: "text", maxlength: "60", autocomplete: "off",
    jsname: kind === "placeholder" ? null : "YPqjbf",
    "aria-label": kind === "labelled" || kind === "controlled" ? label : null,
    placeholder: kind === "bare" ? null : label,
  });
  const take = () => { state.name = name.value.trim(); ready(); };
  if (kind === "controlled") {
    // Believes only what was typed: a value that a script assigned is put back.
    let typed = "";
    name.addEventListener("input", (event) => {
      if (!event.isTrusted) name.value = typed;
      typed = name.value;
    });
    name.addEventListener("change", take);
  } else {
    name.addEventListener("input", take);
  }
  name.addEventListener("keydown", (event) => event.key === "Enter" && ask());
  return name;
}

function account(t) {
  return el("div", { class: "row" }, "Signed-in account",
    el("a", { href: "/signin", "aria-label": t("switch_account") }, t("switch_account")));
}

function captcha(traps, solved) {
  if (!traps.captcha) return null;
  const shown = traps.captcha === "visible";
  const frame = el("iframe", { src: "/recaptcha/frame", title: "reCAPTCHA", class: shown ? "challenge" : "unseen" });
  if (shown && traps.captcha_solved_after_s !== null) {
    setTimeout(() => { frame.remove(); solved(); }, traps.captcha_solved_after_s * 1000);
  }
  return frame;
}

function accountChoice(meet) {
  const { t } = meet;
  return new Promise((resolve) => root().replaceChildren(
    el("div", { class: "green" }, el("h1", {}, "Meet"),
      el("button", { type: "button", onclick: () => location.assign("/signin") }, t("sign_in_button")),
      el("button", { type: "button", onclick: resolve }, el("span", { jsname: "V67aGc" }, t("without_account"))))));
}
