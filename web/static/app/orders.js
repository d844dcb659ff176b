// Sends forms in the background and tells why the server refused.

const WAIT_MS = 60000;

export async function send(path, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  return ask(path, { method: "POST", body, headers: { "X-CSRF-Token": token } });
}

export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw new Error("The server does not answer. Try again.");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw new Error([told.title, told.detail].filter(Boolean).join(" ") || `The server refused (${answer.status}).`);
}
