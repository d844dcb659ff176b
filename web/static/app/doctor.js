// Fetches the findings, which take their time.

const checks = document.getElementById("checks");
if (checks.dataset.part) {
  try {
    const answer = await fetch(checks.dataset.part, { signal: AbortSignal.timeout(90000) });
    if (!answer.ok) throw new Error();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    checks.replaceChildren(...page.body.children);
  } catch {
    document.getElementById("checking").textContent = "The checks did not come to an end. Try again.";
    checks.querySelector(".skeleton")?.remove();
  }
}
