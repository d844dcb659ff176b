// The chat log: every message once.
(() => {
  const marks = config.people;
  const messages = new Set();
  const HISTORY_MS = 600; // so soon after the log appears, its messages are from before
  let logSeen = 0;
  let historyRead = false;

  function text(element, selector) {
    return element.querySelector(selector)?.textContent ?? '';
  }

  function senderOf(element) {
    for (let node = element; node && !node.matches(marks.log); node = node.parentElement) {
      const found = text(node, marks.sender);
      if (found) return found;
    }
    return '';
  }

  // The text alone, without the buttons that stand in it.
  function bodyOf(element) {
    const body = element.querySelector(marks.body)?.cloneNode(true);
    for (const extra of body?.querySelectorAll('button, [role="button"], [aria-hidden="true"]') ?? []) extra.remove();
    return body?.textContent ?? '';
  }

  // New messages by id; a pin repeats one and adds text to it, so the shortest text is the message.
  function standing() {
    const found = new Map();
    for (const element of document.querySelectorAll(`${marks.log} [${marks.message}]`)) {
      const id = element.getAttribute(marks.message);
      const body = bodyOf(element);
      if (!id || messages.has(id) || !body) continue;
      const before = found.get(id);
      const shorter = !before || body.length < before.body.length;
      found.delete(id); // its place is where it stands last: pins stand above the log
      found.set(id, { sender: before?.sender || senderOf(element), body: shorter ? body : before.body });
    }
    return found;
  }

  function reportChat() {
    if (!document.querySelector(marks.log)) return;
    logSeen ||= Date.now();
    const earlier = !historyRead;
    for (const [id, { sender, body }] of standing()) {
      messages.add(id);
      link.send({ type: 'chat', id, sender, text: body, earlier, at: pageNow() });
    }
    if (!historyRead && Date.now() - logSeen >= HISTORY_MS) {
      historyRead = true;
      link.send({ type: 'history', at: pageNow() });
    }
  }

  setInterval(reportChat, 400);
})();
