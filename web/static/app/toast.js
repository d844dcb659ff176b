// A short message at the bottom, with a way back where there is one.

const SHOWN_MS = 8000;
let shown = null;
let fading = 0;

export function toast(text, undo) {
  shown?.remove();
  clearTimeout(fading);
  shown = document.createElement("div");
  shown.className = "toast";
  shown.setAttribute("role", "status");
  const words = document.createElement("span");
  shown.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      shown.remove();
      undo();
    });
    shown.append(button);
  }
  document.body.append(shown);
  words.textContent = text;
  fading = setTimeout(() => shown.remove(), SHOWN_MS);
}
