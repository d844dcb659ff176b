// Asks the bot for something and tells why it refused.

const WAIT_MS = 10000;

export async function order(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw new Error("The bot does not answer. Try again.");
  }
  if (answer.ok) return;
  const problem = await answer.json().catch(() => ({}));
  const words = [problem.title, problem.detail].filter(Boolean).join(" ");
  throw new Error(words || `The bot refused (${answer.status}).`);
}
