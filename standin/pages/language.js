// Where the caption language is chosen: a bar above the captions, or the settings dialog.
import { el, icon } from "./dom.js";

const LANGUAGES = [
  ["", "Automatic"], ["en-US", "English"], ["de-DE", "German (BETA)"], ["es-ES", "Spanish (BETA)"], ["fr-FR", "French"],
  ["ja-JP", "Japanese (BETA)"], ["pt-BR", "Portuguese (Brazil)"], ["uk-UA", "Ukrainian (BETA)"], ["cmn-Hans-CN", "Chinese, Mandarin (Simplified) (BETA)"],
];

const titleOf = (code) => LANGUAGES.find(([value]) => value === code)?.[1] ?? code;

export function languageBox(meet) {
  const label = meet.t("caption_language");
  const box = el("div", { role: "combobox", "aria-label": label, jsname: "oYxtQd", tabindex: "0", "aria-expanded": "false" }, titleOf(meet.site.caption_language ?? ""));
  const choose = (value) => {
    meet.site.caption_language = value;
    meet.send("language", { language: value });
    box.textContent = titleOf(value);
    list.remove();
    box.setAttribute("aria-expanded", "false");
  };
  const list = el("ul", { role: "listbox", "aria-label": label, class: "languages" }, ...LANGUAGES.filter(([value]) => value).map(([value, text]) =>
    el("li", { role: "option", "data-value": value, "aria-selected": "false", onclick: () => choose(value) }, text)));
  box.addEventListener("click", () => {
    const open = !list.isConnected;
    box.setAttribute("aria-expanded", String(open));
    if (open) box.after(list);
    else list.remove();
  });
  return el("div", { class: "languagebar" }, box);
}

// More options: a menu, in which the settings are.
export function openMenu(meet, opener) {
  const menu = el("ul", { role: "menu", "aria-label": meet.t("more"), class: "menu" },
    el("li", { role: "menuitem", onclick: () => { menu.remove(); openSettings(meet); } }, icon("settings"), el("span", {}, meet.t("settings"))));
  if (opener.parentNode.querySelector("[role=menu]")) opener.parentNode.querySelector("[role=menu]").remove();
  else opener.after(menu);
}

function openSettings(meet) {
  const content = el("div", {}, meet.t("settings_audio"));
  const shade = el("div", { class: "shade" });
  const close = () => { document.removeEventListener("keydown", escape); shade.remove(); };
  const escape = (event) => event.key === "Escape" && close();
  shade.append(el("div", { role: "dialog", "aria-modal": "true", "aria-label": meet.t("settings") },
    el("h2", {}, meet.t("settings")),
    el("button", { type: "button", jsname: "z4Tpl", "aria-label": meet.t("captions"), onclick: () => content.replaceChildren(languageBox(meet)) }, el("span", {}, meet.t("captions"))),
    content,
    el("button", { type: "button", "aria-label": meet.t("close_dialog"), onclick: close }, icon("close"))));
  document.body.append(shade);
  document.addEventListener("keydown", escape);
}
