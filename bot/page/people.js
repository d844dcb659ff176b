// People as the page shows them: tiles with their names and lit borders, the head count,
// and the chat log.
(() => {
  const marks = config.people;
  const messages = new Set();
  let last = '';

  function text(element, selector) {
    return element.querySelector(selector)?.textContent ?? '';
  }

  function lit(tile) {
    if (tile.querySelector(marks.speaking)) return true;
    const level = tile.querySelector('[data-audio-level]')?.getAttribute('data-audio-level');
    return level ? Number(level) > 0 : false;
  }

  function tiles() {
    const found = new Map();
    for (const tile of document.querySelectorAll(`[${marks.id}]`)) {
      const id = tile.getAttribute(marks.id);
      const name = text(tile, marks.name);
      if (!id || tile.closest(marks.panel)) continue;
      const before = found.get(id);
      found.set(id, {
        id,
        name: name || before?.name || '',
        speaking: lit(tile) || Boolean(before?.speaking),
        self: tile.hasAttribute('data-is-self') || Boolean(before?.self),
      });
    }
    return [...found.values()];
  }

  function headCount() {
    const badge = document.querySelector(marks.count);
    if (!badge) return null;
    const number = Number(badge.getAttribute('data-avatar-count') || badge.textContent);
    return Number.isInteger(number) && number > 0 ? number : null;
  }

  function reportTiles() {
    const message = { tiles: tiles(), count: headCount() };
    const key = JSON.stringify(message);
    if (key === last) return;
    last = key;
    link.send({ type: 'tiles', ...message, at: pageNow() });
  }

  function senderOf(element) {
    for (let node = element; node && !node.matches(marks.log); node = node.parentElement) {
      const found = text(node, marks.sender);
      if (found) return found;
    }
    return '';
  }

  function reportChat() {
    for (const element of document.querySelectorAll(`${marks.log} [${marks.message}]`)) {
      const id = element.getAttribute(marks.message);
      if (!id || messages.has(id)) continue;
      const body = text(element, marks.body);
      if (!body) continue;
      messages.add(id);
      link.send({ type: 'chat', id, sender: senderOf(element), text: body, at: pageNow() });
    }
  }

  setInterval(reportTiles, 250);
  setInterval(reportChat, 400);
})();
